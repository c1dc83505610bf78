//! `Tracked` as the error of a handler.

use std::error::Error as StdError;
use std::sync::Arc;

use ::actix_web::http::StatusCode;
use ::actix_web::{HttpResponse, ResponseError};

use super::pages::convert;
use crate::scope::{self, Serving};
use crate::web::layer::answer;
use crate::web::{AnyError, Tracked};

/// Hands an error to the layer, if there is one.
///
/// What a middleware returns as `Err` is asked for its answer once more when the request is over, and
/// was recorded by then.
fn hand_over(hand_over: impl FnOnce(Option<Arc<Serving>>)) {
    if let Some(serving) = scope::serving() {
        hand_over(Some(serving));
    }
}

/// Marks an answer that says nothing of its error.
#[derive(Clone, Copy)]
pub(super) struct Undescribed;

impl ResponseError for Tracked<AnyError> {
    fn error_response(&self) -> HttpResponse {
        hand_over(|serving| self.hand_over(serving));
        let mut response = convert(answer(500, None, false));
        response.extensions_mut().insert(Undescribed);
        response
    }
}

impl<E: StdError + ResponseError> ResponseError for Tracked<E> {
    fn status_code(&self) -> StatusCode {
        self.get_ref().status_code()
    }

    fn error_response(&self) -> HttpResponse {
        hand_over(|serving| self.hand_over(serving));
        self.get_ref().error_response()
    }
}
