//! One issue: what it says, how often and since when, and the report of its newest event.

use super::context::Context;
use super::response::Response;
use super::{format, layout};
use crate::error::Error;
use crate::model::{EventId, Fingerprint, Issue};

/// Makes the page of an issue, with the event that is asked for, else the newest.
pub(super) fn respond(
    context: &Context<'_>,
    fingerprint: Fingerprint,
    _event: Option<EventId>,
) -> Result<Response, Error> {
    let Some(issue) = context.tracker.issue(fingerprint)? else { return Ok(missing(context)) };
    Ok(layout::page(context, &issue.exception_name, |html| {
        html.raw("<h1>").text(&issue.exception_name).raw("</h1><p>").text(&issue.message);
        html.raw("</p><p>").show(issue.count).raw(" times, first ");
        format::time(html, context.now, issue.created_on);
        html.raw(", last ");
        format::time(html, context.now, issue.last_seen);
        html.raw("</p><pre>").text(&issue.traceback).raw("</pre>");
    }))
}

/// Writes an issue as Markdown.
pub(super) fn markdown(
    context: &Context<'_>,
    fingerprint: Fingerprint,
    _event: Option<EventId>,
) -> Result<Response, Error> {
    let text = |issue: &Issue| format!("# {}\n\n{}\n", issue.exception_name, issue.traceback);
    let issue = context.tracker.issue(fingerprint)?;
    Ok(issue.map_or_else(|| missing(context), |issue| Response::text(200, &text(&issue))))
}

/// Writes the request of an issue as a command for a shell.
pub(super) fn curl(
    context: &Context<'_>,
    fingerprint: Fingerprint,
    _event: Option<EventId>,
) -> Result<Response, Error> {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let text = |issue: &Issue| {
        let url = quoted(&format!("http://{}{}", issue.host, issue.path));
        format!("curl -X {} {url}\n", quoted(&issue.method))
    };
    let issue = context.tracker.issue(fingerprint)?;
    Ok(issue.map_or_else(|| missing(context), |issue| Response::text(200, &text(&issue))))
}

fn missing(context: &Context<'_>) -> Response {
    layout::notice(context, 404, "Not found", "There is no such issue.")
}
