//! The group of events with one fingerprint.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::event::{Grouping, Kind};
use crate::model::id::Fingerprint;
use crate::model::level::Level;
use crate::model::time::Timestamp;

/// The group of events with one fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Issue {
    /// What decides the issue.
    pub fingerprint: Fingerprint,
    /// Whether errors, panics or messages.
    pub kind: Kind,
    /// The level of the newest kept event.
    pub level: Level,
    /// Open, closed, silenced, or back again.
    pub state: IssueState,
    /// When the state was last set by hand, or the issue was first seen.
    pub state_changed: Timestamp,
    /// The request's host, or the server's name; of the newest kept event, like what follows.
    pub host: String,
    /// The pattern of the router that the request's path matched, else the path; empty without a
    /// request.
    pub path: String,
    /// The path as requested, where `path` is a pattern; else empty.
    pub requested_path: String,
    /// The request's method; empty without a request.
    pub method: String,
    /// Context and request of the newest kept event, masked.
    pub request_data: Map<String, Value>,
    /// The full path of the error's type, `panic` or `message`.
    pub exception_name: String,
    /// The message, masked.
    pub message: String,
    /// The innermost function of the application's own crates.
    pub culprit: String,
    /// Where the culprit failed, as `file:line`; empty if not known.
    pub location: String,
    /// The report that `print_exception` writes, masked.
    pub traceback: String,
    /// How often it happened: exact, whatever was kept.
    pub count: u64,
    /// How many of these events are stored in full.
    pub kept: u64,
    /// When it was first seen.
    pub created_on: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// The release in which it was first seen.
    pub first_release: String,
    /// The release in which it was last seen.
    pub last_release: String,
    /// What the fingerprint was made of.
    pub grouping: Grouping,
    /// Whether somebody was told.
    pub notification_sent: bool,
    /// Whether a ticket was raised.
    pub ticket_raised: bool,
}

/// Whether an issue is open, closed, silenced, or back again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum IssueState {
    /// Open.
    #[default]
    Unresolved,
    /// Closed by hand.
    Resolved,
    /// Kept, but nobody is told.
    Muted,
    /// Closed, and seen again.
    Regressed,
}

impl IssueState {
    /// Returns the name in lower case, as stores keep it.
    pub const fn as_str(self) -> &'static str {
        match self {
            IssueState::Unresolved => "unresolved",
            IssueState::Resolved => "resolved",
            IssueState::Muted => "muted",
            IssueState::Regressed => "regressed",
        }
    }
}

impl fmt::Display for IssueState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
