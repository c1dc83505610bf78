//! Retention against real files: its steps are counted in rows, never timed.

use std::time::Duration;

use tempfile::TempDir;

use super::Limits;
use crate::backtrace::Stack;
use crate::model::{Event, EventId, Fingerprint, Frame, Timestamp};
use crate::store::sqlite::{Options, Sqlite};
use crate::store::{Batch, Delta, Facts, Kept, Query, Retained, Retention, Store};

const HOUR: i64 = 3_600_000_000;
const NO_LIMIT: u64 = u64::MAX;

struct Setup {
    folder: TempDir,
    store: Sqlite,
    reader: Sqlite,
    made: u32,
}

impl Setup {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Sqlite::open(&options(&folder)).unwrap();
        store.retaining.limits = Limits { time: Duration::MAX, rows: 10 };
        let reader = Sqlite::open(&options(&folder)).unwrap();
        Self { folder, store, reader, made: 0 }
    }

    /// Writes failures of one issue, one in each of the hours; each brings a stack of its own.
    fn fail(&mut self, issue: u32, hours: impl IntoIterator<Item = i64>, text: &str) {
        for hour in hours {
            self.made += 1;
            let delta = delta(issue, self.made, hour, text);
            let batch = Batch { deltas: vec![delta], max_events: 1_000, ..Batch::default() };
            self.store.write(&batch).unwrap();
        }
    }

    /// Runs steps until the end, and holds what must be true after each.
    fn retain(&mut self, rules: &Retention) -> Retained {
        let mut sum = Retained::default();
        for _ in 0..10_000 {
            let step = self.store.retain(rules).unwrap();
            // A last chunk may take an issue's three rows with it.
            assert!(step.events + step.issues <= 13, "{step:?}");
            self.counts_agree();
            sum.issues += step.issues;
            sum.events += step.events;
            sum.bytes += step.bytes;
            if !step.more {
                return sum;
            }
        }
        panic!("there is always more to do");
    }

    /// What a reader beside it sees is whole at any time.
    fn counts_agree(&mut self) {
        let reader = &mut self.reader;
        for issue in reader.list(&Query::new().size(1_000)).unwrap().items {
            let events = reader.events(issue.fingerprint).unwrap();
            assert_eq!(issue.kept, events.len() as u64);
            assert!(events.iter().all(|event| event.stack.len() == 1));
            if let Some(newest) = events.first() {
                assert_eq!(newest.event.message, issue.message, "the newest stays");
            }
        }
    }

    fn number(&self, sql: &str) -> i64 {
        self.store.connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    fn rows(&self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM error_tracker_{table}"))
    }

    fn used(&self) -> i64 {
        (self.number("PRAGMA page_count") - self.number("PRAGMA freelist_count")) * 4_096
    }
}

fn options(folder: &TempDir) -> Options {
    Options::of(folder.path().join("events.db"), "error_tracker_")
}

fn fingerprint(issue: u32) -> Fingerprint {
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&issue.to_be_bytes());
    Fingerprint::from_bytes(bytes)
}

fn delta(issue: u32, number: u32, hour: i64, text: &str) -> Delta {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    let at = Timestamp::from_micros(hour * HOUR);
    let message = format!("{number} {text}");
    let event = Event {
        id: EventId::from_bytes(id),
        at,
        message: message.clone(),
        fingerprint: fingerprint(issue),
        ..Event::default()
    };
    let stack = Stack::new(vec![Frame { line: number, ..Frame::default() }]);
    Delta {
        fingerprint: fingerprint(issue),
        count: 1,
        first_seen: at,
        last_seen: at,
        hours: vec![(hour, 1)],
        facts: Facts { at: Some(at), message, request_data: "{}".into(), ..Facts::default() }
            .into(),
        events: vec![Kept { event, stack }],
    }
}

fn before(hour: i64) -> Retention {
    Retention::new(Timestamp::from_micros(hour * HOUR), NO_LIMIT)
}

#[test]
fn what_is_too_old_goes_in_small_steps_with_all_that_belongs_to_it() {
    let mut setup = Setup::new();
    setup.fail(1, 0..50, "old");
    setup.fail(2, [10, 20, 90, 95], "lives");
    setup.fail(3, [99], "new");
    let sum = setup.retain(&before(80));
    assert_eq!((sum.issues, sum.events), (1, 52));
    assert_eq!(setup.store.get(fingerprint(1)).unwrap(), None);
    let lives = setup.store.get(fingerprint(2)).unwrap().unwrap();
    assert_eq!((lives.count, lives.kept), (4, 2));
    let hours = setup.store.hours(fingerprint(2)).unwrap();
    assert_eq!(hours.iter().map(|hour| hour.hour).collect::<Vec<_>>(), [90, 95]);
    assert_eq!((setup.rows("events"), setup.rows("stacks"), setup.rows("reports")), (3, 3, 2));
    assert_eq!(setup.retain(&before(80)), Retained { bytes: 0, ..Retained::default() });
}

#[test]
fn the_newest_event_of_a_living_issue_stays_however_old_it_is() {
    let mut setup = Setup::new();
    setup.fail(1, 0..5, "seen in full long ago");
    let mut counted = delta(1, 99, 100, "");
    (counted.events, counted.facts) = (Vec::new(), Facts::default().into());
    let batch = Batch { deltas: vec![counted], ..Batch::default() };
    setup.store.write(&batch).unwrap();
    assert_eq!(setup.retain(&before(80)).events, 4);
    let issue = setup.store.get(fingerprint(1)).unwrap().unwrap();
    assert_eq!((issue.count, issue.kept), (6, 1));
}

