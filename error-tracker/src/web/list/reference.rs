//! Searching for the reference of an event, as clients were told it.

use super::asked::Asked;
use crate::model::{Issue, Reference};
use crate::store::Query;
use crate::web::context::Context;
use crate::web::refusal::Refusal;
use crate::web::response::Response;

/// How many issues may share the beginning of their fingerprints; hardly two do.
const MOST: usize = 20;

/// Goes on to the event that is meant, or to its issue; several issues are listed.
///
/// Nothing is found where the text is no reference, or one of nothing: it is searched for as any other.
pub(super) fn look(context: &Context<'_>, asked: &mut Asked) -> Result<Option<Response>, Refusal> {
    let Some(Ok(reference)) = asked.params.get("search").map(str::parse::<Reference>) else {
        return Ok(None);
    };
    let (first, last) = reference.fingerprints();
    let query = Query::new().fingerprints(first, last).size(MOST);
    let issues = context.tracker.issues(query)?.items;
    for issue in &issues {
        for event in context.tracker.kept_events(issue.fingerprint)? {
            if reference.is_of(issue.fingerprint, event.id) {
                return Ok(Some(goes_on(context, issue, &format!("event={}", event.id))));
            }
        }
    }
    match &issues[..] {
        [] => Ok(None),
        [issue] => Ok(Some(goes_on(context, issue, &format!("missing={reference}")))),
        _ => {
            let query = std::mem::take(&mut asked.query);
            asked.query = query.fingerprints(first, last);
            asked.query.search = None;
            Ok(None)
        }
    }
}

fn goes_on(context: &Context<'_>, issue: &Issue, query: &str) -> Response {
    Response::see_other(format!("{}{}?{query}", context.base, issue.fingerprint))
}
