//! Runs the README's example on what cargo has downloaded here, and looks at what it left.

use std::fs;
use std::path::Path;

use crate::tally::Tally;
use crate::workspace::{self, cargo, root};

const PART: &str = "cargo run --example audit";

pub fn run(tally: &mut Tally) {
    let folder = workspace::target("xtask/audit");
    let folder = Path::new(&folder);
    fs::remove_dir_all(folder).unwrap_or_default();
    if let Err(error) = fs::create_dir_all(folder) {
        return tally.fail(PART, &error.to_string());
    }
    let manifest = root().join("Cargo.toml");
    let mut command = cargo(&["run", "--locked", "--example", "audit", "--manifest-path"]);
    command.arg(manifest).current_dir(folder);
    if let Some(printed) = tally.whole(PART, command) {
        match judge(folder, &printed) {
            Ok(()) => tally.pass(PART),
            Err(reason) => tally.fail(PART, &reason),
        }
    }
}

/// Real manifests are never all in order, so there is a report, an issue and a database.
fn judge(folder: &Path, printed: &str) -> Result<(), String> {
    let listed = printed.lines().find(|line| line.starts_with("On record now: "));
    if listed.is_none_or(|line| line.contains(": 0 issues")) {
        return Err("no issue is listed".to_owned());
    }
    for name in ["audit-report.md", "error-tracker.db"] {
        match fs::metadata(folder.join(name)) {
            Ok(file) if file.len() > 0 => {}
            _ => return Err(format!("{name} was not written")),
        }
    }
    Ok(())
}
