//! The store that forgets everything with the program.

use std::collections::{BTreeMap, HashMap};

use crate::error::Error;
use crate::model::{EventId, Fingerprint, Hour, Issue, Recorded, Timestamp, Totals};
use crate::store::{
    merging, Batch, BatchId, Capabilities, Page, Query, Retained, Retention, RetentionRun, Store,
};

/// A store that forgets everything with the program: for tests, and for tools that run once.
///
/// It is listed by going through all of its issues, and holds at most as many bytes as the setting
/// `max_store_size` says once retention has run.
///
/// # Examples
///
/// ```
/// use error_tracker::store::Memory;
///
/// fn main() -> Result<(), error_tracker::Error> {
///     let _tracker = error_tracker::init! { store: Memory::new() }?;
///     Ok(())
/// }
/// ```
#[derive(Debug, Default)]
pub struct Memory {
    issues: HashMap<Fingerprint, Kept>,
    written: Option<BatchId>,
    retained: Option<RetentionRun>,
}

/// An issue with what belongs to it.
#[derive(Debug, Default)]
struct Kept {
    issue: Issue,
    events: Vec<Recorded>,
    hours: BTreeMap<i64, u64>,
}

impl Kept {
    /// Returns about how many bytes it takes.
    fn size(&self) -> u64 {
        let text = self.issue.traceback.len() + self.issue.message.len();
        let events: usize = self.events.iter().map(size_of_event).sum();
        (size_of::<Self>() + text + events + self.hours.len() * 32) as u64
    }
}

fn size_of_event(event: &Recorded) -> usize {
    // Frames and locals are most of an event.
    let frames = event.event.frames.iter().chain(&event.stack);
    let frames: usize = frames.map(|frame| 300 + 100 * frame.locals.len()).sum();
    size_of::<Recorded>() + event.event.message.len() + frames
}

impl Memory {
    /// Makes an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn size(&self) -> u64 {
        self.issues.values().map(Kept::size).sum()
    }

    fn oldest(&self) -> Option<Fingerprint> {
        let oldest = self.issues.values().min_by_key(|kept| kept.issue.last_seen);
        oldest.map(|kept| kept.issue.fingerprint)
    }
}

impl Store for Memory {
    fn put(&mut self, issue: &Issue) -> Result<(), Error> {
        self.issues.entry(issue.fingerprint).or_default().issue.clone_from(issue);
        Ok(())
    }

    fn list(&mut self, query: &Query) -> Result<Page<Issue>, Error> {
        Ok(query.page_of(self.issues.values().map(|kept| kept.issue.clone())))
    }

    fn get(&mut self, fingerprint: Fingerprint) -> Result<Option<Issue>, Error> {
        Ok(self.issues.get(&fingerprint).map(|kept| kept.issue.clone()))
    }

    fn delete(&mut self, fingerprint: Fingerprint) -> Result<bool, Error> {
        Ok(self.issues.remove(&fingerprint).is_some())
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::all()
    }

    fn write(&mut self, batch: &Batch) -> Result<(), Error> {
        // Nothing here fails half-way, so the last one is the only one that may come again.
        if batch.id.is_some() && self.written == batch.id {
            return Ok(());
        }
        merging::write(self, batch)?;
        self.written = batch.id;
        Ok(())
    }

    fn put_event(&mut self, event: &Recorded) -> Result<(), Error> {
        // The writer puts the issue right after its events.
        let events = &mut self.issues.entry(event.event.fingerprint).or_default().events;
        match events.iter_mut().find(|known| known.event.id == event.event.id) {
            Some(known) => known.clone_from(event),
            None => events.push(event.clone()),
        }
        Ok(())
    }

    fn events(&mut self, fingerprint: Fingerprint) -> Result<Vec<Recorded>, Error> {
        let events = self.issues.get(&fingerprint).map(|kept| kept.events.clone());
        let mut events = events.unwrap_or_default();
        events.sort_by_key(|event| std::cmp::Reverse(event.number));
        Ok(events)
    }

    fn event(&mut self, id: EventId) -> Result<Option<Recorded>, Error> {
        let mut all = self.issues.values().flat_map(|kept| &kept.events);
        Ok(all.find(|event| event.event.id == id).cloned())
    }

    fn drop_event(&mut self, id: EventId) -> Result<(), Error> {
        self.issues.values_mut().for_each(|kept| kept.events.retain(|event| event.event.id != id));
        Ok(())
    }

    fn put_hour(&mut self, fingerprint: Fingerprint, hour: Hour) -> Result<(), Error> {
        let hours = &mut self.issues.entry(fingerprint).or_default().hours;
        *hours.entry(hour.hour).or_default() += hour.count;
        Ok(())
    }

    fn hours(&mut self, fingerprint: Fingerprint) -> Result<Vec<Hour>, Error> {
        let hours = self.issues.get(&fingerprint).map(|kept| &kept.hours);
        let all = hours.into_iter().flatten();
        Ok(all.map(|(hour, count)| Hour { hour: *hour, count: *count }).collect())
    }

    fn totals(&mut self) -> Result<Totals, Error> {
        let mut totals = Totals::default();
        self.issues.values().for_each(|kept| totals.count(kept.issue.state));
        Ok(totals)
    }

    fn retain(&mut self, rules: &Retention) -> Result<Retained, Error> {
        let (mut retained, before) = (Retained::default(), self.issues.len());
        self.issues.retain(|_, kept| kept.issue.last_seen >= rules.before);
        let first_hour = rules.before.as_micros().div_euclid(Hour::MICROS);
        for kept in self.issues.values_mut() {
            let held = kept.events.len();
            let newest = kept.events.iter().map(|event| event.number).max();
            kept.events
                .retain(|event| event.event.at >= rules.before || Some(event.number) == newest);
            retained.events += (held - kept.events.len()) as u64;
            kept.issue.kept = kept.events.len() as u64;
            kept.hours = kept.hours.split_off(&first_hour);
        }
        while self.size() > rules.max_store_size {
            let Some(oldest) = self.oldest() else { break };
            self.issues.remove(&oldest);
        }
        retained.issues = (before - self.issues.len()) as u64;
        self.retained = Some(RetentionRun { at: Timestamp::now(), removed: retained });
        Ok(retained)
    }

    fn last_retention(&mut self) -> Result<Option<RetentionRun>, Error> {
        Ok(self.retained)
    }
}
