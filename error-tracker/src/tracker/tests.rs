//! A whole tracker, without the process's global: from a failure to what is read back.

#[cfg(unix)]
mod faults;

use std::panic::Location;
use std::path::Path;

use super::*;
use crate::capture::{Extras, Place};
use crate::fault::Failure;
use crate::model::Timestamp;

const LIMIT: Duration = Duration::from_secs(20);

#[derive(Debug)]
struct CardDeclined;

impl fmt::Display for CardDeclined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("declined")
    }
}

impl std::error::Error for CardDeclined {}

fn builder(file: &Path) -> Builder {
    Builder::with_environment(Vec::new())
        .application(Some("shop"), Some("1.2.0"), "shop::main")
        .server_name("web-1")
        .store(file)
}

fn file(folder: &tempfile::TempDir) -> std::path::PathBuf {
    folder.path().join("errors.db")
}

fn fail(built: &Built) -> EventId {
    let place = Place { location: Location::caller(), handler: false };
    built.recorder.by_hand(Failure::from_dyn(&CardDeclined), Extras::default(), place)
}

fn only_issue(tracker: &Tracker) -> Issue {
    let mut items = tracker.issues(Query::new()).unwrap().items;
    assert_eq!(items.len(), 1);
    items.remove(0)
}

#[test]
fn a_failure_is_read_back_as_an_issue_with_its_event() {
    let folder = tempfile::tempdir().unwrap();
    let built = builder(&file(&folder)).build().unwrap();
    let id = fail(&built);
    assert!(built.tracker.flush(LIMIT));
    let issue = only_issue(&built.tracker);
    assert_eq!((issue.count, issue.kept, issue.host.as_str()), (1, 1, "web-1"));
    assert_eq!(issue.message, "declined");
    assert!(issue.traceback.contains("release: shop@1.2.0"), "{}", issue.traceback);
    let events = built.tracker.events(issue.fingerprint).unwrap();
    assert_eq!(events[0].event.id, id);
    assert_eq!(built.tracker.event(id).unwrap().as_ref(), events.first());
    assert_eq!(built.tracker.issue(issue.fingerprint).unwrap(), Some(issue));
}

#[test]
fn a_dropped_guard_has_stored_everything_in_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let built = builder(&file(&folder)).build().unwrap();
    (0..100).for_each(|_| assert!(!fail(&built).is_nil()));
    drop(built.guard);
    let files = std::fs::read_dir(folder.path()).unwrap().flatten();
    let names: Vec<_> = files.map(|file| file.file_name()).collect();
    assert_eq!(names, ["errors.db"]);
    assert_eq!(only_issue(&built.tracker).count, 100);
    assert!(!built.recorder.is_open());
}

#[test]
fn a_deleted_issue_comes_back_as_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let built = builder(&file(&folder)).build().unwrap();
    (0..50).for_each(|_| assert!(!fail(&built).is_nil()));
    assert!(built.tracker.flush(LIMIT));
    let issue = only_issue(&built.tracker);
    assert!(built.tracker.delete(issue.fingerprint).unwrap());
    assert!(built.tracker.issues(Query::new()).unwrap().items.is_empty());
    fail(&built);
    assert!(built.tracker.flush(LIMIT));
    let issue = only_issue(&built.tracker);
    assert_eq!((issue.count, issue.kept), (1, 1));
}

#[test]
fn a_resolved_issue_that_happens_again_is_regressed() {
    let folder = tempfile::tempdir().unwrap();
    let time = Arc::new(std::sync::atomic::AtomicI64::new(1));
    let now = Arc::clone(&time);
    let tick =
        move || Timestamp::from_micros(now.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    let built = builder(&file(&folder)).clock(Clock::from_fn(tick)).build().unwrap();
    fail(&built);
    assert!(built.tracker.flush(LIMIT));
    let fingerprint = only_issue(&built.tracker).fingerprint;
    assert!(built.tracker.set_state(fingerprint, IssueState::Resolved).unwrap());
    fail(&built);
    assert!(built.tracker.flush(LIMIT));
    assert_eq!(only_issue(&built.tracker).state, IssueState::Regressed);
}

#[test]
fn a_tracker_that_is_switched_off_records_nothing_and_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let built = builder(&file(&folder)).enabled(false).build().unwrap();
    assert!(!built.recorder.is_open());
    assert!(built.tracker.flush(LIMIT));
    assert_eq!(built.tracker.health().store, StoreHealth::Closed);
    assert!(built.tracker.issues(Query::new()).unwrap_err().is_store());
    drop(built.guard);
    assert!(!file(&folder).exists());
}

#[test]
fn a_store_that_cannot_be_opened_is_told_by_health_unless_it_is_required() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no-such-folder/errors.db");
    let error = builder(&missing).require_store(true).build().err().unwrap();
    assert!(error.is_store(), "{error}");
    let built = builder(&missing).build().unwrap();
    fail(&built);
    assert!(!built.tracker.flush(LIMIT));
    let StoreHealth::Waiting(reason) = built.tracker.health().store else { panic!("is open") };
    assert!(reason.contains("no-such-folder"), "{reason}");
    let error = built.tracker.issues(Query::new()).unwrap_err();
    assert!(error.is_store() && error.to_string().contains("no-such-folder"), "{error}");
    std::fs::create_dir(folder.path().join("no-such-folder")).unwrap();
    assert!(built.tracker.flush(LIMIT));
    assert_eq!(only_issue(&built.tracker).count, 1);
}

