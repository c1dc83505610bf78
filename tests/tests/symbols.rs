//! The names of a stack: of this program and of what it calls, with files and lines.

use std::time::Duration;

use error_tracker::{track_exception, Frame, Query, Recorded, Tracker};

const LIMIT: Duration = Duration::from_secs(30);

#[track_exception]
#[inline(never)]
fn divide(by: u32) -> u32 {
    #[inline(never)]
    fn unannotated(by: u32) -> u32 {
        std::hint::black_box(7_u32.checked_div(by).expect("a divisor"))
    }
    std::hint::black_box(unannotated(by))
}

#[track_exception]
#[inline(never)]
fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
    let number = text.parse()?;
    Ok(std::hint::black_box(number))
}

fn the_event(tracker: &Tracker, exception: &str) -> Recorded {
    let page = tracker.issues(Query::new()).expect("the store reads");
    let issue = page.items.iter().find(|issue| issue.exception_name.contains(exception));
    let issue = issue.unwrap_or_else(|| panic!("no {exception} in {page:?}"));
    tracker.events(issue.fingerprint).expect("the store reads").remove(0)
}

fn own(recorded: &Recorded) -> Vec<&Frame> {
    recorded.stack.iter().filter(|frame| frame.in_app).collect()
}

#[test]
fn stored_stacks_begin_at_the_function_that_failed_and_know_own_frames_from_others() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let guard =
        error_tracker::init! { store: folder.path().join("errors.db"), server_name: "here" };
    let _guard = guard.expect("all settings are good");
    assert!(parse("seven").is_err());
    assert!(std::panic::catch_unwind(|| divide(0)).is_err());
    assert!(error_tracker::flush(LIMIT));
    let tracker = error_tracker::tracker();

    let error = the_event(&tracker, "ParseIntError");
    let first = own(&error).first().map(|frame| frame.function.clone()).unwrap_or_default();
    assert!(first.contains("parse"), "{:#?}", error.stack);
    let panic = the_event(&tracker, "panic");
    let first = own(&panic).first().map(|frame| frame.function.clone()).unwrap_or_default();
    assert!(first.contains("unannotated"), "{:#?}", panic.stack);
    for recorded in [&error, &panic] {
        let own = own(recorded);
        assert!(own[0].file.ends_with("symbols.rs") && own[0].line > 0, "{own:#?}");
        assert!(recorded.event.addresses.is_empty());
        let foreign = recorded.stack.iter().filter(|frame| !frame.in_app);
        assert!(foreign.clone().any(|frame| frame.function.starts_with("std::")));
        assert!(recorded.stack.iter().all(|frame| !frame.function.is_empty()));
        let top = &recorded.stack[0].function;
        assert!(!top.starts_with("error_tracker::") && !top.contains("panicking"), "{top}");
    }
}
