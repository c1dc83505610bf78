//! The way through the kept events of an issue.

use super::view::View;
use crate::model::Reference;
use crate::web::format::{grouped, time};
use crate::web::html::Html;

/// Writes which event is shown, and what leads to those beside it.
pub(super) fn write(html: &mut Html, view: &View<'_>) {
    if let Some(missing) = view.missing {
        html.raw("<p class=\"note\">The event <code>").show(missing).raw("</code> was not kept");
        html.raw(if view.kept.is_empty() { ".</p>" } else { "; this is the newest that was.</p>" });
    }
    let Some(recorded) = view.shown() else { return };
    let (at, oldest) = (view.at, view.kept.len().saturating_sub(1));
    html.raw("<nav class=\"steps\" aria-label=\"Kept events\">");
    step(html, view, (oldest, at != oldest), ("«", "oldest kept event"));
    step(html, view, (at + 1, at < oldest), ("‹", "older event"));
    html.raw("<span>event ");
    match recorded.number {
        0 => html.text(&grouped((oldest - at + 1) as u64)).raw(" of "),
        number => html.text(&grouped(number)).raw(" of "),
    };
    match recorded.number {
        0 => html.text(&grouped(view.kept.len() as u64)).raw(" kept"),
        _ => html.text(&grouped(view.issue.count)),
    };
    if recorded.number > 0 && view.issue.count > view.kept.len() as u64 {
        html.raw(" (kept ").text(&grouped(view.kept.len() as u64)).raw(")");
    }
    html.raw("</span>");
    step(html, view, (at.saturating_sub(1), at > 0), ("›", "newer event"));
    step(html, view, (0, at > 0), ("»", "newest kept event"));
    let reference = Reference::new(view.issue.fingerprint, recorded.event.id);
    html.raw("<span class=\"when\"><code>").show(reference).raw("</code> ");
    time(html, view.now, recorded.event.at);
    html.raw("</span></nav>");
}

fn step(
    html: &mut Html,
    view: &View<'_>,
    (at, is_there): (usize, bool),
    (sign, name): (&'static str, &'static str),
) {
    match view.kept.get(at).filter(|_| is_there) {
        Some(recorded) => {
            html.raw("<a");
            view.address(html, "href", &format!("?event={}", recorded.event.id));
            html.attr("aria-label", name).attr("title", name).raw(">").raw(sign).raw("</a>");
        }
        None => {
            html.raw("<span class=\"none\" aria-hidden=\"true\">").raw(sign).raw("</span>");
        }
    }
}
