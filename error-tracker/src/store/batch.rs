//! What the writer hands to a store at a time.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::backtrace::Stack;
use crate::model::{Event, Fingerprint, Grouping, Kind, Level, Timestamp};

/// Holds what happened since the last batch, by issue.
///
/// A store that wraps another one hands it on, and may then look at
/// [`deltas`](Batch::deltas) to keep more beside them.
#[derive(Default)]
pub struct Batch {
    pub(crate) id: Option<BatchId>,
    pub(crate) origin: Arc<Origin>,
    /// How many events of an issue are kept.
    pub(crate) max_events: usize,
    /// One for each issue.
    pub(crate) deltas: Vec<Delta>,
    pub(crate) amended: Vec<Amended>,
}

/// Names a batch, so that one that is written again counts once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct BatchId {
    /// The run of the program that made it.
    pub(crate) run: u64,
    pub(crate) number: u64,
}

impl Batch {
    /// Returns what happened, issue by issue.
    pub fn deltas(&self) -> &[Delta] {
        &self.deltas
    }

    /// Tells whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.deltas.is_empty() && self.amended.is_empty()
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("deltas", &self.deltas).finish_non_exhaustive()
    }
}

/// Where this process's events come from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Origin {
    pub(crate) release: String,
    pub(crate) environment: String,
    pub(crate) server_name: String,
}

/// Tells what happened to one issue since the last batch.
pub struct Delta {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) count: u64,
    pub(crate) first_seen: Timestamp,
    pub(crate) last_seen: Timestamp,
    /// Hours since 1970 and how many failures fell into each.
    pub(crate) hours: Vec<(i64, u64)>,
    pub(crate) facts: Arc<Facts>,
    /// The events in full, oldest first; fewer than `count` in a storm.
    pub(crate) events: Vec<Kept>,
}

impl Delta {
    /// Returns which issue it is.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Returns how often it happened.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Returns when it was first seen within this batch.
    pub fn first_seen(&self) -> Timestamp {
        self.first_seen
    }

    /// Returns when it was last seen within this batch.
    pub fn last_seen(&self) -> Timestamp {
        self.last_seen
    }

    /// Returns the events that are there in full, oldest first; fewer than the count in a storm.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().map(|kept| &kept.event)
    }
}

impl fmt::Debug for Delta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delta")
            .field("fingerprint", &self.fingerprint)
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

/// What an issue shows of its newest event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Facts {
    /// When the event happened; `None`: no event is known, these are for a new issue only.
    pub(crate) at: Option<Timestamp>,
    pub(crate) kind: Kind,
    pub(crate) level: Level,
    pub(crate) grouping: Grouping,
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) requested_path: String,
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
