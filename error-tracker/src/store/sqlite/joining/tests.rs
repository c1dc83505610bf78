//! Issues of version 1 of the rules, found again in files that version 1 of the tables wrote.

use rusqlite::Connection;
use tempfile::TempDir;

use crate::grouping::Facts;
use crate::model::{
    Event, EventId, Fingerprint, Frame, Grouping, Issue, IssueState, Kind, Timestamp,
};
use crate::store::sqlite::{schema, Options, Sqlite};
use crate::store::{self, Batch, Delta, Kept, Store};

const VERSION_1: &str = include_str!("../../../../../tests/fixtures/stores/version1.sql");
/// The two texts that version 1 told apart by their units.
const TOOK: [&str; 2] = ["worker took 950ms", "worker took 1.5s"];

struct Setup {
    folder: TempDir,
    store: Sqlite,
}

impl Setup {
    /// Opens a file of version 1, after `change` was done to it.
    fn new(change: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let old = Connection::open(folder.path().join("events.db")).unwrap();
        old.execute_batch(VERSION_1).unwrap();
        old.execute_batch(change).unwrap();
        drop(old);
        let store = Sqlite::open(&options(&folder)).unwrap();
        Self { folder, store }
    }

    fn number(&self, sql: &str) -> i64 {
        let connection = Connection::open(self.folder.path().join("events.db")).unwrap();
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    fn fingerprint(&self, message: &str) -> Fingerprint {
        let connection = Connection::open(self.folder.path().join("events.db")).unwrap();
        let sql = "SELECT fingerprint FROM error_tracker_issues WHERE message = ?1";
        let text: String = connection.query_row(sql, [message], |row| row.get(0)).unwrap();
        text.parse().unwrap()
    }

    fn write(&mut self, delta: Delta) {
        let batch = Batch { deltas: vec![delta], max_events: 5, ..Batch::default() };
        self.store.write(&batch).unwrap();
    }

    fn issue(&mut self, fingerprint: Fingerprint) -> Issue {
        self.store.get(fingerprint).unwrap().unwrap()
    }
}

fn options(folder: &TempDir) -> Options {
    Options::of(folder.path().join("events.db"), "error_tracker_")
}

/// The failure of `wait` in the program that wrote the file, as it is recorded today.
fn took(message: &str, number: u8) -> Event {
    let text = "worker took <*>";
    let facts = Facts {
        exception: "alloc::string::String",
        site: "versions::wait",
        expression: "Err(format!(\"worker took {took}\"))",
        text,
        ..Facts::default()
    };
    let parts = facts.parts().map(|(label, text)| (label.to_owned(), text.to_owned()));
    Event {
        id: EventId::from_bytes([number; 16]),
        fingerprint: facts.fingerprint(),
        grouping: Grouping { version: 2, parts: parts.collect() },
        kind: Kind::Error,
        at: Timestamp::from_micros(i64::MAX / 2 + i64::from(number)),
        exception_name: "alloc::string::String".into(),
        message: message.into(),
        frames: vec![Frame { function: "versions::wait".into(), ..Frame::default() }],
        ..Event::default()
    }
}

fn delta(events: Vec<Event>) -> Delta {
    let newest = events[events.len() - 1].clone();
    Delta {
        fingerprint: newest.fingerprint,
        count: events.len() as u64,
        first_seen: events[0].at,
        last_seen: newest.at,
        hours: vec![(0, events.len() as u64)],
        facts: store::Facts {
            at: Some(newest.at),
            grouping: newest.grouping.clone(),
            message: newest.message.clone(),
            request_data: "{}".into(),
            ..store::Facts::default()
        }
        .into(),
        events: events.into_iter().map(|event| Kept { event, stack: None }).collect(),
    }
}

#[test]
fn a_file_of_version_1_is_read_as_before() {
    let mut setup = Setup::new("");
    let old = setup.fingerprint(TOOK[0]);
    let issue = setup.issue(old);
    assert_eq!((issue.count, issue.grouping.version), (3, 1));
    assert_eq!(setup.store.events(old).unwrap().len(), 3);
    assert_eq!(setup.number("PRAGMA user_version"), schema::VERSION);
}

#[test]
fn an_issue_goes_on_under_its_new_fingerprint_and_is_found_by_the_old_one() {
    let mut setup = Setup::new("");
    let old = setup.fingerprint(TOOK[0]);
    let before = setup.issue(old);
    setup.write(delta(vec![took("worker took 7ms", 1)]));
    let issue = setup.issue(old);
    assert_ne!(issue.fingerprint, old);
    assert_eq!(setup.issue(issue.fingerprint), issue);
    assert_eq!((issue.count, issue.kept, issue.created_on), (4, 4, before.created_on));
    assert_eq!(issue.grouping.version, 2);
    assert_eq!(issue.grouping.parts[4], ("text".into(), "worker took <*>".into()));
    assert_eq!(setup.store.events(old).unwrap().len(), 4);
    assert!(setup.store.set_state(old, IssueState::Muted, Timestamp::default()).unwrap());
    assert_eq!(setup.issue(issue.fingerprint).state, IssueState::Muted);
    assert!(setup.store.delete(old).unwrap());
    assert_eq!(setup.store.get(issue.fingerprint).unwrap(), None);
    assert_eq!(setup.store.get(old).unwrap(), None);
    assert_eq!(setup.number("SELECT count(*) FROM error_tracker_aliases"), 0);
}

#[test]
fn issues_that_the_new_rules_join_become_one_with_all_that_they_counted() {
    let mut setup = Setup::new("");
    let old = TOOK.map(|message| setup.fingerprint(message));
    let before = old.map(|fingerprint| setup.issue(fingerprint));
    let hours = "SELECT sum(count) FROM error_tracker_hours";
    let (counted, issues) = (setup.number(hours), "SELECT count(*) FROM error_tracker_issues");
    let known = setup.number(issues);
    setup.write(delta(vec![took(TOOK[0], 1), took(TOOK[1], 2)]));
    let issue = setup.issue(old[0]);
    assert_eq!(setup.issue(old[1]), issue);
    assert_eq!((issue.count, setup.number(hours)), (8, counted + 2));
    assert_eq!(setup.number(issues), known - 1);
    assert_eq!(issue.created_on, before[0].created_on.min(before[1].created_on));
    assert_eq!(issue.message, TOOK[1]);
    let events = setup.store.events(old[0]).unwrap();
    assert_eq!((events.len() as u64, issue.kept), (5, 5));
    assert!(events.windows(2).all(|pair| pair[0].event.at >= pair[1].event.at));
    let orphans = "SELECT count(*) FROM error_tracker_events
                   WHERE issue_id NOT IN (SELECT id FROM error_tracker_issues)";
    assert_eq!(setup.number(orphans), 0);
}

#[test]
fn a_second_issue_is_joined_when_an_event_shows_that_it_belongs_there() {
    let mut setup = Setup::new("");
    let old = TOOK.map(|message| setup.fingerprint(message));
    setup.write(delta(vec![took(TOOK[0], 1)]));
    assert_eq!(setup.issue(old[1]).count, 3);
    setup.write(delta(vec![took(TOOK[1], 2)]));
    assert_eq!(setup.issue(old[1]).count, 8);
    assert_eq!(setup.issue(old[0]), setup.issue(old[1]));
}

#[test]
fn what_is_open_stays_open_when_issues_are_joined() {
    for (states, joined) in [
        (["resolved", "unresolved"], IssueState::Unresolved),
        (["unresolved", "muted"], IssueState::Unresolved),
        (["regressed", "unresolved"], IssueState::Regressed),
        (["resolved", "muted"], IssueState::Muted),
        (["resolved", "resolved"], IssueState::Regressed),
    ] {
        let set = |at: usize| {
            let (state, message) = (states[at], TOOK[at]);
            format!(
                "UPDATE error_tracker_issues SET state = '{state}' WHERE message = '{message}';"
            )
        };
        let mut setup = Setup::new(&(set(0) + &set(1)));
        let old = setup.fingerprint(TOOK[0]);
        setup.write(delta(vec![took(TOOK[0], 1), took(TOOK[1], 2)]));
        // A failure after somebody closed the issue opens it again.
        assert_eq!(setup.issue(old).state, joined, "{states:?}");
    }
}

#[test]
fn an_issue_that_was_only_counted_is_joined_when_its_first_event_comes() {
    let mut setup = Setup::new("");
    let old = setup.fingerprint(TOOK[0]);
    let mut counted = delta(vec![took(TOOK[0], 1)]);
    counted.events.clear();
    counted.facts = store::Facts { request_data: "{}".into(), ..store::Facts::default() }.into();
    let fingerprint = counted.fingerprint;
    setup.write(counted);
    assert_eq!(setup.issue(fingerprint).count, 1);
    assert_eq!(setup.issue(fingerprint).grouping.version, 0);
    setup.write(delta(vec![took(TOOK[0], 1)]));
    let issue = setup.issue(old);
    assert_eq!((issue.fingerprint, issue.count, issue.grouping.version), (fingerprint, 5, 2));
}

#[test]
fn looking_for_old_issues_reads_an_index_of_them_alone() {
    let setup = Setup::new("");
    let sql = format!("EXPLAIN QUERY PLAN {}", setup.store.write.joining.has_old);
    let mut statement = setup.store.connection.prepare(&sql).unwrap();
    let plan = statement.query_map([], |row| row.get::<_, String>("detail")).unwrap();
    let plan: Vec<String> = plan.map(Result::unwrap).collect();
    assert!(plan.iter().any(|step| step.contains("issues_of_old_rules")), "{plan:?}");
}

#[test]
fn the_state_of_an_old_issue_goes_on_with_it() {
    for (state, after) in [("muted", IssueState::Muted), ("resolved", IssueState::Regressed)] {
        let mut setup = Setup::new(&format!("UPDATE error_tracker_issues SET state = '{state}'"));
        let old = setup.fingerprint(TOOK[0]);
        setup.write(delta(vec![took(TOOK[0], 1)]));
        assert_eq!(setup.issue(old).state, after);
    }
}

#[test]
fn an_old_issue_that_was_deleted_does_not_come_back() {
    let mut setup = Setup::new("");
    let old = setup.fingerprint(TOOK[0]);
    assert!(setup.store.delete(old).unwrap());
    let event = took(TOOK[0], 1);
    setup.write(delta(vec![event.clone()]));
    assert_eq!(setup.store.get(old).unwrap(), None);
    assert_eq!(setup.issue(event.fingerprint).count, 1);
}

#[test]
fn of_two_writers_one_takes_the_old_issue_over_and_both_count() {
    let mut setup = Setup::new("");
    let mut other = Sqlite::open(&options(&setup.folder)).unwrap();
    let old = setup.fingerprint(TOOK[0]);
    let batch = |number| Batch {
        deltas: vec![delta(vec![took(TOOK[0], number)])],
        max_events: 5,
        ..Batch::default()
    };
    for number in 0..4 {
        setup.store.write(&batch(2 * number)).unwrap();
        other.write(&batch(2 * number + 1)).unwrap();
    }
    assert_eq!(setup.issue(old).count, 3 + 8);
    assert_eq!(setup.number("SELECT count(*) FROM error_tracker_aliases"), 1);
}

#[test]
fn a_second_prefix_of_an_old_file_gets_its_tables_too() {
    let mut setup = Setup::new("");
    let old = setup.fingerprint(TOOK[0]);
    let other = Options { table_prefix: "other_".into(), ..options(&setup.folder) };
    assert_eq!(Sqlite::open(&other).unwrap().get(old).unwrap(), None);
    assert!(setup.store.get(old).unwrap().is_some());
}
