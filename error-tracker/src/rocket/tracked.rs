//! `Tracked` as the answer of a handler.

use std::error::Error as StdError;
use std::sync::Arc;

use ::rocket::http::Status;
use ::rocket::response::{self, Responder};
use ::rocket::Request;

use super::fairing::Watching;
use crate::scope::{self, Serving};
use crate::web::{AnyError, Tracked};

impl<'r, 'o: 'r> Responder<'r, 'o> for Tracked<AnyError> {
    /// Answers with status 500, which a catcher describes.
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'o> {
        self.hand_over(serving(request));
        Err(Status::InternalServerError)
    }
}

impl<'r, 'o: 'r, E: StdError + Responder<'r, 'o>> Responder<'r, 'o> for Tracked<E> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'o> {
        self.hand_over(serving(request));
        self.into_inner().respond_to(request)
    }
}

fn serving(request: &Request<'_>) -> Option<Arc<Serving>> {
    Watching::of(request).serving.clone().or_else(scope::serving)
}
