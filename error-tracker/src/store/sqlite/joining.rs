//! Finds issues of earlier rules again: one is taken over, several become one.

use rusqlite::{params, Connection, OptionalExtension, Row};

use crate::grouping;
use crate::model::Fingerprint;
use crate::store::sqlite::schema::OLD_RULES;
use crate::store::sqlite::statements::{Joining, Sql};
use crate::store::sqlite::write::json;
use crate::store::thinning::{self, Numbered};
use crate::store::Delta;

/// Tells whether the file still holds issues of earlier rules.
pub(super) fn has_old_issues(connection: &Connection, sql: &Sql) -> rusqlite::Result<bool> {
    connection.prepare_cached(&sql.joining.has_old)?.query_row([], |row| row.get(0))
}

/// Makes the issues that the delta's events belonged to under earlier rules the delta's issue.
///
/// Failures that were only counted belong to the same fingerprint as their events; an issue that
/// has no event yet is joined when its first one comes.
pub(super) fn take_over(
    connection: &Connection,
    sql: &Sql,
    (delta, max_events): (&Delta, usize),
) -> rusqlite::Result<()> {
    let joins = Joins { connection, sql: &sql.joining, drop_event: &sql.drop_event, max_events };
    let mut seen: Vec<Fingerprint> = Vec::new();
    for earlier in delta.events.iter().flat_map(|kept| grouping::earlier(&kept.event)) {
        if !seen.contains(&earlier) {
            seen.push(earlier);
            joins.take(&earlier.to_string(), delta)?;
        }
    }
    Ok(())
}

struct Joins<'c> {
    connection: &'c Connection,
    sql: &'c Joining,
    drop_event: &'c str,
    max_events: usize,
}

/// An issue that is joined with another one.
struct Part {
    id: i64,
    last_seen: i64,
    state: String,
    state_changed: i64,
}

impl Part {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            last_seen: row.get(1)?,
            state: row.get(2)?,
            state_changed: row.get(3)?,
        })
    }

    /// What is open stays open, and what came back says so; what somebody silenced stays silent.
    fn rank(&self) -> u8 {
        match self.state.as_str() {
            "regressed" => 3,
            "unresolved" => 2,
            "muted" => 1,
            _ => 0,
        }
    }
}

impl Joins<'_> {
    fn take(&self, earlier: &str, delta: &Delta) -> rusqlite::Result<()> {
        let find = |sql: &str, fingerprint: &str| {
            let mut statement = self.connection.prepare_cached(sql)?;
            statement.query_row(params![fingerprint], Part::of).optional()
        };
        let Some(old) = find(&self.sql.find_old, earlier)? else { return Ok(()) };
        let today = delta.fingerprint.to_string();
        match find(&self.sql.find, &today)? {
            Some(new) => self.merge(&old, &new)?,
            None => self.rename(&old, &today, delta)?,
        }
        self.connection.prepare_cached(&self.sql.put_alias)?.execute([earlier, &today]).map(drop)
    }

    fn rename(&self, old: &Part, today: &str, delta: &Delta) -> rusqlite::Result<()> {
        let grouping = &delta.facts.grouping;
        let version = i64::from(grouping.version.max(OLD_RULES + 1));
        let values = params![old.id, today, version, json(&grouping.parts)?];
        self.connection.prepare_cached(&self.sql.rename)?.execute(values).map(drop)
    }

    /// Adds the old issue to the new one: counts, hours, events, and the names of both.
    fn merge(&self, old: &Part, new: &Part) -> rusqlite::Result<()> {
        self.move_events(old, new)?;
        let winner = if (old.rank(), old.state_changed) > (new.rank(), new.state_changed) {
            old
        } else {
            new
        };
        let state = params![new.id, old.id, winner.state, winner.state_changed];
        self.connection.prepare_cached(&self.sql.add_issue)?.execute(state)?;
        if old.last_seen > new.last_seen {
            for sql in [&self.sql.show_issue, &self.sql.drop_report, &self.sql.show_report] {
                self.both(sql, old, new)?;
            }
        }
        for sql in &self.sql.move_rest {
            self.both(sql, old, new)?;
        }
        Ok(())
    }

    /// `?1` is the issue that stays, `?2` the one that goes.
    fn both(&self, sql: &str, old: &Part, new: &Part) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([new.id, old.id]).map(drop)
    }

    /// Numbers the events of both anew in the order of time, and thins them out.
    ///
    /// An event's number is how many failures of both issues are known to have happened up to it.
    fn move_events(&self, old: &Part, new: &Part) -> rusqlite::Result<()> {
        let (mut of_old, mut of_new) = (0, 0);
        let mut numbers = Vec::new();
        let mut renumber = self.connection.prepare_cached(&self.sql.renumber)?;
        for moved in self.in_order_of_time(old, new)? {
            *(if moved.issue == old.id { &mut of_old } else { &mut of_new }) = moved.seq;
            renumber.execute([moved.number, new.id, of_old + of_new])?;
            let number = (of_old + of_new) as u64;
            numbers.push(Numbered { number, shape: moved.shape });
        }
        let mut drop = self.connection.prepare_cached(self.drop_event)?;
        for seq in thinning::surplus(&numbers, self.max_events) {
            drop.execute([new.id, seq as i64])?;
        }
        Ok(())
    }

    /// A clock may have gone back: within each issue the numbers tell the order.
    fn in_order_of_time(&self, old: &Part, new: &Part) -> rusqlite::Result<Vec<Moved>> {
        let mut statement = self.connection.prepare_cached(&self.sql.events)?;
        let rows = statement.query_map([new.id, old.id], |row| {
            Ok(Moved {
                number: row.get(0)?,
                issue: row.get(1)?,
                seq: row.get(2)?,
                at: row.get(3)?,
                shape: row.get(4)?,
            })
        })?;
        let mut moved: Vec<Moved> = rows.collect::<rusqlite::Result<_>>()?;
        let (mut of_old, mut of_new) = (i64::MIN, i64::MIN);
        for event in &mut moved {
            let latest = if event.issue == old.id { &mut of_old } else { &mut of_new };
            event.at = event.at.max(*latest);
            *latest = event.at;
        }
        moved.sort_by_key(|event| event.at);
        Ok(moved)
    }
}

/// An event on its way to another issue.
struct Moved {
    number: i64,
    issue: i64,
    seq: i64,
    at: i64,
    shape: u32,
}

#[cfg(test)]
mod tests;
