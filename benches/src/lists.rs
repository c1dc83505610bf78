//! Pages of a store with a million issues, beside the same rows read by hand.

mod million;
#[cfg(feature = "web")]
mod pages;

use std::time::{Duration, Instant};

use error_tracker::store::{Capabilities, Sqlite, Store};
use error_tracker::{Direction, IssueState, Query, Sort};
use rusqlite::Connection;

use self::million::Million;
use crate::table::{Row, Table};

const MICROS: &str = "µs, median";
/// How long one thing is measured, and how often at most.
const LONG: Duration = Duration::from_secs(2);
const OFTEN: usize = 2_001;

/// What the rows of a page are read by when nobody else is there.
const FIRST_PAGE: &str = "SELECT i.*, r.* FROM error_tracker_issues AS i
     LEFT JOIN error_tracker_reports AS r ON r.issue_id = i.id
     ORDER BY i.last_seen DESC, i.id DESC LIMIT 10";
const BY_TRIGRAM: &str = "SELECT i.*, r.* FROM error_tracker_issues AS i
     LEFT JOIN error_tracker_reports AS r ON r.issue_id = i.id
     WHERE i.id IN (SELECT rowid FROM error_tracker_texts WHERE message LIKE ?1)
     ORDER BY i.last_seen DESC, i.id DESC LIMIT 10";

/// Measures all rows about lists.
pub(crate) fn measure(table: &mut Table) {
    eprintln!("making {} issues", million::issues());
    match Million::new() {
        Ok(million) => {
            table.note(million.note());
            Lists { million: &million, store: million.store(), raw: million.raw() }.rows(table);
        }
        Err(error) => table.note(format!("lists are not measured: {error}")),
    }
}

/// Measures the pages above such a store.
#[cfg(feature = "web")]
pub(crate) fn pages(table: &mut Table) {
    eprintln!("making {} issues", million::issues());
    match Million::new() {
        Ok(million) => pages::measure(table, &million.file(), &million.middle().to_string()),
        Err(error) => table.note(format!("pages are not measured: {error}")),
    }
}

struct Lists<'m> {
    million: &'m Million,
    store: Sqlite,
    raw: Connection,
}

impl Lists<'_> {
    fn rows(&mut self, table: &mut Table) {
        let raw = self.by_hand(FIRST_PAGE, None);
        let mut add = |name, ours, bare: f64, budget: f64| {
            let (ours, bare, budget) = (Some(ours), Some(bare), Some(budget));
            table.add(Row { name, unit: MICROS, ours, peer: None, bare, budget });
        };
        add(
            "list, first page; bare: the same rows by hand",
            self.page(&Query::new()),
            raw,
            3.0 * raw,
        );
        let deep = Query::new().after(self.million.middle());
        add("list, a page in the middle", self.page(&deep), raw, 3.0 * raw);
        let equal = Query::new().sort(Sort::Count).after(self.million.middle_of_equals());
        add("list, a page within 500,000 equal counts", self.page(&equal), raw, 3.0 * raw);
        let (sort, worst) = self.worst(sorts());
        add("list, the slowest of 20 orders", worst, raw, 3.0 * raw);
        add("totals; bare: a page", self.totals(), raw, 50.0);
        let (filter, slowest) = self.worst(filters());
        add("list, the slowest exact filter", slowest, raw, 5.0 * raw);
        let (both, combined) = self.worst(combinations());
        add("list, the slowest of usual combinations", combined, raw, 2_000.0);
        for (name, text) in [("rare", million::RARE), ("none", "qqzzxxyy")] {
            let bare = self.by_hand(BY_TRIGRAM, Some(text));
            let ours = self.page(&Query::new().search(text));
            let name = if name == "rare" {
                "search, one hit; bare: trigrams by hand"
            } else {
                "search, no hit"
            };
            add(name, ours, bare, 1.5 * bare);
        }
        let bare = self.by_hand(BY_TRIGRAM, Some(million::COMMON));
        add("search, hits in 2 %", self.page(&Query::new().search(million::COMMON)), bare, 5_000.0);
        let between = self.page(&Query::new().search(million::BETWEEN));
        let by_count = self.page(&Query::new().search(million::BETWEEN).sort(Sort::Count));
        let short = self.page(&Query::new().search("qz"));
        table.note(format!(
            "slowest order: {sort}; slowest filter: {filter}; slowest combination: {both}"
        ));
        table.note(format!(
            "search with hits in 0.2 %: {between:.0} µs, by count {by_count:.0} µs; of two characters without hit: {short:.0} µs"
        ));
    }

    /// Returns the median time of a page, in microseconds.
    fn page(&mut self, query: &Query) -> f64 {
        median(|| {
            let page = self.store.list(query);
            assert!(page.is_ok(), "{page:?}");
        })
    }

    fn totals(&mut self) -> f64 {
        let all = Capabilities::all();
        assert_eq!(self.store.capabilities().totals, all.totals);
        median(|| {
            let totals = self.store.totals();
            assert!(totals.is_ok_and(|totals| totals.all() == million::issues()));
        })
    }

    fn worst(&mut self, queries: Vec<(String, Query)>) -> (String, f64) {
        // The worst of many medians would else be the one that somebody else's work fell into.
        let mut twice = |query: &Query| {
            let first = self.page(query);
            first.min(self.page(query))
        };
        let mut measured: Vec<(String, f64)> =
            queries.into_iter().map(|(name, query)| (name, twice(&query))).collect();
        measured.sort_by(|(_, one), (_, other)| one.total_cmp(other));
        if std::env::var_os("ERROR_TRACKER_BENCHES_EACH").is_some() {
            measured.iter().for_each(|(name, micros)| eprintln!("{micros:>9.1} µs  {name}"));
        }
        measured.pop().unwrap_or_default()
    }

    /// Reads all columns of a page as texts and numbers.
    fn by_hand(&self, sql: &str, text: Option<&str>) -> f64 {
        let mut statement = self.raw.prepare(sql).expect("the tables are there");
        let like = text.map(|text| format!("%{text}%"));
        median(|| {
            let values = rusqlite::params_from_iter(&like);
            let mut rows = statement.query(values).expect("the query runs");
            while let Some(row) = rows.next().expect("a row is read") {
                let columns = row.as_ref().column_count();
                (0..columns).for_each(|at| drop(row.get::<_, rusqlite::types::Value>(at)));
            }
        })
    }
}

