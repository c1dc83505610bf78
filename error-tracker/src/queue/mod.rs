//! What crosses from the failing thread to the writer.

mod budget;
mod codec;
mod counters;
mod tally;

pub(crate) use self::codec::{Parts, Tag};
pub(crate) use self::counters::{Counters, Permit, Seed, Slot, Sweep};

use std::time::Duration;

use crate::model::{Event, EventId, Fingerprint, Kind, Level, Outcome, Timestamp};

/// A masked event in the compact form in which it is queued.
pub(crate) struct Sealed {
    pub(crate) id: EventId,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) kind: Kind,
    pub(crate) level: Level,
    pub(crate) at: Timestamp,
    pub(crate) during: EventId,
    pub(crate) outcome: Outcome,
    pub(crate) parts: Parts,
}

impl Sealed {
    /// Unfolds the compact form.
    pub(crate) fn unseal(&self) -> Event {
        let mut event = Event {
            id: self.id,
            fingerprint: self.fingerprint,
            kind: self.kind,
            level: self.level,
            at: self.at,
            outcome: self.outcome,
            during: (!self.during.is_nil()).then_some(self.during),
            ..Event::default()
        };
        self.parts.apply(&mut event);
        event
    }
}

/// What is learnt of an event after it was queued.
#[derive(Clone)]
pub(crate) struct Amendment {
    pub(crate) id: EventId,
    /// Frames and context to add.
    pub(crate) parts: Parts,
    /// What became of it, once known.
    pub(crate) outcome: Option<Outcome>,
}

impl Amendment {
    pub(crate) fn apply(&self, event: &mut Event) {
        self.parts.apply(event);
        if let Some(outcome) = self.outcome {
            event.outcome = outcome;
        }
    }
}

/// What the failing thread hands on.
pub(crate) enum Message {
    Event(Box<Sealed>),
    Amend(Amendment),
}

/// Takes what the failing thread hands on, without ever waiting.
pub(crate) trait Sink: Send + Sync {
    /// Queues a message, or gives it back if the queue is full or closed.
    fn submit(&self, message: Message) -> Result<(), Message>;

    /// Says that a counter went up without an event.
    fn wake(&self);

    /// Waits until all that was submitted is stored, or until the time is over.
    ///
    /// Only the panic hook of a program that aborts on panic calls this.
    fn flush(&self, timeout: Duration) -> bool;

    /// Waits until all that was submitted is safe on disk, in the store or beside it, or until the
    /// time is over.
    ///
    /// Only captures with `durability = immediate` call this.
    fn secure(&self, _timeout: Duration) -> bool {
        true
    }
}
