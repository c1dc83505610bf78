//! Holds the promise of one event for one `Err`, whatever way it takes out.

use std::error::Error;
use std::num::ParseIntError;

use error_tracker::testing::record;
use error_tracker::{track_exception, Event, Kind, Level, Outcome};
use error_tracker_tests::errors::{Disk, Gone, Load, Transparent};
use error_tracker_tests::{causes, expressions, functions, lines, local, only, told};

const READS: u32 = line!() + 3;
#[track_exception]
fn read(sector: u32) -> Result<u32, Disk> {
    Err(Disk(sector))
}

mod through_question_marks {
    use super::*;

    const LOADS: u32 = line!() + 4;
    #[track_exception]
    fn load(name: &str) -> Result<u32, Disk> {
        let sector = u32::try_from(name.len()).unwrap_or_default();
        let found = read(sector)? + 1;
        Ok(found)
    }

    const STARTS: u32 = line!() + 8;
    #[track_exception]
    fn start(retries: u8) -> Result<u32, Disk> {
        if retries > 3 {
            return Ok(0);
        }
        let found = load("seven")
            .map(|found| found + u32::from(retries))
            .inspect(|found| assert_ne!(*found, 0))?;
        Ok(found)
    }

    #[test]
    fn an_error_that_passes_three_frames_is_one_event_with_the_failing_line_in_each() {
        let event = only(record(|| start(2)));
        assert_eq!(functions(&event), ["read", "load", "start"]);
        assert_eq!(lines(&event), [READS, LOADS, STARTS]);
        assert_eq!(expressions(&event)[..2], ["Err(Disk(sector))", "read(sector)"]);
        assert!(expressions(&event)[2].starts_with("load(\"seven\""));
        assert!(event.frames.iter().all(|frame| frame.failed));
        assert!(event.frames.iter().all(|frame| frame.file.ends_with("tests/errors.rs")));
        assert_eq!(event.outcome, Outcome::Propagated);
    }

    #[test]
    fn each_frame_shows_its_own_arguments() {
        let event = only(record(|| start(2)));
        assert_eq!(local(&event.frames[0], "sector"), "5");
        assert_eq!(local(&event.frames[1], "name"), "\"seven\"");
        assert_eq!(local(&event.frames[2], "retries"), "2");
    }

    #[test]
    fn the_event_names_the_type_and_says_what_the_error_says() {
        let event = only(record(|| start(2)));
        assert_eq!(event.kind, Kind::Error);
        assert_eq!(event.level, Level::Error);
        assert!(event.exception_name.ends_with("errors::Disk"), "{}", event.exception_name);
        assert_eq!(event.message, "disk 5");
        assert_eq!(event.location, "");
        assert!(!event.addresses.is_empty());
    }
}

mod converted {
    use super::*;

    #[track_exception]
    fn from() -> Result<u32, Load> {
        Ok(read(1)?)
    }

    #[track_exception]
    fn boxed() -> Result<u32, Box<dyn Error>> {
        Ok(from()?)
    }

    #[test]
    fn an_error_that_was_converted_by_from_and_boxed_stays_one_event() {
        let event = only(record(boxed));
        assert_eq!(functions(&event), ["read", "from", "boxed"]);
        assert_eq!(event.message, "disk 1");
    }

    #[track_exception]
    fn in_context() -> anyhow::Result<u32> {
        anyhow::Context::context(read(1), "loading 1")
    }

    #[track_exception]
    fn transparent() -> Result<u32, Transparent> {
        in_context().map_err(|error| Transparent(error.into()))
    }

    #[track_exception]
    fn again_in_context() -> anyhow::Result<u32> {
        anyhow::Context::with_context(transparent(), || format!("top {}", 2))
    }

    #[track_exception]
    fn outermost() -> anyhow::Result<u32> {
        again_in_context()
    }

    #[test]
    fn an_error_under_context_and_transparent_wrappers_stays_one_event() {
        let event = only(record(outermost));
        let expected = ["read", "in_context", "transparent", "again_in_context", "outermost"];
        assert_eq!(functions(&event), expected);
    }

    #[track_exception]
    fn reported() -> eyre::Result<u32> {
        eyre::WrapErr::wrap_err(read(1), "reporting")
    }

    #[track_exception]
    fn reported_on() -> eyre::Result<u32> {
        eyre::WrapErr::wrap_err(reported(), "once more")
    }

