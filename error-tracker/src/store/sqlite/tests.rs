//! The SQLite store against real files.

use std::sync::Arc;

use tempfile::TempDir;

use super::*;
use crate::backtrace::Stack;
use crate::model::{Event, Frame, Kind, Outcome};
use crate::store::{Amended, Delta, Facts, Kept, Origin};

const MAX_EVENTS: usize = 5;

struct Setup {
    folder: TempDir,
    store: Sqlite,
}

impl Setup {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(&options(&folder, "error_tracker_")).unwrap();
        Self { folder, store }
    }

    fn options(&self) -> Options {
        options(&self.folder, "error_tracker_")
    }

    fn write(&mut self, deltas: Vec<Delta>) {
        self.store.write(&batch(deltas)).unwrap();
    }
}

fn options(folder: &TempDir, prefix: &str) -> Options {
    Options::of(folder.path().join("events.db"), prefix)
}

fn batch(deltas: Vec<Delta>) -> Batch {
    let origin = Origin { release: "shop@1".into(), ..Origin::default() };
    Batch { origin: Arc::new(origin), deltas, max_events: MAX_EVENTS, ..Batch::default() }
}

fn fingerprint(number: u8) -> Fingerprint {
    Fingerprint::from_bytes([number; 32])
}

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

fn event_id(number: u8) -> EventId {
    EventId::from_bytes([number; 16])
}

fn kept(number: u8, micros: i64) -> Kept {
    let event = Event {
        id: event_id(number),
        at: at(micros),
        kind: Kind::Panic,
        message: format!("number {number}"),
        fingerprint: fingerprint(1),
        ..Event::default()
    };
    Kept { event, stack: None }
}

fn delta(issue: u8, count: u64, events: Vec<Kept>, micros: i64) -> Delta {
    let newest = events.last().map(|kept| &kept.event);
    let facts = Facts {
        at: newest.map(|event| event.at),
        kind: Kind::Panic,
        message: newest.map_or_else(|| "seed".into(), |event| event.message.clone()),
        request_data: "{}".into(),
        ..Facts::default()
    };
    Delta {
        fingerprint: fingerprint(issue),
        count,
        first_seen: at(micros),
        last_seen: at(micros),
        hours: vec![(micros / 3_600_000_000, count)],
        facts: facts.into(),
        events,
    }
}

