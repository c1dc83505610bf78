//! Capturing: from a failure on its thread to a masked event in the queue.
//!
//! Everything here runs on the failing thread. It waits for nothing, looks up no symbol, and
//! calls code of the user only fenced and outside of any lock or borrow.

#[cfg(feature = "watch")]
mod answered;
mod by_hand;
mod departed;
mod describe;
mod draft;
mod exits;
mod ids;
#[cfg(test)]
mod leak_tests;
mod open;
mod panics;
mod request;
#[cfg(panic = "abort")]
pub(crate) mod running;
mod show;
#[cfg(feature = "watch")]
mod snapshot;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "watch")]
use crate::config::TrackedStatuses;
use crate::context::ContextBuilder;
use crate::frames::Record;
use crate::mask::Masker;
use crate::model::{Clock, EventId, Outcome};
use crate::queue::{Amendment, Counters, Message, Parts, Sink};
use crate::scope;
use crate::site::Site;
use crate::text::Limits;

#[cfg(feature = "watch")]
pub(crate) use self::answered::Answer;
pub use self::by_hand::Extras;
pub(crate) use self::by_hand::Place;
use self::departed::Departed;
pub(crate) use self::draft::Draft;
pub use self::show::{with, MaskedArgument, Show, Shown, With};
#[cfg(feature = "watch")]
pub(crate) use self::snapshot::Snapshot;

/// How many events of one issue are recorded in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Budget {
    /// A few a second; what goes beyond is counted.
    PerSecond,
    /// All: for tests and reports.
    Unlimited,
}

/// A static that is shown with every event.
pub(crate) type Global = (&'static str, fn(&mut Show<'_>));

/// What a recorder is made of.
pub(crate) struct RecorderParts {
    pub(crate) masker: Masker,
    pub(crate) limits: Limits,
    pub(crate) stack: bool,
    pub(crate) globals: Vec<Global>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) sink: Arc<dyn Sink>,
    pub(crate) clock: Clock,
    pub(crate) budget: Budget,
    /// How long a capture waits until its event is on disk; `None`: it does not.
    pub(crate) immediate: Option<Duration>,
    /// The program's own way to keep a request; `None`: all of it.
    pub(crate) context_builder: Option<Arc<dyn ContextBuilder>>,
    /// Which answers of a web framework are recorded.
    #[cfg(feature = "watch")]
    pub(crate) statuses: TrackedStatuses,
}

/// Records failures: the failing thread's half of a tracker.
pub(crate) struct Recorder {
    parts: RecorderParts,
    ids: ids::Ids,
    departed: Departed,
    open: AtomicBool,
}

/// A call of an annotated function on its exit.
pub(crate) struct Call<'c> {
    pub(crate) site: &'static Site,
    pub(crate) shown: &'c dyn Shown,
    /// The last noted point; 0 if none.
    pub(crate) point: u32,
    pub(crate) depth: u32,
}

impl Default for RecorderParts {
    /// What is masked and limited as by default, kept nowhere.
    fn default() -> Self {
        Self {
            masker: Masker::default(),
            limits: Limits::default(),
            stack: true,
            globals: Vec::new(),
            counters: Arc::new(Counters::new()),
            sink: Arc::new(Nowhere),
            clock: Clock::default(),
            budget: Budget::Unlimited,
            immediate: None,
            context_builder: None,
            #[cfg(feature = "watch")]
            statuses: TrackedStatuses::default(),
        }
    }
}

/// Takes events and forgets them.
struct Nowhere;

impl Sink for Nowhere {
    fn submit(&self, _: Message) -> Result<(), Message> {
        Ok(())
    }

    fn wake(&self) {}

    fn flush(&self, _: Duration) -> bool {
        true
    }
}

impl Recorder {
    pub(crate) fn new(parts: RecorderParts) -> Self {
        Self { parts, ids: ids::Ids::new(), departed: Departed::new(), open: AtomicBool::new(true) }
    }

    /// Ends recording: whatever fails from now on is not recorded.
    pub(crate) fn close(&self) {
        self.open.store(false, Ordering::Release);
    }

    pub(crate) fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    /// Waits until what was submitted is stored, or until the time is over.
    #[cfg(panic = "abort")]
    pub(crate) fn flush(&self, timeout: Duration) -> bool {
        self.parts.sink.flush(timeout)
    }

    pub(crate) fn now(&self) -> crate::model::Timestamp {
        self.parts.clock.now()
    }

    fn draft(&self) -> Draft {
        Draft::new(self.parts.masker.clone(), self.parts.limits)
    }

    /// Adds to an event that was queued before; what finds no place is dropped.
    fn amend(&self, id: EventId, parts: Parts, outcome: Option<Outcome>) {
        let _ = self.parts.sink.submit(Message::Amend(Amendment { id, parts, outcome }));
    }

    fn close_records(&self, records: impl IntoIterator<Item = Record>, outcome: Outcome) {
        for record in records {
            settled(record.id);
            if record.kept {
                self.amend(record.id, Parts::default(), Some(outcome));
            }
        }
    }

    /// Closes the records of a future that was dropped before it was finished.
    pub(crate) fn cancelled(&self, records: Vec<Record>) {
        self.close_records(records, Outcome::Cancelled);
    }
}

/// Tells the request that the task serves that a failure is not why it fails.
fn settled(id: EventId) {
    if let Some(serving) = scope::serving() {
        serving.settle(|known| known == id);
    }
}
