//! One issue of the list, in two lines.

use std::borrow::Cow;

use super::asked::NEW;
use super::List;
use crate::model::{Hour, Issue, IssueState};
use crate::web::chart;
use crate::web::format::{self, grouped};
use crate::web::html::Html;

/// How many characters of a message are sent, and of a path.
const MESSAGE: usize = 200;
const PATH: usize = 48;
/// How many characters of where it failed fit beside the name of the function.
const LOCATION: usize = 30;

pub(super) fn write(html: &mut Html, list: &List<'_>, issue: &Issue) {
    html.raw("<tr").attr("class", issue.state.as_str()).raw(">");
    let fingerprint = issue.fingerprint.to_string();
    let name = &*telling_name(&issue.exception_name);
    if list.may_select() {
        html.raw("<td class=\"pick\"><input type=\"checkbox\" form=\"bulk\" name=\"fingerprint\"");
        html.attr("value", &fingerprint);
        html.raw(" aria-label=\"Select ").text(name).raw("\"></td>");
    }
    html.raw("<td class=\"what\">");
    what(html, list, issue, (&fingerprint, name));
    html.raw("</td><td class=\"host\">").text(&issue.host).raw("</td>");
    cell(html, "method", &issue.method, &issue.method);
    cell(html, "path", &issue.path, &format::end(&issue.path, PATH));
    times(html, list, issue);
    html.raw("<td class=\"count\">");
    format::number(html, issue.count);
    html.raw("</td>");
    state(html, issue);
    if list.can.hours {
        spark(html, list, issue);
    }
    if list.context.may_change() {
        delete(html, list, issue, (&fingerprint, name));
    }
    html.raw("</tr>");
}

/// The short name of a type; what many crates call the same has its module before it.
fn telling_name(path: &str) -> Cow<'_, str> {
    let name = short_name(path);
    let mut modules = path.rsplit("::").skip(1);
    match modules.find(|module| !matches!(*module, "error" | "errors")) {
        Some(module) if name == "Error" => Cow::Owned(format!("{module}::{name}")),
        _ => Cow::Borrowed(name),
    }
}

/// The last part of a type's or a function's path, without what it is generic over; a closure goes by
/// the name of its function.
fn short_name(path: &str) -> &str {
    let path = path.split("::{{").next().unwrap_or_default();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in path.char_indices() {
        match c {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => start = at + 1,
            _ => {}
        }
    }
    let name = path[start..].split('<').next().unwrap_or_default();
    match name.is_empty() {
        true => path,
        false => name,
    }
}

fn what(html: &mut Html, list: &List<'_>, issue: &Issue, (fingerprint, name): (&str, &str)) {
    html.raw("<div><a class=\"name\"").attr("href", &format!("{}{fingerprint}", list.context.base));
    html.attr("title", &issue.exception_name).raw(">").text(name).raw("</a> <span class=\"msg\">");
    html.text(&format::start(&issue.message, MESSAGE)).raw("</span>");
    match issue.state {
        IssueState::Regressed => html.raw("<b class=\"badge\">REGRESSED</b>"),
        IssueState::Unresolved if is_new(list, issue) => html.raw("<b class=\"badge\">NEW</b>"),
        _ => html.raw(""),
    };
    html.raw("</div>");
    place(html, issue);
}

/// Writes where it failed, and how many events there are in full; no line where neither is to be told.
fn place(html: &mut Html, issue: &Issue) {
    let has_place = !issue.culprit.is_empty() || !issue.location.is_empty();
    let is_partly_kept = issue.kept < issue.count;
    if !has_place && !is_partly_kept {
        return;
    }
    html.raw("<div class=\"sub\"");
    if has_place {
        html.attr("title", &issue.culprit).raw("><span>").text(short_name(&issue.culprit));
        html.raw("</span> <span").attr("title", &issue.location).raw(">");
        html.text(&format::end(&issue.location, LOCATION)).raw("</span");
    }
    html.raw(">");
    if is_partly_kept {
        html.raw(if has_place { " · " } else { "" });
        html.raw("<span title=\"Events that are stored in full\">kept ");
        html.text(&grouped(issue.kept)).raw("</span>");
    }
    html.raw("</div>");
}

