//! The error tracker that lives inside a Rust program.

extern crate self as error_tracker;

mod config;
mod error;
mod model;
mod queue;
mod site;

pub use crate::config::{Config, StoreSetting};
pub use crate::error::Error;
pub use crate::model::{
    Breadcrumb, Cause, Event, EventId, Fingerprint, Frame, Grouping, Issue, IssueState, Kind,
    Level, Local, Outcome, ParseIdError, Recorded, Request, Timestamp,
};
