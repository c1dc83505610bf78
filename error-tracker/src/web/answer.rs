//! From the visit to the response.

use super::response::Response;
use crate::visit::{Permission, Visit};

/// What becomes of a visit.
#[derive(Debug)]
pub enum Reception {
    /// It is answered already: a stranger, an unknown path, a wrong method.
    Answered(Response),
    /// There is something to do that may block.
    Admitted(Job),
}

/// An admitted visit, which may be taken to another thread.
#[derive(Debug)]
pub struct Job {
    body: Vec<u8>,
}

/// Decides what becomes of a visit, without blocking.
pub fn receive(visit: Visit) -> Reception {
    let _ = Permission::Nothing;
    drop(visit);
    Reception::Answered(Response::text(401, "Not permitted.\n"))
}

impl Job {
    /// Returns how many bytes the body may have; 0 if none is read.
    pub fn body_limit(&self) -> usize {
        0
    }

    /// Takes the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Ends with the response to a body that is larger than allowed.
    pub fn too_large(self) -> Response {
        Response::text(413, "The body is too large.\n")
    }

    /// Reads the store, or changes it; returns within 2 seconds, whatever the store does.
    pub fn run(self) -> Response {
        Response::text(404, "Not found.\n")
    }
}
