//! The bar above the table: search, states, dates, and what else narrows the list.

use super::{dates, List, COUNTED};
use crate::model::Totals;
use crate::web::actions::hidden;
use crate::web::format::{self, grouped};
use crate::web::html::Html;

pub(super) fn write(html: &mut Html, list: &List<'_>) {
    html.raw("<form id=\"filter\" class=\"filter\" role=\"search\" autocomplete=\"off\">");
    if list.can.search {
        html.raw("<label class=\"off\" for=\"search\">Search</label>");
        html.raw("<input id=\"search\" type=\"search\" name=\"search\" maxlength=\"300\"");
        html.raw(" placeholder=\"search messages, types, paths, E-reference\"");
        html.attr("value", list.asked.params.get("search").unwrap_or_default()).raw(">");
    }
    states(html, list);
    dates::write(html, &list.asked, (list.oldest, list.context.now));
    choice(html, list, ("notification_sent", "Told"), ["told", "not told"]);
    choice(html, list, ("ticket_raised", "Ticket"), ["ticket", "no ticket"]);
    kept(html, list);
    html.raw("<details class=\"more\"><summary>Filters and order</summary></details>");
    html.raw("<button class=\"go\">Filter</button><span data-part id=\"reset\">");
    if list.asked.is_narrowed() {
        html.raw("<a class=\"reset\"");
        html.attr("href", &list.asked.without_filters()).raw(">Reset</a>");
    }
    html.raw("</span></form>");
}

/// What the links chose goes along when the form is sent.
fn kept(html: &mut Html, list: &List<'_>) {
    html.raw("<span data-part id=\"kept\">");
    for name in ["state", "sort"] {
        if let Some(value) = list.asked.params.get(name) {
            hidden(html, name, value);
        }
    }
    html.raw("</span>");
}

fn states(html: &mut Html, list: &List<'_>) {
    let chosen = list.asked.params.get("state").unwrap_or_default();
    let number = |of: fn(&Totals) -> u64| list.totals.as_ref().map(of);
    html.raw("<nav class=\"chips\" data-part id=\"states\" aria-label=\"State\">");
    let states = [
        ("unresolved", "Unresolved", number(|totals| totals.unresolved)),
        ("regressed", "Regressed", number(|totals| totals.regressed)),
        ("resolved", "Resolved", number(|totals| totals.resolved)),
        ("muted", "Muted", number(|totals| totals.muted)),
        ("", "All", number(Totals::all)),
    ];
    for (value, name, count) in states {
        if value == "regressed" && count == Some(0) && chosen != value {
            continue;
        }
        chip(html, &list.asked.link("state", value), name, chosen == value);
        if let Some(count) = count {
            html.raw(" ");
            format::number(html, count);
        }
        html.raw("</a>");
        if value == "unresolved" {
            new(html, list, chosen == "new");
        }
    }
    html.raw("</nav>");
}

fn new(html: &mut Html, list: &List<'_>, is_chosen: bool) {
    chip(html, &list.asked.link("state", "new"), "New", is_chosen);
    let more = if list.new > COUNTED { "+" } else { "" };
    html.raw(" <span class=\"n\">").text(&grouped(list.new.min(COUNTED) as u64)).raw(more);
    html.raw("</span></a>");
}

fn chip(html: &mut Html, link: &str, name: &'static str, is_chosen: bool) {
    html.raw("<a").attr("href", link);
    html.raw(if is_chosen { " aria-current=\"true\">" } else { ">" }).raw(name);
}

fn choice(
    html: &mut Html,
    list: &List<'_>,
    (name, label): (&'static str, &'static str),
    [yes, no]: [&'static str; 2],
) {
    let chosen = list.asked.params.get(name).unwrap_or_default();
    html.raw("<select").attr("name", name).attr("aria-label", label).raw(">");
    for (value, text) in [("", label), ("true", yes), ("false", no)] {
        html.raw("<option").attr("value", value);
        html.raw(if chosen == value { " selected>" } else { ">" }).raw(text).raw("</option>");
    }
    html.raw("</select>");
}
