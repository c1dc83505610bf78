//! More failures than can be recorded in full, over many issues. What was counted is printed.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use error_tracker::{track_exception, tracker};
use rusqlite::Connection;

use crate::failing::{fails, start, Storm};

/// Issues that are known before the queue is full, and issues that are not.
const EARLY: u32 = 100;
const LATE: u32 = 100;
const MANY: u32 = 10_000;
/// How many messages the queue holds.
const CAPACITY: usize = 1_024;

struct Counts(Vec<AtomicU64>);

impl Counts {
    fn new(issues: u32) -> Self {
        Self((0..issues).map(|_| AtomicU64::new(0)).collect())
    }

    fn fail(&self, issue: u32, how: fn(u32) -> Result<u32, Storm>) {
        assert!(how(issue).is_err());
        self.0[issue as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Prints issue and count a line.
    fn print(&self) {
        let counts = self.0.iter().map(|count| count.load(Ordering::Relaxed));
        for (issue, count) in counts.enumerate() {
            println!("{issue} {count}");
        }
    }
}

/// Needs more room in the queue than a failure that nobody passes on.
#[track_exception]
fn passes_on(issue: u32) -> Result<u32, Storm> {
    fails(issue)
}

/// Keeps the writer from committing until it drops, so that the queue gets full.
pub fn lock(file: &str) -> Connection {
    let connection = Connection::open(file).expect("the store is there");
    connection.busy_timeout(std::time::Duration::from_secs(60)).expect("it waits");
    connection.execute_batch("BEGIN IMMEDIATE").expect("nobody writes yet");
    connection
}

fn wait_for_a_full_queue() {
    while tracker().health().queued < CAPACITY {
        thread::yield_now();
    }
}

/// Each thread fails at least so often; half of the issues are first seen when the queue is full.
pub fn with_a_full_queue(file: &str, threads: u32, times: u32) {
    let guard = start(file);
    let lock = lock(file);
    let counts = Counts::new(EARLY + LATE);
    let late_are_known = AtomicBool::new(false);
    thread::scope(|scope| {
        for thread in 0..threads {
            let (counts, late_are_known) = (&counts, &late_are_known);
            scope.spawn(move || {
                let mut failed = 0;
                while failed < times / 2 || !late_are_known.load(Ordering::Acquire) {
                    counts.fail((failed + thread) % EARLY, passes_on);
                    failed += 1;
                }
                (failed..times).for_each(|step| counts.fail((step + thread) % 200, fails));
            });
        }
        for issue in EARLY..EARLY + LATE {
            wait_for_a_full_queue();
            counts.fail(issue, fails);
        }
        late_are_known.store(true, Ordering::Release);
        drop(lock);
    });
    drop(guard);
    counts.print();
}

/// Each thread fails so often as each of many issues while nothing can be committed.
pub fn over_many_issues(file: &str, threads: u32, times: u32) {
    let guard = start(file);
    let lock = lock(file);
    let counts = Counts::new(MANY);
    thread::scope(|scope| {
        for thread in 0..threads {
            let counts = &counts;
            scope.spawn(move || {
                for step in 0..MANY * times {
                    counts.fail((step + thread * 1_000) % MANY, fails);
                }
            });
        }
    });
    assert_eq!(tracker().health().lost, 0);
    drop(lock);
    drop(guard);
    counts.print();
}
