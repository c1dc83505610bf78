//! Every query finds what [`Query::page_of`] finds, by way of the indexes.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use tempfile::TempDir;

use super::{Driver, Limits, Listing};
use crate::model::{Fingerprint, Issue, IssueState, Timestamp};
use crate::store::cursor::Key;
use crate::store::sqlite::filter;
use crate::store::sqlite::place::Place;
use crate::store::sqlite::schema;
use crate::store::sqlite::{Options, Sqlite};
use crate::store::{Cursor, Direction, Query, Sort, Store};

const TEXTS: [&str; 8] =
    ["", "shop", "Shop-1", "50%_\\\"'", "a\0b shop", "Überlauf", "connection refused", "/v1/shop"];
const PARTS: [&str; 12] = [
    "",
    "s",
    "HO",
    "shop",
    "SHOP",
    "refused",
    "0%_\\\"'",
    "\0b",
    "überlauf",
    "Überl",
    "nothing",
    "a\0b shop",
];
const STATES: [IssueState; 4] =
    [IssueState::Unresolved, IssueState::Resolved, IssueState::Muted, IssueState::Regressed];

fn text() -> impl Strategy<Value = String> {
    select(&TEXTS[..]).prop_map(str::to_owned)
}

fn part() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(&PARTS[..]).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => Just("shop".repeat(2_500)),
    ]
}

prop_compose! {
    fn issue()(
        texts in [text(), text(), text(), text(), text()],
        numbers in [0_i64..6, 0..6, 0..6],
        state in select(&STATES[..]),
        flags in any::<[bool; 2]>(),
    ) -> Issue {
        let [host, path, method, exception_name, message] = texts;
        Issue {
            state, host, path, method, exception_name, message,
            count: numbers[0] as u64,
            created_on: Timestamp::from_micros(numbers[1]),
            last_seen: Timestamp::from_micros(numbers[2]),
            notification_sent: flags[0],
            ticket_raised: flags[1],
            ..Issue::default()
        }
    }
}

prop_compose! {
    fn exact()(
        state in weighted(0.2, select(&STATES[..])),
        texts in [weighted(0.2, text()), weighted(0.2, text()), weighted(0.2, text()), weighted(0.2, text())],
        flags in [weighted(0.2, any::<bool>()), weighted(0.2, any::<bool>())],
    ) -> Query {
        let [host, method, path, exception_name] = texts;
        let [notification_sent, ticket_raised] = flags;
        Query { state, host, method, path, exception_name, notification_sent, ticket_raised, ..Query::new() }
    }
}

prop_compose! {
    fn query()(
        exact in exact(),
        sort in select(&Sort::ALL[..]),
        direction in select(&[Direction::Ascending, Direction::Descending][..]),
        size in 1_usize..5,
        texts in [weighted(0.1, part()), weighted(0.1, part()), weighted(0.1, part()), weighted(0.1, part()), weighted(0.3, part())],
        times in [weighted(0.2, 0_i64..6), weighted(0.2, 0_i64..6), weighted(0.2, 0_i64..6)],
        numbers in weighted(0.05, (0_u8..40, 0_u8..40)),
        counts in [weighted(0.2, 0_u64..6), weighted(0.2, 0_u64..6)],
    ) -> Query {
        let [host_contains, method_contains, path_contains, exception_contains, search] = texts;
        let [seen_from, seen_before, created_from] = times.map(|time| time.map(Timestamp::from_micros));
        let [count_from, count_to] = counts;
        Query {
            sort, direction, size: Some(size),
            host_contains, method_contains, path_contains, exception_contains, search,
            seen_from, seen_before, created_from, count_from, count_to,
            fingerprints: numbers.map(|(low, high)| (named(low), named(high))), ..exact
        }
    }
}

fn named(number: u8) -> Fingerprint {
    Fingerprint::from_bytes([number; 32])
}

struct Setup {
    _folder: TempDir,
    store: Sqlite,
}

