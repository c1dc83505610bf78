//! How the tracker is doing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Tells how the tracker is doing: what waits, what was lost, what went wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Health {
    /// Whether the store can be written.
    pub store: StoreHealth,
    /// How many messages wait in the queue.
    pub queued: usize,
    /// How many events were committed since the start.
    pub committed: u64,
    /// How many failures belong to no issue: neither recorded nor counted.
    pub lost: u64,
    /// How long the oldest event that is not committed has waited.
    pub oldest_uncommitted_age: Option<Duration>,
    /// How often the writer had to start anew after a panic.
    pub writer_restarts: u64,
    /// Variables named `ERROR_TRACKER_..` that no setting reads, with what was probably meant.
    pub unknown_variables: Vec<String>,
    /// The file of settings that `ERROR_TRACKER_CONFIG` names, if it was not there at the start.
    pub missing_config_file: Option<String>,
    /// The last thing that went wrong with the store.
    pub last_error: Option<String>,
}

impl Health {
    pub(crate) fn new(store: StoreHealth) -> Self {
        Self {
            store,
            queued: 0,
            committed: 0,
            lost: 0,
            oldest_uncommitted_age: None,
            writer_restarts: 0,
            unknown_variables: Vec::new(),
            missing_config_file: None,
            last_error: None,
        }
    }

    /// Tells whether the store is open and nothing was lost.
    pub fn is_well(&self) -> bool {
        self.store == StoreHealth::Open && self.lost == 0
    }
}

/// Whether the store can be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum StoreHealth {
    /// The writer is about to open it for the first time.
    Opening,
    /// Events are written.
    Open,
    /// It can't be opened or written, for this reason; events wait in memory.
    Waiting(String),
    /// Nothing is recorded: the setting `enabled` is off, or the tracker has ended.
    Closed,
}
