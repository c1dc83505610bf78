//! Reads what the example stored with the `sqlite3` shell, by the commands of docs/database.md.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::tally::Tally;
use crate::tools::{Install, Tools};
use crate::workspace::{self, root};

const PART: &str = "the database in the sqlite3 shell";
const FILE: &str = "error-tracker.db";

/// Needs what [`audit`](crate::audit) left.
pub fn run(tally: &mut Tally, install: &Install) {
    if !install.have(tally, Tools::SQLITE_SHELL) {
        return;
    }
    println!("\n== {PART}");
    let folder = workspace::target("xtask/audit");
    match judge(Path::new(&folder)) {
        Ok(()) => tally.pass(PART),
        Err(reason) => tally.fail(PART, &reason),
    }
}

fn judge(folder: &Path) -> Result<(), String> {
    let page = root().join("docs/database.md");
    let page = fs::read_to_string(page).map_err(|error| error.to_string())?;
    if ask(folder, FILE, "pragma integrity_check")? != "ok" {
        return Err("integrity_check is not ok".into());
    }
    columns_are_documented(folder, &page)?;
    commands_of_the_page_work(folder, &page)
}

fn columns_are_documented(folder: &Path, page: &str) -> Result<(), String> {
    let sql =
        "select t.name || '.' || c.name from pragma_table_list as t, pragma_table_info(t.name) as c
               where t.type = 'table' and t.name like 'error\\_tracker\\_%' escape '\\'
               and t.schema = 'main'";
    let found = ask(folder, FILE, sql)?;
    let missing: Vec<&str> = found.lines().filter(|column| !is_documented(column, page)).collect();
    match (found.lines().count(), missing.is_empty()) {
        (0..30, _) => Err(format!("only these columns are there: {found}")),
        (_, false) => Err(format!("docs/database.md does not say what is in {missing:?}")),
        _ => Ok(()),
    }
}

/// Tells whether the part of the page about the column's table names the column.
fn is_documented(column: &str, page: &str) -> bool {
    let Some((table, name)) = column.split_once('.') else { return false };
    let table = table.trim_start_matches("error_tracker_");
    let Some((_, rest)) = page.split_once(&format!("### `{table}`")) else { return false };
    let part = rest.split("\n##").next().unwrap_or_default();
    part.contains(&format!("| `{name}` |"))
}

fn commands_of_the_page_work(folder: &Path, page: &str) -> Result<(), String> {
    let count = "select count(*) || ' ' || sum(count) from error_tracker_issues";
    let expected = ask(folder, FILE, count)?;
    let blocks = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut printed = 0;
    for block in blocks {
        let _ = fs::remove_file(folder.join("copy.db"));
        for command in commands(block) {
            let _ = fs::remove_file(folder.join("copy.db"));
            let output = sh(folder, &command)?;
            printed += output.lines().count();
            if command.contains("copy.db") && ask(folder, "copy.db", count)? != expected {
                return Err(format!("the copy by `{command}` differs"));
            }
        }
    }
    match printed {
        0 => Err("the query of docs/database.md printed nothing".into()),
        _ => Ok(()),
    }
}

/// A command ends where its quotes are closed and its line ends.
fn commands(block: &str) -> Vec<String> {
    let (mut commands, mut current) = (Vec::new(), String::new());
    for line in block.lines() {
        current += line;
        current.push('\n');
        if current.matches('"').count() % 2 == 0 {
            commands.push(std::mem::take(&mut current));
        }
    }
    commands
}

fn ask(folder: &Path, file: &str, sql: &str) -> Result<String, String> {
    let mut command = Command::new("sqlite3");
    command.args([file, sql]).current_dir(folder);
    output_of(command)
}

fn sh(folder: &Path, script: &str) -> Result<String, String> {
    let mut command = Command::new("sh");
    command.args(["-ec", script]).current_dir(folder);
    output_of(command)
}

fn output_of(mut command: Command) -> Result<String, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_may_take_several_lines() {
        assert_eq!(commands("a \"b\nc\"\nd\n"), ["a \"b\nc\"\n", "d\n"]);
    }

    #[test]
    fn a_column_is_documented_in_the_part_about_its_table() {
        let page = "### `issues`\n| `id` | x |\n### `events`\n| `at` | y |\n";
        assert!(is_documented("error_tracker_issues.id", page));
        assert!(!is_documented("error_tracker_issues.at", page));
        assert!(!is_documented("error_tracker_stacks.id", page));
    }
}
