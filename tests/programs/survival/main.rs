//! What the tests of `tests/survival.rs` start and often kill: `survival SCENARIO DATABASE ..`.
#![allow(clippy::print_stdout, reason = "the test reads what the program prints")]

#[cfg(unix)]
mod endings;
#[cfg(unix)]
mod failing;
#[cfg(unix)]
mod forks;
#[cfg(unix)]
mod storms;
#[cfg(unix)]
mod threads;

/// How many seconds the largest storm may take by far: what takes longer hangs.
#[cfg(unix)]
const LIMIT: u32 = 900;

#[cfg(unix)]
fn main() {
    // SAFETY: it sends this process a signal when the time is over, which ends it.
    unsafe { libc::alarm(LIMIT) };
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["full_queue", file, threads, times] => {
            storms::with_a_full_queue(file, number(threads), number(times));
        }
        ["many_issues", file, threads, times] => {
            storms::over_many_issues(file, number(threads), number(times));
        }
        ["endless", file, limit] => failing::without_end(file, number(limit)),
        ["immediate", file, _] => failing::acknowledged(file),
        ["some", file, times] => failing::some(file, number(times)),
        ["exit", file, times, place] => endings::exit(file, number(times), place),
        ["forks", file, times] => forks::while_threads_fail(file, number(times)),
        ["threads", file, threads] => threads::many_at_once(file, number(threads)),
        ["no_thread", file] => threads::without_a_writer(file),
        _ => panic!("no scenario is called so: {words:?}"),
    }
}

#[cfg(unix)]
fn number(word: &str) -> u32 {
    word.parse().expect("a number")
}

#[cfg(not(unix))]
fn main() {}
