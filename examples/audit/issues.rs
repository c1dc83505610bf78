//! Owns the list that is shown at the end: what error-tracker has on record.

use error_tracker::{Error, Frame, Issue, Query, Tracker};

/// As many issues are shown, as many arguments of a call, and as many characters of a value.
const ISSUES: usize = 20;
const LOCALS: usize = 4;
const WIDTH: usize = 90;

/// Prints the issues that the manifests caused, newest first, each with its first event.
pub fn print() -> Result<(), Error> {
    let tracker = error_tracker::tracker();
    let page = tracker.issues(Query::new().size(ISSUES))?;
    let failures: u64 = page.items.iter().map(|issue| issue.count).sum();
    println!("\nOn record now: {} issues, {failures} failures.", page.items.len());
    for issue in &page.items {
        print_issue(&tracker, issue)?;
    }
    println!("\nThe database: {}", database().display());
    Ok(())
}

fn print_issue(tracker: &Tracker, issue: &Issue) -> Result<(), Error> {
    println!("\n{:>5} x {}: {}", issue.count, issue.exception_name, issue.message);
    let events = tracker.events(issue.fingerprint)?;
    if let Some(first) = events.last() {
        first.event.frames.iter().for_each(print_frame);
        for (key, value) in &first.event.context {
            println!("          {key}: {value}");
        }
    }
    Ok(())
}

fn print_frame(frame: &Frame) {
    println!("        {}", frame.function);
    println!("          {}:{}  {}", frame.file, frame.line, frame.expression);
    for local in frame.locals.iter().take(LOCALS) {
        println!("          {} = {}", local.name, cut(&local.value));
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
