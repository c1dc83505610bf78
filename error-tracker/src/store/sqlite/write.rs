//! Writes batches: counts, events, stacks and hours.

use rusqlite::{params, CachedStatement, Connection, OptionalExtension, Transaction};

use crate::backtrace::Stack;
use crate::model::IssueState;
use crate::store::sqlite::joining;
use crate::store::sqlite::packing::Packing;
use crate::store::sqlite::stacks::Stacks;
use crate::store::sqlite::statements::Sql;
use crate::store::thinning::{self, Numbered};
use crate::store::{payload, shape, Amended, Batch, Delta, Facts, Kept, Origin};

/// An issue that the file holds already.
struct Known {
    id: i64,
    count: u64,
    kept: usize,
    created_on: i64,
    last_seen: i64,
    state: String,
    state_changed: i64,
    /// The version of the rules that made its fingerprint; 0: no event is known yet.
    grouping: u32,
}

impl Known {
    /// A failure after somebody closed the issue opens it again.
    fn state_after(&self, delta: &Delta) -> &str {
        let closed = self.state == IssueState::Resolved.as_str();
        match closed && delta.last_seen.as_micros() > self.state_changed {
            true => IssueState::Regressed.as_str(),
            false => &self.state,
        }
    }
}

/// Which events of a delta are kept, and which older ones make room.
struct Plan<'a> {
    insert: Vec<(Numbered, &'a Kept)>,
    drop: Vec<u64>,
    kept: usize,
}

/// One transaction's statements and what it looked up already.
pub(super) struct Writing<'c> {
    sql: &'c Sql,
    connection: &'c Connection,
    find_issue: CachedStatement<'c>,
    count_issue: CachedStatement<'c>,
    put_hour: CachedStatement<'c>,
    insert_event: CachedStatement<'c>,
    packing: &'c mut Packing,
    stacks: &'c mut Stacks,
    max_events: usize,
    /// Whether issues of earlier rules wait to be found again.
    has_old_issues: bool,
}

impl<'c> Writing<'c> {
    pub(super) fn new(
        transaction: &'c Transaction<'_>,
        sql: &'c Sql,
        (packing, stacks): (&'c mut Packing, &'c mut Stacks),
        batch: &Batch,
    ) -> rusqlite::Result<Self> {
        Ok(Self {
            sql,
            connection: transaction,
            find_issue: transaction.prepare_cached(&sql.find_issue)?,
            count_issue: transaction.prepare_cached(&sql.count_issue)?,
            put_hour: transaction.prepare_cached(&sql.put_hour)?,
            insert_event: transaction.prepare_cached(&sql.insert_event)?,
            packing,
            stacks,
            max_events: batch.max_events.max(2),
            has_old_issues: joining::has_old_issues(transaction, sql)?,
        })
    }

    pub(super) fn batch(&mut self, batch: &Batch) -> rusqlite::Result<()> {
        for (delta, known) in self.in_order(&batch.deltas)? {
            self.delta(delta, known.as_ref(), &batch.origin)?;
        }
        for amended in &batch.amended {
            self.amend(amended)?;
        }
        Ok(())
    }

