//! Lets a secret of each path fail: `leaks DATABASE FORM`. Says `flushed`, then waits for its input to end.
#![allow(clippy::print_stdout, reason = "the parent reads it")]

mod arguments;
mod context;
mod errors;
mod literals;

use std::time::Duration;

use error_tracker::set_tag;
use error_tracker_tests::leaks::{sample, Sample};

/// Fails once along a path.
type Run = fn(&Sample);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, form] = &arguments[..] else { panic!("usage: leaks DATABASE FORM") };
    // What the standard hook prints is the program's own.
    std::panic::set_hook(Box::new(|_| {}));
    arguments::set_global(&sample("global of every event", form));
    let tracker = error_tracker::init! { store: file.as_str(), globals: [arguments::EVERYWHERE] };
    let _tracker = tracker.expect("all settings are good");
    for (path, run) in paths() {
        set_tag("path", path);
        run(&sample(path, form));
    }
    literals::run(form);
    // A folder can't be opened as a database: events wait beside it.
    let is_there = !std::path::Path::new(file).is_dir();
    assert_eq!(error_tracker::flush(Duration::from_secs(60)), is_there);
    // Ends the line of paths that the parent reads.
    let names: Vec<&str> = paths().map(|(path, _)| path).collect();
    println!("\nflushed {}", names.join(";"));
    let _ = std::io::stdin().read_line(&mut String::new());
}

fn paths() -> impl Iterator<Item = (&'static str, Run)> {
    [arguments::PATHS, context::PATHS, errors::PATHS].into_iter().flatten().copied()
}
