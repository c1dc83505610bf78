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
        let sql = "SELECT coalesce(sum(count), 0) FROM error_tracker_issues";
        let sum = self.0.query_row(sql, (), |row| row.get::<_, i64>(0));
        sum.unwrap_or_else(|problem| panic!("no issues can be read: {problem}")).unsigned_abs()
    }

    /// Returns what each issue says, and how often it happened.
    #[track_caller]
    pub fn counts(&self) -> Vec<(String, u64)> {
        let read = || {
            let mut statement =
                self.0.prepare("SELECT message, count FROM error_tracker_issues")?;
            let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))?;
            rows.map(|row| row.map(|(text, count)| (text, count.unsigned_abs())))
                .collect::<Result<Vec<_>, _>>()
        };
        read().unwrap_or_else(|problem| panic!("no issues can be read: {problem}"))
    }

    /// Returns how many events are stored in full: none if there are no tables yet.
    #[track_caller]
    pub fn kept(&self) -> u64 {
        let count = |sql| {
            let counted = self.0.query_row(sql, (), |row| row.get::<_, i64>(0));
            counted.unwrap_or_else(|problem| panic!("no events can be read: {problem}"))
        };
        match count("SELECT count(*) FROM sqlite_master WHERE name = 'error_tracker_events'") {
            0 => 0,
            _ => count("SELECT count(*) FROM error_tracker_events").unsigned_abs(),
        }
    }

    /// Lets SQLite look for damage.
    #[track_caller]
    pub fn check(&self) {
        let checked = self.0.query_row("PRAGMA integrity_check", (), |row| row.get::<_, String>(0));
        assert!(checked.as_deref() == Ok("ok"), "{checked:?}");
    }
}
