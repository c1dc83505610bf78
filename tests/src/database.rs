//! Reads what a program stored, as any SQLite shell would.

use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;

/// A database of another process.
pub struct Stored(Connection);

impl Stored {
    /// Opens the file.
    #[track_caller]
    pub fn open(path: &Path) -> Self {
        match Connection::open(path) {
            Ok(connection) => Self(connection),
            Err(problem) => panic!("{} can't be opened: {problem}", path.display()),
        }
    }

    /// Returns all events that are stored in full.
    #[track_caller]
    pub fn events(&self) -> Vec<Value> {
        let read = || {
            let sql = "SELECT payload FROM error_tracker_events ORDER BY number";
            let mut statement = self.0.prepare(sql)?;
            let rows = statement.query_map((), |row| Ok(row.get_ref(0)?.as_bytes()?.to_vec()))?;
            rows.collect::<Result<Vec<_>, _>>()
        };
        let payloads = read().unwrap_or_else(|problem| panic!("no events can be read: {problem}"));
        let parse = |payload: Vec<u8>| serde_json::from_slice(&payload);
        let events: Result<Vec<_>, _> = payloads.into_iter().map(parse).collect();
        events.unwrap_or_else(|problem| panic!("an event is not JSON: {problem}"))
    }

    /// Returns how many failures were counted.
    #[track_caller]
    pub fn count(&self) -> u64 {
        let sql = "SELECT sum(count) FROM error_tracker_issues";
        let sum = self.0.query_row(sql, (), |row| row.get::<_, i64>(0));
        sum.unwrap_or_else(|problem| panic!("no issues can be read: {problem}")).unsigned_abs()
    }
}