fn counts_per_hour(options: &Options) -> Vec<(i64, i64)> {
    let connection = Connection::open(&options.file).unwrap();
    let sql = "SELECT hour, count FROM error_tracker_hours ORDER BY hour";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn counts_add_up_and_the_first_and_last_sight_stay() {
    let mut setup = Setup::new();
    setup.write(vec![delta(1, 3, vec![kept(1, 50)], 50)]);
    setup.write(vec![delta(1, 4, vec![kept(2, 90)], 90)]);
    setup.write(vec![delta(1, 1, Vec::new(), 3_600_000_000)]);
    let issue = setup.store.get(fingerprint(1)).unwrap().unwrap();
    assert_eq!((issue.count, issue.kept), (8, 2));
    assert_eq!((issue.created_on, issue.last_seen), (at(50), at(3_600_000_000)));
    assert_eq!((issue.message.as_str(), issue.kind), ("number 2", Kind::Panic));
    assert_eq!(counts_per_hour(&setup.options()), [(0, 7), (1, 1)]);
}

#[test]
fn new_issues_stand_in_the_order_of_time_and_known_ones_stay_where_they_are() {
    let mut setup = Setup::new();
    let of = |issue, micros| delta(issue, 2, Vec::new(), micros);
    setup.write(vec![of(3, 30), of(1, 10), of(2, 20)]);
    setup.write(vec![of(5, 41), of(2, 50), of(4, 40), of(3, 60)]);
    let connection = &setup.store.connection;
    let sql = "SELECT fingerprint, count, last_seen FROM error_tracker_issues ORDER BY id";
    let mut statement = connection.prepare(sql).unwrap();
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let rows: Vec<(String, i64, i64)> =
        statement.query_map([], row).unwrap().map(Result::unwrap).collect();
    let expected = [(1, 2, 10), (2, 4, 50), (3, 4, 60), (4, 2, 40), (5, 2, 41)];
    assert_eq!(
        rows,
        expected.map(|(issue, count, at)| (fingerprint(issue).to_string(), count, at))
    );
}

#[test]
fn what_a_statement_changes_is_kept_in_memory_until_it_is_over() {
    let setup = Setup::new();
    let read = |row: &rusqlite::Row<'_>| row.get(0);
    let place: i64 = setup.store.connection.query_row("PRAGMA temp_store", [], read).unwrap();
    assert_eq!(place, 2);
}

#[test]
fn an_issue_known_by_its_counter_alone_shows_its_seed_until_an_event_comes() {
    let mut setup = Setup::new();
    setup.write(vec![delta(1, 3, Vec::new(), 50)]);
    assert_eq!(setup.store.get(fingerprint(1)).unwrap().unwrap().message, "seed");
    setup.write(vec![delta(1, 1, vec![kept(7, 60)], 60)]);
    setup.write(vec![delta(1, 1, Vec::new(), 70)]);
    assert_eq!(setup.store.get(fingerprint(1)).unwrap().unwrap().message, "number 7");
}

#[test]
fn the_first_and_the_newest_event_survive_thinning() {
    let mut setup = Setup::new();
    for number in 1..=40 {
        setup.write(vec![delta(1, 1, vec![kept(number, number.into())], number.into())]);
    }
    let many = (41..=60).map(|number| kept(number, number.into())).collect();
    setup.write(vec![delta(1, 20, many, 60)]);
    let events = setup.store.events(fingerprint(1)).unwrap();
    assert_eq!(events.len(), MAX_EVENTS);
    assert_eq!(events[0].event.id, event_id(60));
    assert_eq!(events[MAX_EVENTS - 1].event.id, event_id(1));
    let issue = setup.store.get(fingerprint(1)).unwrap().unwrap();
    assert_eq!((issue.count, issue.kept), (60, MAX_EVENTS as u64));
}

#[test]
fn an_amended_event_changes_what_its_issue_shows_only_while_it_is_the_newest() {
    let mut setup = Setup::new();
    setup.write(vec![delta(1, 2, vec![kept(1, 50), kept(2, 60)], 60)]);
    let amended = |number: u8, message: &str| {
        let mut event = kept(number, 60).event;
        event.outcome = Outcome::Handled;
        let facts =
            Facts { message: message.into(), request_data: "{}".into(), ..Facts::default() };
        Amended { event, facts }
    };
    let batch = Batch {
        amended: vec![amended(1, "old"), amended(2, "new"), amended(9, "gone")],
        ..batch(Vec::new())
    };
    setup.store.write(&batch).unwrap();
    assert_eq!(setup.store.get(fingerprint(1)).unwrap().unwrap().message, "new");
    let recorded = setup.store.event(event_id(1)).unwrap().unwrap();
    assert_eq!(recorded.event.outcome, Outcome::Handled);
    assert_eq!(setup.store.event(event_id(9)).unwrap(), None);
}

#[test]
fn equal_stacks_are_stored_once_and_go_with_their_last_event() {
    let mut setup = Setup::new();
    let frame = Frame { function: "shop::charge".into(), line: 7, ..Frame::default() };
    let stack = Stack::new(vec![frame.clone()]);
    let with_stack = |number| Kept { stack: stack.clone(), ..kept(number, 50) };
    setup.write(vec![delta(1, 2, vec![with_stack(1), with_stack(2)], 50)]);
    setup.write(vec![delta(2, 1, vec![with_stack(3)], 50)]);
    assert_eq!(setup.store.event(event_id(2)).unwrap().unwrap().stack, [frame]);
    let stacks = |setup: &Setup| {
        let sql = "SELECT count(*) FROM error_tracker_stacks";
        setup.store.connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!(stacks(&setup), 1);
    assert!(setup.store.delete(fingerprint(1)).unwrap());
    assert_eq!(stacks(&setup), 1);
    assert!(setup.store.delete(fingerprint(2)).unwrap());
    assert_eq!(stacks(&setup), 0);
}

#[test]
fn a_deleted_issue_leaves_nothing_behind() {
    let mut setup = Setup::new();
    setup.write(vec![delta(1, 2, vec![kept(1, 50)], 50)]);
    assert!(setup.store.delete(fingerprint(1)).unwrap());
    assert!(!setup.store.delete(fingerprint(1)).unwrap());
    for table in ["issues", "reports", "events", "hours", "stacks"] {
        let sql = format!("SELECT count(*) FROM error_tracker_{table}");
        let rows: i64 = setup.store.connection.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 0, "{table}");
    }
}

#[test]
fn a_resolved_issue_regresses_with_a_failure_after_it_was_closed() {
    let mut setup = Setup::new();
    let state = |setup: &mut Setup| setup.store.get(fingerprint(1)).unwrap().unwrap().state;
    setup.write(vec![delta(1, 1, vec![kept(1, 50)], 50)]);
    assert!(setup.store.set_state(fingerprint(1), IssueState::Resolved, at(100)).unwrap());
    setup.write(vec![delta(1, 1, Vec::new(), 90)]);
    assert_eq!(state(&mut setup), IssueState::Resolved);
    setup.write(vec![delta(1, 1, Vec::new(), 110)]);
    assert_eq!(state(&mut setup), IssueState::Regressed);
    assert!(!setup.store.set_state(fingerprint(2), IssueState::Muted, at(1)).unwrap());
}

#[test]
fn pages_follow_each_other_without_gap_or_repeat() {
    let mut setup = Setup::new();
    let seen = |number: u8| i64::from(number / 3);
    setup.write((1..=25).map(|n| delta(n, 1, Vec::new(), seen(n))).collect());
    let (mut query, mut found) = (Query::new().size(10), Vec::new());
    loop {
        let page = setup.store.list(&query).unwrap();
        found.extend(page.items.iter().map(|issue| issue.fingerprint));
        match page.next {
            Some(next) => query = query.after(next),
            None => break,
        }
    }
    let expected: Vec<Fingerprint> = (1..=25).rev().map(fingerprint).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_page_of_one_state_holds_no_other() {
    let mut setup = Setup::new();
    setup.write((1..=3).map(|n| delta(n, 1, Vec::new(), n.into())).collect());
    setup.store.set_state(fingerprint(2), IssueState::Muted, at(9)).unwrap();
    let muted = setup.store.list(&Query::new().state(IssueState::Muted).size(10)).unwrap();
    assert_eq!(muted.items.len(), 1);
    assert_eq!(muted.items[0].fingerprint, fingerprint(2));
}

#[test]
fn a_second_prefix_has_tables_of_its_own_in_the_same_file() {
    let mut setup = Setup::new();
    setup.write(vec![delta(1, 1, Vec::new(), 1)]);
    let mut other = Sqlite::open(&options(&setup.folder, "other_")).unwrap();
    assert_eq!(other.get(fingerprint(1)).unwrap(), None);
}

#[test]
fn a_file_of_a_newer_version_is_refused_untouched() {
    let setup = Setup::new();
    let options = setup.options();
    drop(setup.store);
    let connection = Connection::open(&options.file).unwrap();
    connection.execute_batch("PRAGMA user_version = 99; PRAGMA journal_mode = DELETE").unwrap();
    drop(connection);
    let before = std::fs::read(&options.file).unwrap();
    let error = Sqlite::open(&options).err().unwrap();
    assert!(error.is_store() && error.to_string().contains("version 99"), "{error}");
    assert_eq!(std::fs::read(&options.file).unwrap(), before);
}

#[test]
fn a_file_that_is_no_database_is_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&folder, "error_tracker_");
    let text = "not a database, but somebody's diary\n".repeat(100);
    std::fs::write(&options.file, &text).unwrap();
    assert!(Sqlite::open(&options).err().unwrap().is_store());
    assert_eq!(std::fs::read_to_string(&options.file).unwrap(), text);
}

