//! What the worker does when the store can't be opened, fails, is damaged or panics.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::time::Instant;

use super::{Work, Worker};
use crate::error::Error;
use crate::pipeline::shared::say;
use crate::queue::Sweep;
use crate::spool::Failure;

/// After this many panics in a row a batch that can't be kept on disk is given up.
const MAX_PANICS: u32 = 3;

impl Worker {
    pub(super) fn try_open(&mut self, now: Instant) {
        let opened = (self.open)().or_else(|error| match self.clears(&error) {
            true => (self.open)(),
            false => Err(error),
        });
        match opened {
            Ok(store) => {
                self.store = Some(store);
                self.shared.store_works();
                self.spool.look(now);
            }
            Err(error) => self.fails(error, now),
        }
    }

    pub(super) fn fails(&mut self, error: Error, now: Instant) {
        self.store = None;
        if self.clears(&error) {
            self.shared.note_error(&error);
            return;
        }
        self.pace.failed(now);
        self.shared.store_fails(error);
    }

    /// Puts a store out of the way that can't be read any more, once; tells whether it has.
    fn clears(&mut self, error: &Error) -> bool {
        if !error.is_corrupt_store() {
            return false;
        }
        let Some(mut clear) = self.clear.take() else { return false };
        match clear() {
            Ok(None) => true,
            Ok(Some(file)) => {
                say(&format!("{error}: it is damaged, and now {}", file.display()));
                self.shared.set_aside(vec![file]);
                true
            }
            Err(failed) => {
                self.shared.note_error(&failed);
                false
            }
        }
    }

    /// Says once where events wait, as soon as that is known.
    pub(super) fn complain(&mut self) {
        if self.shared.has_to_complain() {
            self.spool.prepare();
            self.shared.complain(self.spool.place());
        }
    }

    /// Begins anew after a panic.
    pub(super) fn recover(&mut self, now: Instant) {
        self.shared.writer_panicked();
        let store = self.store.take();
        let _ = catch_unwind(AssertUnwindSafe(|| drop(store)));
        let work = std::mem::replace(&mut self.work, Work::Nothing);
        let is_to_blame = work == Work::Segment && self.spool.failed(Failure::Panic);
        if work == Work::Segment {
            self.replay_pace.failed(now);
        }
        if !is_to_blame {
            self.pace.failed(now);
        }
        if let (Work::Frozen, Some(frozen)) = (work, &mut self.frozen) {
            frozen.panics += 1;
        }
        let kept = catch_unwind(AssertUnwindSafe(|| self.keep_on_disk(now)));
        if let Err(payload) = kept {
            crate::keep::discard(payload);
        }
        self.work = Work::Nothing;
        if self.frozen.as_ref().is_some_and(|frozen| frozen.panics >= MAX_PANICS) {
            self.give_up(now);
        }
        self.complain();
    }

    /// Lets go of a batch that panics again and again, so that others get their turn.
    fn give_up(&mut self, now: Instant) {
        let aside = catch_unwind(AssertUnwindSafe(|| self.put_aside(now)));
        let is_kept = aside.unwrap_or_else(|payload| {
            crate::keep::discard(payload);
            false
        });
        self.work = Work::Nothing;
        let frozen = self.frozen.take().filter(|_| !is_kept);
        self.lose(frozen.map_or(0, |frozen| frozen.pending.failures()));
        self.pending.wait_behind(None);
    }

    /// Tells what is lost as the thread ends: neither the store nor the disk took it.
    pub(super) fn lose_the_rest(&mut self) {
        let frozen = self.frozen.take().map_or(0, |frozen| frozen.pending.failures());
        let mut lost = frozen + std::mem::take(&mut self.pending).failures();
        self.counters.drain(&mut Sweep::default(), usize::MAX, |_, count, _| lost += count);
        self.lose(lost);
        if lost > 0 {
            say(&format!("{lost} failures are lost: neither the store nor the spool took them"));
        }
    }

    fn lose(&self, failures: u64) {
        (0..failures).for_each(|_| self.counters.lose());
    }
}