    #[test]
    fn an_error_in_an_eyre_report_stays_one_event() {
        assert_eq!(functions(&only(record(reported_on))), ["read", "reported", "reported_on"]);
    }

    #[track_exception]
    fn written() -> Result<u32, String> {
        read(1).map_err(|error| format!("bad: {error}"))
    }

    #[test]
    fn an_error_whose_text_went_into_a_message_stays_one_event() {
        assert_eq!(functions(&only(record(written))), ["read", "written"]);
    }

    #[track_exception]
    fn dropped_cause() -> Result<u32, Gone> {
        read(1).map_err(|_| Gone)
    }

    #[test]
    fn an_error_that_drops_its_cause_is_a_second_event_during_the_first() {
        let events = record(dropped_cause);
        let [first, second] = &events[..] else { panic!("{:#?}", told(&events)) };
        assert_eq!((first.outcome, second.outcome), (Outcome::Handled, Outcome::Propagated));
        assert_eq!((functions(first), functions(second)), (vec!["read"], vec!["dropped_cause"]));
        assert_eq!(second.during, Some(first.id));
        assert_eq!(first.during, None);
    }
}

mod handled {
    use super::*;

    #[track_exception]
    fn swallows(sector: u32) -> Result<u32, Disk> {
        Ok(read(sector).unwrap_or_default())
    }

    #[test]
    fn an_error_that_the_caller_swallows_is_one_handled_event() {
        let event = only(record(|| swallows(1)));
        assert_eq!((functions(&event), event.outcome), (vec!["read"], Outcome::Handled));
    }

    #[track_exception]
    fn fails_otherwise() -> Result<u32, Gone> {
        match read(1) {
            Ok(found) => Ok(found),
            Err(_) => Err(Gone),
        }
    }

    #[track_exception]
    fn passes_on() -> Result<u32, Gone> {
        fails_otherwise()
    }

    #[test]
    fn another_error_after_a_swallowed_one_is_a_second_event_during_the_first() {
        let events = record(passes_on);
        let [first, second] = &events[..] else { panic!("{:#?}", told(&events)) };
        assert_eq!((functions(first), first.outcome), (vec!["read"], Outcome::Handled));
        assert_eq!(functions(second), ["fails_otherwise", "passes_on"]);
        assert_eq!((second.during, second.outcome), (Some(first.id), Outcome::Propagated));
    }

    #[track_exception]
    fn fails_in_another_callee() -> Result<u32, Disk> {
        let _ = read(1);
        read(22)
    }

    #[test]
    fn another_callee_that_fails_after_a_swallowed_error_is_a_second_event() {
        let events = record(fails_in_another_callee);
        let [first, second] = &events[..] else { panic!("{:#?}", told(&events)) };
        assert_eq!((functions(first), first.outcome), (vec!["read"], Outcome::Handled));
        assert_eq!(functions(second), ["read", "fails_in_another_callee"]);
        assert_eq!(second.outcome, Outcome::Propagated);
    }

    #[track_exception]
    fn retries() -> Result<u32, Disk> {
        read(1).or_else(|_| read(1)).or_else(|_| read(1))
    }

    #[test]
    fn of_three_attempts_with_equal_texts_two_are_handled_and_the_last_goes_on() {
        let events = record(retries);
        let outcomes: Vec<_> = events.iter().map(|event| event.outcome).collect();
        assert_eq!(outcomes, [Outcome::Handled, Outcome::Handled, Outcome::Propagated]);
        assert_eq!(functions(&events[0]), ["read"]);
        assert_eq!(functions(&events[1]), ["read"]);
        assert_eq!(functions(&events[2]), ["read", "retries"]);
        assert!(events.iter().all(|event| event.fingerprint == events[0].fingerprint));
    }

    #[track_exception]
    fn deeper_cleanup() -> Result<(), Disk> {
        Ok(())
    }

    #[track_exception]
    fn cleanup() -> Result<(), Disk> {
        deeper_cleanup()
    }

    #[track_exception]
    fn works_and_cleans_up() -> Result<u32, Disk> {
        let result = read(1);
        cleanup()?;
        cleanup()?;
        result
    }

