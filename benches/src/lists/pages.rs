//! The pages above a store with a million issues, as a server makes them.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use error_tracker::web::{receive, Permission, Reception, Response, Visit};
use error_tracker::{track_exception, tracker, Guard, Query, Sort};

use super::{median, million, MICROS};
use crate::table::{Row, Table};

/// How many events the issue has whose page is measured.
const EVENTS: u64 = 100;
/// How long what was recorded may take to be stored.
const STORED: Duration = Duration::from_secs(30);

/// Measures the pages over a file, by a tracker of its own.
pub(super) fn measure(table: &mut Table, file: &Path, middle: &str) {
    let started = error_tracker::Builder::new()
        .store(file)
        .retention_days(36_500)
        .max_store_size(1 << 40)
        .view_permission(|_: &Visit| Permission::Manage)
        .init();
    match started {
        Ok(guard) => rows(table, &guard, middle),
        Err(error) => table.note(format!("pages are not measured: {error}")),
    }
}

fn rows(table: &mut Table, _guard: &Guard, middle: &str) {
    let detail = fail_often();
    let quiet = Pages::measure(&detail, middle);
    let stop = AtomicBool::new(false);
    let busy = thread::scope(|scope| {
        scope.spawn(|| {
            for number in (0..1_000).cycle() {
                let _ = busy(number);
                if stop.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        let busy = Pages::measure(&detail, middle);
        stop.store(true, Ordering::Relaxed);
        busy
    });
    let mut add = |name, ours, bare: Option<f64>, budget: f64| {
        table.add(Row {
            name,
            unit: MICROS,
            ours: Some(ours),
            peer: None,
            bare,
            budget: Some(budget),
        });
    };
    add("page of the list, the slowest of 20 orders and a deep one", quiet.list, None, 2_000.0);
    add("page of the list, the slowest exact filter", quiet.filter, None, 2_000.0);
    add("page of a search, hits in 2 %", quiet.search, None, 25_000.0);
    add("page of an issue with 100 events", quiet.detail, None, 5_000.0);
    let twice = |quiet: f64, name, busy| (name, busy, Some(quiet), 2.0 * quiet);
    for (name, ours, bare, budget) in [
        twice(quiet.list, "page of the list while the writer stores; bare: without", busy.list),
        twice(quiet.detail, "page of an issue while the writer stores; bare: without", busy.detail),
    ] {
        add(name, ours, bare, budget);
    }
    table.note(format!("page of the list with ten rows: {} bytes", page("", "").body.len()));
}

/// Median times of pages, in microseconds.
struct Pages {
    list: f64,
    filter: f64,
    search: f64,
    detail: f64,
}

impl Pages {
    fn measure(detail: &str, middle: &str) -> Self {
        let both =
            |sort: Sort| [format!("sort={}", sort.as_str()), format!("sort=-{}", sort.as_str())];
        let mut lists: Vec<String> = Sort::ALL.into_iter().flat_map(both).collect();
        lists.push(format!("cursor=n0.{middle}"));
        let filters = [
            "state=resolved".to_owned(),
            "state=muted&notification_sent=true".to_owned(),
            "ticket_raised=true".to_owned(),
            "last_seen=2026-11".to_owned(),
            "count=>=20000".to_owned(),
        ];
        let slowest = |queries: &[String]| {
            let of = |query: &String| time("", query).min(time("", query));
            queries.iter().map(of).fold(0.0, f64::max)
        };
        Self {
            list: slowest(&lists),
            filter: slowest(&filters),
            search: time("", &format!("search={}", million::COMMON)),
            detail: time(detail, ""),
        }
    }
}

fn time(below: &str, query: &str) -> f64 {
    median(|| {
        let response = page(below, query);
        let body = String::from_utf8_lossy(&response.body);
        assert_eq!(response.status, 200, "{below}?{query}: {}", &body[body.len() - 400..]);
    })
}

fn page(below: &str, query: &str) -> Response {
    let visit = Visit::new("GET", format!("/dev/error/{below}"), below).query(query);
    match receive(visit.header("host", "localhost:5000")) {
        Reception::Answered(response) => response,
        Reception::Admitted(job) => job.run(),
    }
}

/// Fails until an issue has as many events as are kept; returns it.
fn fail_often() -> String {
    loop {
        let _ = order(7, "4111 1111 1111 1111");
        tracker().flush(STORED);
        let newest = tracker().issues(Query::new().size(1)).expect("the store is open");
        if newest.items[0].kept >= EVENTS {
            return newest.items[0].fingerprint.to_string();
        }
    }
}

/// Keeps the writer busy with a thousand issues.
#[track_exception(fingerprint = number)]
fn busy(number: u32) -> Result<u64, String> {
    Err(format!("order {number} was declined"))
}

#[track_exception]
fn order(number: u32, card: &str) -> Result<u64, String> {
    error_tracker::breadcrumb!("cart loaded", items = number);
    Ok(charge(number, card)? + 1)
}

#[track_exception]
fn charge(number: u32, card: &str) -> Result<u64, String> {
    match card.is_empty() {
        true => Ok(u64::from(number)),
        false => Err(format!("order {number} was declined")),
    }
}