#[cfg(unix)]
#[test]
fn the_files_are_readable_by_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let mut setup = Setup::new();
    setup.write(vec![delta(1, 1, Vec::new(), 1)]);
    let files: Vec<_> = std::fs::read_dir(setup.folder.path()).unwrap().flatten().collect();
    assert_eq!(files.len(), 3);
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
    }
}

#[test]
fn a_batch_counts_once_also_when_another_connection_or_a_later_start_writes_it() {
    let mut setup = Setup::new();
    let numbered = |number: u64| Batch {
        id: Some(crate::store::BatchId { run: u64::MAX, number }),
        ..batch(vec![delta(1, 3, vec![kept(number as u8, 50)], 50)])
    };
    // Number 2 comes late, from the spool.
    for number in [1, 3, 1, 4, 3, 2, 2] {
        setup.store.write(&numbered(number)).unwrap();
        Sqlite::open(&setup.options()).unwrap().write(&numbered(number)).unwrap();
    }
    let issue = setup.store.get(fingerprint(1)).unwrap().unwrap();
    assert_eq!((issue.count, issue.kept), (12, 4));
    let sql = "SELECT count(*) FROM error_tracker_batches";
    assert_eq!(setup.store.connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
}

#[test]
fn a_batch_that_failed_may_come_again() {
    let mut setup = Setup::new();
    let numbered = || Batch {
        id: Some(crate::store::BatchId { run: 1, number: 1 }),
        ..batch(vec![delta(1, 3, vec![kept(1, 50)], 50)])
    };
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON error_tracker_events
         BEGIN SELECT raise(ABORT, 'no'); END";
    setup.store.connection.execute_batch(refuse).unwrap();
    assert!(setup.store.write(&numbered()).is_err());
    assert_eq!(setup.store.get(fingerprint(1)).unwrap(), None);
    setup.store.connection.execute_batch("DROP TRIGGER refuse").unwrap();
    setup.store.write(&numbered()).unwrap();
    assert_eq!(setup.store.get(fingerprint(1)).unwrap().unwrap().count, 3);
}

#[test]
fn an_event_of_each_release_host_and_route_stays() {
    let mut setup = Setup::new();
    let on_path = |number: u8, path: &str| {
        let mut kept = kept(number, number.into());
        kept.event.request = Some(crate::model::Request::new("shop.example", "GET", path));
        kept
    };
    let mut fail = |number: u8, path: &str| {
        setup.write(vec![delta(1, 1, vec![on_path(number, path)], number.into())]);
    };
    fail(1, "/pay");
    fail(2, "/refund");
    (3..60).for_each(|number| fail(number, "/pay"));
    let kept = setup.store.events(fingerprint(1)).unwrap();
    assert_eq!(kept.len(), MAX_EVENTS);
    let paths = kept.iter().filter(|event| event.event.request.as_ref().unwrap().path == "/refund");
    assert_eq!(paths.count(), 1);
    assert_eq!(kept[0].release, "shop@1");
}

#[test]
fn a_stack_that_somebody_removed_meanwhile_is_written_again() {
    let mut setup = Setup::new();
    let stack = Stack::new(vec![Frame { line: 7, ..Frame::default() }]);
    let with_stack = |number| Kept { stack: stack.clone(), ..kept(number, 50) };
    setup.write(vec![delta(1, 1, vec![with_stack(1)], 50)]);
    assert!(Sqlite::open(&setup.options()).unwrap().delete(fingerprint(1)).unwrap());
    setup.write(vec![delta(1, 1, vec![with_stack(2)], 50)]);
    assert_eq!(setup.store.event(event_id(2)).unwrap().unwrap().stack.len(), 1);
    assert!(setup.store.delete(fingerprint(1)).unwrap());
    setup.write(vec![delta(1, 1, vec![with_stack(3)], 50)]);
    assert_eq!(setup.store.event(event_id(3)).unwrap().unwrap().stack.len(), 1);
}

#[test]
fn an_old_file_gets_what_version_3_adds() {
    let folder = tempfile::tempdir().unwrap();
    let old = Connection::open(folder.path().join("events.db")).unwrap();
    old.execute_batch(include_str!("../../../../tests/fixtures/stores/version1.sql")).unwrap();
    drop(old);
    let mut store = Sqlite::open(&options(&folder, "error_tracker_")).unwrap();
    store.write(&batch(vec![delta(1, 1, vec![kept(9, 50)], 50)])).unwrap();
    let recorded = store.event(event_id(9)).unwrap().unwrap();
    assert_eq!(recorded.release, "shop@1");
    let unknown = "SELECT count(*) FROM error_tracker_events WHERE shape = 0";
    let known = "SELECT count(*) FROM error_tracker_events WHERE shape <> 0";
    let number = |sql| store.connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert!(number(unknown) > 10);
    assert_eq!(number(known), 1);
}
