//! What surrounds an event: context, what happened before, where it ran, how it was grouped.

use std::borrow::Cow;

use serde_json::Value;

use super::values::{self, sentence};
use super::view::{section, View};
use crate::model::{Breadcrumb, Event, Grouping, Kind, Outcome, Recorded, Timestamp};
use crate::web::format::{counted, span, time_saying, Civil};
use crate::web::html::Html;

/// Names of tags and context under which a trace is found.
const TRACE: [&str; 3] = ["trace", "trace_id", "traceid"];

pub(super) fn write(html: &mut Html, view: &View<'_>, recorded: &Recorded) {
    let event = &recorded.event;
    if !event.request_data.is_empty() {
        section(html, "Data", |html| {
            values::map(html, &view.masks(), "request_data", &event.request_data);
        });
    }
    if !event.context.is_empty() {
        section(html, "Context", |html| {
            values::map(html, &view.masks(), "context", &event.context);
        });
    }
    if !event.tags.is_empty() {
        section(html, "Tags", |html| values::map(html, &view.masks(), "tags", &event.tags));
    }
    if !event.globals.is_empty() {
        section(html, "Statics", |html| {
            values::locals(html, &view.masks(), "globals", &event.globals);
        });
    }
    breadcrumbs(html, view, event);
    surroundings(html, view, recorded);
    lent(html, view, event);
    masked(html, event);
}

/// Writes what is known where only counts were kept.
pub(super) fn without_event(html: &mut Html, view: &View<'_>) {
    html.raw(
        "<p class=\"note\">No event of this issue is kept in full: only how often it happened",
    );
    html.raw(", and what its newest one said.</p>");
    let issue = &view.issue;
    if !issue.traceback.is_empty() {
        section(html, "Report", |html| {
            values::block(html, &view.masks(), "", &issue.traceback);
        });
    }
    if !issue.request_data.is_empty() {
        section(html, "Data", |html| {
            values::map(html, &view.masks(), "", &issue.request_data);
        });
    }
}

fn breadcrumbs(html: &mut Html, view: &View<'_>, event: &Event) {
    if event.breadcrumbs.is_empty() {
        return;
    }
    section(html, "Before it", |html| {
        html.raw("<ol class=\"crumbs\">");
        event.breadcrumbs.iter().for_each(|crumb| breadcrumb(html, view, event, crumb));
        html.raw("</ol>");
    });
}

fn breadcrumb(html: &mut Html, view: &View<'_>, event: &Event, crumb: &Breadcrumb) {
    html.raw("<li>");
    time_saying(html, crumb.at, &before(event.at, crumb.at));
    html.raw(" <span").attr("class", &format!("level {}", crumb.level)).raw(">");
    html.show(crumb.level).raw("</span> <span class=\"words\" dir=\"auto\">");
    view.masks().text(html, &crumb.message, "breadcrumb");
    html.raw("</span>");
    if !crumb.data.is_empty() {
        values::map(html, &view.masks(), "breadcrumb", &crumb.data);
    }
    html.raw("</li>");
}

/// Tells how long before the event something was: `−12 ms`, `−2.1 s`, `−3 min`.
fn before(event: Timestamp, at: Timestamp) -> String {
    let distance = event.as_micros().saturating_sub(at.as_micros());
    let sign = if distance < 0 { '+' } else { '−' };
    match distance.saturating_abs() {
        0..1_000 => "0 ms".to_owned(),
        micros @ 1_000..1_000_000 => format!("{sign}{} ms", micros / 1_000),
        tenths @ 1_000_000..60_000_000 => {
            let tenths = tenths / 100_000;
            format!("{sign}{}.{} s", tenths / 10, tenths % 10)
        }
        _ => format!("{sign}{}", span(event, at)),
    }
}

/// Writes who was served, by which build, where.
fn surroundings(html: &mut Html, view: &View<'_>, recorded: &Recorded) {
    let event = &recorded.event;
    let civil = Civil::of(event.at);
    let at = format!("{} {} UTC", civil.date(), civil.time());
    let id = event.id.to_string();
    let facts = [
        ("user", event.user.as_deref().unwrap_or_default()),
        ("release", &recorded.release),
        ("environment", &recorded.environment),
        ("server", &recorded.server_name),
        ("thread", &event.thread),
        ("trace", trace(event)),
        ("level", event.level.as_str()),
        ("outcome", &outcome(event)),
        ("at", &at),
        ("event", &id),
    ];
    section(html, "Where", |html| {
        let known = facts.into_iter().filter(|(_, value)| !value.is_empty());
        values::facts(html, &view.masks(), "user", known);
    });
}

