//! Holds the promises about arguments: what is kept, what is shown, and within which bounds.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::sync::Mutex;

use error_tracker::testing::record;
use error_tracker::{track_exception, Event, Frame};
use error_tracker_tests::errors::Disk;
use error_tracker_tests::{local, only};

/// Returns the innermost call of the only event.
#[track_caller]
fn frame<R>(run: impl FnOnce() -> R) -> Frame {
    only(record(run)).frames.swap_remove(0)
}

#[derive(Clone, Copy, Debug)]
struct Point {
    x: i32,
}

#[derive(Debug)]
struct Order {
    #[expect(dead_code, reason = "shown by Debug")]
    id: u32,
}

struct Opaque;

mod kept {
    use super::*;

    #[track_exception]
    fn copies(number: i64, yes: bool, letter: char, point: Point) -> Result<(), Disk> {
        let _ = (number, yes, letter, point);
        Err(Disk(1))
    }

    #[track_exception]
    fn references(text: &str, order: &Order, list: &[u8], some: Option<&str>) -> Result<(), Disk> {
        let _ = (text, order, list, some);
        Err(Disk(1))
    }

    #[test]
    fn copies_and_references_are_shown_from_the_first_failure_on() {
        let shown = frame(|| copies(-7, true, 'ß', Point { x: 3 }));
        assert_eq!(local(&shown, "number"), "-7");
        assert_eq!(local(&shown, "yes"), "true");
        assert_eq!(local(&shown, "letter"), "'ß'");
        assert_eq!(local(&shown, "point"), "Point { x: 3 }");
        let shown = frame(|| references("a\"b", &Order { id: 9 }, &[1, 2], Some("x")));
        assert_eq!(local(&shown, "text"), "\"a\\\"b\"");
        assert_eq!(local(&shown, "order"), "Order { id: 9 }");
        assert_eq!(local(&shown, "list"), "[1, 2]");
        assert_eq!(local(&shown, "some"), "Some(\"x\")");
    }

    #[track_exception]
    fn takes_strings(short: String, long: String) -> Result<(), Disk> {
        drop((short, long));
        Err(Disk(1))
    }

    #[test]
    fn of_an_owned_string_the_head_is_shown_though_the_body_moves_it() {
        let frame = frame(|| takes_strings("seven".into(), "x".repeat(500)));
        assert_eq!(local(&frame, "short"), "\"seven\"");
        let long = local(&frame, "long");
        assert!(long.starts_with("\"xxxxxxxxxxxxxxxx"), "{long}");
        assert!(long.len() < 200, "{long}");
        assert!(long.contains('…'), "the cut is marked: {long}");
    }

    #[track_exception]
    fn takes_an_order(order: Order, opaque: Opaque) -> Result<(), Disk> {
        let _moved = (order, opaque);
        Err(Disk(1))
    }

    #[test]
    fn other_owned_values_show_their_type_until_the_call_site_has_failed_once() {
        let (first, second) = (
            frame(|| takes_an_order(Order { id: 1 }, Opaque)),
            frame(|| takes_an_order(Order { id: 2 }, Opaque)),
        );
        assert!(local(&first, "order").contains("Order"), "{first:?}");
        assert!(!local(&first, "order").contains('1'), "{first:?}");
        assert_eq!(local(&second, "order"), "Order { id: 2 }");
        assert!(local(&second, "opaque").contains("Opaque>"), "{second:?}");
    }

    #[track_exception]
    fn changes(list: &mut Vec<u32>) -> Result<(), Disk> {
        list.push(99);
        Err(Disk(1))
    }

    #[test]
    fn what_is_borrowed_mutably_shows_its_state_on_entry() {
        let mut list = vec![1, 2];
        let first = frame(|| changes(&mut list));
        assert!(local(&first, "list").contains("Vec<u32>"), "{first:?}");
        let second = frame(|| changes(&mut list));
        assert_eq!(local(&second, "list"), "[1, 2, 99]");
        assert_eq!(list, [1, 2, 99, 99]);
    }

    #[track_exception(keep(order))]
    fn keeps(order: Order) -> Result<(), Disk> {
        let _moved = order;
        Err(Disk(1))
    }

    #[test]
    fn keep_shows_an_owned_value_from_the_first_failure_on() {
        assert_eq!(local(&frame(|| keeps(Order { id: 5 })), "order"), "Order { id: 5 }");
    }

    #[derive(serde::Serialize)]
    struct Sent {
        id: u32,
        password: &'static str,
    }

    #[track_exception(serialize(sent), keep(sent))]
    fn serializes(sent: Sent) -> Result<(), Disk> {
        let _moved = sent;
        Err(Disk(1))
    }

    #[test]
    fn serialize_shows_the_json_with_secret_names_masked() {
        let frame = frame(|| serializes(Sent { id: 7, password: "hunter2" }));
        let shown = local(&frame, "sent");
        assert!(shown.contains("\"id\":7"), "{shown}");
        assert!(shown.contains("*****") && !shown.contains("hunter2"), "{shown}");
    }

