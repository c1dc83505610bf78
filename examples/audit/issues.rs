//! Owns the list that is shown at the end: what error-tracker has on record.

use std::cmp::Reverse;

use error_tracker::{Error, Frame, Issue, Query, Tracker};

/// As many issues are shown, as many arguments of a call, and as many characters of a value.
const ISSUES: usize = 20;
const LOCALS: usize = 4;
const WIDTH: usize = 90;

/// Prints the issues that the manifests caused, each with the first event it was seen in.
pub fn print() -> Result<(), Error> {
    let tracker = error_tracker::tracker();
    let mut issues = tracker.issues(Query::new().size(ISSUES))?.items;
    issues.sort_by_key(|issue| Reverse(issue.count));
    let failures: u64 = issues.iter().map(|issue| issue.count).sum();
    println!("\nOn record now: {} issues, {failures} failures.", issues.len());
    for issue in &issues {
        print_issue(&tracker, issue)?;
    }
    println!("\nThe database: {}", database().display());
    Ok(())
}

fn print_issue(tracker: &Tracker, issue: &Issue) -> Result<(), Error> {
    println!("\n{:>5} x {}", issue.count, issue.exception_name);
    let events = tracker.events(issue.fingerprint)?;
    if let Some(first) = events.last() {
        println!("        first: {}", first.event.message);
        first.event.chain.iter().for_each(|cause| print_text("because: ", &cause.message));
        first.event.frames.iter().for_each(print_frame);
        let context = first.event.context.iter().map(|(key, value)| format!("{key} = {value}"));
        println!("        context: {}", context.collect::<Vec<_>>().join(", "));
    }
    Ok(())
}

/// Prints an annotated call: where it failed, and with which arguments.
fn print_frame(frame: &Frame) {
    println!("        in {}, {}:{}", frame.function, frame.file, frame.line);
    print_text("    at: ", &frame.expression);
    for local in frame.locals.iter().take(LOCALS) {
        println!("            {} = {}", local.name, cut(&local.value));
    }
}

fn print_text(label: &str, text: &str) {
    if !text.is_empty() {
        let line: Vec<&str> = text.split_whitespace().collect();
        println!("        {label}{}", cut(&line.join(" ")));
    }
}

fn cut(value: &str) -> String {
    let shown: String = value.chars().take(WIDTH).collect();
    if shown.len() < value.len() {
        return shown + " ..";
    }
    shown
}

/// Where `init!()` puts its store unless told otherwise.
fn database() -> std::path::PathBuf {
    let name = std::path::Path::new("error-tracker.db");
    std::path::absolute(name).unwrap_or_else(|_| name.to_owned())
}
