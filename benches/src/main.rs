//! Measures error-tracker beside its peers: one table, the rows of DESIGN.md's budgets.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

mod allocations;
mod builds;
mod callgrind;
mod cases;
mod cold;
mod deep;
mod lists;
mod load;
mod locals;
mod rows;
mod stored;
mod subjects;
mod table;

use std::env;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

use crate::rows::Group;
use crate::table::Table;

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

const USAGE: &str = "\
error-tracker-benches [--json] [GROUP..]     measures and prints one table

GROUP is any of: calls, errors, panics, cold, stored, storms, memory, shutdown, lists, build, dev-build;
with the feature `web`, which changes the others, also of: requests, pages;
all of them when none is given.
ERROR_TRACKER_BENCHES_ISSUES says how many issues `lists` makes in place of a million.
--json prints JSON lines: name, unit, ours, peer, bare, ratio, budget, met.";

/// Set for the process whose file system hides the debug information of libc.
const HIDDEN: &str = "ERROR_TRACKER_BENCHES_HIDDEN";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["bench-child", case, calls] = words[..] {
        return cases::run(case, calls.parse().unwrap_or(1));
    }
    let (flags, names): (Vec<&str>, Vec<&str>) =
        words.iter().partition(|word| word.starts_with('-'));
    let groups: Option<Vec<Group>> = names.iter().map(|name| Group::named(name)).collect();
    let (Some(groups), true) = (groups, flags.iter().all(|flag| *flag == "--json")) else {
        println!("{USAGE}");
        return ExitCode::from(2);
    };
    let hidden = hide_debug_information();
    let mut table = Table::new(!flags.is_empty());
    if !hidden {
        table.note("libc's debug information is not hidden (needs root and unshare): first stacks look slower, here and at the peers");
    }
    let groups = if groups.is_empty() { Group::ALL.to_vec() } else { groups };
    groups.into_iter().for_each(|group| group.measure(&mut table));
    table.print();
    ExitCode::SUCCESS
}

/// Starts this program again in a mount namespace without `/usr/lib/debug`, if it may.
///
/// valgrind brings libc's debug information along; unpacking it makes the first look-up of a
/// symbol four times slower than on a machine where nobody measures.
fn hide_debug_information() -> bool {
    let folder = std::path::Path::new("/usr/lib/debug");
    if env::var_os(HIDDEN).is_some() || !folder.is_dir() {
        return true;
    }
    let may = Command::new("unshare").args(["-m", "true"]).output();
    if !may.is_ok_and(|output| output.status.success()) {
        return false;
    }
    let Ok(program) = env::current_exe() else { return false };
    let script = r#"mount -t tmpfs tmpfs /usr/lib/debug && exec "$0" "$@""#;
    let failed = Command::new("unshare")
        .args(["-m", "sh", "-c", script])
        .arg(program)
        .args(env::args().skip(1))
        .env(HIDDEN, "1")
        .exec();
    eprintln!("unshare: {failed}");
    false
}
