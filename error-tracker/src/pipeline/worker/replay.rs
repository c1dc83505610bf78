//! What waits on disk goes to the store: a segment at a time, so that fresh events come between.

use std::collections::HashMap;
use std::time::Instant;

use super::{Work, Worker};
use crate::model::EventId;
use crate::pipeline::batching;
use crate::queue::Amendment;
use crate::spool::{Failure, First, Parcel, Taken};
use crate::store::Batch;

/// How much that was learnt of events in the spool is remembered.
const MAX_LATE: usize = 1_000;

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Replay {
    /// Nothing is left.
    Done,
    /// The next step may follow.
    More,
    /// Nothing more can be done now.
    Waits,
}

impl Worker {
    /// Writes the oldest segment to the store, if there is one and its time has come.
    pub(super) fn replay(&mut self, now: Instant, is_asked: bool) -> Replay {
        if self.spool.is_empty() {
            return self.replayed(now);
        }
        let is_time = self.replay_pace.retry_at().is_none_or(|at| at <= now);
        if self.store.is_none() || !(is_asked || is_time) {
            return Replay::Waits;
        }
        match self.spool.first() {
            First::Nothing => self.replayed(now),
            First::Parcel(parcel, taken) => self.write_segment(*parcel, taken, now),
            First::Busy => {
                self.spool.failed(Failure::Error);
                self.replay_pace.failed(now);
                Replay::Waits
            }
        }
    }

    /// What was learnt of events that were in the spool can be added now.
    fn replayed(&mut self, now: Instant) -> Replay {
        if self.late.is_empty() {
            return Replay::Done;
        }
        let late = std::mem::take(&mut self.late);
        self.pending.amend_late(late, now);
        Replay::More
    }

    fn write_segment(&mut self, parcel: Parcel, taken: Taken, now: Instant) -> Replay {
        let Some(store) = &mut self.store else { return Replay::Waits };
        self.work = Work::Segment;
        let origin = &parcel.batch.origin;
        let (amended, missing) =
            batching::amended(by_event(&parcel.amendments), store.as_mut(), origin);
        let batch = Batch { max_events: self.max_events, amended, ..parcel.batch };
        let written = store.write(&batch);
        self.work = Work::Nothing;
        match written {
            Ok(()) => {
                self.spool.done(taken);
                self.note_written(&batch);
                self.replay_pace.succeeded(now);
                self.wait_late(missing);
                Replay::More
            }
            Err(error) => {
                drop(taken);
                self.replay_pace.failed(now);
                if self.spool.failed(Failure::Error) {
                    // The store took something else meanwhile: fresh events need not wait.
                    self.shared.note_error(&error);
                } else {
                    self.fails(error, now);
                }
                Replay::Waits
            }
        }
    }

    /// Remembers what was learnt of events that may be in a segment.
    pub(super) fn wait_late(&mut self, missing: Vec<Amendment>) {
        if !self.spool.is_empty() && self.late.len() + missing.len() <= MAX_LATE {
            self.late.extend(missing);
        }
    }
}

fn by_event(amendments: &[Amendment]) -> HashMap<EventId, Vec<&Amendment>> {
    let mut by_event: HashMap<_, Vec<_>> = HashMap::new();
    for amendment in amendments {
        by_event.entry(amendment.id).or_default().push(amendment);
    }
    by_event
}
