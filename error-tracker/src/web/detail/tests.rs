//! The page as it is written, for failures of every kind.

mod hostile;
mod samples;
#[cfg(all(feature = "sqlite", feature = "macros"))]
mod served;

use self::samples::{declined, recorded, view, NOW};
use super::view::View;
use super::*;
use crate::model::{Event, Frame, IssueState, Kind, Local, MaskNote, Outcome, Request};

fn page(view: &View<'_>) -> String {
    let mut html = Html::default();
    write(&mut html, view);
    html.into_string()
}

fn page_of(event: Event) -> String {
    page(&view(vec![recorded(event, 1)]))
}

#[track_caller]
fn assert_has(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "{part}\nis not in\n{page}");
    }
}

/// The text as people read it: without tags.
fn words(page: &str) -> String {
    let mut text = String::new();
    for piece in page.replace("<wbr>", "").split('<').skip(1) {
        let (_, after) = piece.split_once('>').unwrap_or_default();
        text.push_str(after);
        text.push(' ');
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_page_says_what_where_how_often_and_since_when() {
    let page = page(&view(vec![recorded(declined(), 132)]));
    let words = words(&page);
    for part in [
        "shop::pay:: CardDeclined",
        "card number refused by issuer",
        "132 times",
        "first 3 min ago in 1.4.2",
        "last 12 s ago",
        "gateway answered 402",
        "charge",
        "src/pay.rs:88 returned Err",
        "user_id 7",
        "src/shop.rs:41 passed it on",
        "left as checkout of cart 7",
        "event 132 of 132",
        "POST shop:5000 /pay/991 ?coupon=X",
        "route /pay/{id} from 10.1.2.3 answered 502",
        "2 frames of axum, hyper",
        "−2.1 s info cart loaded",
        "user u-7",
        "environment production",
        "trace 4bf92f3577b34da6a3ce929d0e0e4736",
        "site shop::pay::charge",
    ] {
        assert!(words.contains(part), "{part}\nis not in\n{words}");
    }
    assert_eq!(page.matches("card number refused by issuer").count(), 1, "said once");
}

#[test]
fn the_failing_line_and_the_values_of_the_call_stand_together() {
    let page = page_of(declined());
    let at = |part: &str| page.find(part).unwrap_or_else(|| panic!("{part}\nis not in\n{page}"));
    let line = at("<mark><b>88</b>    let receipt = gateway.charge(&amp;card, amount)?;</mark>");
    let value = at("<dt dir=\"auto\">user_id</dt><dd dir=\"auto\">7</dd>");
    assert!(line < value && value < at("passed it on") && at("passed it on") < at("<h2>Request"));
}

#[test]
fn what_is_masked_looks_masked() {
    let page = page_of(declined());
    assert_has(
        &page,
        &[
            "<dt dir=\"auto\">card_token</dt><dd dir=\"auto\"><span class=\"mask\" \
             title=\"masked because of its name\">masked</span>",
            "number: <span class=\"mask\" title=\"masked because it looks like a card number\">",
            "&quot;amount&quot;: 1200",
        ],
    );
    assert!(!page.contains("*****"), "{page}");
}

#[test]
fn only_who_may_change_something_sees_how() {
    let view = view(vec![recorded(declined(), 1)]);
    assert_has(
        &page(&view),
        &[
            &format!(
                "<form method=\"post\" action=\"./{}/resolve\"><input type=\"hidden\" \
                 name=\"csrf\" value=\"token-1\"><button>Resolve</button></form>",
                view.issue.fingerprint
            ),
            "/mute\"",
            "/delete\"",
        ],
    );
    let page = page(&View { may_change: false, ..view });
    assert!(!page.contains("<form") && !page.contains("token-1"), "{page}");
    assert_has(&page, &["as Markdown", "request as curl", "as JSON"]);
}

#[test]
fn each_state_offers_what_leads_out_of_it() {
    for (state, offered) in [
        (IssueState::Unresolved, ["resolve", "mute", ""]),
        (IssueState::Regressed, ["resolve", "mute", ""]),
        (IssueState::Resolved, ["", "", "reopen"]),
        (IssueState::Muted, ["resolve", "", "reopen"]),
    ] {
        let mut view = view(Vec::new());
        view.issue.state = state;
        let page = page(&view);
        let found = ["resolve", "mute", "reopen"].map(|action| {
            if page.contains(&format!("/{action}\"")) {
                action
            } else {
                ""
            }
        });
        assert_eq!(found, offered, "{state}");
    }
}

#[test]
fn a_regressed_issue_says_so() {
    let mut view = view(Vec::new());
    view.issue.state = IssueState::Regressed;
    assert_has(&page(&view), &["<span class=\"state regressed\">regressed</span>"]);
    assert!(words(&page(&view)).contains("seen again after it was resolved 3 min ago"));
}

#[test]
fn the_kept_events_are_stepped_through() {
    let events: Vec<_> = (0..5).map(|age| recorded(samples::numbered(age), 0)).collect();
    let ids: Vec<String> = events.iter().map(|one| one.event.id.to_string()).collect();
    let mut view = view(events);
    let link = |view: &View<'_>, id: usize, name: &str| {
        let fingerprint = view.issue.fingerprint;
        format!("<a href=\"./{fingerprint}?event={}\" aria-label=\"{name}\"", ids[id])
    };
    view.at = 2;
    assert_has(
        &page(&view),
        &[
            &link(&view, 4, "oldest kept event"),
            &link(&view, 3, "older event"),
            &link(&view, 1, "newer event"),
            &link(&view, 0, "newest kept event"),
            "event 3 of 5 kept",
        ],
    );
    view.at = 4;
    let oldest = page(&view);
    assert!(!oldest.contains("\"older event\"") && !oldest.contains("\"oldest kept event\""));
    view.at = 0;
    let newest = page(&view);
    assert!(!newest.contains("\"newer event\"") && newest.contains("\"older event\""));
}

#[test]
fn an_event_that_was_not_kept_is_told() {
    let missing = Some(samples::numbered(9).id);
    let text = page(&View { missing, ..view(vec![recorded(declined(), 1)]) });
    assert_has(&text, &["was not kept; this is the newest that was."]);
}

#[test]
fn an_issue_of_which_only_counts_are_kept_is_readable() {
    let mut view = view(Vec::new());
    view.issue.message = "only counted".into();
    view.issue.traceback = "shop::CardDeclined: only counted\n  in shop::charge".into();
    let text = page(&view);
    assert_has(
        &text,
        &["only counted", "No event of this issue is kept in full", "in shop::charge"],
    );
    assert!(!text.contains("class=\"steps\""), "{text}");
}

#[test]
fn an_event_without_calls_says_what_would_show_them() {
    let event = Event { message: "disk full".into(), ..Event::default() };
    assert_has(&page_of(event), &["#[track_exception]", "disk full"]);
}

#[test]
fn a_panic_says_where_it_panicked() {
    let event = Event {
        kind: Kind::Panic,
        location: "src/img.rs:210".into(),
        frames: vec![
            Frame { failed: true, line: 200, ..samples::frame("shop::resize", "src/img.rs") },
            Frame { failed: true, line: 9, ..samples::frame("shop::main", "src/main.rs") },
        ],
        ..Event::default()
    };
    let text = words(&page_of(event.clone()));
    for part in ["src/img.rs:210 panicked", "src/main.rs:9 unwound"] {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
    assert!(text.contains("src/img.rs:200 unwound"), "{text}");
    let mut same = event;
    same.frames[0].line = 210;
    let text = words(&page_of(same));
    assert_eq!(text.matches("src/img.rs:210").count(), 1, "{text}");
    assert!(text.contains("src/img.rs:210 panicked"), "{text}");
}

#[test]
fn a_panic_within_an_annotated_call_is_shown_in_it() {
    let event = Event {
        kind: Kind::Panic,
        location: "src/img.rs:210".into(),
        frames: vec![Frame {
            failed: true,
            line: 200,
            ..samples::frame("shop::resize", "src/img.rs")
        }],
        ..Event::default()
    };
    let mut recorded = recorded(event, 1);
    let inner = samples::frame("shop::resize::{{closure}}", "/srv/shop/src/img.rs");
    recorded.stack = vec![Frame { line: 210, ..inner }];
    let by_stack = page(&view(vec![recorded.clone()]));
    recorded.stack.clear();
    recorded.event.frames[0].source = Some("\n".repeat(12));
    recorded.event.frames[0].source_line = 200;
    for page in [by_stack, page(&view(vec![recorded]))] {
        assert!(words(&page).contains("resize src/img.rs:210 panicked"), "{page}");
        assert_eq!(page.matches("class=\"frame\"").count(), 1, "{page}");
    }
}

#[test]
fn a_message_says_where_it_was_sent_and_who_was_running() {
    let event = Event {
        kind: Kind::Message,
        location: "src/stock.rs:7".into(),
        frames: vec![Frame { line: 3, ..samples::frame("shop::stock", "src/stock.rs") }],
        ..Event::default()
    };
    let page = page_of(event.clone());
    assert!(page.contains("<section class=\"calls quiet\">"), "nothing failed\n{page}");
    let text = words(&page);
    assert!(text.contains("src/stock.rs:7 sent the message"), "{text}");
    assert!(text.contains("src/stock.rs:3 was running"), "{text}");
    let text = words(&page_of(Event { location: "src/stock.rs:3".into(), ..event }));
    assert!(text.contains("src/stock.rs:3 sent the message"), "{text}");
}

#[test]
fn a_caller_that_went_on_handled_it() {
    let mut event = declined();
    event.outcome = Outcome::Handled;
    event.frames[1].failed = false;
    assert!(words(&page_of(event)).contains("src/shop.rs:41 handled it"));
}

#[test]
fn of_sixty_calls_a_few_are_open() {
    let mut event = declined();
    event.frames = (1..=60).map(|line| samples::frame_at("shop::deeper", line)).collect();
    let text = page_of(event);
    assert_eq!(text.matches("<details class=\"frame\" open>").count(), 4);
    assert_eq!(text.matches("<details class=\"frame\">").count(), 56);
}

#[test]
fn a_message_of_ten_thousand_characters_is_folded() {
    let text = page_of(Event { message: "x".repeat(10_000), ..Event::default() });
    assert_has(&text, &["all 10,000 characters", &"x".repeat(10_000)]);
}

#[test]
fn an_address_of_ten_thousand_characters_is_folded() {
    let path = format!("/{}", "x".repeat(9_998));
    let request = Request::new("h", "GET", &*path);
    let text = page_of(Event { request: Some(request), ..Event::default() });
    let shown = format!("h{}… <i>all 10,000 characters</i></summary>", &path[..298]);
    assert_has(&text, &["<details class=\"url\">", &shown, &format!("<b>{path}</b>")]);
}

#[test]
fn a_failure_during_another_leads_there() {
    let mut view = view(vec![recorded(samples::during(), 1)]);
    view.during = Some(view.issue.fingerprint);
    let link = format!("{}?event={}", view.issue.fingerprint, samples::numbered(1).id);
    assert_has(&page(&view), &[&link, "another failure</a> was handled"]);
    view.during = None;
    assert_has(&page(&view), &["which is not kept"]);
}

#[test]
fn a_body_that_was_cut_off_says_so_and_is_laid_out_as_far_as_it_came() {
    let body = format!("{{\"list\":[\"{}\",\"b…", "a".repeat(80));
    let request = Request::new("h", "POST", "/").header("content-type", "application/json");
    let text = page_of(Event { request: Some(request.body(body)), ..Event::default() });
    let laid_out = format!("{{\n  &quot;list&quot;: [\n    &quot;{}&quot;,\n", "a".repeat(80));
    assert_has(&text, &[&laid_out, "cut off", "The body was longer"]);
}

#[test]
fn texts_of_people_have_their_own_direction() {
    let mut event = declined();
    event.message = "خطأ في الدفع".into();
    event.frames[0].locals =
        vec![Local { name: "name".into(), value: "\"شركة\"".into(), masked: None }];
    assert_has(
        &page_of(event),
        &[
            "<p class=\"message\" dir=\"auto\">خطأ في الدفع</p>",
            "<dd dir=\"auto\">&quot;شركة&quot;",
        ],
    );
}

#[test]
fn what_was_masked_is_listed_with_its_rule() {
    let mut event = declined();
    event.masked =
        vec![MaskNote { place: "locals.card.number".into(), rule: "card number".into() }];
    let row = "<td>locals.card.number</td><td>masked because it looks like a card number</td>";
    assert_has(&page_of(event), &[row, "<i>1 place</i>"]);
}

#[test]
fn times_are_told_from_the_tracker_s_clock() {
    let text = page(&view(vec![recorded(declined(), 1)]));
    assert_has(&text, &["title=\"2026-11-22 10:11:00.000 UTC\">12 s ago</time>"]);
    assert_eq!(NOW.as_micros() % 1_000_000, 0);
}
