//! The error tracker that lives inside a Rust program.

extern crate self as error_tracker;

mod backtrace;
mod config;
mod error;
mod model;
mod pipeline;
mod queue;
mod report;
mod site;
mod store;

pub use crate::config::{Config, StoreSetting};
pub use crate::error::Error;
pub use crate::model::{
    Breadcrumb, Cause, Event, EventId, Fingerprint, Frame, Grouping, Issue, IssueState, Kind,
    Level, Local, Outcome, ParseIdError, Recorded, Request, Timestamp,
};
pub use crate::pipeline::{Health, StoreHealth};
pub use crate::store::{Cursor, Page, ParseCursorError, Query};