impl Setup {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("events.db");
        let store = Sqlite::open(&Options::of(file, "p_")).unwrap();
        Self { _folder: folder, store }
    }

    /// Some are new to the index of texts, some have changed since, some stand in it as they are.
    fn put(&mut self, issues: &[Issue]) -> Vec<Issue> {
        let numbered = issues
            .iter()
            .zip(1_u8..)
            .map(|(issue, number)| Issue { fingerprint: named(number), ..issue.clone() });
        let numbered: Vec<Issue> = numbered.collect();
        for issue in numbered.iter().take(30) {
            let other =
                Issue { host: issue.path.clone(), message: issue.host.clone(), ..issue.clone() };
            self.store.put(&other).unwrap();
        }
        self.index();
        numbered.iter().take(20).for_each(|issue| self.store.put(issue).unwrap());
        self.index();
        numbered.iter().for_each(|issue| self.store.put(issue).unwrap());
        numbered
    }

    fn index(&self) {
        self.store.texts.finish(&self.store.connection).unwrap();
    }

    /// All pages of a query, one behind the other.
    fn all(&mut self, query: &Query) -> Vec<Issue> {
        let (mut query, mut found) = (query.clone(), Vec::new());
        for _ in 0..1_000 {
            let page = self.store.list(&query).unwrap();
            assert!(
                page.items.len() == query.page_size() || page.next.is_none() || page.is_partial
            );
            found.extend(page.items);
            match page.next {
                Some(next) => query = query.after(next.to_string().parse().unwrap()),
                None => return found,
            }
        }
        panic!("pages without end: {query:?}");
    }

    /// All pages of a query, from the last one back.
    fn all_back(&mut self, query: &Query) -> Vec<Issue> {
        let mut page = self.store.list(query).unwrap();
        while let Some(next) = page.next {
            page = self.store.list(&query.clone().after(next)).unwrap();
        }
        let mut found = page.items;
        for _ in 0..1_000 {
            let Some(previous) = page.previous else { return found };
            page = self.store.list(&query.clone().before(previous)).unwrap();
            found.splice(0..0, page.items);
        }
        panic!("pages without end: {query:?}");
    }
}

/// What a query has to find, but for the order of issues that are equal to it.
fn check(setup: &mut Setup, issues: &[Issue], query: &Query) {
    let mut found = setup.all(query);
    assert_eq!(setup.all_back(query), found, "back: {query:?}");
    let all = Query { size: Some(1_000), ..query.clone() };
    let mut expected = all.page_of(issues.to_vec()).items;
    let keys =
        |issues: &[Issue]| -> Vec<_> { issues.iter().map(|issue| query.sort.key(issue)).collect() };
    assert_eq!(keys(&found), keys(&expected), "{query:?}");
    found.sort_by_key(|issue| issue.fingerprint.to_string());
    expected.sort_by_key(|issue| issue.fingerprint.to_string());
    assert_eq!(found, expected, "{query:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_query_finds_what_looking_at_each_issue_finds(
        issues in vec(issue(), 0..40),
        queries in vec(query(), 40),
    ) {
        let mut setup = Setup::new();
        let issues = setup.put(&issues);
        for query in &queries {
            check(&mut setup, &issues, query);
        }
    }

    #[test]
    fn many_hits_are_looked_for_among_the_first_rows(
        issues in vec(issue(), 0..40),
        queries in vec(query(), 20),
    ) {
        let mut setup = Setup::new();
        setup.store.limits = Limits { few_hits: 2, first_rows: 4, ..Limits::DEFAULT };
        let issues = setup.put(&issues);
        for query in &queries {
            check(&mut setup, &issues, query);
        }
    }

    #[test]
    fn a_page_that_ends_early_says_where_the_next_one_begins(
        issues in vec(issue(), 0..40),
        queries in vec(query(), 20),
    ) {
        let mut setup = Setup::new();
        setup.store.limits = Limits { rows: 3, texts: 3, ..Limits::DEFAULT };
        let issues = setup.put(&issues);
        for query in &queries {
            check(&mut setup, &issues, query);
        }
    }
}