#[test]
fn health_names_variables_that_no_setting_reads() {
    let folder = tempfile::tempdir().unwrap();
    let environment = vec![("ERROR_TRACKER_LIST_SISE".to_owned(), "5".to_owned())];
    let builder = Builder::with_environment(environment).store(file(&folder));
    let unknown = builder.build().unwrap().tracker.health().unknown_variables;
    assert!(unknown[0].contains("ERROR_TRACKER_LIST_SIZE"), "{unknown:?}");
}

#[test]
fn health_names_a_file_of_settings_that_is_missing_and_one_that_is_there_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("tracker.toml");
    let built = builder(&file(&folder)).config_file(&settings).build().unwrap();
    let missing = built.tracker.health().missing_config_file;
    assert_eq!(missing, Some(settings.display().to_string()));
    std::fs::write(&settings, "list_size = 5\nserver_name = 'web-2'").unwrap();
    let built = builder(&file(&folder)).config_file(&settings).build().unwrap();
    let config = built.tracker.config().unwrap();
    assert_eq!((config.list_size, config.server_name.as_str()), (5, "web-1"));
    assert_eq!(built.tracker.health().missing_config_file, None);
}

#[test]
fn an_issue_is_changed_and_deleted_by_a_fingerprint_that_it_had_before() {
    let folder = tempfile::tempdir().unwrap();
    let stopped = Clock::from_fn(|| Timestamp::from_micros(1));
    let built = builder(&file(&folder)).clock(stopped).build().unwrap();
    (0..50).for_each(|_| _ = fail(&built));
    assert!(built.tracker.flush(LIMIT));
    let issue = only_issue(&built.tracker);
    let former = Fingerprint::from_bytes([7; 32]);
    let sql = "INSERT INTO error_tracker_aliases SELECT ?1, id FROM error_tracker_issues";
    let connection = rusqlite::Connection::open(file(&folder)).unwrap();
    connection.execute(sql, [former.to_string()]).unwrap();
    let tracker = &built.tracker;
    assert_eq!(tracker.issue(former).unwrap(), Some(issue.clone()));
    assert_eq!(tracker.events(former).unwrap(), tracker.events(issue.fingerprint).unwrap());
    assert!(tracker.set_state(former, IssueState::Resolved).unwrap());
    assert_eq!(only_issue(tracker).state, IssueState::Resolved);
    assert!(tracker.delete(former).unwrap());
    assert_eq!(tracker.issue(former).unwrap(), None);
    // The next failure is recorded in full, though the second's budget was spent.
    fail(&built);
    assert!(tracker.flush(LIMIT));
    let again = only_issue(tracker);
    assert_eq!((again.fingerprint, again.count, again.kept), (issue.fingerprint, 1, 1));
}

#[test]
fn an_issue_tells_what_it_was_made_of() {
    let folder = tempfile::tempdir().unwrap();
    let built = builder(&file(&folder)).build().unwrap();
    fail(&built);
    assert!(built.tracker.flush(LIMIT));
    let grouping = only_issue(&built.tracker).grouping;
    let labels: Vec<_> = grouping.parts.iter().map(|(label, _)| label.as_str()).collect();
    assert_eq!((grouping.version, &labels[..]), (2, &["kind", "type", "site", "text"][..]));
}

#[test]
fn a_clock_that_jumps_changes_no_count_and_nothing_waits_for_it() {
    const DAY: i64 = 86_400_000_000;
    let time = Arc::new(std::sync::atomic::AtomicI64::new(20_000 * DAY));
    let now = Arc::clone(&time);
    let clock = move || Timestamp::from_micros(now.load(std::sync::atomic::Ordering::Relaxed));
    let folder = tempfile::tempdir().unwrap();
    let built = builder(&file(&folder)).clock(Clock::from_fn(clock)).build().unwrap();
    // To before 1970 and to beyond the year 9999, too.
    let jumps = [0, -DAY, 3 * DAY, -30_000 * DAY, 4_000_000 * DAY, -4_000_000 * DAY, 1, DAY / 24];
    for (round, jump) in jumps.into_iter().enumerate() {
        time.fetch_add(jump, std::sync::atomic::Ordering::Relaxed);
        // More than are recorded in full within a second.
        (0..50).for_each(|_| assert!(!fail(&built).is_nil()));
        assert!(round % 3 == 1 || built.tracker.flush(LIMIT));
    }
    drop(built.guard);
    let issue = only_issue(&built.tracker);
    assert_eq!(issue.count, 50 * jumps.len() as u64);
    assert!(issue.created_on <= issue.last_seen, "{issue:?}");
    let sql = "SELECT sum(count) FROM error_tracker_hours";
    let connection = rusqlite::Connection::open(file(&folder)).unwrap();
    let sum: i64 = connection.query_row(sql, (), |row| row.get(0)).unwrap();
    assert_eq!(sum as u64, issue.count);
}
