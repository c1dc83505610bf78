//! What reaches the SQLite file, read by another process with SQL alone.

mod child;

use std::path::{Path, PathBuf};

use child::{passed, Child};
use rusqlite::Connection;

const FAILURES: i64 = 3_000;

fn in_folder(test: impl FnOnce(&Path)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    test(folder.path());
}

fn recording(file: &Path) -> Child {
    Child::new(&["many_failures", &FAILURES.to_string()]).variable("ERROR_TRACKER_STORE", file)
}

fn sql<T: rusqlite::types::FromSql>(file: &Path, query: &str) -> T {
    let connection = Connection::open(file).expect("the file opens");
    connection.query_row(query, [], |row| row.get(0)).expect("the query has a row")
}

#[test]
fn an_issue_can_be_read_with_sql() {
    in_folder(|folder| {
        let file = folder.join("errors.db");
        assert_eq!(recording(&file).run(), "");
        let text = |column: &str| {
            sql::<String>(&file, &format!("SELECT {column} FROM error_tracker_issues"))
        };
        assert_eq!(text("exception_name"), "core::num::error::ParseIntError");
        assert_eq!(text("state"), "unresolved");
        assert!(text("culprit").ends_with("::charge"), "{}", text("culprit"));
        assert!(text("location").contains("children.rs:"), "{}", text("location"));
        assert_eq!(sql::<i64>(&file, "SELECT count FROM error_tracker_issues"), FAILURES);
        assert_eq!(sql::<i64>(&file, "SELECT sum(count) FROM error_tracker_hours"), FAILURES);
        let frame =
            "SELECT json_extract(payload, '$.frames[0].locals[1].value') FROM error_tracker_events";
        assert_eq!(sql::<String>(&file, frame), "*****");
    });
}

#[test]
fn the_kept_events_are_the_first_and_others_up_to_the_limit() {
    in_folder(|folder| {
        let file = folder.join("errors.db");
        recording(&file).variable("ERROR_TRACKER_MAX_EVENTS_PER_ISSUE", "5").run();
        recording(&file).variable("ERROR_TRACKER_MAX_EVENTS_PER_ISSUE", "5").run();
        assert_eq!(sql::<i64>(&file, "SELECT count(*) FROM error_tracker_events"), 5);
        assert_eq!(sql::<i64>(&file, "SELECT kept FROM error_tracker_issues"), 5);
        assert_eq!(sql::<i64>(&file, "SELECT min(seq) FROM error_tracker_events"), 1);
        let newest = sql::<i64>(&file, "SELECT max(seq) FROM error_tracker_events");
        assert!(newest > FAILURES, "{newest}");
    });
}

#[test]
fn processes_that_share_a_file_add_to_one_exact_count() {
    in_folder(|folder| {
        let file = folder.join("errors.db");
        let children: Vec<_> = (0..3).map(|_| recording(&file).start()).collect();
        for child in children {
            passed(child.wait_with_output().expect("the child ends"));
        }
        assert_eq!(sql::<i64>(&file, "SELECT count FROM error_tracker_issues"), 3 * FAILURES);
    });
}

#[cfg(unix)]
#[test]
fn after_the_guard_everything_is_in_one_file_that_only_its_owner_reads() {
    use std::os::unix::fs::PermissionsExt;
    in_folder(|folder| {
        let file = folder.join("errors.db");
        recording(&file).run();
        let files: Vec<PathBuf> =
            folder.read_dir().expect("the folder").flatten().map(|file| file.path()).collect();
        assert_eq!(files, std::slice::from_ref(&file));
        assert_eq!(file.metadata().expect("it exists").permissions().mode() & 0o777, 0o600);
    });
}

#[test]
fn a_store_that_cannot_be_opened_is_said_once_and_the_program_runs_on() {
    in_folder(|folder| {
        let file = folder.join("missing/errors.db");
        let child = Child::new(&["no_store"]).variable("ERROR_TRACKER_STORE", &file);
        // What waits as it ends goes below the temporary folder.
        let printed = child.variable("TMPDIR", folder).folder(folder).run();
        let lines: Vec<&str> = printed.lines().collect();
        assert_eq!(lines.len(), 1, "{printed}");
        assert!(lines[0].starts_with("error-tracker: open the store"), "{printed}");
        let place = format!("events wait in {}/error-tracker-spool-", folder.display());
        assert!(lines[0].contains(&place), "{printed}");
    });
}

#[test]
fn a_file_of_a_newer_version_stays_as_it_is() {
    in_folder(|folder| {
        let file = folder.join("errors.db");
        let connection = Connection::open(&file).expect("the file opens");
        connection
            .execute_batch("PRAGMA user_version = 99; CREATE TABLE mine (x)")
            .expect("it writes");
        drop(connection);
        let before = std::fs::read(&file).expect("it reads");
        let printed = recording(&file).run();
        assert!(printed.contains("version 99"), "{printed}");
        assert_eq!(std::fs::read(&file).expect("it reads"), before);
    });
}
