//! Holds the promise that values which misbehave change neither the result nor the program.

use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::panic::catch_unwind;
use std::sync::{Arc, Mutex};

use error_tracker::testing::record;
use error_tracker::{capture_exception, track_exception, EventId, Kind};
use error_tracker_tests::errors::Disk;
use error_tracker_tests::{functions, local, only, told, within_limit};

mod debug_that_panics {
    use super::*;

    #[derive(Clone, Copy)]
    struct Panics;

    impl fmt::Debug for Panics {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("in Debug")
        }
    }

    #[track_exception]
    fn fails(bad: Panics, good: u32) -> Result<(), Disk> {
        let _ = bad;
        Err(Disk(good))
    }

    #[track_exception]
    fn panics(bad: &Panics, good: u32) -> u32 {
        let _ = bad;
        panic!("number {good}")
    }

    #[test]
    fn its_value_is_a_placeholder_and_the_others_are_shown() {
        let event = only(record(|| assert_eq!(fails(Panics, 7), Err(Disk(7)))));
        assert_eq!(local(&event.frames[0], "bad"), "<panicked while formatting>");
        assert_eq!(local(&event.frames[0], "good"), "7");
    }

    #[test]
    fn a_panic_that_is_unwinding_goes_on_and_is_one_event() {
        let event = only(record(|| {
            let payload = catch_unwind(|| panics(&Panics, 7)).unwrap_err();
            assert_eq!(payload.downcast_ref::<String>().map(String::as_str), Some("number 7"));
        }));
        assert_eq!((event.kind, event.message.as_str()), (Kind::Panic, "number 7"));
        assert_eq!(local(&event.frames[0], "bad"), "<panicked while formatting>");
        assert_eq!(local(&event.frames[0], "good"), "7");
    }

    #[track_exception(keep(bad))]
    fn succeeds(bad: Box<Panics>) -> Result<u32, Disk> {
        drop(bad);
        Ok(7)
    }

    #[test]
    fn a_call_that_keeps_it_and_succeeds_is_not_disturbed() {
        assert!(record(|| assert_eq!(succeeds(Box::new(Panics)), Ok(7))).is_empty());
    }
}

mod debug_that_locks {
    use super::*;

    #[derive(Clone)]
    struct Locks(Arc<Mutex<u32>>);

    impl fmt::Debug for Locks {
        fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            let value = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            write!(out, "Locks({value})")
        }
    }

    #[track_exception]
    fn fails(locks: &Locks) -> Result<(), Disk> {
        let held = locks.0.lock();
        if held.is_ok() {
            return Err(Disk(1));
        }
        Ok(())
    }

    #[track_exception]
    fn panics(locks: &Locks) -> u32 {
        let _held = locks.0.lock();
        panic!("with the lock held")
    }

    #[test]
    fn what_the_body_held_is_free_when_its_arguments_are_shown() {
        let shown = within_limit(|| {
            let locks = Locks(Arc::new(Mutex::new(5)));
            let failed = only(record(|| fails(&locks)));
            let other = locks.clone();
            let panicked =
                only(record(|| catch_unwind(std::panic::AssertUnwindSafe(|| panics(&other)))));
            [failed, panicked].map(|event| local(&event.frames[0], "locks").to_owned())
        });
        assert_eq!(shown, ["Locks(5)", "Locks(5)"]);
    }

    #[track_exception]
    fn borrows(cell: &RefCell<Vec<u32>>) -> Result<(), Disk> {
        cell.borrow_mut().push(1);
        Err(Disk(1))
    }

    #[test]
    fn a_cell_that_a_caller_borrows_shows_that_it_is_borrowed() {
        let cell = RefCell::new(vec![1]);
        let other = RefCell::new(vec![2]);
        let event = only(record(|| borrows(&other)));
        assert!(local(&event.frames[0], "cell").contains("[2, 1]"));
        let _held = cell.borrow_mut();
        let event = only(record(|| shows(&cell)));
        assert!(local(&event.frames[0], "cell").contains("<borrowed>"));
    }

    #[track_exception]
    fn shows(cell: &RefCell<Vec<u32>>) -> Result<(), Disk> {
        let _ = cell;
        Err(Disk(1))
    }
}

mod code_that_comes_back {
    use super::*;

    struct Recurses;

