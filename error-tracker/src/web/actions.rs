//! What changes issues: one, or those that were selected.

use super::context::Context;
use super::html::Html;
use super::layout;
use super::refusal::Refusal;
use super::response::Response;
use super::route::Action;
use crate::error::Error;
use crate::model::Fingerprint;

/// Changes one issue, and goes back to where the form was: its own page, unless it says otherwise.
pub(super) fn one(
    context: &Context<'_>,
    issue: Fingerprint,
    action: Action,
) -> Result<Response, Refusal> {
    if !apply(context, issue, action)? {
        return Err(Refusal::no_issue());
    }
    let own = (context.params.all("back").next().is_none() && action != Action::Delete)
        .then(|| format!("{}{issue}", context.base));
    Ok(Response::see_other(own.unwrap_or_else(|| back(context, action))))
}

/// Changes the issues that were selected; before some are deleted, a page asks whether they may be.
pub(super) fn many(context: &Context<'_>) -> Result<Response, Refusal> {
    if !context.admin {
        return Err(Refusal::new(
            403,
            "Changing several issues at once is off (the setting `admin`).",
        ));
    }
    let named = context.params.get("action").unwrap_or_default();
    let Some(action) = Action::named(named) else {
        let why = format!("action is {named:?}; allowed are resolve, mute, reopen and delete.");
        return Err(Refusal::new(400, why));
    };
    let issues = selected(context)?;
    if action == Action::Delete && context.params.get("confirmed").is_none() {
        return Ok(confirm(context, &issues));
    }
    for issue in issues {
        // One that is gone by now needs no change.
        apply(context, issue, action)?;
    }
    Ok(Response::see_other(back(context, action)))
}

/// Changes an issue; tells whether there is one.
pub(super) fn apply(
    context: &Context<'_>,
    issue: Fingerprint,
    action: Action,
) -> Result<bool, Error> {
    match action.state() {
        None => context.tracker.delete(issue),
        Some(state) => context.tracker.set_state(issue, state),
    }
}

fn selected(context: &Context<'_>) -> Result<Vec<Fingerprint>, Refusal> {
    let given = context.params.all("fingerprint").filter(|text| !text.is_empty());
    let parsed = given.map(|text| {
        text.parse().map_err(|_| {
            Refusal::new(
                400,
                format!("fingerprint is {text:?}; allowed are 64 hexadecimal digits."),
            )
        })
    });
    let issues = parsed.collect::<Result<Vec<Fingerprint>, Refusal>>()?;
    match issues.is_empty() {
        true => Err(Refusal::new(400, "No issue is selected.")),
        false => Ok(issues),
    }
}

fn confirm(context: &Context<'_>, issues: &[Fingerprint]) -> Response {
    let what = match issues.len() {
        1 => "1 issue".to_owned(),
        many => format!("{many} issues"),
    };
    layout::page(context, "Delete?", |html| {
        html.raw("<section class=\"notice\"><h1>Delete ").text(&what).raw("?</h1>");
        html.raw("<p>Their events go with them. What fails again comes back as new.</p>");
        html.raw("<form method=\"post\"").attr("action", &format!("{}bulk", context.base)).raw(">");
        hidden(html, "csrf", context.csrf);
        hidden(html, "action", "delete");
        hidden(html, "confirmed", "1");
        hidden(html, "back", context.params.get("back").unwrap_or_default());
        for issue in issues {
            hidden(html, "fingerprint", &issue.to_string());
        }
        html.raw("<button class=\"danger\">Delete ").text(&what).raw("</button> <a");
        html.attr("href", &back(context, Action::Mute)).raw(">Keep them</a></form></section>");
    })
}

/// Writes a field that nobody sees.
pub(super) fn hidden(html: &mut Html, name: &'static str, value: &str) {
    html.raw("<input type=\"hidden\"").attr("name", name).attr("value", value).raw(">");
}

/// Where the form was, by its field `back`: the query of the list, or an issue with its query.
///
/// It becomes a relative address below the mount, whatever it says.
fn back(context: &Context<'_>, action: Action) -> String {
    let back = context.params.get("back").unwrap_or_default();
    let (issue, query) = back.split_once('?').unwrap_or((back, ""));
    let is_plain = |c: char| c.is_ascii_graphic() && !"\"<>\\^`{|}#".contains(c);
    let query = if query.chars().all(is_plain) { query } else { "" };
    let mut location = context.base.to_owned();
    if let Some(issue) = issue.parse::<Fingerprint>().ok().filter(|_| action != Action::Delete) {
        location.push_str(&issue.to_string());
    } else if !issue.is_empty() {
        return location;
    }
    if !query.is_empty() {
        location.push('?');
        location.push_str(query);
    }
    location
}