fn is_new(list: &List<'_>, issue: &Issue) -> bool {
    issue.created_on.as_micros() >= list.context.now.as_micros().saturating_sub(NEW)
}

/// A cell that may have nothing to show, or only the end of what there is.
fn cell(html: &mut Html, class: &'static str, text: &str, shown: &str) {
    html.raw("<td class=\"").raw(class).raw(if text.is_empty() { " none\"" } else { "\"" });
    if shown != text {
        html.attr("title", text);
    }
    html.raw(">").text(if text.is_empty() { "–" } else { shown }).raw("</td>");
}

fn times(html: &mut Html, list: &List<'_>, issue: &Issue) {
    let now = list.context.now;
    html.raw("<td class=\"last\">");
    format::time(html, now, issue.last_seen);
    html.raw("</td><td class=\"first\">");
    format::time(html, now, issue.created_on);
    html.raw("</td>");
}

fn state(html: &mut Html, issue: &Issue) {
    let name = match issue.state {
        IssueState::Unresolved => "Unresolved",
        IssueState::Resolved => "Resolved",
        IssueState::Muted => "Muted",
        IssueState::Regressed => "Regressed",
    };
    html.raw("<td class=\"state\"><div>").raw(name).raw("</div><div class=\"sub\">");
    if issue.notification_sent {
        html.raw(
            "<span title=\"Somebody was told\"><span aria-hidden=\"true\">✉</span> told</span> ",
        );
    }
    if issue.ticket_raised {
        html.raw(
            "<span title=\"A ticket was raised\"><span aria-hidden=\"true\">⚑</span> ticket</span>",
        );
    }
    html.raw("</div></td>");
}

/// A picture that can't be read is left out: the row says enough without it.
fn spark(html: &mut Html, list: &List<'_>, issue: &Issue) {
    html.raw("<td class=\"spark\">");
    let day_ago = list.context.now.as_micros().div_euclid(Hour::MICROS) - 24;
    if let Ok(hours) = list.context.tracker.hours_since(issue.fingerprint, day_ago) {
        chart::sparkline(html, &hours, list.context.now);
    }
    html.raw("</td>");
}

fn delete(html: &mut Html, list: &List<'_>, issue: &Issue, (fingerprint, name): (&str, &str)) {
    let events = format::counted(issue.count, "event", "events");
    html.raw("<td class=\"act\"><button form=\"bulk\" class=\"quiet\"");
    html.attr("formaction", &format!("{}{fingerprint}/delete", list.context.base));
    html.attr("data-confirm", &format!("Delete {name} with its {events}?"));
    html.raw(" aria-label=\"Delete ").text(name).raw("\">✕</button></td>");
}

#[cfg(test)]
mod tests {
    use super::{short_name, telling_name};

    #[test]
    fn an_error_that_is_only_called_so_has_its_module_before_it() {
        for (path, name) in [
            ("std::io::error::Error", "io::Error"),
            ("rusqlite::error::Error", "rusqlite::Error"),
            ("Error", "Error"),
            ("shop::pay::CardDeclined", "CardDeclined"),
        ] {
            assert_eq!(telling_name(path), name);
        }
    }

    #[test]
    fn a_type_is_called_by_its_last_name() {
        for (path, name) in [
            ("shop::pay::CardDeclined", "CardDeclined"),
            ("panic", "panic"),
            ("alloc::boxed::Box<dyn core::error::Error>", "Box"),
            ("<shop::Cart as Pay>::charge", "charge"),
            ("shop::picture::{{closure}}::{{closure}}", "picture"),
            ("", ""),
        ] {
            assert_eq!(short_name(path), name);
        }
    }
}
