//! What stands below the table: pages, what is done to selected issues, and how the tracker is.

use super::{asked, List};
use crate::pipeline::{Health, StoreHealth};
use crate::web::actions::hidden;
use crate::web::context::Context;
use crate::web::format::{self, bytes, counted, grouped};
use crate::web::html::Html;

/// The sizes of a page that are offered.
const SIZES: [usize; 4] = [10, 25, 50, 100];

/// The form of what changes issues: of the rows' buttons, and of the bar for those selected.
pub(super) fn write_forms(html: &mut Html, list: &List<'_>) {
    let context = list.context;
    if !context.may_change() {
        return;
    }
    html.raw("<form id=\"bulk\" class=\"bulk\" method=\"post\"");
    html.attr("action", &format!("{}bulk", context.base)).raw(">");
    hidden(html, "csrf", context.csrf);
    html.raw("<span data-part id=\"back\">");
    hidden(html, "back", &list.asked.here(context.params));
    html.raw("</span>");
    if context.admin {
        html.raw(
            "<span id=\"picked\">Selected issues:</span> \
             <button name=\"action\" value=\"resolve\">Resolve</button> \
             <button name=\"action\" value=\"mute\">Mute</button> \
             <button name=\"action\" value=\"reopen\">Reopen</button> \
             <button name=\"action\" value=\"delete\" class=\"danger\" data-many>Delete</button>",
        );
    }
    html.raw("</form>");
}

pub(super) fn write_pages(html: &mut Html, list: &List<'_>) {
    html.raw("<div data-part id=\"pages\">");
    if list.page.items.is_empty() {
        nothing(html, list);
    }
    if list.page.is_partial {
        html.raw("<p class=\"said\">Only a part of the issues was looked through: others may match, too.</p>");
    }
    html.raw("<nav class=\"pages\" aria-label=\"Pages\"><span>");
    position(html, list);
    html.raw("</span> ");
    sizes(html, list);
    html.raw("<span class=\"gap\"></span>");
    let (previous, next) =
        (asked::previous(&list.asked, &list.page), asked::next(&list.asked, &list.page));
    turn(html, list, previous, ("prev", "‹ previous"));
    turn(html, list, next, ("next", "next ›"));
    html.raw("</nav></div>");
}

/// Nothing matches, or the issues of this page are gone.
fn nothing(html: &mut Html, list: &List<'_>) {
    html.raw("<section class=\"notice\"><h2>No issue matches.</h2><p>");
    if list.asked.is_narrowed() {
        html.raw("Take a filter off, or ").raw("<a").attr("href", &list.asked.without_filters());
        html.raw(">take off all</a>.");
    } else {
        html.raw("<a")
            .attr("href", &list.asked.link("cursor", ""))
            .raw(">Go to the first page</a>.");
    }
    html.raw("</p></section>");
}

fn position(html: &mut Html, list: &List<'_>) {
    let many = list.page.items.len() as u64;
    if many == 0 {
        return;
    }
    let first = list.asked.skipped + 1;
    html.text(&grouped(first)).raw("–").text(&grouped(first + many - 1));
    if let Some(all) = total(list) {
        html.raw(" of ").text(&grouped(all));
    }
}

/// How many there are on all pages, where that is known without counting.
fn total(list: &List<'_>) -> Option<u64> {
    let totals = list.totals?;
    if !list.asked.is_narrowed() {
        return Some(totals.all());
    }
    list.asked.state_alone().map(|state| totals.of(state))
}

fn sizes(html: &mut Html, list: &List<'_>) {
    let default = list.context.tracker.config().map_or(0, |config| config.list_size);
    let mut sizes = [&SIZES[..], &[default, list.asked.size]].concat();
    sizes.sort_unstable();
    sizes.dedup();
    html.raw("<select name=\"size\" form=\"filter\" aria-label=\"Issues on a page\">");
    for size in sizes {
        let value = if size == default { String::new() } else { size.to_string() };
        html.raw("<option").attr("value", &value);
        html.raw(if size == list.asked.size { " selected>" } else { ">" })
            .show(size)
            .raw("</option>");
    }
    html.raw("</select>");
}

fn turn(
    html: &mut Html,
    list: &List<'_>,
    cursor: Option<String>,
    (rel, name): (&'static str, &'static str),
) {
    if let Some(cursor) = cursor {
        html.raw("<a").attr("rel", rel).attr("href", &list.asked.link("cursor", &cursor));
        html.raw(">").raw(name).raw("</a> ");
    }
}

/// The line that tells how the tracker is, and where programs find the same.
pub(super) fn write_health(html: &mut Html, list: &List<'_>) {
    let context = list.context;
    let health = context.tracker.health();
    html.raw("<footer class=\"health\"><span data-part id=\"health\">");
    if let StoreHealth::Waiting(reason) = &health.store {
        html.raw("<strong class=\"said\">The store can't be written: ")
            .text(reason)
            .raw("</strong> ");
    }
    numbers(html, &health);
    retention(html, context, &health);
    let query = list.asked.here(context.params);
    html.raw("</span><span class=\"gap\"></span><span data-part id=\"json\"><a");
    html.attr("href", &format!("{}api/issues{query}", context.base)).raw(">JSON</a> · <a");
    html.attr("href", &format!("{}api/openapi.json", context.base)).raw(">API</a></span></footer>");
}

fn numbers(html: &mut Html, health: &Health) {
    let spool = &health.spool;
    html.raw("spool ").text(&grouped(spool.events));
    if spool.events > 0 {
        html.raw(" (").text(&bytes(spool.bytes)).raw(")");
    }
    html.raw(" · <span title=\"Counted, but not kept in full\">dropped ");
    html.text(&grouped(health.dropped)).raw("</span>");
    if health.lost > 0 {
        html.raw(" · <strong>lost ").text(&grouped(health.lost)).raw("</strong>");
    }
    if !health.set_aside.is_empty() {
        let files = counted(health.set_aside.len() as u64, "file", "files");
        html.raw(" · <strong").attr("title", &health.set_aside.join(", ")).raw(">");
        html.text(&files).raw(" set aside</strong>");
    }
}

fn retention(html: &mut Html, context: &Context<'_>, health: &Health) {
    let Some(config) = context.tracker.config() else { return };
    html.raw(" · retention ").show(config.retention_days).raw(" d");
    if let Some(last) = &health.last_retention {
        html.raw(", last run ");
        format::time(html, context.now, last.at);
    }
}
