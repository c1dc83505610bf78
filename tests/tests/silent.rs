//! Holds the promises of `silent`: the failure is recorded, and swallowed.

use error_tracker::testing::record;
use error_tracker::{scope, track_exception, Kind, Outcome};
use error_tracker_tests::errors::Disk;
use error_tracker_tests::{functions, local, only};
use serde_json::json;

#[track_exception(silent)]
fn returns_the_default(sector: u32) -> Result<u32, Disk> {
    if sector == 0 {
        panic!("sector {sector}");
    }
    if sector > 100 {
        return Ok(sector);
    }
    Err(Disk(sector))
}

#[test]
fn an_error_becomes_ok_of_the_default_and_is_recorded_as_swallowed() {
    let event = only(record(|| assert_eq!(returns_the_default(7), Ok(0))));
    assert_eq!((event.message.as_str(), event.outcome), ("disk 7", Outcome::Swallowed));
    assert_eq!(local(&event.frames[0], "sector"), "7");
}

#[test]
fn a_panic_becomes_ok_of_the_default_and_is_recorded_as_swallowed() {
    let event = only(record(|| assert_eq!(returns_the_default(0), Ok(0))));
    assert_eq!((event.kind, event.message.as_str()), (Kind::Panic, "sector 0"));
    assert_eq!(
        (functions(&event), event.outcome),
        (vec!["returns_the_default"], Outcome::Swallowed)
    );
}

#[test]
fn a_result_that_is_fine_passes() {
    assert!(record(|| assert_eq!(returns_the_default(101), Ok(101))).is_empty());
}

#[test]
fn without_a_tracker_it_swallows_all_the_same() {
    assert_eq!(returns_the_default(7), Ok(0));
    assert_eq!(returns_the_default(0), Ok(0));
}

#[track_exception(silent = Ok(names.len()))]
fn returns_what_it_is_told(names: &[&str], extra: String) -> Result<usize, Disk> {
    match names {
        [] => panic!("nobody, and {extra}"),
        _ => Err(Disk(1)),
    }
}

#[test]
fn an_expression_gives_the_value_and_may_use_what_is_borrowed() {
    let events = record(|| {
        assert_eq!(returns_what_it_is_told(&["a", "b"], "x".into()), Ok(2));
        assert_eq!(returns_what_it_is_told(&[], "x".into()), Ok(0));
    });
    assert_eq!(events.len(), 2);
}

#[track_exception(silent = String::from("unknown"))]
fn names(number: u32) -> String {
    panic!("no name for {number}")
}

#[track_exception(silent)]
fn unit(number: u32) {
    assert!(number < 3, "number {number}");
}

#[track_exception(silent = Box::new(std::iter::empty()))]
fn iterates(number: u32) -> Box<dyn Iterator<Item = u32>> {
    panic!("number {number}")
}

#[test]
fn functions_that_return_no_result_swallow_panics() {
    let events = record(|| {
        assert_eq!(names(7), "unknown");
        unit(7);
        assert_eq!(iterates(7).count(), 0);
    });
    assert!(events.iter().all(|event| event.outcome == Outcome::Swallowed));
    assert_eq!(events.len(), 3);
}

#[track_exception]
fn calls_a_silent_one() -> Result<u32, Disk> {
    returns_the_default(7)?;
    Err(Disk(7))
}

#[test]
fn a_swallowed_failure_is_not_continued_by_the_caller() {
    let events = record(calls_a_silent_one);
    assert_eq!(events.len(), 2);
    assert_eq!(functions(&events[0]), ["returns_the_default"]);
    assert_eq!(events[0].outcome, Outcome::Swallowed);
    assert_eq!(functions(&events[1]), ["calls_a_silent_one"]);
}

#[track_exception]
fn fails(sector: u32) -> Result<u32, Disk> {
    Err(Disk(sector))
}

#[track_exception(silent)]
fn swallows_a_callees() -> Result<u32, Disk> {
    Ok(fails(3)? + 1)
}

#[test]
fn a_silent_caller_is_the_last_frame_of_what_a_callee_recorded() {
    let event = only(record(|| assert_eq!(swallows_a_callees(), Ok(0))));
    assert_eq!(functions(&event), ["fails", "swallows_a_callees"]);
    assert_eq!(event.outcome, Outcome::Swallowed);
}

#[track_exception(silent)]
async fn later(sector: u32) -> Result<u32, Disk> {
    tokio::task::yield_now().await;
    if sector == 0 {
        panic!("sector {sector}");
    }
    Err(Disk(sector))
}

#[tokio::test]
async fn a_silent_future_swallows_errors_and_panics() {
    let events = error_tracker::testing::record_async(async {
        assert_eq!(later(7).await, Ok(0));
        assert_eq!(later(0).await, Ok(0));
    })
    .await;
    assert_eq!(events.len(), 2);
    assert!(events.iter().all(|event| event.outcome == Outcome::Swallowed));
    assert!(events.iter().all(|event| functions(event) == ["later"]));
}

#[test]
fn a_silent_scope_swallows_what_its_block_does() {
    let event = only(record(|| {
        let result = scope!(silent, order = 9, -> Result<u32, Disk> { Err(Disk(1)) });
        assert_eq!(result, Ok(0));
    }));
    assert_eq!(event.context["order"], json!(9));
    assert_eq!(event.outcome, Outcome::Swallowed);
}
