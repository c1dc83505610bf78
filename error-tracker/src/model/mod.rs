//! Plain data: what is captured, grouped and stored.

mod event;
#[cfg(feature = "http")]
mod http;
mod id;
mod issue;
mod level;
mod path;
mod reference;
mod request;
#[cfg(feature = "watch")]
mod status;
mod time;
mod totals;

pub use self::event::{
    Breadcrumb, Cause, Event, Frame, Grouping, KeptEvent, Kind, Local, MaskNote, Outcome, Recorded,
};
pub use self::id::{EventId, Fingerprint, ParseIdError};
pub use self::issue::{Issue, IssueState};
pub use self::level::Level;
pub(crate) use self::path::crate_of;
pub use self::reference::{ParseReferenceError, Reference};
pub use self::request::Request;
#[cfg(feature = "watch")]
pub(crate) use self::status::reason_of;
pub(crate) use self::time::Clock;
pub use self::time::Timestamp;
pub use self::totals::{Hour, Totals};