    impl fmt::Debug for Recurses {
        fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            let inner = fails(self, 1).is_err() && annotated(2).is_err();
            write!(out, "Recurses({inner})")
        }
    }

    #[track_exception]
    fn fails(value: &Recurses, depth: u32) -> Result<(), Disk> {
        let _ = value;
        Err(Disk(depth))
    }

    #[track_exception]
    fn annotated(number: u32) -> Result<(), Disk> {
        Err(Disk(number))
    }

    #[test]
    fn a_debug_that_calls_functions_that_fail_is_shown_and_records_nothing() {
        let event = within_limit(|| only(record(|| fails(&Recurses, 0))));
        assert_eq!(functions(&event), ["fails"]);
        assert_eq!(local(&event.frames[0], "value"), "Recurses(true)");
    }

    #[test]
    fn recording_goes_on_after_such_a_value() {
        let events = record(|| {
            let _ = fails(&Recurses, 0);
            let _ = annotated(3);
        });
        assert_eq!(events.len(), 2, "{:#?}", told(&events));
        assert_eq!(events[1].outcome, error_tracker::Outcome::Propagated);
    }

    struct Owned;

    impl fmt::Debug for Owned {
        fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(out, "Owned({})", keeps(Box::new(Owned)).is_err())
        }
    }

    #[track_exception(keep(value))]
    fn keeps(value: Box<Owned>) -> Result<(), Disk> {
        drop(value);
        Err(Disk(1))
    }

    #[test]
    fn a_debug_that_calls_the_function_which_formats_it_does_not_go_round_for_ever() {
        let event = within_limit(|| only(record(|| keeps(Box::new(Owned)))));
        assert_eq!(local(&event.frames[0], "value"), "Owned(true)");
    }

    #[derive(Debug)]
    struct Captures;

    impl fmt::Display for Captures {
        fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            let again = capture_exception(self);
            let _ = annotated(1);
            write!(out, "captured again: {}", again != EventId::NIL)
        }
    }

    impl Error for Captures {}

    #[track_exception]
    fn returns_one() -> Result<(), Captures> {
        Err(Captures)
    }

    #[test]
    fn an_error_whose_display_captures_it_again_is_one_event() {
        let (captured, returned) = within_limit(|| {
            (only(record(|| capture_exception(&Captures))), only(record(|| returns_one().is_err())))
        });
        assert_eq!(captured.message, "captured again: false");
        assert_eq!(returned.message, "captured again: false");
    }

    #[derive(Debug)]
    struct PanicsInDisplay;

    impl fmt::Display for PanicsInDisplay {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("in Display")
        }
    }

    impl Error for PanicsInDisplay {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            panic!("in source")
        }
    }

    #[track_exception]
    fn returns_what_panics(number: u32) -> Result<u32, PanicsInDisplay> {
        let _ = number;
        Err(PanicsInDisplay)
    }

    #[test]
    fn an_error_that_panics_when_asked_is_recorded_with_a_placeholder() {
        let event = only(record(|| assert!(returns_what_panics(3).is_err())));
        assert_eq!(event.message, "<panicked while formatting>");
        assert_eq!(local(&event.frames[0], "number"), "3");
    }

    #[derive(Debug)]
    struct Circular;

    impl fmt::Display for Circular {
        fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("round and round")
        }
    }

    impl Error for Circular {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&Circular)
        }
    }

    #[track_exception]
    fn returns_a_circle() -> Result<(), Circular> {
        Err(Circular)
    }

    #[test]
    fn a_chain_of_causes_that_is_circular_ends() {
        let event = within_limit(|| only(record(returns_a_circle)));
        assert!(event.chain.len() < 100, "{}", event.chain.len());
    }
}

mod too_much {
    use super::*;

    /// Prints 100 MB, a piece at a time, whatever the writer says.
    struct Endless;

    impl fmt::Debug for Endless {
        fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            let piece = "x".repeat(100_000);
            for _ in 0..1_000 {
                let _ = out.write_str(&piece);
            }
            Ok(())
        }
    }

    impl fmt::Display for Endless {
        fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            fmt::Debug::fmt(self, out)
        }
    }

    impl Error for Endless {}

    #[track_exception]
    fn fails(endless: &Endless, number: u32) -> Result<u32, Disk> {
        let _ = endless;
        Err(Disk(number))
    }

    #[test]
    fn a_debug_of_a_hundred_megabytes_is_cut() {
        let event = within_limit(|| only(record(|| fails(&Endless, 7))));
        let shown = local(&event.frames[0], "endless");
        assert!(shown.len() < 6_000 && shown.ends_with('…'), "{} bytes", shown.len());
        assert_eq!(local(&event.frames[0], "number"), "7");
    }

    #[track_exception]
    fn returns_endless() -> Result<(), Endless> {
        Err(Endless)
    }

    #[test]
    fn an_error_of_a_hundred_megabytes_is_cut() {
        let event = within_limit(|| only(record(returns_endless)));
        assert!(event.message.len() < 20_000, "{} bytes", event.message.len());
    }
}

mod leaving {
    use super::*;

    struct CapturesWhenDropped;

    impl Drop for CapturesWhenDropped {
        fn drop(&mut self) {
            capture_exception(&Disk(1));
            let _ = fails(2);
            let _ = catch_unwind(|| panics(3));
            error_tracker::breadcrumb!("late");
            error_tracker::set_extra("late", 1);
            let _scope = error_tracker::scope!(late = 1);
        }
    }

    #[track_exception]
    fn fails(number: u32) -> Result<(), Disk> {
        Err(Disk(number))
    }

    #[track_exception]
    fn panics(number: u32) -> u32 {
        panic!("number {number}")
    }

    thread_local! {
        static LATE: CapturesWhenDropped = const { CapturesWhenDropped };
    }

    #[test]
    fn captures_from_a_thread_locals_destructor_do_no_harm() {
        for tracker_first in [true, false] {
            let thread = std::thread::spawn(move || {
                if tracker_first {
                    record(|| fails(0));
                }
                LATE.with(|_| ());
                record(|| fails(0)).len()
            });
            assert_eq!(thread.join().expect("the thread ends without a panic"), 1);
        }
    }

    #[test]
    fn without_a_tracker_nothing_is_recorded_and_results_are_the_same() {
        assert_eq!(fails(4), Err(Disk(4)));
        assert!(catch_unwind(|| panics(5)).is_err());
        assert!(capture_exception(&Disk(6)).is_nil());
        assert!(error_tracker::capture_message!("nobody listens").is_nil());
        assert!(error_tracker::tracker().flush(std::time::Duration::ZERO));
        assert!(error_tracker::flush(std::time::Duration::ZERO));
        assert!(error_tracker::format_exception(&Disk(6)).contains("disk 6"));
    }
}
