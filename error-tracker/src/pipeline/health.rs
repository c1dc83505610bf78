//! How the tracker is doing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::store::RetentionRun;

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
    /// How many failures were counted, but not kept in full: past the limit of a second, or for
    /// want of room in the queue, in memory or on disk.
    pub dropped: u64,
    /// How many failures belong to no issue: neither recorded nor counted.
    pub lost: u64,
    /// What waits on disk for the store.
    pub spool: SpoolHealth,
    /// Files that could not be used and got another name: a damaged database, a damaged part of
    /// the spool, a batch that makes the store panic.
    pub set_aside: Vec<String>,
    /// What retention removed last; `None`: it did not run yet.
    pub last_retention: Option<RetentionRun>,
    /// How many captures with `durability = immediate` gave up waiting.
    pub unacknowledged: u64,
    /// How long the oldest event that is not committed has waited.
    pub oldest_uncommitted_age: Option<Duration>,
    /// How often the writer had to start anew after a panic.
    pub writer_restarts: u64,
    /// Variables named `ERROR_TRACKER_..` that no setting reads, with what was probably meant.
    pub unknown_variables: Vec<String>,
    /// The file of settings that `ERROR_TRACKER_CONFIG` names, if it was not there at the start.
    pub missing_config_file: Option<String>,
    /// The last thing that went wrong with the store or the spool.
    pub last_error: Option<String>,
}

impl Health {
    pub(crate) fn new(store: StoreHealth) -> Self {
        Self {
            store,
            queued: 0,
            committed: 0,
            dropped: 0,
            lost: 0,
            spool: SpoolHealth::default(),
            set_aside: Vec::new(),
            last_retention: None,
            unacknowledged: 0,
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

/// Tells what waits on disk for the store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SpoolHealth {
    /// How many files wait.
    pub segments: u64,
    /// How many failures they hold.
    pub events: u64,
    /// How many bytes they take.
    pub bytes: u64,
    /// How many more are of a newer version of the program, and stay until it runs again.
    pub newer: u64,
    /// Where the last one was written; `None`: none was.
    pub folder: Option<String>,
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
    /// It can't be opened or written, for this reason; events wait on disk ([`Health::spool`]), and
    /// in memory where they can't.
    Waiting(String),
    /// Nothing is recorded: the setting `enabled` is off, or the tracker has ended.
    Closed,
}
