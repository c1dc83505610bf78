//! What belongs together stands together: overrides, what is kept for display, what is not seen.

use error_tracker::testing::record;
use error_tracker::{capture_exception, capture_message, track_exception, Event};
use error_tracker_tests::errors::Disk;
use error_tracker_tests::only;

/// Returns the label and text of each part that a fingerprint was made of.
fn made_of(event: &Event) -> Vec<(&str, &str)> {
    let parts = event.grouping.parts.iter();
    parts.map(|(label, text)| (label.as_str(), text.as_str())).collect()
}

fn is_one_issue(events: &[Event]) -> bool {
    events.iter().all(|event| event.fingerprint == events[0].fingerprint)
}

#[track_exception(fingerprint = "the queue")]
fn by_attribute(number: u32) -> Result<(), Disk> {
    Err(Disk(number))
}

#[track_exception(fingerprint = "the queue", handler = error)]
fn handles(error: &Disk) -> u32 {
    error.0
}

#[test]
fn a_fingerprint_of_ones_own_joins_what_fails_anywhere() {
    let events = record(|| {
        by_attribute(1).ok();
        handles(&Disk(2));
        capture_exception!(Disk(3), fingerprint = "the queue");
        capture_message!(fingerprint = format!("the {}", "queue"); "{} jobs wait", 4);
    });
    assert_eq!(events.len(), 4);
    assert!(is_one_issue(&events));
    assert_eq!(made_of(&events[3]), [("fingerprint", "the queue")]);
}

#[test]
fn each_event_may_have_a_fingerprint_of_its_own() {
    let events = record(|| {
        for shard in [1, 2, 1] {
            capture_message!(fingerprint = shard; "shard is behind");
        }
    });
    assert_eq!(events[0].fingerprint, events[2].fingerprint);
    assert_ne!(events[0].fingerprint, events[1].fingerprint);
}

#[test]
fn a_fingerprint_of_ones_own_is_masked_before_it_is_kept() {
    let events = record(|| {
        for secret in ["one", "two"] {
            capture_message!(fingerprint = format!("login password={secret}"); "refused");
        }
    });
    assert_eq!(made_of(&events[0]), [("fingerprint", "login password=*****")]);
    assert!(is_one_issue(&events));
}

#[track_exception]
fn refused(order: u32, secret: &str) -> Result<(), String> {
    Err(format!("order {order} refused: token={secret}, card {secret}"))
}

#[test]
fn masked_parts_are_variable_parts() {
    let events = record(|| {
        refused(1, "4111 1111 1111 1111").ok();
        refused(22, "5555 5555 5555 4444").ok();
    });
    assert!(is_one_issue(&events));
    let (_, text) = made_of(&events[0]).pop().expect("a text is a part");
    assert_eq!(text, "order <*> refused: token=<*>, card <*>");
}

#[track_exception]
fn by_closure(wanted: u32) -> Result<(), Disk> {
    let skipped = |number: u32| number + 1;
    let fails = move || Err(Disk(skipped(wanted)));
    fails()
}

#[test]
fn what_it_was_made_of_reads_well() {
    let event = only(record(|| by_closure(1)));
    let site = concat!(module_path!(), "::by_closure");
    let wanted = [("kind", "error"), ("type", "error_tracker_tests::errors::Disk")];
    assert_eq!(made_of(&event)[..2], wanted);
    assert!(made_of(&event).contains(&("site", site)), "{:?}", made_of(&event));
    assert!(made_of(&event).contains(&("expression", "fails()")), "{:?}", made_of(&event));
}

/// A generic function whose instances fail alike.
#[track_exception]
fn generic<T: Copy>(value: T) -> Result<T, Holds<T>> {
    Err(Holds(value))
}

#[derive(Debug)]
struct Holds<T>(#[allow(dead_code, reason = "shown by Debug")] T);

#[test]
fn generic_instances_are_one_issue() {
    let events = record(|| {
        generic(1_u8).ok();
        generic([(2_i64, "b")]).ok();
    });
    assert_eq!(events.len(), 2);
    assert!(is_one_issue(&events), "{:?} {:?}", made_of(&events[0]), made_of(&events[1]));
}
