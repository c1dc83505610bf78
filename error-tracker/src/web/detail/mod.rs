//! The page of one issue: what failed, where, with which values, after what; event by event.

mod around;
mod code;
mod frames;
mod head;
mod indent;
mod request;
mod stack;
mod steps;
#[cfg(test)]
mod tests;
mod values;
mod view;

use self::view::View;
use super::context::Context;
use super::copy;
use super::format::start;
use super::html::Html;
use super::layout;
use super::response::Response;
use super::source::Sources;
use crate::error::Error;
use crate::model::{EventId, Fingerprint, Recorded};

/// Answers with the page of an issue, at one of its events or the newest; 404 if there is none.
pub(super) fn respond(
    context: &Context<'_>,
    fingerprint: Fingerprint,
    event: Option<EventId>,
) -> Result<Response, Error> {
    let Some(view) = read(context, fingerprint, event)? else { return Ok(unknown(context)) };
    let name = view.issue.exception_name.rsplit("::").next().unwrap_or_default();
    let title = format!("{name}: {}", start(&view.issue.message, 80));
    Ok(layout::page(context, &title, |html| write(html, &view)))
}

/// Answers with an event as Markdown.
pub(super) fn markdown(
    context: &Context<'_>,
    fingerprint: Fingerprint,
    event: Option<EventId>,
) -> Result<Response, Error> {
    let view = read(context, fingerprint, event)?;
    let text = view.map(|view| copy::markdown(&view.issue, view.shown(), &view.sources));
    Ok(text.map_or_else(nothing, |text| Response::text(200, &text)))
}

/// Answers with the request of an event as a command; 404 if it has none.
pub(super) fn curl(
    context: &Context<'_>,
    fingerprint: Fingerprint,
    event: Option<EventId>,
) -> Result<Response, Error> {
    let view = read(context, fingerprint, event)?;
    let shown = view.as_ref().and_then(View::shown);
    let request = shown.and_then(|recorded| recorded.event.request.as_ref());
    Ok(request.map_or_else(nothing, |request| Response::text(200, &copy::curl(request))))
}

fn nothing() -> Response {
    Response::text(404, "Not found.\n")
}

fn unknown(context: &Context<'_>) -> Response {
    let why = "There is no such issue: it was deleted, or it was too old to be kept.";
    layout::notice(context, 404, "No such issue", why)
}

fn read<'a>(
    context: &Context<'a>,
    fingerprint: Fingerprint,
    event: Option<EventId>,
) -> Result<Option<View<'a>>, Error> {
    let tracker = context.tracker;
    let Some(issue) = tracker.issue(fingerprint)? else { return Ok(None) };
    let kept = tracker.kept_events(issue.fingerprint)?;
    let found = event.and_then(|id| kept.iter().position(|kept| kept.id == id));
    let at = found.unwrap_or(0);
    let shown = kept.get(at).map(|kept| tracker.event(kept.id)).transpose()?.flatten();
    let during = shown.as_ref().and_then(|recorded| recorded.event.during);
    let during = during.map(|id| tracker.event(id)).transpose()?.flatten();
    Ok(Some(View {
        base: context.base,
        csrf: context.csrf,
        may_change: context.may_change(),
        now: context.now,
        mask: tracker.config().map_or("", |config| &config.mask_with),
        missing: event.filter(|_| found.is_none()),
        during: during.map(|recorded| recorded.event.fingerprint),
        hours: tracker.hours(issue.fingerprint)?,
        sources: Sources::of_this_program(tracker.masker()),
        issue,
        kept,
        at,
        shown,
    }))
}

/// Writes the page in the order of the questions that people have.
fn write(html: &mut Html, view: &View<'_>) {
    html.raw("<article class=\"detail\">");
    head::write(html, view);
    match view.shown() {
        Some(recorded) => event(html, view, recorded),
        None => around::without_event(html, view),
    }
    around::grouping(html, view);
    html.raw("</article>");
}

fn event(html: &mut Html, view: &View<'_>, recorded: &Recorded) {
    frames::write(html, view, recorded);
    stack::write(html, view, recorded);
    request::write(html, view, &recorded.event);
    around::write(html, view, recorded);
}
