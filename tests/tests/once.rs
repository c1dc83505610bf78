//! Holds the promise named *Once*: however often a failure is seen, it counts one time.

use std::error::Error;

use error_tracker::testing::record;
use error_tracker::{
    capture_exception, capture_message, track_exception, Event, EventId, Kind, Outcome,
};
use error_tracker_tests::errors::{Disk, Gone, Load};
use error_tracker_tests::{functions, local, only, told};
use serde_json::json;

#[track_exception]
fn read(sector: u32) -> Result<u32, Disk> {
    Err(Disk(sector))
}

fn context(event: &Event) -> serde_json::Value {
    serde_json::Value::Object(event.context.clone())
}

const CAPTURED_AT: u32 = line!() + 4;
#[track_exception]
fn captures_and_returns(number: u32) -> Result<(), Disk> {
    let error = Disk(number);
    capture_exception(&error);
    Err(error)
}

#[track_exception]
fn passes_on(number: u32) -> Result<(), Disk> {
    captures_and_returns(number + 1)
}

#[test]
fn an_error_that_is_captured_and_then_returned_is_one_event() {
    let event = only(record(|| passes_on(1)));
    assert_eq!(functions(&event), ["captures_and_returns", "passes_on"]);
    assert!(event.frames.iter().all(|frame| frame.failed));
    assert_eq!(local(&event.frames[0], "number"), "2");
    assert!(event.location.ends_with(&format!("once.rs:{CAPTURED_AT}")), "{}", event.location);
    assert_eq!(event.outcome, Outcome::Propagated);
}

#[track_exception]
fn captures_and_goes_on(number: u32) -> Result<(), Disk> {
    capture_exception(&Disk(number));
    Ok(())
}

#[track_exception]
fn calls_one_that_goes_on(card_secret: &str) -> Result<(), Disk> {
    captures_and_goes_on(card_secret.len().try_into().unwrap_or_default())
}

#[test]
fn a_capture_carries_the_functions_it_stands_in_though_none_of_them_fails() {
    let event = only(record(|| calls_one_that_goes_on("4111")));
    assert_eq!(functions(&event), ["captures_and_goes_on", "calls_one_that_goes_on"]);
    assert!(event.frames.iter().all(|frame| !frame.failed));
    assert_eq!(local(&event.frames[0], "number"), "4");
    assert_eq!(local(&event.frames[1], "card_secret"), "*****");
    assert_eq!(event.outcome, Outcome::Handled);
}

#[test]
fn an_error_that_is_captured_in_two_places_is_one_event_with_the_context_of_both() {
    let mut ids = Vec::new();
    let event = only(record(|| {
        let error = Disk(1);
        ids.push(error_tracker::capture_exception!(error, place = "first", first = 1));
        ids.push(error_tracker::capture_exception!(error, place = "second", second = 2));
    }));
    assert_eq!(ids, [event.id, event.id]);
    assert_eq!(context(&event), json!({"place": "first", "first": 1, "second": 2}));
}

#[track_exception]
fn captures_twice(number: u32) -> Result<(), Disk> {
    let error = Disk(number);
    let first = capture_exception(&error);
    assert_eq!(capture_exception(&error), first);
    Err(error)
}

#[test]
fn an_error_that_is_captured_twice_and_returned_is_one_event() {
    let event = only(record(|| captures_twice(1)));
    assert_eq!(functions(&event), ["captures_twice"]);
}

#[track_exception]
fn captures_in_a_loop() -> Result<(), Disk> {
    for _ in 0..3 {
        capture_exception(&Disk(1));
    }
    Ok(())
}

#[test]
fn a_place_that_captures_in_a_loop_counts_each_time() {
    let events = record(captures_in_a_loop);
    assert_eq!(events.len(), 3, "{:#?}", told(&events));
    assert!(events.iter().all(|event| event.fingerprint == events[0].fingerprint));
    assert!(events.iter().all(|event| functions(event) == ["captures_in_a_loop"]));
}

#[test]
fn a_loop_outside_of_annotated_functions_counts_each_time_too() {
    let events = record(|| (0..3).map(|_| capture_exception(&Disk(1))).collect::<Vec<_>>());
    assert_eq!(events.len(), 3, "{:#?}", told(&events));
}

#[track_exception(context(place = "callee"))]
fn recorded(number: u32) -> Result<(), Disk> {
    Err(Disk(number))
}

#[track_exception]
fn captures_what_a_callee_recorded(ids: &mut Vec<EventId>) -> Result<(), Disk> {
    if let Err(error) = recorded(5) {
        ids.push(error_tracker::capture_exception!(error, place = "caller", attempt = 3));
    }
    Ok(())
}

