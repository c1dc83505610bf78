//! Functions of every shape record what went wrong in them, and return what they returned before.

#[path = "../fixtures/shapes/lib.rs"]
mod shapes;

use error_tracker::testing::{record, record_async};
use error_tracker::{Event, Kind};
use shapes::asynchronous::Service as _;
use shapes::blocks::{inside, inside::Counted as _, Shelf};
use shapes::synchronous::Refusal;
use shapes::{asynchronous, blocks, calls, synchronous};
use std::cell::Cell;
use std::future::Future;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;

/// `function(name=value, ..) at expression`, a line per frame, for each event.
fn told(events: &[Event]) -> Vec<String> {
    events.iter().flat_map(|event| &event.frames).map(frame).collect()
}

fn frame(frame: &error_tracker::Frame) -> String {
    let function =
        frame.function.rsplit_once("shapes::").map_or(frame.function.as_str(), |(_, rest)| rest);
    let locals: Vec<_> =
        frame.locals.iter().map(|local| format!("{}={}", local.name, local.value)).collect();
    format!("{function}({}) at {}", locals.join(", "), frame.expression)
}

fn recorded<R>(run: impl FnOnce() -> R) -> Vec<String> {
    told(&record(run))
}

fn recorded_later<F: Future>(future: F) -> Vec<String> {
    told(&runtime().block_on(record_async(future)))
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts")
}

fn recorded_panic<R>(run: impl FnOnce() -> R) -> Vec<String> {
    let events =
        record(|| catch_unwind(AssertUnwindSafe(run)).map_err(drop).err().expect("it panicked"));
    assert!(events.iter().all(|event| event.kind == Kind::Panic));
    told(&events)
}

