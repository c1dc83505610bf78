//! The head of the page: what it is, how it stands, how often, and what can be done about it.

use super::steps;
use super::view::{path, View};
use crate::model::{Event, IssueState, Timestamp};
use crate::web::chart;
use crate::web::format::{counted, grouped, number, start, time};
use crate::web::html::Html;

/// A longer message is folded, in characters and lines.
const MESSAGE: (usize, usize) = (600, 8);

/// For how long an issue is new, in microseconds.
const NEW: i64 = 24 * 3_600_000_000;

pub(super) fn write(html: &mut Html, view: &View<'_>) {
    html.raw("<header class=\"head\"><div class=\"title\"><h1 dir=\"auto\">");
    path(html, &view.issue.exception_name);
    html.raw("</h1>");
    state(html, view);
    html.raw("<div class=\"actions\">");
    if view.may_change {
        changes(html, view);
    }
    copies(html, view);
    if view.may_change {
        delete(html, view);
    }
    html.raw("</div></div><div class=\"sum\"><div>");
    message(html, view);
    counts(html, view);
    if let Some(recorded) = view.shown() {
        causes(html, view, &recorded.event);
        during(html, view, &recorded.event);
    }
    steps::write(html, view);
    html.raw("</div>");
    if !view.hours.is_empty() {
        chart::occurrences(html, &view.hours, view.now);
    }
    html.raw("</div></header>");
}

fn state(html: &mut Html, view: &View<'_>) {
    let issue = &view.issue;
    html.raw("<span").attr("class", &format!("state {}", issue.state));
    html.raw(">").text(issue.state.as_str()).raw("</span>");
    let age = view.now.as_micros().saturating_sub(issue.created_on.as_micros());
    if issue.state == IssueState::Unresolved && age < NEW {
        html.raw("<span class=\"state new\">new</span>");
    }
}

fn changes(html: &mut Html, view: &View<'_>) {
    let state = view.issue.state;
    if state != IssueState::Resolved {
        act(html, view, "resolve", "Resolve");
    }
    if !matches!(state, IssueState::Muted | IssueState::Resolved) {
        act(html, view, "mute", "Mute");
    }
    if matches!(state, IssueState::Muted | IssueState::Resolved) {
        act(html, view, "reopen", "Reopen");
    }
}

fn act(html: &mut Html, view: &View<'_>, action: &'static str, name: &'static str) {
    form(html, view, action);
    html.raw("<button>").raw(name).raw("</button></form>");
}

fn form(html: &mut Html, view: &View<'_>, action: &'static str) {
    html.raw("<form method=\"post\"");
    view.address(html, "action", &format!("/{action}"));
    html.raw("><input type=\"hidden\" name=\"csrf\"").attr("value", view.csrf).raw(">");
}

/// Links to texts; the script copies what they lead to.
fn copies(html: &mut Html, view: &View<'_>) {
    html.raw("<details class=\"menu\"><summary>Copy</summary><div>");
    let Some(recorded) = view.shown() else {
        copy(html, view, "/markdown", "as Markdown");
        html.raw("</div></details>");
        return;
    };
    let id = recorded.event.id;
    copy(html, view, &format!("/markdown?event={id}"), "as Markdown");
    if recorded.event.request.is_some() {
        copy(html, view, &format!("/curl?event={id}"), "request as curl");
    }
    html.raw("<a data-copy").attr("href", &format!("{}api/events/{id}", view.base));
    html.raw(">as JSON</a></div></details>");
}

fn copy(html: &mut Html, view: &View<'_>, below: &str, name: &'static str) {
    html.raw("<a data-copy");
    view.address(html, "href", below);
    html.raw(">").raw(name).raw("</a>");
}

/// Asks once more before it deletes, without script too.
fn delete(html: &mut Html, view: &View<'_>) {
    let issue = &view.issue;
    html.raw("<details class=\"menu\"><summary>Delete</summary>");
    form(html, view, "delete");
    html.raw("<p>Delete this issue, its count of ").text(&grouped(issue.count)).raw(" and ");
    html.text(&counted(issue.kept, "kept event", "kept events"));
    html.raw("? The next failure of its kind is a new issue.</p>");
    html.raw("<button class=\"danger\">Delete for good</button></form></details>");
}

fn message(html: &mut Html, view: &View<'_>) {
    let shown = view.shown().map(|recorded| &recorded.event);
    let message = shown.map_or(&view.issue.message, |event| &event.message);
    let length = message.chars().count();
    if length <= MESSAGE.0 && message.lines().count() <= MESSAGE.1 {
        html.raw("<p class=\"message\" dir=\"auto\">");
        view.masks().text(html, message, "message");
        html.raw("</p>");
        return;
    }
    html.raw("<details class=\"message\"><summary dir=\"auto\">");
    let head = message.lines().take(MESSAGE.1).collect::<Vec<_>>().join("\n");
    view.masks().text(html, &start(&head, MESSAGE.0 / 2), "message");
    html.raw(" <i>all ").text(&counted(length as u64, "character", "characters"));
    html.raw("</i></summary><pre tabindex=\"0\" dir=\"auto\">");
    view.masks().text(html, message, "message");
    html.raw("</pre></details>");
}

fn counts(html: &mut Html, view: &View<'_>) {
    let issue = &view.issue;
    html.raw("<p class=\"counts\"><b>");
    number(html, issue.count);
    html.raw(if issue.count == 1 { " time</b>" } else { " times</b>" });
    seen(html, view, " · first ", (issue.created_on, &issue.first_release));
    seen(html, view, " · last ", (issue.last_seen, &issue.last_release));
    changed(html, view);
    if issue.notification_sent {
        html.raw(" · somebody was told");
    }
    if issue.ticket_raised {
        html.raw(" · has a ticket");
    }
    html.raw("</p>");
}

/// Writes since when the issue has its state, where somebody gave it one.
fn changed(html: &mut Html, view: &View<'_>) {
    html.raw(match view.issue.state {
        IssueState::Regressed => " · <strong>seen again</strong> after it was resolved ",
        IssueState::Resolved => " · resolved ",
        IssueState::Muted => " · muted ",
        IssueState::Unresolved => return,
    });
    time(html, view.now, view.issue.state_changed);
}

/// Writes when it was seen, and in which version of the program.
fn seen(html: &mut Html, view: &View<'_>, label: &'static str, (at, release): (Timestamp, &str)) {
    html.raw(label);
    time(html, view.now, at);
    if let Some(version) = release.rsplit('@').next().filter(|version| !version.is_empty()) {
        html.raw(" in <span").attr("title", release).raw(">").text(version).raw("</span>");
    }
}

fn causes(html: &mut Html, view: &View<'_>, event: &Event) {
    if event.chain.is_empty() {
        return;
    }
    html.raw("<ol class=\"causes\" aria-label=\"Causes, nearest first\">");
    for cause in &event.chain {
        html.raw("<li dir=\"auto\">");
        view.masks().text(html, &cause.message, "cause");
        html.raw("</li>");
    }
    html.raw("</ol>");
}

fn during(html: &mut Html, view: &View<'_>, event: &Event) {
    let Some(during) = event.during else { return };
    html.raw("<p class=\"during\">happened while ");
    match view.during {
        Some(fingerprint) => {
            html.raw("<a");
            html.attr("href", &format!("{}{fingerprint}?event={during}", view.base));
            html.raw(">another failure</a> was handled</p>");
        }
        None => {
            html.raw("another failure was handled, <code>").show(during);
            html.raw("</code>, which is not kept</p>");
        }
    }
}