    #[track_exception]
    fn generic<T, D: fmt::Debug + Copy>(any: T, shown: D) -> Result<(), Disk> {
        let _ = (any, shown);
        Err(Disk(1))
    }

    #[test]
    fn a_generic_argument_is_shown_if_its_bounds_allow_it() {
        let frame = frame(|| generic(Opaque, 7));
        assert!(local(&frame, "any").contains("Opaque"), "{frame:?}");
        assert_eq!(local(&frame, "shown"), "7");
    }

    #[track_exception]
    fn patterns(
        (left, right): (u32, u32),
        Point { x: inner }: Point,
        _unused: u8,
    ) -> Result<(), Disk> {
        let _ = (left, right, inner);
        Err(Disk(1))
    }

    #[test]
    fn each_binding_of_a_pattern_is_shown_by_its_own_name() {
        let frame = frame(|| patterns((1, 2), Point { x: 3 }, 4));
        let shown: Vec<_> =
            frame.locals.iter().map(|local| (local.name.as_str(), local.value.as_str())).collect();
        assert_eq!(shown, [("left", "1"), ("right", "2"), ("inner", "3"), ("_unused", "4")]);
    }
}

mod masked {
    use super::*;

    #[track_exception]
    #[allow(non_snake_case, reason = "names are masked whatever their case")]
    fn signs_in(user: &str, password: &str, Api_Key: u64) -> Result<(), Disk> {
        let _ = (user, password, Api_Key);
        Err(Disk(1))
    }

    #[derive(Debug)]
    #[expect(dead_code, reason = "shown by Debug")]
    struct Account<'a> {
        name: &'a str,
        password: &'a str,
        nested: Vec<Nested<'a>>,
        session_ids: [u32; 2],
    }

    #[derive(Debug)]
    #[expect(dead_code, reason = "shown by Debug")]
    struct Nested<'a> {
        id: u32,
        auth_token: Option<&'a str>,
    }

    #[track_exception]
    fn opens(account: &Account<'_>, headers: &HashMap<&str, &str>) -> Result<(), Disk> {
        let _ = (account, headers);
        Err(Disk(1))
    }

    fn text(event: &Event) -> String {
        format!("{event:?}{}", serde_json::to_string(event).expect("an event is JSON"))
    }

    #[test]
    fn arguments_are_masked_by_name_whatever_its_case() {
        let event = only(record(|| signs_in("ann", "hunter2", 4_711_174)));
        let frame = &event.frames[0];
        assert_eq!(local(frame, "user"), "\"ann\"");
        assert_eq!((local(frame, "password"), local(frame, "Api_Key")), ("*****", "*****"));
        assert!(!text(&event).contains("hunter2"));
    }

    #[test]
    fn fields_and_keys_are_masked_at_any_depth() {
        let nested = vec![Nested { id: 3, auth_token: Some("t-hidden\", id: \"") }];
        let account =
            Account { name: "ann", password: "p-hidden", nested, session_ids: [1717, 1718] };
        let headers = HashMap::from([("authorization", "b-hidden"), ("host", "here")]);
        let event = only(record(|| opens(&account, &headers)));
        let whole = text(&event);
        assert!(!whole.contains("-hidden"), "{whole}");
        assert!(whole.contains("ann") && whole.contains("here"), "{whole}");
        let account = local(&event.frames[0], "account");
        assert!(account.contains("id: 3") && !account.contains("1717"), "{account}");
    }
}

mod bounded {
    use super::*;

