//! Removes what is too old or too much, once an hour and after many events.

use std::time::{Duration, Instant};

use super::Worker;
use crate::model::{Clock, Timestamp};
use crate::store::{Retained, Retention, RetentionRun};

/// Between two runs.
const HOUR: Duration = Duration::from_secs(3_600);
/// A run comes earlier after so many events: they may have filled the store.
const MANY: u64 = 20_000;
/// After a run that failed.
const AGAIN: Duration = Duration::from_secs(60);
const MICROS_A_DAY: i64 = 86_400_000_000;

/// What is to be removed, from the settings.
pub(crate) struct RetentionParts {
    pub(crate) days: usize,
    pub(crate) max_store_size: u64,
    pub(crate) clock: Clock,
}

impl RetentionParts {
    fn rules(&self) -> Retention {
        let days = i64::try_from(self.days).unwrap_or(i64::MAX).saturating_mul(MICROS_A_DAY);
        let before = self.clock.now().as_micros().saturating_sub(days);
        Retention::new(Timestamp::from_micros(before), self.max_store_size)
    }
}

/// When retention runs next, and what its run came to so far.
pub(super) struct Retaining {
    parts: RetentionParts,
    /// `None`: the store was not asked yet when it ran last.
    next: Option<Instant>,
    events: u64,
    run: Option<Retained>,
}

impl Retaining {
    pub(super) fn new(parts: RetentionParts) -> Self {
        Self { parts, next: None, events: 0, run: None }
    }

    /// Notes that so many events were written.
    pub(super) fn wrote(&mut self, events: u64) {
        self.events += events;
    }

    /// Returns when there is something to do.
    fn due(&self, now: Instant) -> Instant {
        match self.next {
            Some(next) if self.run.is_none() && self.events < MANY => next,
            _ => now,
        }
    }

    /// Plans the first run an hour after the last one of any process.
    fn plan(&mut self, now: Instant, last: Option<RetentionRun>) {
        let since = last.map(|last| self.parts.clock.now().as_micros() - last.at.as_micros());
        // A last run in the future is none: somebody set the clock.
        let since = since.and_then(|micros| u64::try_from(micros).ok()).map(Duration::from_micros);
        self.next = Some(now + since.map_or(Duration::ZERO, |since| HOUR.saturating_sub(since)));
    }
}

impl Worker {
    /// Returns when retention has something to do, if the store knows of it.
    pub(super) fn retention_due(&self, now: Instant) -> Option<Instant> {
        let store = self.store.as_ref()?;
        store.capabilities().retention.then(|| self.retaining.due(now))
    }

    /// Does one step if one is due; fresh events come between.
    pub(super) fn retain(&mut self, now: Instant) {
        if self.retention_due(now).is_none_or(|due| due > now) {
            return;
        }
        let Some(store) = &mut self.store else { return };
        if self.retaining.next.is_none() {
            let last = store.last_retention().unwrap_or_default();
            self.retaining.plan(now, last);
            return self.shared.note_retention(last);
        }
        match store.retain(&self.retaining.parts.rules()) {
            Ok(step) => self.retained(step, now),
            Err(error) => {
                self.shared.note_error(&error);
                (self.retaining.run, self.retaining.events) = (None, 0);
                self.retaining.next = Some(now + AGAIN);
            }
        }
    }

    fn retained(&mut self, step: Retained, now: Instant) {
        let mut run = self.retaining.run.take().unwrap_or_default();
        run.issues += step.issues;
        run.events += step.events;
        run.bytes += step.bytes;
        if step.more {
            self.retaining.run = Some(run);
            return;
        }
        (self.retaining.next, self.retaining.events) = (Some(now + HOUR), 0);
        let at = self.retaining.parts.clock.now();
        self.shared.note_retention(Some(RetentionRun { at, removed: run }));
    }
}
