//! Failures that are all different, so that each is recorded in full, as an issue of its own.

use std::fmt;
use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use error_tracker::{track_exception, tracker, Durability, Guard};

/// How long the guard may wait: only a hang reaches it.
const LIMIT: Duration = Duration::from_secs(60);
/// How many threads fail without end.
const THREADS: u32 = 4;
/// Who fails without end lets the writer keep up.
const QUEUED: usize = 128;

#[derive(Debug)]
pub struct Storm(pub u32);

impl fmt::Display for Storm {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "storm {}", self.0)
    }
}

impl std::error::Error for Storm {}

/// Fails as one of many issues.
#[track_exception(fingerprint = issue)]
pub fn fails(issue: u32) -> Result<u32, Storm> {
    Err(Storm(issue))
}

/// Starts the tracker; the store is open afterwards.
pub fn start(file: &str) -> Guard {
    let started =
        error_tracker::init! { store: file, require_store: true, shutdown_timeout: LIMIT };
    started.expect("the store can be opened")
}

static MADE: AtomicU32 = AtomicU32::new(0);

/// Fails as an issue that no process had before.
#[track_exception(fingerprint = format!("{} {number}", std::process::id()))]
fn fails_anew(number: u32) -> Result<u32, Storm> {
    Err(Storm(number))
}

pub fn fail_anew() {
    assert!(fails_anew(MADE.fetch_add(1, Ordering::Relaxed)).is_err());
}

/// Fails on several threads and prints how many events are committed; aborts at so many.
pub fn without_end(file: &str, limit: u32) {
    let _tracker = start(file);
    println!("started");
    for _ in 0..THREADS {
        thread::spawn(|| loop {
            match tracker().health().queued {
                0..QUEUED => fail_anew(),
                _ => thread::yield_now(),
            }
        });
    }
    let mut told = 0;
    loop {
        let committed = tracker().health().committed;
        if committed > told {
            told = committed;
            println!("{committed}");
            std::io::stdout().flush().expect("somebody reads");
        }
        if committed >= u64::from(limit) {
            std::process::abort();
        }
        thread::yield_now();
    }
}

/// Fails so often and ends as programs should.
pub fn some(file: &str, times: u32) {
    let _tracker = start(file);
    (0..times).for_each(|_| fail_anew());
}

/// Fails on several threads; each prints how many captures came back, once its own has.
pub fn acknowledged(file: &str) {
    let started = error_tracker::init! {
        store: file,
        require_store: true,
        durability: Durability::Immediate,
        immediate_timeout: LIMIT,
    };
    let _tracker = started.expect("the store can be opened");
    println!("started");
    static BACK: AtomicU32 = AtomicU32::new(0);
    let fail = || loop {
        fail_anew();
        println!("{}", BACK.fetch_add(1, Ordering::SeqCst) + 1);
    };
    let threads: Vec<_> = (0..THREADS).map(|_| thread::spawn(fail)).collect();
    threads.into_iter().for_each(|thread| drop(thread.join()));
}
