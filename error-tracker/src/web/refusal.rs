//! Answers that say why there is no other: to a person, or to a program.

use super::context::Context;
use super::layout;
use super::response::Response;
use crate::error::Error;
use crate::pipeline::StoreHealth;

/// Says why there is no other answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    why: String,
    /// What may help: a header.
    header: Option<(&'static str, &'static str)>,
}

impl Refusal {
    pub(super) fn new(status: u16, why: impl Into<String>) -> Self {
        Self { status, why: why.into(), header: None }
    }

    /// The path is known, and asked for by other methods.
    pub(super) fn method(allowed: &'static str) -> Self {
        let why = format!("This page is asked for by {allowed}.");
        Self { header: Some(("allow", allowed)), ..Self::new(405, why) }
    }

    /// The store takes too long; it may be better soon.
    pub(super) fn slow(why: &str) -> Self {
        Self { header: Some(("retry-after", "5")), ..Self::new(503, why) }
    }

    pub(super) fn no_issue() -> Self {
        Self::new(404, "There is no such issue: it was deleted, or it is older than what is kept.")
    }

    /// Makes the response: a page, or JSON.
    pub(super) fn respond(self, context: &Context<'_>, is_api: bool) -> Response {
        let why = match (self.status, context.tracker.health().store) {
            (503, StoreHealth::Waiting(reason)) => format!("{} ({reason})", self.why),
            _ => self.why,
        };
        let response = match is_api {
            true => Response::json(self.status, &serde_json::json!({ "error": why })),
            false => layout::notice(context, self.status, title(self.status), &why),
        };
        match self.header {
            Some((name, value)) => response.with(name, value),
            None => response,
        }
    }
}

/// A store that can't be read is no mistake of the visitor's, nor of the page's.
impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let mut why = format!("The store can't be read: {error}");
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            why = format!("{why}: {cause}");
            source = cause.source();
        }
        Self::slow(&format!("{why}."))
    }
}

fn title(status: u16) -> &'static str {
    match status {
        400 => "Not understood",
        403 => "Not allowed",
        404 => "Not found",
        405 => "Not that way",
        413 | 415 => "Not taken",
        503 => "The store does not answer",
        _ => "Failed",
    }
}