#[test]
fn an_issue_that_was_removed_is_new_when_it_fails_again() {
    let mut setup = Setup::new();
    setup.fail(1, 0..3, "first life");
    setup.retain(&before(80));
    setup.fail(1, [90], "second life");
    let issue = setup.store.get(fingerprint(1)).unwrap().unwrap();
    assert_eq!((issue.count, issue.kept), (1, 1));
    assert_eq!(issue.created_on, Timestamp::from_micros(90 * HOUR));
}

#[test]
fn a_file_that_is_too_large_loses_its_oldest_events_first_and_shrinks() {
    let mut setup = Setup::new();
    let text = "x".repeat(3_000);
    for issue in 0..10 {
        setup.fail(issue, (0..20).map(|hour| hour * 10 + i64::from(issue)), &text);
    }
    let (limit, pages) = (setup.used() as u64 / 2, setup.number("PRAGMA page_count"));
    let sum = setup.retain(&Retention::new(Timestamp::from_micros(-HOUR), limit));
    assert!(setup.used() as u64 <= limit);
    assert_eq!(sum.issues, 0, "events go before issues");
    assert!(sum.events > 50 && sum.events < 190, "{sum:?}");
    assert_eq!(setup.rows("events") as u64, 200 - sum.events);
    let oldest = setup.number("SELECT min(at) FROM error_tracker_events") / HOUR;
    assert!(oldest > 50, "the oldest went first: {oldest}");
    let now = setup.number("PRAGMA page_count");
    assert!(now < pages * 3 / 4, "{pages} {now}");
    assert_eq!(sum.bytes as i64, (pages - now) * 4_096);
    let file = setup.folder.path().join("events.db");
    drop(setup.reader);
    setup.store.settle();
    assert_eq!(std::fs::metadata(file).unwrap().len() as i64, now * 4_096);
}

#[test]
fn where_issues_alone_are_too_much_the_oldest_go() {
    let mut setup = Setup::new();
    let text = "x".repeat(3_000);
    (0..100).for_each(|issue| setup.fail(issue, [i64::from(issue)], &text));
    let limit = setup.used() as u64 / 2;
    let sum = setup.retain(&Retention::new(Timestamp::from_micros(-HOUR), limit));
    assert!(setup.used() as u64 <= limit && sum.issues > 30, "{sum:?}");
    assert_eq!(setup.store.get(fingerprint(0)).unwrap(), None);
    assert!(setup.store.get(fingerprint(99)).unwrap().is_some());
}

#[test]
fn tables_of_somebody_else_do_not_count() {
    let mut setup = Setup::new();
    setup.fail(1, 0..5, "ours");
    let sql = "CREATE TABLE orders AS SELECT zeroblob(1000000) AS everything";
    setup.store.connection.execute_batch(sql).unwrap();
    let sum = setup.retain(&Retention::new(Timestamp::from_micros(-HOUR), 500_000));
    assert_eq!((sum.issues, sum.events), (0, 0));
}

#[test]
fn stacks_whose_last_event_was_thinned_out_go() {
    let mut setup = Setup::new();
    for number in 1..=50 {
        let delta = delta(1, number, i64::from(number), "");
        let batch = Batch { deltas: vec![delta], max_events: 5, ..Batch::default() };
        setup.store.write(&batch).unwrap();
    }
    assert!(setup.rows("stacks") > 5);
    setup.retain(&before(0));
    assert_eq!((setup.rows("stacks"), setup.rows("events")), (5, 5));
}

#[test]
fn a_file_without_pointers_for_shrinking_keeps_its_size_and_is_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let old = rusqlite::Connection::open(folder.path().join("events.db")).unwrap();
    old.execute_batch("CREATE TABLE error_tracker_made_before (a)").unwrap();
    drop(old);
    let store = Sqlite::open(&options(&folder)).unwrap();
    let reader = Sqlite::open(&options(&folder)).unwrap();
    let mut setup = Setup { folder, store, reader, made: 0 };
    setup.store.retaining.limits.rows = 10;
    setup.fail(1, 0..50, &"x".repeat(3_000));
    let pages = setup.number("PRAGMA page_count");
    let sum = setup.retain(&before(80));
    assert_eq!((sum.bytes, setup.number("PRAGMA page_count")), (0, pages));
    setup.fail(2, 90..130, &"x".repeat(3_000));
    assert_eq!(setup.number("PRAGMA page_count"), pages);
}

#[test]
fn the_last_run_is_readable() {
    let mut setup = Setup::new();
    assert_eq!(setup.store.last_retention().unwrap(), None);
    setup.fail(1, 0..30, "old");
    let sum = setup.retain(&before(80));
    let last = setup.store.last_retention().unwrap().unwrap();
    assert_eq!(last.removed, sum);
    assert!(last.at > Timestamp::from_micros(0));
    let sql = "SELECT events FROM error_tracker_retention";
    assert_eq!(setup.number(sql), 30);
}

#[test]
fn a_step_without_time_still_moves_on() {
    let mut setup = Setup::new();
    setup.fail(1, 0..30, "old");
    setup.store.retaining.limits.time = Duration::ZERO;
    setup.store.retaining.limits.rows = 1;
    assert_eq!(setup.retain(&before(80)).issues, 1);
}
