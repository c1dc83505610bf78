//! Removes what is too old or too much, in steps that never hold the writer for long.

mod statements;

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use rusqlite::{params, Connection, OptionalExtension, Row, Transaction, TransactionBehavior};

use self::statements::Sql;
use crate::model::{Hour, Timestamp};
use crate::store::sqlite::batches;
use crate::store::{Retained, Retention, RetentionRun};

/// What one step may take, of the 50 milliseconds that it has with its commit.
const TIME: Duration = Duration::from_millis(20);
/// How many rows one step may look at.
const ROWS: usize = 2_000;
/// How many rows go between two looks at the clock.
const CHUNK: usize = 32;
/// How many pages move at once towards the begin of the file.
const PAGES: i64 = 32;
/// One part of this many stays free below the limit, so that the next batch does not exceed it.
const RESERVE: u64 = 16;

/// A run of retention, over its steps.
pub(super) struct Retaining {
    sql: Sql,
    batches: batches::Sql,
    run: Run,
    pub(super) limits: Limits,
}

/// What one step may take.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) time: Duration,
    pub(super) rows: usize,
}

#[derive(Default)]
struct Run {
    part: Part,
    sum: Retained,
    events: Place,
    stack: String,
    /// The size was above the limit in this run: it goes down to the reserve.
    is_over: bool,
}

/// The parts of a run, in their order.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Part {
    #[default]
    OldIssues,
    OldEvents,
    OldHours,
    Stacks,
    Size,
    Batches,
    File,
    End,
}

impl Part {
    fn next(self) -> Self {
        match self {
            Self::OldIssues => Self::OldEvents,
            Self::OldEvents => Self::OldHours,
            Self::OldHours => Self::Stacks,
            Self::Stacks => Self::Size,
            Self::Size => Self::Batches,
            Self::Batches => Self::File,
            Self::File | Self::End => Self::End,
        }
    }
}

/// Where the events in the order of time were left: time, issue, number within it.
#[derive(Clone, Copy)]
struct Place(i64, i64, i64);

impl Default for Place {
    fn default() -> Self {
        Self(i64::MIN, i64::MIN, i64::MIN)
    }
}

/// An event that may go.
struct Candidate {
    number: i64,
    place: Place,
    is_newest: bool,
}

impl Candidate {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let place = Place(row.get(1)?, row.get(2)?, row.get(3)?);
        Ok(Self { number: row.get(0)?, place, is_newest: row.get(4)? })
    }
}

impl Retaining {
    pub(super) fn new(prefix: &str) -> Self {
        Self {
            sql: Sql::new(prefix),
            batches: batches::Sql::new(prefix),
            run: Run::default(),
            limits: Limits { time: TIME, rows: ROWS },
        }
    }

    /// Removes some in one transaction; after the last step the WAL goes into the file.
    pub(super) fn step(
        &mut self,
        connection: &mut Connection,
        rules: &Retention,
    ) -> rusqlite::Result<Retained> {
        let done = self.removed(connection, rules);
        match &done {
            Ok(done) if done.more => {}
            // What was undone must be found again.
            _ => self.run = Run::default(),
        }
        if done.as_ref().is_ok_and(|done| !done.more) {
            connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        }
        done
    }

    /// Tells when a run began or went on last, and what it has removed.
    pub(super) fn last(&self, connection: &Connection) -> rusqlite::Result<Option<RetentionRun>> {
        let mut statement = connection.prepare_cached(&self.sql.last)?;
        let last = |row: &Row<'_>| {
            let number = |at| Ok::<_, rusqlite::Error>(row.get::<_, i64>(at)?.unsigned_abs());
            let (issues, events, bytes) = (number(1)?, number(2)?, number(3)?);
            let retained = Retained { issues, events, bytes, more: false };
            Ok(RetentionRun { at: Timestamp::from_micros(row.get(0)?), removed: retained })
        };
        statement.query_row([], last).optional()
    }

    fn removed(
        &mut self,
        connection: &mut Connection,
        rules: &Retention,
    ) -> rusqlite::Result<Retained> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut step = Step {
            transaction: &transaction,
            sql: &self.sql,
            batches: &self.batches,
            run: &mut self.run,
            rules,
            begun: Instant::now(),
            limits: self.limits,
            rows: 0,
            done: Retained::default(),
        };
        step.go()?;
        let (done, sum) = (step.done, &mut self.run.sum);
        sum.issues += done.issues;
        sum.events += done.events;
        sum.bytes += done.bytes;
        let now = Timestamp::now().as_micros();
        let values = params![now, sum.issues as i64, sum.events as i64, sum.bytes as i64];
        transaction.prepare_cached(&self.sql.note)?.execute(values)?;
        transaction.commit()?;
        Ok(Retained { more: self.run.part != Part::End, ..done })
    }
}