    /// Counts how often it is formatted.
    struct Counted<'a>(&'a Cell<u32>);

    impl fmt::Debug for Counted<'_> {
        fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.set(self.0.get() + 1);
            out.write_str("counted")
        }
    }

    #[track_exception]
    fn slice(list: &[Counted<'_>]) -> Result<(), Disk> {
        let _ = list;
        Err(Disk(1))
    }

    #[track_exception]
    fn vector(list: &Vec<Counted<'_>>) -> Result<(), Disk> {
        let _ = list;
        Err(Disk(1))
    }

    #[track_exception]
    fn map(map: &HashMap<u32, Counted<'_>>) -> Result<(), Disk> {
        let _ = map;
        Err(Disk(1))
    }

    #[track_exception(keep(list))]
    fn owned(list: Vec<Counted<'_>>) -> Result<(), Disk> {
        drop(list);
        Err(Disk(1))
    }

    #[test]
    fn of_a_long_collection_a_bounded_number_of_elements_is_formatted() {
        let visits = Cell::new(0);
        let list = || (0..100_000).map(|_| Counted(&visits)).collect::<Vec<_>>();
        let map_of = |list: Vec<_>| (0..).zip(list).collect::<HashMap<u32, _>>();
        let shown = [
            frame(|| slice(&list())),
            frame(|| vector(&list())),
            frame(|| map(&map_of(list()))),
            frame(|| owned(list())),
        ];
        assert!(visits.get() <= 4 * 100, "{} elements were formatted", visits.get());
        for frame in &shown {
            let text = &frame.locals[0].value;
            assert!(text.contains('…'), "the cut is marked: {text}");
        }
        assert!(shown[0].locals[0].value.contains("99900"), "it says how much is left: {shown:?}");
    }

    #[track_exception]
    fn large(bytes: &[u8], text: &str, map: &HashMap<u32, u64>) -> Result<(), Disk> {
        let _ = (bytes, text, map);
        Err(Disk(1))
    }

    #[test]
    fn of_ten_million_bytes_a_bounded_head_is_shown() {
        let (bytes, text) = (vec![7; 10_000_000], "é".repeat(5_000_000));
        let map = (0..100_000).map(|key| (key, u64::MAX)).collect();
        let frame = frame(|| large(&bytes, &text, &map));
        for local in &frame.locals {
            assert!(local.value.len() < 6_000, "{} shows {}", local.name, local.value.len());
            assert!(local.value.contains('…'), "the cut of {} is marked", local.name);
        }
        assert!(local(&frame, "text").chars().count() < 1_100);
    }

    #[track_exception(keep(bytes, text))]
    fn owns_much(bytes: Vec<u8>, text: String) -> Result<(), Disk> {
        drop((bytes, text));
        Err(Disk(1))
    }

    #[test]
    fn of_owned_values_that_are_kept_no_more_is_shown() {
        let frame = frame(|| owns_much(vec![7; 10_000_000], "x".repeat(10_000_000)));
        for local in &frame.locals {
            assert!(local.value.len() < 6_000, "{} shows {}", local.name, local.value.len());
        }
    }

    #[derive(Debug)]
    enum Deep {
        End,
        More(#[expect(dead_code, reason = "shown by Debug")] Box<Deep>),
    }

    #[track_exception]
    fn fails_deep(value: Deep) -> Result<(), Deep> {
        Err(value)
    }

    #[test]
    fn nesting_of_ten_thousand_levels_is_cut_and_overflows_no_stack() {
        let nested = || (0..10_000).fold(Deep::End, |inner, _| Deep::More(Box::new(inner)));
        let shown = local(&frame(|| deep(&nested())), "value").matches("More").count();
        assert!((9..=11).contains(&shown), "{shown} levels");
        let failed = record(|| fails_deep(nested()));
        let said = failed[0].message.matches("More").count();
        assert!((200..=202).contains(&said), "{said} levels");
    }

    #[track_exception]
    fn deep(value: &Deep) -> Result<(), Disk> {
        let _ = value;
        Err(Disk(1))
    }

    #[test]
    fn nesting_is_shown_to_a_depth_of_ten() {
        let value = (0..50).fold(Deep::End, |inner, _| Deep::More(Box::new(inner)));
        let shown = local(&frame(|| deep(&value)), "value").matches("More").count();
        assert!((9..=11).contains(&shown), "{shown} levels");
    }

    #[track_exception]
    fn recurses(left: u32, text: &str) -> Result<(), Disk> {
        match left {
            0 => Err(Disk(1)),
            _ => recurses(left - 1, text),
        }
    }

    #[test]
    fn all_locals_of_an_event_together_are_bounded() {
        let text = "x".repeat(900);
        let event = only(record(|| recurses(200, &text)));
        let locals: Vec<_> = event.frames.iter().flat_map(|frame| &frame.locals).collect();
        let total: usize = locals.iter().map(|local| local.value.len()).sum();
        assert_eq!(locals.len(), 2 * (48 + 16));
        assert!(total <= 16 * 1024 + locals.len() * '…'.len_utf8(), "{total} bytes of locals");
    }
}

mod globals {
    use super::*;

    static LIMIT: u32 = 17;
    static LOCKED: Mutex<u32> = Mutex::new(1);
    static ADMIN_PASSWORD: &str = "hunter2";

    #[track_exception(globals(LIMIT, LOCKED, ADMIN_PASSWORD))]
    fn names_statics(number: u32) -> Result<(), Disk> {
        let _held = LOCKED.lock();
        Err(Disk(number))
    }

    fn shown(frame: &Frame) -> Vec<(&str, &str)> {
        frame.globals.iter().map(|local| (local.name.as_str(), local.value.as_str())).collect()
    }

    #[test]
    fn statics_are_shown_masked_by_their_name() {
        let frame = frame(|| names_statics(1));
        let shown = shown(&frame);
        assert_eq!(shown[0], ("LIMIT", "17"));
        assert_eq!(shown[2], ("ADMIN_PASSWORD", "*****"));
    }

    #[test]
    fn a_static_that_is_locked_is_not_waited_for() {
        let _held = LOCKED.lock();
        let frame = error_tracker_tests::within_limit(|| frame(|| only_looks(1)));
        assert!(shown(&frame)[0].1.contains("<locked>"), "{frame:?}");
    }

    #[track_exception(globals(LOCKED))]
    fn only_looks(number: u32) -> Result<(), Disk> {
        Err(Disk(number))
    }
}
