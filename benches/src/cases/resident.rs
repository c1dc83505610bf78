//! What stays in memory: of a tracker at rest, once a stack was named, and in a storm.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use error_tracker::flush;

use crate::cases::storm::{fail_at, opened, storm};
use crate::cases::{cold, say, Case};
use crate::subjects;

const BETWEEN: Duration = Duration::from_millis(10);
/// How long the names of a stack may be kept before this gives up waiting for their end.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long memory must not change to count as settled.
const SETTLED: Duration = Duration::from_millis(500);
const LONG: Duration = Duration::from_secs(60);

pub(crate) const CASES: &[Case] = &[
    ("resident", |_| {
        let (bare, own) = (resident(), rollup("Anonymous:"));
        let Some(_ours) = super::ours() else { return };
        opened();
        say("idle", resident() - bare);
        say("own", rollup("Anonymous:") - own);
        fail();
        let named = resident();
        say("named", named - bare);
        let begun = Instant::now();
        while resident() > named - MEBIBYTE / 2.0 && begun.elapsed() < PATIENCE {
            thread::sleep(BETWEEN);
        }
        say("settled", settled() - bare);
    }),
    ("resident-storm", |calls| {
        grows(calls, |_| cold::fails(subjects::two_ours));
    }),
    ("resident-wide", |calls| {
        grows(calls, |number| drop(std::hint::black_box(fail_at(number))));
    }),
];

const MEBIBYTE: f64 = 1_048_576.0;

/// Fails once, and waits until the stack has its names and is stored.
fn fail() {
    cold::deep_cold(|| cold::fails(subjects::two_ours));
    flush(LONG);
}

/// Prints how much more than with a first stack named is resident in a storm at most.
fn grows(calls: u64, each: impl Fn(u64) + Sync) {
    let Some(_ours) = super::ours() else { return };
    opened();
    fail();
    let (before, is_over) = (resident(), AtomicBool::new(false));
    let most = thread::scope(|scope| {
        let watching = scope.spawn(|| {
            let mut most = before;
            while !is_over.load(Ordering::Relaxed) {
                most = most.max(resident());
                thread::sleep(BETWEEN);
            }
            most
        });
        storm(calls, each);
        flush(LONG);
        is_over.store(true, Ordering::Relaxed);
        watching.join().unwrap_or(before)
    });
    say("growth", most.max(resident()) - before);
}

/// Returns what is resident once that has stopped changing.
fn settled() -> f64 {
    let (mut last, mut since) = (resident(), Instant::now());
    while since.elapsed() < SETTLED {
        thread::sleep(BETWEEN);
        let now = resident();
        if now != last {
            (last, since) = (now, Instant::now());
        }
    }
    last
}

/// Returns how many bytes of this process are in memory.
fn resident() -> f64 {
    rollup("Rss:")
}

/// Returns what the kernel says of the memory of this process, in bytes.
fn rollup(name: &str) -> f64 {
    let rollup = fs::read_to_string("/proc/self/smaps_rollup").unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix(name));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
    kibibytes.map_or(f64::NAN, |kibibytes: f64| kibibytes * 1_024.0)
}