/// The plan of each statement that a query runs on issues.
fn plans(setup: &Setup, query: &Query) -> Vec<String> {
    let store = &setup.store;
    let filters = filter::of(query);
    let listing = Listing::new(&store.connection, &store.lists, (query, &store.limits), &filters);
    let sql = match listing.plan().unwrap().driver {
        Driver::Walk(equal) => listing.walk_sql(equal).0,
        Driver::Collect(filter) => listing.collect_sql(filter).0,
    };
    let mut statement = store.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let nothing = vec![rusqlite::types::Null; statement.parameter_count()];
    let details = statement.query_map(rusqlite::params_from_iter(nothing), |row| row.get("detail"));
    details.unwrap().map(Result::unwrap).collect()
}

fn place(sort: Sort) -> Cursor {
    let issue = Issue { host: "shop".into(), ..Issue::default() };
    match sort.key(&issue) {
        Key::Number(_) if !matches!(sort, Sort::NotificationSent | Sort::TicketRaised) => {
            Cursor { key: Key::Number(5), tie: 5 }
        }
        Key::Number(number) => Cursor { key: Key::Text(format!("5~{number}")), tie: 5 },
        Key::Text(text) => Cursor { key: Key::Text(format!("5~{text}")), tie: 5 },
    }
}

#[test]
fn every_order_begins_in_the_middle_of_its_index_and_sorts_nothing() {
    let setup = Setup::new();
    for sort in Sort::ALL {
        for direction in [Direction::Ascending, Direction::Descending] {
            let query = Query::new().sort(sort).direction(direction).after(place(sort));
            let plans = plans(&setup, &query);
            let index = format!("USING COVERING INDEX p_issues_by_{} ", sort.as_str());
            assert!(plans.len() == 1 && plans[0].contains(&index), "{sort:?}: {plans:?}");
            assert!(
                plans[0].contains("SEARCH") && plans[0].contains("rowid)"),
                "{sort:?}: {plans:?}"
            );
        }
    }
}

#[test]
fn the_way_back_begins_in_the_middle_of_the_same_index() {
    let setup = Setup::new();
    for sort in Sort::ALL {
        let plans = plans(&setup, &Query::new().sort(sort).before(place(sort)));
        let index = format!("USING COVERING INDEX p_issues_by_{} ", sort.as_str());
        assert!(plans.len() == 1 && plans[0].contains(&index), "{sort:?}: {plans:?}");
        assert!(
            plans[0].contains("SEARCH") && plans[0].contains("rowid)>("),
            "{sort:?}: {plans:?}"
        );
    }
}

#[test]
fn the_beginning_of_a_fingerprint_is_looked_up_in_their_index() {
    let setup = Setup::new();
    let query = Query::new().fingerprints(named(1), named(2)).state(IssueState::Muted);
    let store = &setup.store;
    let filters = filter::of(&query);
    let listing = Listing::new(&store.connection, &store.lists, (&query, &store.limits), &filters);
    let (sql, _) = listing.collect_sql(listing.fingerprints().unwrap());
    let plan = format!("EXPLAIN QUERY PLAN {sql}");
    let detail: String =
        store.connection.query_row(&plan, ["", ""], |row| row.get("detail")).unwrap();
    assert!(detail.contains("(fingerprint>? AND fingerprint<?)"), "{detail}");
}

#[test]
fn every_exact_filter_has_an_index_in_the_order_of_time() {
    let setup = Setup::new();
    let new = || Query::new().after(place(Sort::LastSeen));
    let queries = [
        ("state", new().state(IssueState::Muted)),
        ("host", new().host("a")),
        ("method", new().method("a")),
        ("path", new().path("a")),
        ("exception_name", new().exception_name("a")),
        ("notification_sent", new().notification_sent(true)),
        ("ticket_raised", new().ticket_raised(false)),
    ];
    for (column, query) in queries {
        let plans = plans(&setup, &query);
        let index = format!(
            "USING COVERING INDEX p_issues_by_{column} ({column}=? AND (last_seen,rowid)<(?,?)"
        );
        assert!(plans.len() == 1 && plans[0].contains(&index), "{plans:?}");
    }
}