fn sorts() -> Vec<(String, Query)> {
    let both = [Direction::Descending, Direction::Ascending];
    let orders = Sort::ALL.into_iter().flat_map(|sort| both.map(|direction| (sort, direction)));
    let query = |(sort, direction)| Query::new().sort(sort).direction(direction);
    orders.map(|order| (format!("{order:?}"), query(order))).collect()
}

/// Each exact filter with a common value, a rare one, and one that is not there.
fn filters() -> Vec<(String, Query)> {
    let new = Query::new;
    let mut queries: Vec<Query> = Vec::new();
    let states =
        [IssueState::Unresolved, IssueState::Resolved, IssueState::Muted, IssueState::Regressed];
    queries.extend(states.map(|state| new().state(state)));
    queries.extend([0, 5, 19, 20].map(|host| new().host(million::host(host))));
    queries.extend(["GET", "DELETE", "BREW"].map(|method| new().method(method)));
    queries.extend([0, 100, 4_999, 5_000].map(|path| new().path(million::path(path))));
    queries.extend([0, 50, 499, 500].map(|name| new().exception_name(million::exception(name))));
    queries.extend([true, false].map(|told| new().notification_sent(told)));
    queries.extend([true, false].map(|raised| new().ticket_raised(raised)));
    named(queries)
}

fn combinations() -> Vec<(String, Query)> {
    let new = Query::new;
    named(vec![
        new().state(IssueState::Unresolved).host(million::host(3)),
        new().state(IssueState::Muted).host(million::host(0)),
        new().state(IssueState::Regressed).method("DELETE"),
        new().path(million::path(20)).exception_name(million::exception(3)),
        new().host(million::host(2)).sort(Sort::Count),
        new().path(million::path(400)).sort(Sort::Count),
        new().exception_name(million::exception(2)).sort(Sort::CreatedOn),
        new().state(IssueState::Unresolved).sort(Sort::Count),
        new().state(IssueState::Unresolved).method("GET").sort(Sort::Path),
        new().state(IssueState::Muted).sort(Sort::Host).direction(Direction::Ascending),
        new().count_from(20_000),
        new().count_from(50).state(IssueState::Unresolved),
        new().host_contains("web-1").state(IssueState::Unresolved),
    ])
}

fn named(queries: Vec<Query>) -> Vec<(String, Query)> {
    let name = |query: &Query| {
        let json = serde_json::to_value(query).unwrap_or_default();
        let said = json.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        said.map(|(key, value)| format!("{key} {value}")).collect::<Vec<_>>().join(", ")
    };
    queries.into_iter().map(|query| (name(&query), query)).collect()
}

fn median(mut run: impl FnMut()) -> f64 {
    let (begun, mut times) = (Instant::now(), Vec::new());
    while times.len() < OFTEN && (begun.elapsed() < LONG || times.len() < 3) {
        let start = Instant::now();
        run();
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