#[test]
fn failures_show_arguments_and_the_expression_they_came_from() {
    use synchronous::*;
    let question_mark = recorded(|| question_mark(1, "x".into()));
    assert_eq!(question_mark, ["synchronous::question_mark(offset=1, text=\"x\") at text.parse()"]);
    assert_eq!(
        recorded(|| early_return("long")),
        ["synchronous::early_return(text=\"long\") at text.parse()"]
    );
    assert_eq!(
        recorded(|| tails(0, "x")),
        ["synchronous::tails(choice=0, text=\"x\") at text.parse()"]
    );
    assert_eq!(
        recorded(|| tails(1, "x")),
        ["synchronous::tails(choice=1, text=\"x\") at text.trim().parse()"]
    );
    assert_eq!(
        recorded(|| counted_down(9)),
        ["synchronous::counted_down(number=9) at Err(number.to_string())"]
    );
    assert_eq!(recorded(|| r#type(7)), ["synchronous::type(fn=7) at Err(r#fn.to_string())"]);
    assert_eq!(recorded(|| made(7)), ["synchronous::made(number=7) at result"]);
    assert!(
        recorded(|| (tails(9, ""), plain(1), closure(1)(2), optional(None), foreign(3))).is_empty()
    );
}

#[test]
fn panics_show_arguments_and_go_on() {
    use synchronous::*;
    assert_eq!(recorded_panic(|| nothing(0)), ["synchronous::nothing(limit=0) at "]);
    assert_eq!(recorded_panic(|| never("end")), ["synchronous::never(message=\"end\") at "]);
    let later = recorded_panic(|| runtime().block_on(asynchronous::nothing("")));
    assert_eq!(later, ["asynchronous::nothing(text=\"\") at "]);
    let _: fn(&str) -> ! = never_silent;
    let never = recorded_panic(|| runtime().block_on(asynchronous::never("end")));
    assert_eq!(never, ["asynchronous::never(message=\"end\") at "]);
}

#[test]
fn generics_patterns_and_unnamed_arguments_are_shown_as_far_as_they_can_be() {
    use synchronous::*;
    let shown = recorded(|| generic::<u8, u8, 4>(1, &[1, 2, 3, 4]).map(drop));
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert!(shown[0].ends_with("at Err(\"too many\")"), "{shown:?}");
    let shown = recorded(|| patterns((1, vec![2]), Point { x: 3 }, [4, 5, 6]));
    assert!(shown[0].starts_with("synchronous::patterns(first=1, list="), "{shown:?}");
    assert!(shown[0].contains("x=3, head=4"), "{shown:?}");
    assert_eq!(
        recorded(|| unnamed(5, 6)),
        ["synchronous::unnamed(_reason=5) at Err(\"unnamed\".to_owned())"]
    );
    let zero = 0;
    // SAFETY: the pointer is that of a local.
    assert_eq!(recorded(|| unsafe { dereferenced(&raw const zero) }).len(), 1);
    assert_eq!(
        recorded_panic(|| many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, String::new())).len(),
        1
    );
}

#[test]
fn borrows_go_through_and_context_reads_what_the_body_only_borrows() {
    use synchronous::*;
    let mut list = vec![1, 2];
    if let Ok(number) = reborrowed(&mut list, 1) {
        *number = 7;
    }
    assert_eq!(list, [1, 7]);
    assert_eq!(recorded(|| reborrowed(&mut list, 9).map(drop)).len(), 1);
    let events = record(|| reborrowed_with_context(&mut list, "shelf".into(), 9).map(drop));
    assert_eq!(
        (&events[0].context["name"], &events[0].context["place"]),
        (&"shelf".into(), &9.into())
    );
    let events = record(|| moved_context(&mut list, "shelf".into(), 9).map(drop));
    assert_eq!(
        (&events[0].context["name"], &events[0].context["size"]),
        (&"shelf".into(), &2.into())
    );
    assert_eq!(opaque(&[1, 2, 1], &1).map(Iterator::count), Ok(2));
    assert_eq!(recorded(|| opaque(&[], &1).map(Iterator::count)).len(), 1);
}

#[test]
fn silent_functions_record_and_return_their_value() {
    use synchronous::*;
    assert_eq!(recorded(|| assert_eq!(swallowed("x"), Ok(0))).len(), 1);
    assert_eq!(recorded(|| assert_eq!(swallowed("11"), Ok(0))).len(), 1);
    assert_eq!(recorded(|| assert_eq!(swallowed_panic(0), None)).len(), 1);
    assert_eq!(recorded(|| assert_eq!(swallowed_for(3, "x"), Ok(3))).len(), 1);
    assert_eq!(recorded(|| assert_eq!(swallowed_for_borrowed("four".into()), 4)).len(), 1);
    assert_eq!(
        recorded_later(async { assert_eq!(asynchronous::swallowed("x").await, Ok(0)) }).len(),
        1
    );
    assert_eq!(
        recorded_later(async { assert_eq!(asynchronous::swallowed("").await, Ok(0)) }).len(),
        1
    );
    assert_eq!(swallowed("7"), Ok(7));
}

#[test]
fn every_option_has_its_effect() {
    use synchronous::every_option;
    let order = |late| every_option(late, 2, 3, "kept".into(), "sent".into());
    assert!(record(|| assert_eq!(order(0), Err(Refusal::Gone))).is_empty());
    assert!(record(|| assert_eq!(order(9), Err(Refusal::Late(9)))).is_empty());
    let events = record(|| order(2));
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].level, error_tracker::Level::Warning);
    let frame = &events[0].frames[0];
    let names: Vec<_> = frame.locals.iter().map(|local| local.name.as_str()).collect();
    assert_eq!(names, ["late", "card", "kept", "sent"]);
    assert_eq!(frame.locals[1].value, "*****");
    assert_eq!(frame.locals[2].value, "\"kept\"");
    assert_eq!(frame.globals[0].value, "3");
    assert!(
        frame.source.as_deref().is_some_and(|source| source.contains("match late {")),
        "{:?}",
        frame.source
    );
    assert!(frame.function.ends_with("order"), "{}", frame.function);
}

#[test]
fn a_handler_s_error_is_recorded_first() {
    let events = record(|| synchronous::handler("already".into()));
    assert_eq!(events[0].message, "already");
    let events = runtime().block_on(record_async(asynchronous::handler("already".into())));
    assert_eq!(events[0].message, "already");
}

#[test]
fn macros_that_return_are_noted_with_the_macro() {
    let short = recorded(|| synchronous::returning_macros("x"));
    assert_eq!(short, ["synchronous::returning_macros(text=\"x\") at anyhow::ensure!(text.len()>1,\"too short\")"]);
    assert!(recorded(|| synchronous::returning_macros("number"))[0].ends_with("at text.parse()"));
}

#[test]
fn recursion_has_a_frame_a_level() {
    let frames = recorded(|| synchronous::recursive(2));
    assert_eq!(frames.len(), 3);
    assert!(frames[2].ends_with("(depth=2) at recursive(depth-1)"), "{frames:?}");
}