    /// Finds the issues, and brings them into the order in which their pages are written once and
    /// not again and again: known ones as they stand in the file, new ones by the time with which
    /// most indexes end.
    fn in_order<'b>(
        &mut self,
        deltas: &'b [Delta],
    ) -> rusqlite::Result<Vec<(&'b Delta, Option<Known>)>> {
        if self.has_old_issues {
            for delta in deltas {
                joining::take_over(self.connection, self.sql, (delta, self.max_events))?;
            }
        }
        let mut found = Vec::with_capacity(deltas.len());
        for delta in deltas {
            found.push((delta, find(&mut self.find_issue, &delta.fingerprint.to_string())?));
        }
        found.sort_by_key(|(delta, known)| match known {
            Some(known) => (false, known.id),
            None => (true, delta.last_seen.as_micros()),
        });
        Ok(found)
    }

    fn delta(
        &mut self,
        delta: &Delta,
        known: Option<&Known>,
        origin: &Origin,
    ) -> rusqlite::Result<()> {
        let plan = self.plan(delta, known, origin)?;
        let id = match known {
            Some(known) => self.update(delta, known, (&plan, origin))?,
            None => self.insert(delta, (&plan, origin))?,
        };
        for seq in &plan.drop {
            self.connection.prepare_cached(&self.sql.drop_event)?.execute([id, *seq as i64])?;
        }
        let mut missing = 0;
        for (numbered, kept) in &plan.insert {
            missing += i64::from(!self.event(id, *numbered, (kept, origin))?);
        }
        if missing > 0 {
            self.connection.prepare_cached(&self.sql.fewer_kept)?.execute([id, missing])?;
        }
        for (hour, count) in &delta.hours {
            self.put_hour.execute([id, *hour, *count as i64])?;
        }
        Ok(())
    }

    fn plan<'a>(
        &self,
        delta: &'a Delta,
        known: Option<&Known>,
        origin: &Origin,
    ) -> rusqlite::Result<Plan<'a>> {
        let (before, kept) = known.map_or((0, 0), |known| (known.count, known.kept));
        let numbered = |(number, kept): (u64, &'a Kept)| {
            let shape = shape::of(&kept.event, &origin.release, &origin.server_name);
            (Numbered { number, shape }, kept)
        };
        let mut insert: Vec<_> = (before + 1..).zip(&delta.events).map(numbered).collect();
        let total = kept + insert.len();
        if total <= self.max_events || insert.is_empty() {
            return Ok(Plan { insert, drop: Vec::new(), kept: total });
        }
        let mut numbers = match known {
            Some(known) => self.event_numbers(known.id)?,
            None => Vec::new(),
        };
        let old = numbers.len();
        numbers.extend(insert.iter().map(|(numbered, _)| *numbered));
        let mut drop = thinning::surplus(&numbers, self.max_events);
        insert.retain(|(numbered, _)| !drop.contains(&numbered.number));
        drop.retain(|seq| numbers[..old].binary_search_by_key(seq, |n| n.number).is_ok());
        let kept = old - drop.len() + insert.len();
        Ok(Plan { insert, drop, kept })
    }

    fn event_numbers(&self, issue: i64) -> rusqlite::Result<Vec<Numbered>> {
        let mut statement = self.connection.prepare_cached(&self.sql.event_numbers)?;
        let rows = statement.query_map([issue], |row| {
            Ok(Numbered { number: row.get::<_, i64>(0)? as u64, shape: row.get(1)? })
        })?;
        rows.collect()
    }

    fn update(
        &mut self,
        delta: &Delta,
        known: &Known,
        (plan, origin): (&Plan<'_>, &Origin),
    ) -> rusqlite::Result<i64> {
        self.update_rarely(delta, known)?;
        // Another process may have written a newer event.
        if delta.facts.at.is_some_and(|_| delta.last_seen.as_micros() >= known.last_seen) {
            self.count_and_show(delta, known, (plan, origin))?;
        } else {
            self.count_issue.execute(params![
                known.id,
                delta.count as i64,
                plan.kept as i64,
                delta.last_seen.as_micros(),
                origin.release,
            ])?;
        }
        let grouping = &delta.facts.grouping;
        if known.grouping == 0 && grouping.version != 0 {
            let values = params![known.id, i64::from(grouping.version), json(&grouping.parts)?];
            self.connection.prepare_cached(&self.sql.regroup_issue)?.execute(values)?;
        }
        Ok(known.id)
    }

    fn update_rarely(&self, delta: &Delta, known: &Known) -> rusqlite::Result<()> {
        let first_seen = delta.first_seen.as_micros();
        if first_seen < known.created_on {
            let mut statement = self.connection.prepare_cached(&self.sql.first_seen)?;
            statement.execute([known.id, first_seen])?;
        }
        let state = known.state_after(delta);
        if state != known.state {
            let mut statement = self.connection.prepare_cached(&self.sql.reopen)?;
            statement.execute(params![known.id, state])?;
        }
        Ok(())
    }

    /// Both in one statement: this is what most deltas need.
    fn count_and_show(
        &self,
        delta: &Delta,
        known: &Known,
        (plan, origin): (&Plan<'_>, &Origin),
    ) -> rusqlite::Result<()> {
        let facts = &delta.facts;
        self.connection.prepare_cached(&self.sql.count_and_show_issue)?.execute(params![
            known.id,
            delta.count as i64,
            plan.kept as i64,
            delta.last_seen.as_micros(),
            origin.release,
            facts.level.as_str(),
            facts.message,
            facts.culprit,
            facts.location,
            facts.requested_path,
        ])?;
        self.show_values(known.id, facts)?;
        self.report(known.id, facts)
    }

    fn show(&self, issue: i64, facts: &Facts) -> rusqlite::Result<()> {
        self.connection.prepare_cached(&self.sql.show_texts)?.execute(params![
            issue,
            facts.level.as_str(),
            facts.message,
            facts.culprit,
            facts.location,
            facts.requested_path,
        ])?;
        self.show_values(issue, facts)?;
        self.report(issue, facts)
    }

    fn show_values(&self, issue: i64, facts: &Facts) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached(&self.sql.show_values)?;
        let values = params![issue, facts.exception_name, facts.host, facts.path, facts.method];
        statement.execute(values).map(drop)
    }

    fn report(&self, issue: i64, facts: &Facts) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached(&self.sql.put_report)?;
        statement.execute(params![issue, facts.request_data, facts.traceback]).map(drop)
    }

    fn insert(
        &mut self,
        delta: &Delta,
        (plan, origin): (&Plan<'_>, &Origin),
    ) -> rusqlite::Result<i64> {
        let facts = &delta.facts;
        self.connection.prepare_cached(&self.sql.insert_issue)?.execute(params![
            delta.fingerprint.to_string(),
            delta.count as i64,
            plan.kept as i64,
            delta.first_seen.as_micros(),
            delta.last_seen.as_micros(),
            facts.kind.as_str(),
            facts.level.as_str(),
            facts.exception_name,
            facts.message,
            facts.host,
            facts.path,
            facts.method,
            facts.culprit,
            facts.location,
            origin.release,
            i64::from(facts.grouping.version),
            json(&facts.grouping.parts)?,
            facts.requested_path,
        ])?;
        let issue = self.connection.last_insert_rowid();
        self.report(issue, facts)?;
        Ok(issue)
    }

    /// Tells whether the event is new.
    fn event(
        &mut self,
        issue: i64,
        numbered: Numbered,
        (kept, origin): (&Kept, &Origin),
    ) -> rusqlite::Result<bool> {
        let stack = kept.stack.as_deref().map(|stack| self.stack(stack)).transpose()?;
        let event = &kept.event;
        let (codec, payload) = self.packing.pack(payload::encode(event).map_err(to_sql_error)?);
        let inserted = self.insert_event.execute(params![
            event.id.to_string(),
            issue,
            numbered.number as i64,
            event.at.as_micros(),
            event.level.as_str(),
            event.outcome.as_str(),
            origin.release,
            origin.environment,
            origin.server_name,
            stack,
            codec,
            payload,
            numbered.shape,
        ])?;
        Ok(inserted > 0)
    }

    /// Finds the stack's row or makes it.
    fn stack(&mut self, stack: &Stack) -> rusqlite::Result<i64> {
        if let Some(id) = self.stacks.get(&stack.hash) {
            return Ok(id);
        }
        let id = stack_id(self.connection, self.sql, self.packing, stack)?;
        self.stacks.insert(&stack.hash, id);
        Ok(id)
    }

    /// Writes an event anew, unless it was thinned out or deleted meanwhile.
    fn amend(&mut self, amended: &Amended) -> rusqlite::Result<()> {
        let event = &amended.event;
        let (codec, payload) = self.packing.pack(payload::encode(event).map_err(to_sql_error)?);
        let values = params![
            event.id.to_string(),
            event.level.as_str(),
            event.outcome.as_str(),
            codec,
            payload,
        ];
        let mut statement = self.connection.prepare_cached(&self.sql.amend_event)?;
        let written = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, bool>(1)?));
        match statement.query_row(values, written).optional()? {
            Some((issue, true)) => self.show(issue, &amended.facts),
            _ => Ok(()),
        }
    }
}