/// Tells what became of a failure; a message is none.
fn outcome(event: &Event) -> Cow<'static, str> {
    Cow::Borrowed(match (event.outcome, event.status) {
        _ if event.kind == Kind::Message => "",
        (Outcome::Handled, Some(status)) => return format!("the handler answered {status}").into(),
        (_, Some(_)) if event.frames.is_empty() => "the request failed",
        _ if event.frames.is_empty() => "",
        (Outcome::Open, _) => "",
        (Outcome::Handled, None) => "an annotated caller handled it",
        (Outcome::Propagated, _) => "left the outermost annotated call",
        (Outcome::Swallowed, _) => "a silent function took it",
        (Outcome::Cancelled, _) => "its future was dropped",
    })
}

/// Finds the trace that the event belongs to: among tags and context, else in the W3C header.
fn trace(event: &Event) -> &str {
    let named = TRACE.iter().find_map(|name| {
        event.tags.get(*name).or_else(|| event.context.get(*name)).and_then(Value::as_str)
    });
    let header = || event.request.as_ref()?.headers.get("traceparent")?.split('-').nth(1);
    named.or_else(header).unwrap_or_default()
}

fn lent(html: &mut Html, view: &View<'_>, event: &Event) {
    let Some(text) = event.lent_backtrace.as_deref().filter(|text| !text.is_empty()) else {
        return;
    };
    section(html, "Backtrace", |html| {
        let lines = counted(text.lines().count() as u64, "line", "lines");
        html.raw("<details><summary>that the error itself carried <i>").text(&lines);
        html.raw("</i></summary><pre tabindex=\"0\">");
        view.masks().text(html, text, "backtrace");
        html.raw("</pre></details>");
    });
}

fn masked(html: &mut Html, event: &Event) {
    if event.masked.is_empty() {
        return;
    }
    section(html, "Masked", |html| {
        let count = counted(event.masked.len() as u64, "place", "places");
        html.raw("<details><summary>what, and why <i>").text(&count);
        html.raw("</i></summary><table><tr><th scope=\"col\">Where</th>");
        html.raw("<th scope=\"col\">Why</th></tr>");
        for note in &event.masked {
            html.raw("<tr><td>").text(&note.place).raw("</td><td>").text(&sentence(&note.rule));
            html.raw("</td></tr>");
        }
        html.raw("</table></details>");
    });
}

/// Writes what all events of the issue have in common.
pub(super) fn grouping(html: &mut Html, view: &View<'_>) {
    let of_event = view.shown().map(|recorded| &recorded.event.grouping);
    let has_parts = |grouping: &&Grouping| !grouping.parts.is_empty();
    let grouping = of_event.filter(has_parts).or(Some(&view.issue.grouping).filter(has_parts));
    section(html, "Why one issue", |html| {
        if let Some(grouping) = grouping {
            let parts = grouping.parts.iter().map(|(label, text)| (label, text));
            values::pairs(html, &view.masks(), "grouping", parts);
        }
        html.raw("<p class=\"note\">What these have in common is one issue: <code>");
        html.show(view.issue.fingerprint).raw("</code>");
        if let Some(grouping) = grouping.filter(|grouping| grouping.version > 0) {
            html.raw(", by version ").show(grouping.version).raw(" of the rules");
        }
        html.raw("</p>");
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Frame;

    #[test]
    fn what_happened_before_says_how_long() {
        let at = Timestamp::from_micros;
        for (micros, expected) in [
            (0, "0 ms"),
            (999, "0 ms"),
            (-12_345, "−12 ms"),
            (-400_000, "−400 ms"),
            (-999_999, "−999 ms"),
            (-2_100_000, "−2.1 s"),
            (-180_000_000, "−3 min"),
            (300_000, "+300 ms"),
        ] {
            assert_eq!(before(at(1), at(1 + micros)), expected);
        }
        assert_eq!(before(at(i64::MAX), at(i64::MIN)), "−292471 y");
    }

    #[test]
    fn an_outcome_is_told_as_far_as_it_is_known() {
        let told = |kind, of, status, frames| {
            let frames = vec![Frame::default(); frames];
            outcome(&Event { kind, outcome: of, status, frames, ..Event::default() }).into_owned()
        };
        for (kind, of, status, frames, expected) in [
            (Kind::Message, Outcome::Handled, Some(200), 1, ""),
            (Kind::Error, Outcome::Propagated, Some(503), 0, "the request failed"),
            (Kind::Error, Outcome::Handled, Some(409), 1, "the handler answered 409"),
            (Kind::Error, Outcome::Handled, None, 1, "an annotated caller handled it"),
            (Kind::Error, Outcome::Propagated, Some(500), 1, "left the outermost annotated call"),
            (Kind::Error, Outcome::Propagated, None, 0, ""),
        ] {
            assert_eq!(told(kind, of, status, frames), expected);
        }
    }

    #[test]
    fn a_trace_is_found_by_name_or_in_the_header() {
        let mut event = Event::default();
        assert_eq!(trace(&event), "");
        let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        event.request = Some(crate::model::Request::default().header("traceparent", header));
        assert_eq!(trace(&event), "4bf92f3577b34da6a3ce929d0e0e4736");
        event.tags.insert("trace_id".into(), "t-1".into());
        assert_eq!(trace(&event), "t-1");
    }
}
