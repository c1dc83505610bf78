//! What happens once in a process, the first time.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::cases::errors::{panics, quietly};
use crate::cases::{ours, say, Case};
use crate::{deep, subjects};

pub(crate) const CASES: &[Case] = &[
    ("cold-walk", |_| {
        let mut took = Duration::ZERO;
        deep_cold(|| took = timed(|| _ = black_box(deep::walk())));
        say("first", took.as_nanos());
    }),
    ("cold-bare-panic", |_| {
        quietly();
        deep_cold(|| say("first", timed(|| panics(subjects::panicking)).as_nanos()));
    }),
    ("cold-ours", |_| {
        let begun = Instant::now();
        let _ours = ours();
        say("init", begun.elapsed().as_nanos());
        deep_cold(|| say("first", timed(|| fails(subjects::two_ours)).as_nanos()));
    }),
    ("cold-ours-panic", |_| {
        quietly();
        let _ours = ours();
        deep_cold(|| say("first", timed(|| panics(subjects::panicking_ours)).as_nanos()));
    }),
    ("cold-stored", |_| {
        let _ours = ours();
        deep_cold(|| {
            let stored = || {
                fails(subjects::two_ours);
                say("flushed", u8::from(error_tracker::flush(Duration::from_secs(60))));
            };
            say("first", timed(stored).as_nanos());
        });
    }),
    ("cold-resolve", |_| {
        deep_cold(|| {
            say("first", timed(|| drop(black_box(backtrace::Backtrace::new()))).as_nanos());
        });
    }),
    ("cold-commit", |_| say("first", commit().unwrap_or_default().as_nanos())),
];

pub(super) fn timed(run: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    run();
    begun.elapsed()
}

pub(super) fn fails(subject: fn(i32, &str) -> Result<u64, subjects::Failure>) {
    drop(black_box(subject(black_box(-7), black_box("seven"))));
}

/// Calls `end` as deep as the warm cases do, but walks no stack before.
pub(super) fn deep_cold(mut end: impl FnMut()) {
    deep::call_untouched(&mut end);
}

/// Times one transaction that puts 4 KB into a table, in the mode that our store uses.
fn commit() -> Result<Duration, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let database = rusqlite::Connection::open(folder.path().join("rows.db"))?;
    database.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
         CREATE TABLE rows (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
         INSERT INTO rows (body) VALUES (zeroblob(4096));",
    )?;
    let begun = Instant::now();
    database.execute("INSERT INTO rows (body) VALUES (zeroblob(4096))", [])?;
    Ok(begun.elapsed())
}