/// One step of a run.
struct Step<'s> {
    transaction: &'s Transaction<'s>,
    sql: &'s Sql,
    batches: &'s batches::Sql,
    run: &'s mut Run,
    rules: &'s Retention,
    begun: Instant,
    limits: Limits,
    rows: usize,
    done: Retained,
}

impl Step<'_> {
    fn go(&mut self) -> rusqlite::Result<()> {
        loop {
            let has_more = match self.run.part {
                Part::OldIssues => self.oldest_issue(self.rules.before)?,
                Part::OldEvents => self.oldest_events(self.rules.before)?,
                Part::OldHours => self.old_hours()?,
                Part::Stacks => self.unused_stacks()?,
                Part::Size => self.size()?,
                Part::Batches => self.old_batches()?,
                Part::File => self.file()?,
                Part::End => false,
            };
            if !has_more {
                self.run.part = self.run.part.next();
                self.run.events = Place::default();
            }
            if self.run.part == Part::End || self.is_over() {
                return Ok(());
            }
        }
    }

    fn is_over(&self) -> bool {
        self.rows >= self.limits.rows || self.begun.elapsed() >= self.limits.time
    }

    /// Returns how many rows may go before the next look at the limits.
    fn chunk(&self) -> i64 {
        CHUNK.min(self.limits.rows.saturating_sub(self.rows)).max(1) as i64
    }

    /// Removes some of the issue that was last seen first, if that was before a time.
    fn oldest_issue(&mut self, before: Timestamp) -> rusqlite::Result<bool> {
        let mut oldest = self.transaction.prepare_cached(&self.sql.oldest_issue)?;
        let id = oldest.query_row([before.as_micros()], |row| row.get::<_, i64>(0)).optional()?;
        let Some(id) = id else { return Ok(false) };
        let mut events = self.transaction.prepare_cached(&self.sql.events_of_issue)?;
        let numbers = events.query_map([id, self.chunk()], |row| row.get(0))?;
        let numbers: Vec<i64> = numbers.collect::<rusqlite::Result<_>>()?;
        if !numbers.is_empty() {
            self.remove_events(numbers.into_iter().map(|number| (number, id)).collect())?;
            return Ok(true);
        }
        let mut hours = self.transaction.prepare_cached(&self.sql.hours_of_issue)?;
        let removed = hours.execute([id, self.chunk()])?;
        self.rows += removed;
        if removed > 0 {
            return Ok(true);
        }
        for sql in &self.sql.rest_of_issue {
            self.rows += self.transaction.prepare_cached(sql)?.execute([id])?;
        }
        self.done.issues += 1;
        Ok(true)
    }

    /// Removes some events from before a time, but never the newest of an issue.
    fn oldest_events(&mut self, before: Timestamp) -> rusqlite::Result<bool> {
        let Place(at, issue, number) = self.run.events;
        let mut statement = self.transaction.prepare_cached(&self.sql.oldest_events)?;
        let values = params![at, issue, number, before.as_micros(), self.chunk()];
        let found = statement.query_map(values, Candidate::of)?;
        let found: Vec<Candidate> = found.collect::<rusqlite::Result<_>>()?;
        let Some(last) = found.last() else { return Ok(false) };
        self.run.events = last.place;
        self.rows += found.iter().filter(|event| event.is_newest).count();
        let go = found.iter().filter(|event| !event.is_newest);
        self.remove_events(go.map(|event| (event.number, event.place.1)).collect())?;
        Ok(true)
    }

    /// Removes events, what they alone used, and counts them off their issues.
    fn remove_events(&mut self, events: Vec<(i64, i64)>) -> rusqlite::Result<()> {
        let (mut issues, mut stacks) = (Vec::<i64>::new(), Vec::<i64>::new());
        let mut remove = self.transaction.prepare_cached(&self.sql.remove_event)?;
        for (number, issue) in events {
            let stack = remove.query_row([number], |row| row.get::<_, Option<i64>>(0))?;
            stacks.extend(stack);
            issues.push(issue);
            self.rows += 1;
            self.done.events += 1;
        }
        issues.sort_unstable();
        for removed in issues.chunk_by(|one, other| one == other) {
            let mut fewer = self.transaction.prepare_cached(&self.sql.fewer_kept)?;
            fewer.execute([removed[0], removed.len() as i64])?;
        }
        stacks.sort_unstable();
        stacks.dedup();
        for stack in stacks {
            self.transaction.prepare_cached(&self.sql.remove_stack)?.execute([stack])?;
        }
        Ok(())
    }

    fn old_hours(&mut self) -> rusqlite::Result<bool> {
        let first = self.rules.before.as_micros().div_euclid(Hour::MICROS);
        let removed =
            self.transaction.prepare_cached(&self.sql.old_hours)?.execute([first, self.chunk()])?;
        self.rows += removed;
        Ok(removed > 0)
    }

    /// Removes stacks whose last event was thinned out.
    fn unused_stacks(&mut self) -> rusqlite::Result<bool> {
        let mut statement = self.transaction.prepare_cached(&self.sql.stacks)?;
        let stack = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?));
        let found = statement.query_map(params![self.run.stack, self.chunk()], stack)?;
        let found: Vec<(String, i64)> = found.collect::<rusqlite::Result<_>>()?;
        let Some((last, _)) = found.last() else { return Ok(false) };
        self.run.stack.clone_from(last);
        self.rows += found.len();
        for (_, id) in found {
            self.transaction.prepare_cached(&self.sql.remove_stack)?.execute([id])?;
        }
        Ok(true)
    }

    /// Removes the oldest events, then the oldest issues, until the rest is small enough.
    fn size(&mut self) -> rusqlite::Result<bool> {
        let limit = self.rules.max_store_size;
        let target = if self.run.is_over { limit - limit / RESERVE } else { limit };
        if self.used()? <= target || !self.is_own_file()? {
            return Ok(false);
        }
        self.run.is_over = true;
        let all = Timestamp::from_micros(i64::MAX);
        Ok(self.oldest_events(all)? || self.oldest_issue(all)?)
    }

    /// Returns how many bytes of the file are in use.
    fn used(&self) -> rusqlite::Result<u64> {
        let pages = self.pragma("page_count")? - self.pragma("freelist_count")?;
        Ok((pages * self.pragma("page_size")?).unsigned_abs())
    }

    fn pragma(&self, name: &str) -> rusqlite::Result<i64> {
        self.transaction
            .prepare_cached(&format!("PRAGMA {name}"))?
            .query_row([], |row| row.get::<_, i64>(0))
    }

    /// Tells whether nobody else's tables are in the file: their size is not ours to limit.
    fn is_own_file(&self) -> rusqlite::Result<bool> {
        self.transaction.prepare_cached(&self.sql.is_own_file)?.query_row([], |row| row.get(0))
    }

    fn old_batches(&mut self) -> rusqlite::Result<bool> {
        batches::forget(self.transaction, self.batches, Timestamp::now()).map(|()| false)
    }

    /// Gives free pages back to the file system, but for a few that the next batches need.
    fn file(&mut self) -> rusqlite::Result<bool> {
        const INCREMENTAL: i64 = 2;
        let (pages, free) = (self.pragma("page_count")?, self.pragma("freelist_count")?);
        let surplus = free - pages / RESERVE as i64;
        if surplus <= 0 || self.pragma("auto_vacuum")? != INCREMENTAL {
            return Ok(false);
        }
        // Each row that it returns has moved one page.
        let sql = format!("PRAGMA incremental_vacuum({})", surplus.min(PAGES));
        let mut vacuum = self.transaction.prepare(&sql)?;
        let mut rows = vacuum.query([])?;
        while rows.next()?.is_some() {}
        self.rows += PAGES as usize;
        let given = pages - self.pragma("page_count")?;
        self.done.bytes += (given * self.pragma("page_size")?).unsigned_abs();
        Ok(given > 0)
    }
}