    #[test]
    fn an_error_that_is_kept_while_two_cleanups_succeed_stays_one_event() {
        let event = only(record(works_and_cleans_up));
        assert_eq!(functions(&event), ["read", "works_and_cleans_up"]);
        assert_eq!(event.outcome, Outcome::Propagated);
    }

    fn plainly(between: impl FnOnce() -> Result<u32, Disk>) -> Result<u32, Disk> {
        between()
    }

    #[track_exception]
    fn through_a_bare_function() -> Result<u32, Disk> {
        plainly(|| plainly(|| read(1)))
    }

    #[test]
    fn functions_without_the_attribute_between_two_with_it_change_nothing() {
        let event = only(record(through_a_bare_function));
        assert_eq!(functions(&event), ["read", "through_a_bare_function"]);
    }

    #[test]
    fn failures_one_after_the_other_are_events_of_their_own() {
        let events = record(|| (read(1).is_err(), read(1).is_err(), read(2).is_err()));
        assert_eq!(events.len(), 3);
        assert!(events.iter().all(|event| event.outcome == Outcome::Propagated));
        assert!(events.iter().all(|event| event.during.is_none()));
    }
}

mod recursion {
    use super::*;

    #[track_exception]
    fn descend(left: u32) -> Result<u32, Disk> {
        match left {
            0 => Err(Disk(9)),
            _ => Ok(descend(left - 1)? + 1),
        }
    }

    #[test]
    fn a_recursive_function_is_a_frame_for_each_of_its_calls() {
        let event = only(record(|| descend(4)));
        let lefts: Vec<_> = event.frames.iter().map(|frame| local(frame, "left")).collect();
        assert_eq!(lefts, ["0", "1", "2", "3", "4"]);
        assert_eq!(event.outcome, Outcome::Propagated);
    }

    #[test]
    fn a_deep_recursion_is_still_one_event() {
        let event = only(record(|| descend(1_000)));
        assert_eq!(local(&event.frames[0], "left"), "0");
        assert_eq!(event.outcome, Outcome::Propagated);
    }
}

mod kinds_of_errors {
    use super::*;

    #[derive(Debug)]
    struct OnlyDebug {
        #[expect(dead_code, reason = "shown by Debug")]
        code: u32,
    }

    struct Nothing;

    macro_rules! failing {
        ($($name:ident: $error:ty = $value:expr;)*) => { $(
            #[track_exception]
            fn $name() -> Result<(), $error> {
                Err($value)
            }
        )* };
    }

    failing! {
        an_error: Disk = Disk(1);
        a_box: Box<dyn Error> = Disk(2).into();
        a_sendable_box: Box<dyn Error + Send + Sync> = Disk(3).into();
        an_anyhow: anyhow::Error = anyhow::Error::new(Disk(4));
        an_eyre: eyre::Report = eyre::Report::new(Disk(5));
        a_string: String = "disk 6".to_owned();
        a_literal: &'static str = "disk 7";
        only_debug: OnlyDebug = OnlyDebug { code: 8 };
        nothing: Nothing = Nothing;
    }

    fn shown<T>(fails: fn() -> T) -> (String, String) {
        let Event { exception_name, message, .. } = only(record(fails));
        (exception_name, message)
    }

    #[test]
    fn an_error_of_any_type_is_recorded_with_what_it_tells() {
        let texts = [
            shown(an_error),
            shown(a_box),
            shown(a_sendable_box),
            shown(an_anyhow),
            shown(an_eyre),
            shown(a_string),
            shown(a_literal),
        ]
        .map(|(_, message)| message);
        assert_eq!(texts, [1, 2, 3, 4, 5, 6, 7].map(|number| format!("disk {number}")));
        assert_eq!(shown(only_debug).1, "OnlyDebug { code: 8 }");
        assert!(shown(nothing).1.contains("Nothing"), "{:?}", shown(nothing));
    }

    #[test]
    fn the_name_is_the_types_or_what_its_debug_begins_with() {
        let names =
            [shown(an_error), shown(a_box), shown(an_anyhow), shown(nothing)].map(|(name, _)| name);
        assert!(names[0].ends_with("errors::Disk"), "{names:?}");
        assert_eq!(names[1..3], ["Disk", "Disk"]);
        assert!(names[3].ends_with("Nothing"), "{names:?}");
    }