#[test]
fn futures_of_every_shape_record() {
    use asynchronous::*;
    let shown = recorded_later(async { owned(1, "x".into(), Cell::new(2)).await.map(drop) });
    assert!(shown[0].starts_with("asynchronous::owned(offset=1, text=\"x\", cell="), "{shown:?}");
    assert!(shown[0].ends_with(" at text.parse()"), "{shown:?}");
    let shown = recorded_later(async { borrowed("x", &mut Vec::new()).await });
    assert!(shown[0].starts_with("asynchronous::borrowed(text=\"x\", list="), "{shown:?}");
    assert_eq!(
        recorded_later(future("x".into())),
        ["asynchronous::future(text=\"x\") at text.parse()"]
    );
    assert_eq!(recorded_later(boxed("x")), ["asynchronous::boxed(text=\"x\") at text.parse()"]);
    assert_eq!(recorded_later(async { opaque("x").await.map(Iterator::count) }).len(), 1);
    let shown = recorded_later(handed_on("x".into()));
    assert_eq!(shown.len(), 2, "{shown:?}");
    assert!(shown[1].starts_with("asynchronous::handed_on("), "{shown:?}");
    let events = runtime().block_on(record_async(with_context("x".into())));
    assert_eq!(events[0].context["text"], "x");
}

#[test]
fn async_trait_methods_show_the_user_s_names() {
    let shop = asynchronous::Shop { open: 1 };
    let call = |text: &'static str| recorded_later(shop.call(text, (1, "z".into())));
    assert!(
        call("x")[0].contains("call(self=Shop { open: 1 }, text=\"x\", (add,rest)="),
        "{:?}",
        call("x")
    );
    assert!(call("x")[0].ends_with("at text.parse()"));
    assert!(call("4")[0].ends_with("at rest.parse()"));
    assert!(call("1")[0].ends_with("+self.open)"), "{:?}", call("1"));
    assert!(recorded_later(shop.default_method(2))[0].contains("default_method("));
}

#[test]
fn futures_keep_their_send() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let shop = asynchronous::Shop { open: 1 };
    let mut list = Vec::new();
    drop(is_send(asynchronous::owned(1, String::new(), Cell::new(1))));
    drop(is_send(asynchronous::borrowed("", &mut list)));
    drop(is_send(asynchronous::swallowed("")));
    drop(is_send(asynchronous::with_context(String::new())));
    drop(is_send(asynchronous::future(String::new())));
    drop(is_send(asynchronous::boxed("")));
    drop(is_send(shop.call("", (1, String::new()))));
    drop(is_send(calls::futures(String::new())));
}

#[test]
fn methods_are_named_with_their_type() {
    let shelf = Shelf(3_u8);
    let shown = recorded(|| shelf.by_reference("x"));
    assert!(
        shown[0].contains("Shelf<_>::by_reference(")
            || shown[0].contains("Shelf<u8>::by_reference("),
        "{shown:?}"
    );
    assert_eq!(recorded(|| Shelf(3_u8).by_value().map(drop)).len(), 1);
    assert_eq!(recorded(|| Shelf::made(3_u8).map(drop)).len(), 1);
    assert!(recorded(|| Box::new(Shelf(3_u8)).boxed().map(drop)).is_empty());
    assert_eq!(Shelf(3_u8).by_mutable_reference(4).map(|item| *item), Ok(4));
    let mut pinned = Shelf(3_u8);
    assert_eq!(recorded_later(Pin::new(&mut pinned).pinned("x")).len(), 1);
}

#[test]
fn a_block_s_options_hold_for_each_function_but_its_own_win() {
    let shelf = Shelf("x".to_owned());
    let events = record(|| assert_eq!(shelf.number(), Ok(0)));
    assert_eq!(
        (events[0].level, &events[0].context["kind"]),
        (error_tracker::Level::Fatal, &"shelf".into())
    );
    assert!(events[0].frames[0].source.is_some());
    assert_eq!(recorded_later(async { assert_eq!(shelf.number_later().await, Ok(0)) }).len(), 1);
    assert!(recorded(|| assert!(shelf.untracked().is_err())).is_empty());
    let own = recorded(|| assert!(shelf.own().is_err()));
    assert!(own[0].contains("loud("), "{own:?}");
    assert_eq!(shelf.text(), "x");
}

#[test]
fn modules_cover_what_is_in_them_and_fmt_is_left_alone() {
    assert_eq!(
        recorded(|| inside::free("x")),
        ["blocks::inside::free(text=\"x\") at text.parse()"]
    );
    assert_eq!(
        recorded(|| inside::deeper::free("x")),
        ["blocks::inside::deeper::free(text=\"x\") at text.parse()"]
    );
    assert_eq!(recorded(|| Shelf(0_u8).count()).len(), 1);
    assert_eq!(recorded_panic(|| Shelf(0_u8).name()).len(), 1);
    assert!(recorded(|| std::fmt::Write::write_fmt(
        &mut String::new(),
        format_args!("{}", Shelf(0_u8))
    ))
    .is_empty());
}

