//! Holds the promises about panics that unwind.

use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Once;

use error_tracker::testing::record;
use error_tracker::{track_exception, Kind, Level, Outcome};
use error_tracker_tests::errors::Disk;
use error_tracker_tests::{functions, lines, local, only, told};

fn caught<R>(run: impl FnOnce() -> R) -> Result<R, Box<dyn std::any::Any + Send>> {
    catch_unwind(AssertUnwindSafe(run))
}

const PANICS: u32 = line!() + 3;
#[track_exception]
fn index(at: usize) -> u32 {
    assert!(at < 3, "no element {at}");
    7
}

#[track_exception]
fn middle(label: &str, at: usize) -> Result<u32, Disk> {
    let found = index(at + 1);
    Ok(found + u32::try_from(label.len()).unwrap_or_default())
}

#[track_exception]
fn outer(at: usize) -> Result<u32, Disk> {
    middle("x", at + 1)
}

#[test]
fn a_panic_through_three_frames_is_one_event_with_the_arguments_of_each() {
    let event = only(record(|| caught(|| outer(5))));
    assert_eq!(functions(&event), ["index", "middle", "outer"]);
    assert_eq!(local(&event.frames[0], "at"), "7");
    assert_eq!(local(&event.frames[1], "label"), "\"x\"");
    assert_eq!(local(&event.frames[2], "at"), "5");
    assert!(event.frames.iter().all(|frame| frame.failed));
    assert_eq!((event.kind, event.level), (Kind::Panic, Level::Fatal));
    assert_eq!((event.exception_name.as_str(), event.message.as_str()), ("panic", "no element 7"));
    assert!(event.location.ends_with(&format!("panics.rs:{PANICS}")), "{}", event.location);
    assert_eq!(event.outcome, Outcome::Propagated);
    assert!(!event.addresses.is_empty());
}

#[test]
fn callers_show_the_line_of_the_call_that_panicked() {
    let event = only(record(|| caught(|| outer(5))));
    assert_eq!(lines(&event)[2], PANICS + 12);
}

#[test]
fn a_panic_without_annotated_functions_is_one_event_on_its_thread() {
    let thread = std::thread::Builder::new().name("plain".into());
    let events = thread.spawn(|| record(|| caught(|| panic!("plainly")))).unwrap().join().unwrap();
    let event = only(events);
    assert_eq!((event.message.as_str(), event.thread.as_str()), ("plainly", "plain"));
    assert!(event.frames.is_empty());
    assert_eq!(event.outcome, Outcome::Propagated);
}

#[test]
fn panics_one_after_the_other_are_events_of_their_own() {
    let events = record(|| {
        for _ in 0..3 {
            let _ = caught(|| outer(5));
        }
    });
    assert_eq!(events.len(), 3, "{:#?}", told(&events));
    for event in &events {
        assert_eq!(functions(event), ["index", "middle", "outer"]);
        assert_eq!((event.outcome, event.during), (Outcome::Propagated, None));
        assert_eq!(event.fingerprint, events[0].fingerprint);
    }
}

struct Payload(u32);

#[track_exception]
fn panics_with_a_value() -> u32 {
    std::panic::panic_any(Payload(7))
}

#[test]
fn the_payload_unwinds_untouched() {
    let mut payload = None;
    let event = only(record(|| payload = caught(panics_with_a_value).err()));
    let payload = payload.expect("it panicked").downcast::<Payload>();
    assert_eq!(payload.map(|payload| payload.0).ok(), Some(7));
    assert_eq!(functions(&event), ["panics_with_a_value"]);
}

#[test]
fn the_previous_hook_is_called_once_for_each_panic() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    static SET: Once = Once::new();
    SET.call_once(|| {
        record(|| ());
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if info.payload_as_str() == Some("counted") {
                CALLS.fetch_add(1, Ordering::Relaxed);
            }
            previous(info);
        }));
    });
    only(record(|| caught(|| panic!("counted"))));
    assert_eq!(CALLS.load(Ordering::Relaxed), 1);
}

mod caught_on_the_way {
    use super::*;

    #[track_exception]
    fn turned_into_an_error(at: usize) -> Result<u32, Disk> {
        caught(|| index(at)).map_err(|_| Disk(1))
    }

    #[track_exception]
    fn passes_on() -> Result<u32, Disk> {
        turned_into_an_error(9)
    }

    #[test]
    fn a_panic_that_is_turned_into_an_error_is_two_linked_events() {
        let events = record(passes_on);
        let [panic, error] = &events[..] else { panic!("{:#?}", told(&events)) };
        assert_eq!((functions(panic), panic.kind), (vec!["index"], Kind::Panic));
        assert_eq!(panic.outcome, Outcome::Handled);
        assert_eq!(functions(error), ["turned_into_an_error", "passes_on"]);
        assert_eq!((error.kind, error.outcome), (Kind::Error, Outcome::Propagated));
        assert_eq!(error.during, Some(panic.id));
    }

    #[track_exception]
    fn catches(at: usize) -> u32 {
        caught(|| index(at)).unwrap_or_default()
    }

    #[test]
    fn a_panic_that_an_annotated_caller_catches_is_handled() {
        let event = only(record(|| catches(9)));
        assert_eq!((functions(&event), event.outcome), (vec!["index"], Outcome::Handled));
    }