fn find(statement: &mut CachedStatement<'_>, fingerprint: &str) -> rusqlite::Result<Option<Known>> {
    let known = |row: &rusqlite::Row<'_>| {
        Ok(Known {
            id: row.get(0)?,
            count: row.get::<_, i64>(1)? as u64,
            kept: row.get::<_, i64>(2)? as usize,
            last_seen: row.get(3)?,
            state: row.get(4)?,
            state_changed: row.get(5)?,
            grouping: row.get(6)?,
            created_on: row.get(7)?,
        })
    };
    statement.query_row([fingerprint], known).optional()
}

/// Finds a stack's row or makes it.
pub(super) fn stack_id(
    connection: &Connection,
    sql: &Sql,
    packing: &mut Packing,
    stack: &Stack,
) -> rusqlite::Result<i64> {
    let mut statement = connection.prepare_cached(&sql.find_stack)?;
    match statement.query_row([&stack.hash], |row| row.get(0)).optional()? {
        Some(id) => Ok(id),
        None => {
            let mut insert = connection.prepare_cached(&sql.insert_stack)?;
            let (codec, frames) = packing.pack(stack.json.clone());
            insert.execute(params![stack.hash, frames, codec])?;
            Ok(connection.last_insert_rowid())
        }
    }
}

pub(super) fn json(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(to_sql_error)
}

pub(super) fn to_sql_error(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(error.into())
}