#[test]
fn the_filter_that_lets_the_fewest_issues_through_leads_the_way() {
    let mut setup = Setup::new();
    let issue = |number: u8| Issue {
        fingerprint: Fingerprint::from_bytes([number; 32]),
        host: if number == 7 { "rare" } else { "common" }.into(),
        method: "GET".into(),
        last_seen: Timestamp::from_micros(number.into()),
        ..Issue::default()
    };
    (0..200).for_each(|number| setup.store.put(&issue(number)).unwrap());
    let rare = Query::new().host("rare").method("GET");
    assert!(plans(&setup, &rare)[0].contains("p_issues_by_host (host=?"));
    let by_count = rare.sort(Sort::Count);
    assert!(plans(&setup, &by_count)[0].contains("p_issues_by_host (host=?"));
    let common = Query::new().host("common").method("GET").sort(Sort::Count);
    assert!(plans(&setup, &common)[0].contains("p_issues_by_count"));
    // Few lie within the range of what is sorted by, however many the filter lets through.
    let newest = Query::new().host("common").created_from(Timestamp::from_micros(1));
    let newest = plans(&setup, &newest.sort(Sort::CreatedOn));
    assert!(newest[0].contains("p_issues_by_created_on (created_on>?"), "{newest:?}");
}

#[test]
fn a_deep_page_of_a_range_begins_where_the_page_before_ended() {
    let setup = Setup::new();
    let at = Timestamp::from_micros;
    let query = Query::new().seen_from(at(1)).seen_before(at(9)).after(place(Sort::LastSeen));
    let plans = plans(&setup, &query);
    assert!(plans[0].contains("(last_seen,rowid)<(?,?)"), "{plans:?}");
    let filters = filter::of(&query);
    let store = &setup.store;
    let listing = Listing::new(&store.connection, &store.lists, (&query, &store.limits), &filters);
    assert_eq!(listing.start, Some(Place { value: None, number: 5, id: 5 }));
}

#[test]
fn hits_that_are_cut_make_the_page_partial() {
    let mut setup = Setup::new();
    setup.store.limits = Limits { few_hits: 2, first_rows: 2, hits: 5, ..Limits::DEFAULT };
    let issues: Vec<Issue> = (0..20)
        .map(|number: i64| Issue {
            message: if number < 12 { "refused" } else { "late" }.into(),
            last_seen: Timestamp::from_micros(number),
            ..Issue::default()
        })
        .collect();
    setup.put(&issues);
    setup.index();
    let page = setup.store.list(&Query::new().search("REFUSED").size(3)).unwrap();
    assert_eq!((page.items.len(), page.is_partial), (3, true));
    let late = setup.store.list(&Query::new().search("late").size(1)).unwrap();
    assert!(!late.is_partial && late.items[0].last_seen == Timestamp::from_micros(19));
}

#[test]
fn a_store_without_an_index_of_texts_still_finds_them() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::of(folder.path().join("events.db"), "p_");
    let mut connection = rusqlite::Connection::open(&options.file).unwrap();
    schema::migrate_with(&mut connection, "p_", false).unwrap();
    let mut store = Sqlite::with_connection(connection, &options);
    store.put(&Issue { message: "Connection refused".into(), ..Issue::default() }).unwrap();
    let query = Query::new().search("REFUSED");
    assert_eq!(store.list(&query).unwrap().items.len(), 1);
    drop(store);
    let mut store = Sqlite::open(&options).unwrap();
    assert!(super::texts::are_kept(&store.connection, "p_").unwrap());
    assert_eq!(store.list(&query).unwrap().items.len(), 1);
}
