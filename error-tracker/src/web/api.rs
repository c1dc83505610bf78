//! The same for programs: JSON in and out, described by `api/openapi.json`.

use serde_json::{json, Value};

use super::actions;
use super::context::Context;
use super::list::{self, Asked};
use super::refusal::Refusal;
use super::response::Response;
use super::route::{Action, Api};
use crate::model::{EventId, Fingerprint, Issue};

const DESCRIPTION: &str = include_str!("assets/openapi.json");

/// Answers a program.
pub(super) fn respond(context: &Context<'_>, asked: Api) -> Result<Response, Refusal> {
    match asked {
        Api::Issues => issues(context),
        Api::Issue(issue) => one(context, issue),
        Api::Events(issue) => events(context, issue),
        Api::Event(event) => one_event(context, event),
        Api::Act(issue, action) => act(context, issue, action),
        Api::Health => Ok(Response::json(200, &context.tracker.health())),
        Api::Description => Ok(Response::written_json(DESCRIPTION)),
        Api::Unknown => Err(Refusal::new(404, "There is no such page.")),
    }
}

/// Lists issues as the page does, without their long texts.
fn issues(context: &Context<'_>) -> Result<Response, Refusal> {
    let asked = Asked::new(context)?;
    let page = context.tracker.issues(asked.query.clone())?;
    let (next, previous) = (list::next(&asked, &page), list::previous(&asked, &page));
    let issues: Vec<Value> = page.items.iter().map(short).collect();
    Ok(Response::json(
        200,
        &json!({
            "issues": issues,
            "next": next,
            "previous": previous,
            "is_partial": page.is_partial,
            "totals": context.tracker.totals()?,
            "csrf": context.csrf,
        }),
    ))
}

fn short(issue: &Issue) -> Value {
    let mut value = json!(issue);
    if let Value::Object(fields) = &mut value {
        for long in ["request_data", "traceback", "grouping"] {
            fields.remove(long);
        }
    }
    value
}

fn one(context: &Context<'_>, issue: Fingerprint) -> Result<Response, Refusal> {
    let issue = context.tracker.issue(issue)?.ok_or_else(Refusal::no_issue)?;
    let hours = context.tracker.hours(issue.fingerprint)?;
    Ok(Response::json(200, &json!({ "issue": issue, "hours": hours })))
}

fn events(context: &Context<'_>, issue: Fingerprint) -> Result<Response, Refusal> {
    if context.tracker.issue(issue)?.is_none() {
        return Err(Refusal::no_issue());
    }
    let events = context.tracker.events(issue)?;
    Ok(Response::json(200, &json!({ "events": events })))
}

fn one_event(context: &Context<'_>, event: EventId) -> Result<Response, Refusal> {
    match context.tracker.event(event)? {
        Some(event) => Ok(Response::json(200, &event)),
        None => Err(Refusal::new(404, "There is no such event, or it was not kept in full.")),
    }
}

fn act(context: &Context<'_>, issue: Fingerprint, action: Action) -> Result<Response, Refusal> {
    if !actions::apply(context, issue, action)? {
        return Err(Refusal::no_issue());
    }
    let issue = context.tracker.issue(issue)?;
    Ok(Response::json(200, &json!({ "done": action.as_str(), "issue": issue })))
}
