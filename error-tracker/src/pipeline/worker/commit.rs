//! What waits in memory goes to the store, and to disk if the store does not take it.

use std::sync::atomic::Ordering;
use std::time::Instant;

use super::{Work, Worker};
use crate::pipeline::batching::{self, Names};
use crate::pipeline::pending::Pending;
use crate::queue::Amendment;
use crate::spool::Extent;
use crate::store::{Batch, BatchId};

/// Naming stacks is left out after so many panics.
const NAMES_TRIED: u32 = 2;

/// A batch under its name. It stays as it is: a write that failed may have happened.
pub(super) struct Frozen {
    pub(super) id: BatchId,
    pub(super) pending: Pending,
    pub(super) panics: u32,
}

impl Frozen {
    fn amendments(&self) -> Vec<&Amendment> {
        self.pending.amendments().flat_map(|(_, list)| list).collect()
    }
}

impl Worker {
    /// Writes all that waits in memory to the store; tells whether nothing of it is left.
    ///
    /// It does so in batches of a bounded size, and takes the counters as they fit in.
    pub(super) fn commit(&mut self, now: Instant) -> bool {
        let mut is_stored = self.write_frozen(now);
        self.begin_sweep();
        loop {
            // Counters first: what they count was queued after the events of the same issues.
            self.take_counters(now);
            self.take_queue(now);
            is_stored = is_stored && (self.is_put_first(now) || self.write_pending(now));
            if !is_stored && !self.keep_on_disk(now) {
                return false;
            }
            if self.sweep.is_none() {
                return is_stored;
            }
        }
    }

    /// At the end there may not be the time for much: it goes to disk, and from there to the store.
    ///
    /// What is cut off then goes in at the next start; a file is written in a fraction of the time.
    fn is_put_first(&mut self, now: Instant) -> bool {
        let is_last = self.shared.is_closed.load(Ordering::SeqCst);
        let counts_once = self.store.as_ref().is_some_and(|s| s.capabilities().exactly_once);
        is_last
            && counts_once
            && self.spool.is_on()
            && self.pending.is_large()
            && self.put_pending(now)
    }

    fn write_pending(&mut self, now: Instant) -> bool {
        loop {
            if !self.write_frozen(now) {
                return false;
            }
            if self.pending.is_empty() {
                return true;
            }
            if self.store.is_none() {
                return false;
            }
            self.freeze();
        }
    }

    /// Gives what waits, or as much of it as is written at once, a name under which it counts once.
    fn freeze(&mut self) {
        let pending = self.pending.take();
        self.pending.wait_behind(Some(&pending));
        self.frozen = Some(Frozen { id: self.next, pending, panics: 0 });
        self.next.number += 1;
    }

    fn write_frozen(&mut self, now: Instant) -> bool {
        if self.frozen.is_none() {
            return true;
        }
        let Some(made) = self.batch(now) else { return false };
        let (Some(frozen), Some(store)) = (&self.frozen, &mut self.store) else { return false };
        self.work = Work::Frozen;
        let amendments = frozen.pending.amendments();
        let (amended, missing) = batching::amended(amendments, store.as_mut(), &self.origin);
        let batch = Batch { amended, ..made };
        let written = store.write(&batch);
        self.work = Work::Nothing;
        match written {
            Ok(()) => self.succeeds(&batch, missing),
            Err(error) => {
                self.fails(error, now);
                return false;
            }
        }
        true
    }

    /// Makes the batch of what is frozen, but for what needs the store.
    fn batch(&mut self, now: Instant) -> Option<Batch> {
        let frozen = self.frozen.as_ref()?;
        self.work = Work::Frozen;
        let mut names = Names {
            symbolizer: &mut self.symbolizer,
            in_app: &self.in_app,
            is_off: frozen.panics >= NAMES_TRIED,
            was_asked: false,
        };
        let made = batching::batch(&frozen.pending, &self.origin, &mut names);
        if names.was_asked {
            self.last_stack = Some(now);
        }
        self.work = Work::Nothing;
        Some(Batch { id: Some(frozen.id), max_events: self.max_events, ..made })
    }

    fn succeeds(&mut self, batch: &Batch, missing: Vec<Amendment>) {
        self.note_written(batch);
        self.spool.note_written();
        self.wait_late(missing);
        self.frozen = None;
        self.pending.wait_behind(None);
    }

    pub(super) fn note_written(&mut self, batch: &Batch) {
        let events: usize = batch.deltas.iter().map(|delta| delta.events.len()).sum();
        self.shared.committed(events as u64);
        self.retaining.wrote(events as u64);
        self.shared.store_works();
        self.pace.succeeded(Instant::now());
    }

    /// Returns when what waits may go to disk while the store is away.
    pub(super) fn spool_due(&self, since: Instant, now: Instant) -> Instant {
        match self.spool_pace.retry_at() {
            None if self.pending.is_filling() => now,
            _ => self.spool_pace.due(since, false),
        }
    }

    /// Keeps what the store did not take on disk, as far as there is room; tells whether all of it
    /// is there.
    pub(super) fn keep_on_disk(&mut self, now: Instant) -> bool {
        if !self.spool.is_on() {
            return false;
        }
        let is_kept = self.put_frozen(now) && (self.store.is_some() || self.put_pending(now));
        match is_kept {
            true => self.spool_pace.succeeded(now),
            false => self.spool_pace.failed(now),
        }
        is_kept && self.pending.is_empty()
    }

    fn put_pending(&mut self, now: Instant) -> bool {
        let late = std::mem::take(&mut self.late);
        self.pending.amend_late(late, now);
        while !self.pending.is_empty() {
            self.freeze();
            if !self.put_frozen(now) {
                return false;
            }
        }
        true
    }

    /// Writes the frozen batch to disk; in the end without its events if there is no room.
    fn put_frozen(&mut self, now: Instant) -> bool {
        let Some(batch) = self.batch(now) else { return true };
        let Some(frozen) = &self.frozen else { return true };
        let amendments = frozen.amendments();
        let mut put = |extent| self.spool.put(&batch, &amendments, (extent, now));
        let is_last = self.shared.is_closed.load(Ordering::SeqCst);
        let kept = match put(Extent::Whole) {
            Err(_) if is_last => put(Extent::Counts),
            kept => kept,
        };
        match kept {
            Ok(left_out) => {
                self.shared.dropped(left_out);
                self.frozen = None;
                self.pending.wait_behind(None);
                true
            }
            Err(error) => {
                self.shared.note_error(&error);
                false
            }
        }
    }

    /// Writes the frozen batch to disk where nobody takes it for one that can be written.
    pub(super) fn put_aside(&mut self, now: Instant) -> bool {
        let Some(batch) = self.batch(now) else { return true };
        let Some(frozen) = &self.frozen else { return true };
        self.spool.put_aside(&batch, &frozen.amendments()).is_ok()
    }
}
