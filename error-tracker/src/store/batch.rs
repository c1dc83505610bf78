//! What the writer hands to a store in one transaction.

use std::sync::Arc;

use crate::backtrace::Stack;
use crate::model::{Event, Fingerprint, Grouping, Kind, Level, Timestamp};

/// What the writer hands to a store in one transaction.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) origin: Arc<Origin>,
    pub(crate) deltas: Vec<Delta>,
    pub(crate) amended: Vec<Amended>,
}

/// Where this process's events come from.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Origin {
    pub(crate) release: String,
    pub(crate) environment: String,
    pub(crate) server_name: String,
}

/// What happened to one issue since the last batch.
pub(crate) struct Delta {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) count: u64,
    pub(crate) first_seen: Timestamp,
    pub(crate) last_seen: Timestamp,
    /// Hours since 1970 and how many failures fell into each.
    pub(crate) hours: Vec<(i64, u64)>,
    pub(crate) facts: Facts,
    /// The events in full, oldest first; fewer than `count` in a storm.
    pub(crate) events: Vec<Kept>,
}

/// What an issue shows of its newest event.
#[derive(Clone, Default)]
pub(crate) struct Facts {
    /// When the event happened; `None`: no event is known, these are for a new issue only.
    pub(crate) at: Option<Timestamp>,
    pub(crate) kind: Kind,
    pub(crate) level: Level,
    pub(crate) grouping: Grouping,
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) method: String,
    pub(crate) exception_name: String,
    pub(crate) message: String,
    pub(crate) culprit: String,
    pub(crate) location: String,
    /// A JSON object.
    pub(crate) request_data: String,
    pub(crate) traceback: String,
}

/// An event to keep, with its stack.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) event: Event,
    pub(crate) stack: Option<Arc<Stack>>,
}

/// An event that was written before, as it is now.
pub(crate) struct Amended {
    pub(crate) event: Event,
    /// What its issue shows if this is still the newest event.
    pub(crate) facts: Facts,
}