#[test]
fn track_caller_functions_see_their_caller() {
    let (shelf, line) = Shelf::made_at(1_u8);
    assert_eq!(line, line!() - 1);
    let (called, line) = shelf.through_private(1);
    assert_eq!(called, Ok(line));
    assert_eq!(recorded(|| shelf.through_private(8).0).len(), 1);
    assert_eq!(shelf.public_caller::<u8>("x"), Ok(("x", line!())));
    assert_eq!(recorded(|| shelf.public_caller::<u8>("").map(drop)).len(), 1);
    assert_eq!(blocks::called::<u8, 1>("x", [1], || {}), Ok((0, line!())));
    assert_eq!(inside::caller(), line!());
    let shown = recorded(|| blocks::called::<u8, 1>("", [1], || {}).map(drop));
    assert!(shown[0].ends_with("at Err(\"empty\")"), "{shown:?}");
}

#[test]
fn tracing_s_attribute_may_stand_above_or_below() {
    assert_eq!(recorded(|| synchronous::above(7)).len(), 1);
    assert_eq!(recorded(|| synchronous::below(7)).len(), 1);
    assert_eq!(recorded_later(asynchronous::above(7)).len(), 1);
    assert_eq!(recorded_later(asynchronous::below(7)).len(), 1);
}

#[error_tracker::track_exception]
#[test]
fn the_test_attribute_may_stand_below() {}

#[test]
#[error_tracker::track_exception]
fn the_test_attribute_may_stand_above() {}

#[error_tracker::track_exception]
#[tokio::test]
async fn the_tokio_test_attribute_may_stand_below() {
    tokio::task::yield_now().await;
}

#[tokio::test]
#[error_tracker::track_exception]
async fn the_tokio_test_attribute_may_stand_above() {
    tokio::task::yield_now().await;
}

#[test]
fn tokio_s_main_may_stand_above_or_below() {
    #[tokio::main(flavor = "current_thread")]
    #[error_tracker::track_exception]
    async fn above(text: &str) -> Result<u8, std::num::ParseIntError> {
        text.parse()
    }
    #[error_tracker::track_exception]
    #[tokio::main(flavor = "current_thread")]
    async fn below(text: &str) -> Result<u8, std::num::ParseIntError> {
        text.parse()
    }
    assert_eq!(recorded(|| above("x")).len(), 1);
    assert_eq!(recorded(|| below("x")).len(), 1);
}

#[test]
fn blocks_record_with_their_scope_s_context() {
    let events = record(|| calls::guarded(7));
    assert_eq!(events[0].context["user_id"], 7);
    assert_eq!(events[0].context["email"], "a@example.com");
    assert_eq!(
        (&events[0].context["odd key"], &events[0].context["later"]),
        (&"7".into(), &7.into())
    );
    assert_eq!(events[0].context["order.id"], 3);
    let shown = recorded(|| calls::blocks("x", Vec::new()));
    assert!(
        shown[0].contains("calls::blocks") && shown[0].ends_with("at text.parse()"),
        "{shown:?}"
    );
    assert_eq!(calls::blocks("1", Vec::new()), Ok(5));
    assert_eq!(record(|| calls::swallowed(&[1])).len(), 3);
    let shown = recorded_later(calls::futures("x".into()));
    assert!(shown[0].ends_with("at borrowed.parse()"), "{shown:?}");
}

#[test]
fn captures_and_breadcrumbs_reach_the_event() {
    let events = record(|| calls::captured(7));
    let messages: Vec<_> = events.iter().map(|event| event.message.as_str()).collect();
    assert!(messages.contains(&"text") && messages.contains(&"from anyhow"), "{messages:?}");
    assert!(messages.contains(&"text 7") && messages.contains(&"text 8"), "{messages:?}");
    assert!(messages.contains(&"order 9 of 7"), "{messages:?}");
    let events = record(|| calls::noticed(3));
    let crumbs: Vec<_> = events[0].breadcrumbs.iter().map(|crumb| crumb.message.as_str()).collect();
    assert_eq!(crumbs, ["cart loaded", "cart with 3"]);
    let mut report = Vec::new();
    assert!(calls::printed(&mut report).is_ok());
    assert!(String::from_utf8_lossy(&report).contains("from anyhow"));
}
