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
    if oldest > 0 {
        step(html, view, (oldest, at != oldest), ("«", "oldest kept event"));
        step(html, view, (at + 1, at < oldest), ("‹", "older event"));
    }
    html.raw("<span>event ").text(&place(view, recorded.number)).raw("</span>");
    if oldest > 0 {
        step(html, view, (at.saturating_sub(1), at > 0), ("›", "newer event"));
        step(html, view, (0, at > 0), ("»", "newest kept event"));
    }
    let reference = Reference::new(view.issue.fingerprint, recorded.event.id);
    html.raw("<span class=\"when\"><code>").show(reference).raw("</code> ");
    time(html, view.now, recorded.event.at);
    html.raw("</span></nav>");
}

/// Tells which event it is: of all that happened where that is known, else of those that are kept.
fn place(view: &View<'_>, number: u64) -> String {
    let (kept, count) = (view.kept.len() as u64, view.issue.count);
    match number {
        0 => format!("{} of {} kept", grouped(kept - view.at as u64), grouped(kept)),
        number if kept < count => {
            format!("{} of {} (kept {})", grouped(number), grouped(count), grouped(kept))
        }
        number => format!("{} of {}", grouped(number), grouped(count)),
    }
}

fn step(
    html: &mut Html,
    view: &View<'_>,
    (at, is_there): (usize, bool),
    (sign, name): (&'static str, &'static str),
) {
    match view.kept.get(at).filter(|_| is_there) {
        Some(kept) => {
            html.raw("<a");
            view.address(html, "href", &format!("?event={}", kept.id));
            html.attr("aria-label", name).attr("title", name).raw(">").raw(sign).raw("</a>");
        }
        None => {
            html.raw("<span class=\"none\" aria-hidden=\"true\">").raw(sign).raw("</span>");
        }
    }
}
