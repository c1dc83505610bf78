//! What is removed when it is too old or too much.

use serde::{Deserialize, Serialize};

use crate::model::Timestamp;

/// Says what is to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Retention {
    /// Issues last seen before this, and events and hours from before it, go.
    pub before: Timestamp,
    /// How many bytes the store may take; beyond, the oldest events go, then the oldest issues.
    pub max_store_size: u64,
}

impl Retention {
    pub(crate) const fn new(before: Timestamp, max_store_size: u64) -> Self {
        Self { before, max_store_size }
    }
}

/// Tells what retention removed, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RetentionRun {
    /// When it ended, or went on last.
    pub at: Timestamp,
    /// What it removed.
    pub removed: Retained,
}

/// Tells what one step of retention removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Retained {
    /// How many issues were removed.
    pub issues: u64,
    /// How many events were removed.
    pub events: u64,
    /// How many bytes were given back to the file system.
    pub bytes: u64,
    /// Whether there is more to do.
    pub more: bool,
}
