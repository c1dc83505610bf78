//! The error tracker that lives inside a Rust program.

extern crate self as error_tracker;

mod error;
mod grouping;
mod mask;
mod model;
mod queue;
mod site;
mod task;
mod text;

pub use crate::error::Error;
pub use crate::mask::{DefaultMasking, Masking};
pub use crate::model::{
    Breadcrumb, Cause, Event, EventId, Fingerprint, Frame, Grouping, Issue, IssueState, Kind,
    Level, Local, Outcome, ParseIdError, Recorded, Request, Timestamp,
};
