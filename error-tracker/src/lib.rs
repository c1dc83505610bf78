//! The error tracker that lives inside a Rust program.
//!
//! A function is annotated; when it returns an `Err` or panics, the failure is recorded with the
//! masked arguments of every annotated call on its way, grouped, and stored in the program's own
//! SQLite file. While nothing fails, an annotated call costs some thirty instructions and no
//! allocation.
//!
//! # Examples
//!
//! ```
//! use error_tracker::track_exception;
//!
//! #[track_exception]
//! fn charge(user_id: u64, card_secret: &str) -> Result<u64, std::num::ParseIntError> {
//!     let digits: u32 = card_secret.parse()?;
//!     Ok(user_id + u64::from(digits))
//! }
//!
//! // A program starts with `let _tracker = error_tracker::init!()?;`; a test asks for its events.
//! let events = error_tracker::testing::record(|| charge(7, "4111 1111"));
//! let locals = &events[0].frames[0].locals;
//! assert_eq!((locals[0].name.as_str(), locals[0].value.as_str()), ("user_id", "7"));
//! assert_eq!((locals[1].name.as_str(), locals[1].value.as_str()), ("card_secret", "*****"));
//! ```
//!
//! # Where to look
//!
//! - [`track_exception`] and [`auto_track_exception`] annotate; [`init!`] starts the tracker.
//! - [`scope!`], [`set_extra`], [`set_tag`], [`set_user`] and [`breadcrumb!`] add context.
//! - [`capture_exception()`], [`capture_exception!`] and [`capture_message!`] record by hand;
//!   [`print_exception()`] and [`format_exception`] report without recording.
//! - [`tracker`] reads what is stored and tells how the tracker is doing.
//! - [`testing`] is for the tests of programs that use this crate.
//!
//! Before [`init!`], and after its guard dropped, nothing is recorded and no result changes.

// Each framework needs other parts of what they share.
#![cfg_attr(
    all(feature = "watch", not(all(feature = "axum", feature = "actix-web", feature = "rocket"))),
    allow(dead_code, unused_imports)
)]

extern crate self as error_tracker;

mod backtrace;
mod calls;
mod capture;
mod config;
mod context;
mod error;
mod exit;
mod fault;
mod frames;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
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
mod spool;
mod task;
mod text;
mod tracker;
#[cfg(feature = "web")]
mod visit;

#[doc(hidden)]
pub mod __private;
#[cfg(feature = "actix-web")]
pub mod actix_web;
#[cfg(feature = "axum")]
pub mod axum;
#[cfg(feature = "rocket")]
pub mod rocket;
pub mod store;
pub mod testing;
#[cfg(feature = "tower")]
pub mod tower;
#[cfg(feature = "web")]
pub mod web;

pub use crate::calls::{
    capture_exception, format_exception, print_exception, set_extra, set_tag, set_user, InScope,
};
pub use crate::config::{Config, Durability, PermissionSetting, StoreSetting, TrackedStatuses};
pub use crate::context::{ContextBuilder, DefaultContextBuilder};
pub use crate::error::Error;
pub use crate::global::{flush, tracker};
pub use crate::mask::{DefaultMasking, Masked, Masking};
pub use crate::model::{
    Breadcrumb, Cause, Event, EventId, Fingerprint, Frame, Grouping, Hour, Issue, IssueState,
    KeptEvent, Kind, Level, Local, MaskNote, Outcome, ParseIdError, ParseReferenceError, Recorded,
    Reference, Request, Timestamp, Totals,
};
pub use crate::pipeline::{Health, SpoolHealth, StoreHealth};
pub use crate::scope::{Scope, ScopeGuard};
pub use crate::store::{
    Cursor, Direction, Page, ParseCursorError, Query, RetentionRun, Sort, Store,
};
#[cfg(feature = "web")]
pub use crate::tracker::PermissionPart;
pub use crate::tracker::{Builder, Guard, StorePart, Tracker};
#[cfg(feature = "web")]
pub use crate::visit::{BasicAuth, BearerToken, LoopbackOnly, Permission, ViewPermission};
#[cfg(feature = "watch")]
pub use crate::web::Tracked;
#[cfg(feature = "macros")]
pub use error_tracker_macros::{auto_track_exception, no_track, track_exception, Masked};
