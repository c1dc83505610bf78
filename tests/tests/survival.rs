//! Holds the promise that no failure is miscounted, whatever happens to the process.
//!
//! With the variable `SURVIVAL=all`, as `cargo xtask test --all` sets it, more of everything.
#![cfg(unix)]

#[path = "survival/counting.rs"]
mod counting;
#[path = "survival/endings.rs"]
mod endings;
#[path = "survival/kills.rs"]
mod kills;
#[path = "survival/program.rs"]
mod program;

/// Returns how much of something to do: in the plain tests, or in all of them.
fn plain_or_all<T>(plain: T, all: T) -> T {
    match std::env::var_os("SURVIVAL").is_some_and(|what| what == "all") {
        true => all,
        false => plain,
    }
}
