//! A store that wraps the default one and keeps a column of its own: the team that owns an issue.
//!
//! `cargo run --example owners_store` lets two modules fail, and prints whom each issue belongs to.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use error_tracker::store::{Batch, Capabilities, Page, Query, Retained, Retention, Sqlite, Store};
use error_tracker::{
    tracker, Error, Event, EventId, Fingerprint, Hour, Issue, IssueState, Recorded, RetentionRun,
    Timestamp, Totals,
};
use rusqlite::{params, Connection, OptionalExtension};

/// The default store, and a table beside its own that says which team owns an issue.
///
/// Its name begins as those of the store do: so it counts as theirs when the size is limited.
struct Owners {
    inner: Sqlite,
    beside: Connection,
}

impl Owners {
    fn open(file: &Path) -> Result<Self, Error> {
        let inner = Sqlite::new(file)?;
        let open = || -> rusqlite::Result<Connection> {
            let beside = Connection::open(file)?;
            beside.busy_timeout(Duration::from_secs(1))?;
            beside.execute_batch(
                "CREATE TABLE IF NOT EXISTS error_tracker_owners
                     (fingerprint TEXT PRIMARY KEY, team TEXT)",
            )?;
            Ok(beside)
        };
        let beside = open().map_err(|error| Error::store("make the table of owners", error))?;
        Ok(Self { inner, beside })
    }

    fn note(&self, fingerprint: Fingerprint, team: &str) -> Result<(), Error> {
        let sql = "INSERT OR REPLACE INTO error_tracker_owners VALUES (?1, ?2)";
        let noted = self.beside.execute(sql, params![fingerprint.to_string(), team]);
        noted.map(drop).map_err(|error| Error::store("note an owner", error))
    }
}

/// The first module of the function that failed names the team.
fn team_of(event: &Event) -> Option<&str> {
    event.innermost()?.function.split("::").nth(1)
}

impl Store for Owners {
    fn write(&mut self, batch: &Batch) -> Result<(), Error> {
        self.inner.write(batch)?;
        for delta in batch.deltas() {
            if let Some(team) = delta.events().last().and_then(team_of) {
                self.note(delta.fingerprint(), team)?;
            }
        }
        Ok(())
    }

    fn delete(&mut self, fingerprint: Fingerprint) -> Result<bool, Error> {
        let sql = "DELETE FROM error_tracker_owners WHERE fingerprint = ?1";
        let deleted = self.beside.execute(sql, [fingerprint.to_string()]);
        deleted.map_err(|error| Error::store("forget an owner", error))?;
        self.inner.delete(fingerprint)
    }

    // The rest is handed on.

    fn put(&mut self, issue: &Issue) -> Result<(), Error> {
        self.inner.put(issue)
    }

    fn list(&mut self, query: &Query) -> Result<Page<Issue>, Error> {
        self.inner.list(query)
    }

    fn get(&mut self, fingerprint: Fingerprint) -> Result<Option<Issue>, Error> {
        self.inner.get(fingerprint)
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn put_event(&mut self, event: &Recorded) -> Result<(), Error> {
        self.inner.put_event(event)
    }

    fn events(&mut self, fingerprint: Fingerprint) -> Result<Vec<Recorded>, Error> {
        self.inner.events(fingerprint)
    }

    fn event(&mut self, id: EventId) -> Result<Option<Recorded>, Error> {
        self.inner.event(id)
    }

    fn drop_event(&mut self, id: EventId) -> Result<(), Error> {
        self.inner.drop_event(id)
    }

    fn put_hour(&mut self, fingerprint: Fingerprint, hour: Hour) -> Result<(), Error> {
        self.inner.put_hour(fingerprint, hour)
    }

    fn hours(&mut self, fingerprint: Fingerprint) -> Result<Vec<Hour>, Error> {
        self.inner.hours(fingerprint)
    }

    fn totals(&mut self) -> Result<Totals, Error> {
        self.inner.totals()
    }

    fn set_state(
        &mut self,
        fingerprint: Fingerprint,
        state: IssueState,
        at: Timestamp,
    ) -> Result<bool, Error> {
        self.inner.set_state(fingerprint, state, at)
    }

    fn retain(&mut self, rules: &Retention) -> Result<Retained, Error> {
        self.inner.retain(rules)
    }

    fn last_retention(&mut self) -> Result<Option<RetentionRun>, Error> {
        self.inner.last_retention()
    }

    fn settle(&mut self) {
        self.inner.settle();
    }
}

mod billing {
    #[error_tracker::track_exception]
    pub fn charge(amount: i64) -> Result<u32, std::num::TryFromIntError> {
        u32::try_from(amount)
    }
}

mod shipping {
    #[error_tracker::track_exception]
    pub fn weigh(grams: &str) -> Result<u32, std::num::ParseIntError> {
        grams.parse()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = PathBuf::from("owned-issues.db");
    let _tracker = error_tracker::init! { store: Owners::open(&file)? }?;
    let failed = [billing::charge(-1).is_err(), shipping::weigh("two pounds").is_err()];
    println!("{} of 2 calls failed", failed.iter().filter(|failed| **failed).count());
    tracker().flush(Duration::from_secs(2));
    let owners = Connection::open(&file)?;
    for issue in tracker().issues(Query::new())? {
        let sql = "SELECT team FROM error_tracker_owners WHERE fingerprint = ?1";
        let team: Option<String> =
            owners.query_row(sql, [issue.fingerprint.to_string()], |row| row.get(0)).optional()?;
        let team = team.as_deref().unwrap_or("nobody");
        println!("{team}: {} x {} in {}", issue.count, issue.exception_name, issue.culprit);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_store_holds_what_the_default_one_does() {
        let folder = tempfile::tempdir().expect("a temporary folder is made");
        let mut number = 0;
        error_tracker::testing::store_contract(|| {
            number += 1;
            Owners::open(&folder.path().join(format!("{number}.db"))).expect("a store is made")
        });
    }
}
