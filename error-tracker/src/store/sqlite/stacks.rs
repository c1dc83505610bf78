//! Remembers the rows of stacks, so that most need not be looked up.

use std::collections::HashMap;

use rusqlite::Connection;

/// How many are remembered: some hundred bytes each.
const REMEMBERED: usize = 4_096;

/// The rows of stacks by their hashes, as long as nobody may have removed one.
#[derive(Default)]
pub(super) struct Stacks {
    rows: HashMap<Box<str>, i64>,
    /// What SQLite says of the writes of other connections.
    version: i64,
}

impl Stacks {
    /// Makes ready for a batch: forgets all if another connection has written meanwhile.
    pub(super) fn prepare(&mut self, transaction: &Connection) -> rusqlite::Result<()> {
        let mut version = transaction.prepare_cached("PRAGMA data_version")?;
        let version = version.query_row([], |row| row.get(0))?;
        if version != self.version || self.rows.len() >= REMEMBERED {
            self.forget();
        }
        self.version = version;
        Ok(())
    }

    /// Forgets all: rows were removed, or a transaction that made some was undone.
    pub(super) fn forget(&mut self) {
        self.rows.clear();
    }

    pub(super) fn get(&self, hash: &str) -> Option<i64> {
        self.rows.get(hash).copied()
    }

    pub(super) fn insert(&mut self, hash: &str, row: i64) {
        self.rows.insert(hash.into(), row);
    }
}
