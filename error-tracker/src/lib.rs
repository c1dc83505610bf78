//! The error tracker that lives inside a Rust program.

extern crate self as error_tracker;

mod backtrace;
mod calls;
mod capture;
mod config;
mod error;
mod fault;
mod frames;
mod global;
mod grouping;
mod keep;
mod macros;
mod mask;
mod model;
mod pipeline;
mod queue;
mod report;
mod scope;
mod site;
mod store;
mod task;
mod text;
mod tracker;

#[doc(hidden)]
pub mod __private;
pub mod testing;

pub use crate::calls::{
    capture_exception, format_exception, print_exception, set_extra, set_tag, set_user, InScope,
};
pub use crate::config::{Config, StoreSetting};
pub use crate::error::Error;
pub use crate::global::{flush, tracker};
pub use crate::mask::{DefaultMasking, Masking};
pub use crate::model::{
    Breadcrumb, Cause, Event, EventId, Fingerprint, Frame, Grouping, Issue, IssueState, Kind,
    Level, Local, Outcome, ParseIdError, Recorded, Request, Timestamp,
};
pub use crate::pipeline::{Health, StoreHealth};
pub use crate::scope::{Scope, ScopeGuard};
pub use crate::store::{Cursor, Page, ParseCursorError, Query};
pub use crate::tracker::{Builder, Guard, Tracker};
#[cfg(feature = "macros")]
pub use error_tracker_macros::{auto_track_exception, no_track, track_exception};