    #[test]
    fn what_is_returned_is_what_the_bare_function_returns() {
        let events = record(|| {
            assert_eq!(an_error(), Err(Disk(1)));
            assert!(a_box().unwrap_err().is::<Disk>());
            assert!(an_anyhow().unwrap_err().is::<Disk>());
            assert_eq!(a_literal(), Err("disk 7"));
        });
        assert_eq!(events.len(), 4);
    }

    #[track_exception]
    fn an_option() -> Option<u32> {
        None
    }

    #[track_exception]
    fn fine(input: &str) -> Result<u32, ParseIntError> {
        input.parse()
    }

    #[test]
    fn what_does_not_fail_is_not_recorded() {
        assert!(record(|| (an_option(), fine("7"))).is_empty());
    }
}

mod causes_and_backtraces {
    use super::*;

    #[track_exception]
    fn chained() -> anyhow::Result<()> {
        Err(anyhow::Error::new(Load(Disk(1))).context("starting").context("top"))
    }

    #[test]
    fn causes_are_listed_nearest_first() {
        let event = only(record(chained));
        assert_eq!(event.message, "top");
        assert_eq!(causes(&event), ["starting", "loading failed", "disk 1"]);
    }

    #[track_exception]
    fn carries_a_backtrace() -> anyhow::Result<()> {
        Err(anyhow::anyhow!("carried"))
    }

    #[test]
    fn a_backtrace_that_the_error_carries_is_lent() {
        std::env::set_var("RUST_LIB_BACKTRACE", "1");
        let event = only(record(carries_a_backtrace));
        let lent = event.lent_backtrace.expect("the error carried one");
        assert!(lent.contains("carries_a_backtrace"), "{lent}");
    }
}

#[test]
fn a_frame_tells_what_the_error_said_when_that_had_changed() {
    #[track_exception]
    fn read(path: &str) -> anyhow::Result<u32> {
        anyhow::bail!("disk 1 failed under {path}")
    }
    #[track_exception]
    fn load(user: u64) -> anyhow::Result<u32> {
        use anyhow::Context as _;
        read("/srv").with_context(|| format!("loading user {user}"))
    }
    let events = record(|| load(7));
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].message, "disk 1 failed under /srv");
    assert_eq!(events[0].frames[0].says, "");
    assert_eq!(events[0].frames[1].says, "loading user 7");
}

#[test]
fn deep_recursion_keeps_the_first_and_the_outermost_frames() {
    #[track_exception]
    fn down(level: u32) -> Result<(), String> {
        if level == 0 {
            return Err("the bottom".to_owned());
        }
        down(level - 1)
    }
    let events = record(|| down(499));
    assert_eq!(events.len(), 1);
    let frames = &events[0].frames;
    assert_eq!(frames.len(), 65);
    assert_eq!(frames[0].locals[0].value, "0");
    assert_eq!(frames[48].function, "… 436 more calls");
    assert_eq!(frames[64].locals[0].value, "499");
}

/// Only `Debug`, with a secret in it.
#[derive(Debug)]
struct Refused {
    #[expect(dead_code, reason = "shown by Debug")]
    password: &'static str,
}

#[test]
fn what_a_message_quotes_of_debug_text_is_masked() {
    static GIVEN: &str = "hunter2";
    #[track_exception]
    fn log_in() -> Result<(), Refused> {
        Err(Refused { password: GIVEN })
    }
    #[track_exception]
    fn unwraps() {
        log_in().unwrap();
    }
    let events = record(|| std::panic::catch_unwind(unwraps));
    let told = format!("{events:?}");
    assert_eq!(events.len(), 2, "{told}");
    assert_eq!(events[0].message, "Refused { password: ***** }");
    assert!(events[1].message.ends_with("Refused { password: ***** }"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn an_error_with_a_backtrace_of_its_own_lends_it() {
    // What the environment says at the first look holds for a whole process.
    let asked = std::env::var("RUST_LIB_BACKTRACE").or_else(|_| std::env::var("RUST_BACKTRACE"));
    let captures = asked.is_ok_and(|value| value != "0");
    #[track_exception]
    fn fails() -> anyhow::Result<()> {
        Err(anyhow::anyhow!("out of paper"))
    }
    let lent = only(record(fails)).lent_backtrace;
    assert_eq!(lent.is_some(), captures);
    assert!(lent.is_none_or(|text| text.contains("fails")));
}