    #[track_exception]
    fn catches_and_resumes(at: usize) -> u32 {
        match caught(|| index(at)) {
            Ok(found) => found,
            Err(payload) => resume_unwind(payload),
        }
    }

    #[test]
    fn a_panic_that_is_resumed_stays_one_event() {
        let event = only(record(|| caught(|| catches_and_resumes(9))));
        assert_eq!(functions(&event), ["index", "catches_and_resumes"]);
        assert_eq!(event.message, "no element 9");
    }

    #[track_exception]
    fn resumes_another_threads() -> u32 {
        std::thread::spawn(|| panic!("elsewhere"))
            .join()
            .unwrap_or_else(|payload| resume_unwind(payload))
    }

    #[test]
    fn a_panic_that_only_resumes_here_is_still_on_record() {
        let event = only(record(|| caught(resumes_another_threads)));
        assert_eq!(functions(&event), ["resumes_another_threads"]);
        assert_eq!(event.kind, Kind::Panic);
    }

    #[track_exception]
    fn catches_then_fails_elsewhere() -> Result<u32, Disk> {
        let _ = caught(|| index(9));
        succeeds()?;
        fails()
    }

    #[track_exception]
    fn succeeds() -> Result<(), Disk> {
        Ok(())
    }

    #[track_exception]
    fn fails() -> Result<u32, Disk> {
        Err(Disk(4))
    }

    #[test]
    fn a_failure_after_a_caught_panic_is_an_event_of_its_own() {
        let events = record(catches_then_fails_elsewhere);
        let [panic, error] = &events[..] else { panic!("{:#?}", told(&events)) };
        assert_eq!((functions(panic), panic.outcome), (vec!["index"], Outcome::Handled));
        assert_eq!(functions(error), ["fails", "catches_then_fails_elsewhere"]);
    }

    #[track_exception]
    fn panics_again_after_one_was_caught() -> u32 {
        let _ = caught(|| index(9));
        panic!("the second")
    }

    #[test]
    fn a_panic_after_a_caught_one_is_an_event_of_its_own() {
        let events = record(|| caught(panics_again_after_one_was_caught));
        let [first, second] = &events[..] else { panic!("{:#?}", told(&events)) };
        assert_eq!(functions(first), ["index"]);
        assert_eq!(functions(second), ["panics_again_after_one_was_caught"]);
        assert_eq!((second.message.as_str(), second.during), ("the second", Some(first.id)));
    }
}

mod inside_drop {
    use super::*;

    #[track_exception]
    fn clean(step: u32) -> u32 {
        deeper(step + 1)
    }

    #[track_exception]
    fn deeper(step: u32) -> u32 {
        panic!("cleaning step {step} failed")
    }

    #[track_exception]
    fn cleans_well(step: u32) -> Result<u32, Disk> {
        Ok(step)
    }

    struct CleansBadly;

    impl Drop for CleansBadly {
        fn drop(&mut self) {
            let _ = caught(|| clean(1));
        }
    }

    struct CleansWell;

    impl Drop for CleansWell {
        fn drop(&mut self) {
            let _ = cleans_well(1);
        }
    }

    struct Fails;

    impl Drop for Fails {
        fn drop(&mut self) {
            let _ = fails(3);
        }
    }

    #[track_exception]
    fn fails(step: u32) -> Result<u32, Disk> {
        Err(Disk(step))
    }

    #[track_exception]
    fn holds<G>(guard: G, number: u32) -> u32 {
        let _guard = guard;
        panic!("number {number}")
    }

    #[track_exception]
    fn outermost<G>(guard: G) -> u32 {
        holds(guard, 5)
    }

    #[test]
    fn a_panic_in_a_drop_during_another_is_recorded_with_its_own_frames() {
        let events = record(|| caught(|| outermost(CleansBadly)));
        let [first, second] = &events[..] else { panic!("{:#?}", told(&events)) };
        assert_eq!(functions(first), ["holds", "outermost"]);
        assert_eq!(local(&first.frames[0], "number"), "5");
        assert_eq!((first.message.as_str(), first.outcome), ("number 5", Outcome::Propagated));
        assert_eq!(functions(second), ["deeper", "clean"]);
        assert_eq!(second.message, "cleaning step 2 failed");
        assert_eq!(second.during, Some(first.id));
    }

    #[test]
    fn a_call_that_succeeds_in_a_drop_during_a_panic_leaves_no_trace() {
        let event = only(record(|| caught(|| outermost(CleansWell))));
        assert_eq!(functions(&event), ["holds", "outermost"]);
        assert_eq!(event.outcome, Outcome::Propagated);
    }

    #[test]
    fn an_error_in_a_drop_during_a_panic_is_an_event_of_its_own() {
        let events = record(|| caught(|| outermost(Fails)));
        let [panic, error] = &events[..] else { panic!("{:#?}", told(&events)) };
        assert_eq!((functions(panic), panic.kind), (vec!["holds", "outermost"], Kind::Panic));
        assert_eq!(panic.outcome, Outcome::Propagated);
        assert_eq!((functions(error), error.kind), (vec!["fails"], Kind::Error));
    }
}
