//! The head of the table: names that sort, and a filter for each column.

use super::List;
use crate::store::{Direction, Sort};
use crate::web::html::Html;

/// What stands at the head of a column: what it is sorted by, and how that is called.
const COLUMNS: [(&str, &[(Sort, &str)]); 8] = [
    ("what", &[(Sort::ExceptionName, "Error")]),
    ("host", &[(Sort::Host, "Host")]),
    ("method", &[(Sort::Method, "Method")]),
    ("path", &[(Sort::Path, "Path")]),
    ("last", &[(Sort::LastSeen, "Last seen")]),
    ("first", &[(Sort::CreatedOn, "First")]),
    ("count", &[(Sort::Count, "Count")]),
    (
        "state",
        &[(Sort::State, "State"), (Sort::NotificationSent, "told"), (Sort::TicketRaised, "ticket")],
    ),
];

/// What a filter looks like that is no text, and how that is said.
const PATTERNS: [(&str, &str, &str); 2] = [
    (
        "last_seen",
        r"\s*(\d{4}(-\d\d(-\d\d)?)?|\d+[smhdw])\s*",
        "A date such as 2026, 2026-11 or 2026-11-22, or an age such as 30m, 24h or 7d",
    ),
    ("count", r"\s*([<>]=?)?\s*\d+\s*(-\s*\d+)?\s*", "A number, or >=10, <=10, >10, <10 or 10-20"),
];

pub(super) fn write(html: &mut Html, list: &List<'_>) {
    html.raw("<tr class=\"names\" data-part id=\"names\">");
    if list.may_select() {
        html.raw("<td class=\"pick\"><input type=\"checkbox\" id=\"all\" aria-label=\"Select all of this page\" hidden></td>");
    }
    for (class, sorts) in COLUMNS {
        column(html, list, class, sorts);
    }
    if list.can.hours {
        html.raw("<th scope=\"col\" class=\"spark\">24 h</th>");
    }
    if list.context.may_change() {
        html.raw("<th scope=\"col\" class=\"act\"><span class=\"off\">Delete</span></th>");
    }
    html.raw("</tr><tr class=\"filters\">");
    filters(html, list);
    html.raw("</tr>");
}

fn column(html: &mut Html, list: &List<'_>, class: &'static str, sorts: &[(Sort, &'static str)]) {
    html.raw("<th scope=\"col\"").attr("class", class);
    let (by, direction) = list.asked.sort;
    if sorts.iter().any(|(sort, _)| *sort == by) {
        let word = match direction {
            Direction::Ascending => "ascending",
            Direction::Descending => "descending",
        };
        html.attr("aria-sort", word);
    }
    html.raw(">");
    for (place, (sort, name)) in sorts.iter().enumerate() {
        html.raw(if place == 0 { "" } else { " · " });
        link(html, list, *sort, name);
    }
    html.raw("</th>");
}

/// Leads to the order of the column, and from it to the other way round.
fn link(html: &mut Html, list: &List<'_>, sort: Sort, name: &'static str) {
    let is_chosen = list.asked.sort.0 == sort;
    let is_descending = match list.asked.sort {
        (by, direction) if by == sort => direction == Direction::Ascending,
        // Of numbers and times the largest is asked for first, of names the first.
        _ => !matches!(
            sort,
            Sort::Host | Sort::Method | Sort::Path | Sort::ExceptionName | Sort::State
        ),
    };
    let value = format!("{}{}", if is_descending { "-" } else { "" }, sort.as_str());
    let value = if value == "-last_seen" { "" } else { &value };
    html.raw("<a").attr("href", &list.asked.link("sort", value)).raw(">").raw(name);
    let arrow = match list.asked.sort.1 {
        _ if !is_chosen => "",
        Direction::Ascending => " <span aria-hidden=\"true\">▲</span>",
        Direction::Descending => " <span aria-hidden=\"true\">▼</span>",
    };
    html.raw(arrow).raw("</a>");
}

fn filters(html: &mut Html, list: &List<'_>) {
    if list.may_select() {
        html.raw("<td class=\"pick\"></td>");
    }
    input(html, list, ("exception_name", "Filter by error", "⌕ error"));
    input(html, list, ("host", "Filter by host", "⌕ host"));
    input(html, list, ("method", "Filter by method", "⌕"));
    input(html, list, ("path", "Filter by path", "⌕ path"));
    input(html, list, ("last_seen", "Filter by last seen: a date or an age", "24h, 7d"));
    html.raw("<td class=\"first\"></td>");
    input(html, list, ("count", "Filter by count", ">=10"));
    html.raw("<td class=\"state\"></td>");
    if list.can.hours {
        html.raw("<td class=\"spark\"></td>");
    }
    if list.context.may_change() {
        html.raw("<td class=\"act\"></td>");
    }
}

fn input(
    html: &mut Html,
    list: &List<'_>,
    (name, label, hint): (&'static str, &'static str, &'static str),
) {
    html.raw("<td><input form=\"filter\"").attr("name", name).attr("aria-label", label);
    html.attr("placeholder", hint).raw(" maxlength=\"300\"");
    // So the script knows what is not written to its end yet; what is right is said by the core.
    if let Some((_, pattern, title)) = PATTERNS.iter().find(|(known, ..)| *known == name) {
        html.attr("pattern", pattern).attr("title", title);
    }
    html.attr("value", list.asked.params.get(name).unwrap_or_default()).raw("></td>");
}
