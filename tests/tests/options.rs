//! Holds the promises of the attribute's options: level, fingerprint, name, ignore, context.

use error_tracker::testing::record;
use error_tracker::{track_exception, Level};
use error_tracker_tests::errors::Disk;
use error_tracker_tests::{functions, local, only};
use serde_json::json;

#[track_exception(level = warning, fingerprint = format!("shelf {}", sector / 100), name = "the shelf")]
fn shelf(sector: u32) -> Result<(), Disk> {
    Err(Disk(sector))
}

#[test]
fn level_and_name_replace_what_would_be_recorded() {
    let event = only(record(|| shelf(1)));
    assert_eq!(event.level, Level::Warning);
    assert_eq!(event.frames[0].function, "the shelf");
}

#[test]
fn a_fingerprint_of_ones_own_decides_the_issue() {
    let events = record(|| [shelf(101), shelf(102), shelf(201)]);
    assert_eq!(events[0].fingerprint, events[1].fingerprint);
    assert_ne!(events[0].fingerprint, events[2].fingerprint);
}

#[track_exception]
fn calls_shelf() -> Result<(), Disk> {
    shelf(101)
}

#[test]
fn level_and_fingerprint_apply_where_the_failure_starts() {
    let (outer, inner) = (only(record(calls_shelf)), only(record(|| shelf(101))));
    assert_eq!(outer.fingerprint, inner.fingerprint);
    assert_eq!(outer.level, Level::Warning);
}

#[track_exception(ignore(Disk(404), Disk(number) if *number >= 500))]
fn ignores(sector: u32) -> Result<(), Disk> {
    Err(Disk(sector))
}

#[test]
fn errors_that_match_a_pattern_and_its_guard_are_not_recorded() {
    let events = record(|| [404, 499, 500, 501].map(|sector| ignores(sector).unwrap_err()));
    assert_eq!(only(events).message, "disk 499");
}

#[track_exception(ignore(Disk(404)))]
fn ignores_what_a_callee_recorded() -> Result<(), Disk> {
    fails_with(404)
}

#[track_exception]
fn fails_with(sector: u32) -> Result<(), Disk> {
    Err(Disk(sector))
}

#[test]
fn ignoring_an_error_that_a_callee_recorded_does_not_take_it_back() {
    let event = only(record(ignores_what_a_callee_recorded));
    assert_eq!(functions(&event)[0], "fails_with");
}

#[track_exception(context(shelf = sector / 100, label = %format!("shelf-{sector}"), whole = ?Disk(sector)))]
fn with_context(sector: u32) -> Result<(), Disk> {
    Err(Disk(sector))
}

#[test]
fn context_keeps_json_types_and_takes_display_or_debug_by_sigil() {
    let event = only(record(|| with_context(207)));
    assert_eq!(event.context["shelf"], json!(2));
    assert_eq!(event.context["label"], json!("shelf-207"));
    assert_eq!(event.context["whole"], json!("Disk(207)"));
}

#[track_exception(context(evaluated = { evaluations.set(evaluations.get() + 1); 1 }))]
fn counts_evaluations(evaluations: &std::cell::Cell<u32>, fails: bool) -> Result<(), Disk> {
    let _ = evaluations;
    if fails {
        return Err(Disk(1));
    }
    Ok(())
}

#[test]
fn context_is_evaluated_only_when_something_is_recorded() {
    let evaluations = std::cell::Cell::new(0);
    assert!(record(|| counts_evaluations(&evaluations, false)).is_empty());
    assert_eq!(evaluations.get(), 0);
    only(record(|| counts_evaluations(&evaluations, true)));
    assert_eq!(evaluations.get(), 1);
    let _ = counts_evaluations(&evaluations, true);
    assert_eq!(evaluations.get(), 1, "nothing records here");
}

#[track_exception(context_now(items = cart.len()), context(failed = true))]
fn takes_the_cart(cart: Vec<u32>) -> Result<(), Disk> {
    drop(cart);
    Err(Disk(1))
}

#[test]
fn context_now_is_evaluated_before_the_body_moves_its_argument() {
    let event = only(record(|| takes_the_cart(vec![1, 2, 3])));
    assert_eq!(event.context["items"], json!(3));
    assert_eq!(event.context["failed"], json!(true));
}

#[track_exception(context(place = "inner", only_inner = 1))]
fn inner() -> Result<(), Disk> {
    Err(Disk(1))
}

#[track_exception(context(place = "outer", only_outer = 2))]
fn outer() -> Result<(), Disk> {
    inner()
}

#[test]
fn of_equal_keys_the_nearest_wins_and_others_are_added() {
    let event = only(record(outer));
    let expected = json!({"place": "inner", "only_inner": 1, "only_outer": 2});
    assert_eq!(serde_json::Value::Object(event.context), expected);
}

#[track_exception(skip(left_out), mask(number))]
fn shows_some(left_out: u32, number: u64, shown: u32) -> Result<u64, Disk> {
    if u64::from(left_out) + number > u64::from(shown) {
        return Err(Disk(shown));
    }
    Ok(number)
}

#[test]
fn skipped_arguments_are_missing_and_masked_ones_show_no_value() {
    let event = only(record(|| shows_some(1, 4111, 3)));
    let names: Vec<_> = event.frames[0].locals.iter().map(|local| local.name.as_str()).collect();
    assert_eq!(names, ["number", "shown"]);
    assert_eq!(local(&event.frames[0], "number"), "*****");
}

#[track_exception(skip_all)]
fn shows_none(number: u64) -> Result<u64, Disk> {
    Err(Disk(u32::try_from(number).unwrap_or_default()))
}

#[test]
fn skip_all_shows_no_argument() {
    assert!(only(record(|| shows_none(7))).frames[0].locals.is_empty());
}

#[track_exception(source)]
fn embeds_its_source() -> Result<(), Disk> {
    // Why it fails is said here.
    Err(Disk(1))
}

#[test]
fn the_source_text_is_embedded_on_request() {
    let event = only(record(embeds_its_source));
    let source = event.frames[0].source.clone().expect("the attribute asked for it");
    assert!(source.contains("fn embeds_its_source()"), "{source}");
    assert!(source.contains("Err(Disk(1))"), "{source}");
    let frame = &event.frames[0];
    let failing = source.lines().nth((frame.line - frame.source_line) as usize);
    assert_eq!(failing.map(str::trim), Some("Err(Disk(1))"));
    assert!(only(record(inner)).frames[0].source.is_none());
}
