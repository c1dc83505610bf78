//! A change of the grouping rules keeps old issues: a program of today goes on in its old store.

use std::path::Path;
use std::process::Command;

use rusqlite::Connection;

/// What the same program wrote in three runs, when the rules had version 1.
const VERSION_1: &str = include_str!("../fixtures/stores/version1.sql");

fn run_in(file: &Path) {
    let status = Command::new(env!("CARGO_BIN_EXE_versions"))
        .env("ERROR_TRACKER_STORE", file)
        .env("ERROR_TRACKER_SERVER_NAME", "web-1")
        .env("ERROR_TRACKER_STACK", "false")
        .status();
    assert!(status.expect("the program starts").success());
}

fn rows(connection: &Connection, sql: &str) -> Vec<(String, i64)> {
    let mut statement = connection.prepare(sql).expect("the query is good");
    let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?)));
    rows.expect("it reads").map(|row| row.expect("it reads")).collect()
}

#[test]
fn every_issue_of_the_old_rules_goes_on_counting_under_the_new_ones() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("errors.db");
    let store = Connection::open(&file).expect("the file opens");
    store.execute_batch(VERSION_1).expect("the old store is good");
    let fingerprints = "SELECT fingerprint, count FROM error_tracker_issues ORDER BY id";
    let before = rows(&store, fingerprints);
    run_in(&file);

    let counts = "SELECT message, count FROM error_tracker_issues ORDER BY message";
    let after = [
        ("declined", 4),
        ("declined", 4),
        ("declined", 4),
        ("disk 'a' is full", 4),
        ("only 3 left", 4),
        ("worker 17 fell over", 4),
        // Two issues, as version 1 told units apart.
        ("worker took 1.5s", 8),
    ];
    assert_eq!(rows(&store, counts), after.map(|(text, count)| (text.to_owned(), count)));
    let versions = "SELECT 'all', count(*) FROM error_tracker_issues WHERE grouping_version = 2";
    assert_eq!(rows(&store, versions), [("all".to_owned(), 7)]);
    let aliases = "SELECT fingerprint, issue_id FROM error_tracker_aliases";
    let aliases = rows(&store, aliases);
    assert!(before.iter().all(|(old, _)| aliases.iter().any(|(alias, _)| alias == old)));
}

#[test]
fn a_store_of_today_is_found_again_by_the_same_program() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("errors.db");
    run_in(&file);
    let store = Connection::open(&file).expect("the file opens");
    let fingerprints = "SELECT fingerprint, count FROM error_tracker_issues ORDER BY id";
    let once = rows(&store, fingerprints);
    run_in(&file);
    let twice: Vec<_> = once.into_iter().map(|(print, count)| (print, 2 * count)).collect();
    assert_eq!(rows(&store, fingerprints), twice);
}

/// The fingerprints of the same failures in other builds: of other days, in other profiles, with
/// other lines. They change only with the rules, whose version changes then, too.
const FINGERPRINTS: &str = include_str!("../fixtures/grouping/fingerprints.txt");

#[test]
fn any_build_makes_the_same_fingerprints() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("errors.db");
    run_in(&file);
    let store = Connection::open(&file).expect("the file opens");
    let rows = rows(&store, "SELECT fingerprint, count FROM error_tracker_issues ORDER BY 1");
    let made: Vec<String> = rows.into_iter().map(|(fingerprint, _)| fingerprint).collect();
    assert_eq!(made, FINGERPRINTS.lines().collect::<Vec<_>>());
}
