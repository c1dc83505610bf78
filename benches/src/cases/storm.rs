//! Storms: two threads that fail together a million times, at one site or over many issues.

use std::hint::black_box;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use error_tracker::{tracker, StoreHealth};

use crate::builds::cpu_seconds;
use crate::cases::{say, Case};
use crate::subjects::{self, Failure};

/// How many issues the wide storm is spread over.
const ISSUES: u64 = 10_000;
const THREADS: u64 = 2;

pub(crate) const CASES: &[Case] = &[
    ("storm-bare", |calls| {
        costs(calls, || storm(calls, |_| fails(subjects::two)));
    }),
    ("storm-ours", |calls| {
        ours(calls, 1, |_| fails(subjects::two_ours));
    }),
    ("storm-wide", |calls| {
        ours(calls, ISSUES, |number| drop(black_box(fail_at(number))));
    }),
    ("storm-bare-timed", |calls| timed(calls, |_| fails(subjects::two))),
    ("storm-ours-timed", |calls| {
        let Some(_ours) = super::ours() else { return };
        timed(calls, |_| fails(subjects::two_ours));
    }),
    ("storm-wide-timed", |calls| {
        let Some(_ours) = super::ours() else { return };
        timed(calls, |number| drop(black_box(fail_at(number))));
    }),
];

fn fails(subject: fn(i32, &str) -> Result<u64, Failure>) {
    drop(black_box(subject(black_box(-7), black_box("seven"))));
}

/// Fails as one of many issues.
pub(super) fn fail_at(number: u64) -> Result<u64, Failure> {
    subjects::many_ours(black_box(-1 - (number % ISSUES) as i32), black_box("seven"))
}

/// Calls `fail` so often from two threads at once, each time with the number of the call.
pub(super) fn storm(calls: u64, fail: impl Fn(u64) + Sync) {
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| (0..calls / THREADS).for_each(&fail));
        }
    });
}

/// A storm with a tracker: what all of its threads cost until the guard has dropped, and what
/// the file then holds.
fn ours(calls: u64, issues: u64, fail: impl Fn(u64) + Sync) {
    let Ok(folder) = tempfile::tempdir() else { return };
    let file = folder.path().join("errors.db");
    // Counts are at stake here, not the time that a busy machine needs for the last commit.
    let limit = Duration::from_secs(20);
    let built = error_tracker::init! { store: &file, shutdown_timeout: limit };
    let Ok(guard) = built else { return };
    opened();
    costs(calls, || {
        storm(calls, fail);
        drop(guard);
    });
    say("lost", tracker().health().lost);
    let (counted, distinct) = counts(&file).unwrap_or_default();
    say("miscounted", counted.abs_diff(calls) + distinct.abs_diff(issues));
}

/// Waits until the store is open.
pub(super) fn opened() {
    while tracker().health().store == StoreHealth::Opening {
        thread::sleep(Duration::from_millis(1));
    }
}

/// Reads how many failures a file holds, and of how many issues.
fn counts(file: &Path) -> rusqlite::Result<(u64, u64)> {
    let file = rusqlite::Connection::open(file)?;
    let sql = "SELECT coalesce(sum(count), 0), count(*) FROM error_tracker_issues";
    file.query_row(sql, [], |row| Ok((row.get::<_, i64>(0)? as u64, row.get::<_, i64>(1)? as u64)))
}

/// Prints what all threads of the process spent on a call.
pub(super) fn costs(calls: u64, run: impl FnOnce()) {
    let before = cpu_seconds(libc::RUSAGE_SELF);
    run();
    say("cpu", (cpu_seconds(libc::RUSAGE_SELF) - before) * 1e9 / calls as f64);
}

/// Times each call, and prints the longest of each 10,000, and the longest of all.
fn timed(calls: u64, fail: impl Fn(u64) + Sync) {
    let each = (calls / THREADS) as usize;
    // Written to, so that no page is missing when time counts.
    let mut taken: Vec<Vec<u64>> = (0..THREADS).map(|_| vec![u64::MAX; each]).collect();
    thread::scope(|scope| {
        for taken in &mut taken {
            let fail = &fail;
            scope.spawn(move || {
                let mut last = Instant::now();
                for (number, taken) in taken.iter_mut().enumerate() {
                    fail(number as u64);
                    let now = Instant::now();
                    *taken = now.duration_since(last).as_nanos() as u64;
                    last = now;
                }
            });
        }
    });
    let mut taken = taken.concat();
    taken.sort_unstable();
    let at = |share: f64| taken.get((taken.len() as f64 * share) as usize).copied();
    say("p50", at(0.5).unwrap_or_default());
    say("p9999", at(0.9999).unwrap_or_default());
    say("max", taken.last().copied().unwrap_or_default());
}
