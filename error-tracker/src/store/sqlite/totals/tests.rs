//! The kept numbers are those that counting finds, whoever changes the issues.

use proptest::collection::vec;
use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::model::{Fingerprint, Issue, IssueState, Timestamp};
use crate::store::sqlite::indexing::VALUES;
use crate::store::sqlite::{totals, Options, Sqlite};
use crate::store::{Query, Store};

const VERSION_1: &str = include_str!("../../../../../tests/fixtures/stores/version1.sql");
const STATES: [IssueState; 4] =
    [IssueState::Unresolved, IssueState::Resolved, IssueState::Muted, IssueState::Regressed];

fn options(folder: &TempDir) -> Options {
    Options::of(folder.path().join("events.db"), "error_tracker_")
}

fn fingerprint(number: u8) -> Fingerprint {
    Fingerprint::from_bytes([number; 32])
}

fn issue(number: u8, state: u8) -> Issue {
    Issue {
        fingerprint: fingerprint(number),
        state: STATES[usize::from(state % 4)],
        host: format!("web-{}", state % 3),
        ticket_raised: state.is_multiple_of(2),
        ..Issue::default()
    }
}

/// Compares all kept numbers with the issues of the file.
fn check(store: &mut Sqlite) {
    for column in VALUES {
        let sql = format!(
            "SELECT CAST({column} AS TEXT), count(*) FROM error_tracker_issues GROUP BY 1 ORDER BY 1"
        );
        let mut statement = store.connection.prepare(&sql).unwrap();
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()));
        let counted: Vec<(String, u64)> =
            statement.query_map([], row).unwrap().map(Result::unwrap).collect();
        let kept = totals::values(&store.connection, &store.totals, column).unwrap();
        assert_eq!(kept, counted, "{column}");
    }
    let all = store.list(&Query::new().size(1_000)).unwrap();
    assert_eq!(store.totals().unwrap().all(), all.items.len() as u64);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn kept_numbers_are_exact_whichever_of_two_stores_changes_an_issue(
        changes in vec((0_u8..2, 0_u8..4, 0_u8..6, any::<u8>()), 1..40),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut stores = [0; 2].map(|_| Sqlite::open(&options(&folder)).unwrap());
        for (store, change, number, state) in changes {
            let store = &mut stores[usize::from(store)];
            match change {
                0 | 1 => store.put(&issue(number, state)).unwrap(),
                2 => drop(store.delete(fingerprint(number)).unwrap()),
                _ => {
                    let (state, at) = (STATES[usize::from(state % 4)], Timestamp::from_micros(1));
                    store.set_state(fingerprint(number), state, at).unwrap();
                }
            }
            check(store);
        }
        check(&mut stores[0]);
    }
}

#[test]
fn an_issue_that_somebody_changes_by_hand_is_counted_as_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Sqlite::open(&options(&folder)).unwrap();
    (0..9).for_each(|number| store.put(&issue(number, number)).unwrap());
    let shell = Connection::open(options(&folder).file).unwrap();
    shell
        .execute_batch(
            "UPDATE error_tracker_issues SET state = 'muted', host = 'a' WHERE id % 2 = 0;
             DELETE FROM error_tracker_issues WHERE id = 3;",
        )
        .unwrap();
    check(&mut store);
    assert_eq!(store.list(&Query::new().host("a")).unwrap().items.len(), 4);
}

#[test]
fn a_file_of_version_1_gets_its_totals_and_is_searched() {
    let folder = tempfile::tempdir().unwrap();
    Connection::open(options(&folder).file).unwrap().execute_batch(VERSION_1).unwrap();
    let mut store = Sqlite::open(&options(&folder)).unwrap();
    check(&mut store);
    assert_eq!(store.totals().unwrap().unresolved, 8);
    let page = store.list(&Query::new().search("PayError")).unwrap();
    assert_eq!(page.items.len(), 3);
    assert_eq!(
        store.list(&Query::new().search("is full")).unwrap().items[0].message,
        "disk 'a' is full"
    );
    let hits = "SELECT count(*) FROM error_tracker_texts WHERE error_tracker_texts MATCH '\"ful\"'";
    let hits: i64 = store.connection.query_row(hits, [], |row| row.get(0)).unwrap();
    assert_eq!(hits, 1);
}