#[test]
fn a_capture_of_what_a_callee_recorded_adds_context_and_returns_the_same_id() {
    let mut ids = Vec::new();
    let event = only(record(|| captures_what_a_callee_recorded(&mut ids)));
    assert_eq!(ids, [event.id]);
    assert_eq!(context(&event), json!({"place": "callee", "attempt": 3}));
    assert_eq!(functions(&event), ["recorded", "captures_what_a_callee_recorded"]);
    assert_eq!(event.frames.iter().map(|frame| frame.failed).collect::<Vec<_>>(), [true, false]);
    assert_eq!(event.outcome, Outcome::Handled);
}

#[test]
fn a_capture_outside_of_annotated_functions_finds_what_one_of_them_recorded() {
    let mut id = EventId::NIL;
    let event = only(record(|| {
        if let Err(error) = recorded(5) {
            id = capture_exception(&error);
        }
    }));
    assert_eq!(id, event.id);
}

#[test]
fn a_capture_of_a_wrapped_error_finds_the_event_of_its_cause() {
    let mut id = EventId::NIL;
    let event = only(record(|| {
        if let Err(error) = read(5) {
            id = capture_exception(&Load(error));
        }
    }));
    assert_eq!(id, event.id);
}

#[test]
fn another_error_in_hand_is_another_event() {
    let events = record(|| {
        if read(5).is_err() {
            capture_exception(&Gone);
        }
    });
    assert_eq!(events.len(), 2);
    assert_ne!(events[0].id, events[1].id);
}

#[test]
fn anything_that_may_be_returned_may_be_captured() {
    let events = record(|| {
        let boxed: Box<dyn Error> = Disk(1).into();
        error_tracker::capture_exception!(boxed);
        error_tracker::capture_exception!(anyhow::anyhow!("disk {}", 2), attempt = 3);
        error_tracker::capture_exception!(eyre::eyre!("disk 3"));
        error_tracker::capture_exception!("disk 4".to_string());
        error_tracker::capture_exception!("disk 5");
    });
    let texts: Vec<_> = events.iter().map(|event| event.message.as_str()).collect();
    assert_eq!(texts, ["disk 1", "disk 2", "disk 3", "disk 4", "disk 5"]);
    assert_eq!(events[1].context["attempt"], json!(3));
}

#[track_exception(handler = error)]
fn on_error(error: &Disk, status: u16) -> u16 {
    error.0 as u16 + status
}

#[test]
fn a_handlers_error_is_recorded_before_the_handler_runs() {
    let mut status = 0;
    let event = only(record(|| status = on_error(&Disk(1), 500)));
    assert_eq!(status, 501);
    assert_eq!((event.message.as_str(), event.kind), ("disk 1", Kind::Error));
    assert_eq!(functions(&event), ["on_error"]);
    assert!(!event.frames[0].failed);
    assert_eq!(local(&event.frames[0], "status"), "500");
}

#[track_exception]
fn hands_to_a_handler() -> Result<u16, Disk> {
    Ok(recorded(7).map_or_else(|error| on_error(&error, 500), |()| 200))
}

#[test]
fn a_handlers_error_that_a_callee_recorded_stays_one_event() {
    let event = only(record(hands_to_a_handler));
    assert_eq!(functions(&event)[0], "recorded");
    assert!(functions(&event).contains(&"on_error"), "{:?}", functions(&event));
    let bare = only(record(|| recorded(7).map_or_else(|error| on_error(&error, 500), |()| 200)));
    assert_eq!(functions(&bare), ["recorded", "on_error"]);
}

#[test]
fn a_handler_that_is_reached_in_a_loop_counts_each_time() {
    let events = record(|| [1, 1, 1].map(|number| on_error(&Disk(number), 500)));
    assert_eq!(events.len(), 3, "{:#?}", told(&events));
}

#[test]
fn a_message_with_an_error_that_was_recorded_adds_its_text_to_that_event() {
    let mut id = EventId::NIL;
    let event = only(record(|| {
        if let Err(error) = read(5) {
            id = capture_message!(error = &error, order = 9; "while paying {}", 9);
        }
    }));
    assert_eq!(id, event.id);
    assert_eq!(context(&event), json!({"message": "while paying 9", "order": 9}));
    assert_eq!((event.kind, event.message.as_str()), (Kind::Error, "disk 5"));
}

#[test]
fn messages_are_grouped_by_their_text_before_values_go_in() {
    let events = record(|| {
        for left in 1..3 {
            capture_message!("only {left} left");
        }
        capture_message!("only {} left", 1);
    });
    let texts: Vec<_> = events.iter().map(|event| event.message.as_str()).collect();
    assert_eq!(texts, ["only 1 left", "only 2 left", "only 1 left"]);
    assert_eq!(events[0].fingerprint, events[1].fingerprint);
    assert_ne!(events[0].fingerprint, events[2].fingerprint);
    assert_eq!(events[0].kind, Kind::Message);
}
