//! What the writer's thread and its handles share.

use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::TrySendError;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::pipeline::{Health, StoreHealth};
use crate::queue::Message;

/// What the writer's thread and its handles share.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) queued: AtomicUsize,
    /// The worker rests until somebody calls it.
    pub(super) is_idle: AtomicBool,
    /// Counters went up since they were last taken.
    pub(super) is_counted: AtomicBool,
    pub(super) is_closed: AtomicBool,
    /// The caller waits for the first opening and learns its error.
    is_required: bool,
    /// How many flushes were asked for.
    asked: AtomicU64,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// The last flush that was tried, and the last that stored everything.
    answered: u64,
    stored: u64,
    has_ended: bool,
    is_open: bool,
    /// The outcome of the first opening, until somebody takes it.
    opening_error: Option<Error>,
    was_opened: bool,
    has_worked: bool,
    waiting: Option<String>,
    has_complained: bool,
    last_error: Option<String>,
    committed: u64,
    restarts: u64,
    oldest: Option<Instant>,
}

impl Shared {
    pub(super) fn new(is_required: bool) -> Self {
        Self { is_required, ..Self::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for a flush; returns its ticket.
    pub(super) fn ask(&self) -> u64 {
        self.asked.fetch_add(1, Ordering::SeqCst) + 1
    }

    pub(super) fn asked(&self) -> u64 {
        self.asked.load(Ordering::SeqCst)
    }

    /// Takes no more messages, and asks for a last flush.
    pub(super) fn stop(&self) -> u64 {
        self.is_closed.store(true, Ordering::SeqCst);
        self.ask()
    }

    /// Waits until a flush was tried; tells whether it stored everything.
    pub(super) fn wait_for(&self, ticket: u64, timeout: Duration) -> bool {
        let waits = |state: &mut State| state.answered < ticket && !state.has_ended;
        let waited = self.changed.wait_timeout_while(self.state(), timeout, waits);
        waited.unwrap_or_else(PoisonError::into_inner).0.stored >= ticket
    }

    /// Waits until the thread has closed the store; tells whether it stored everything.
    pub(super) fn wait_for_end(&self, ticket: u64, timeout: Duration) -> bool {
        let waits = |state: &mut State| !state.has_ended;
        let waited = self.changed.wait_timeout_while(self.state(), timeout, waits);
        let state = waited.unwrap_or_else(PoisonError::into_inner).0;
        state.has_ended && state.stored >= ticket
    }

    pub(super) fn answer(&self, ticket: u64, is_stored: bool) {
        let mut state = self.state();
        state.answered = ticket;
        if is_stored {
            state.stored = ticket;
        }
        self.changed.notify_all();
    }

    pub(super) fn end(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        self.state().has_ended = true;
        self.changed.notify_all();
    }

    /// Waits until the store was opened for the first time or failed to; tells whether it was.
    pub(super) fn wait_for_opening(&self, timeout: Duration) -> bool {
        let waits = |state: &mut State| !state.was_opened && !state.has_ended;
        let waited = self.changed.wait_timeout_while(self.state(), timeout, waits);
        waited.unwrap_or_else(PoisonError::into_inner).0.was_opened
    }

    /// Takes the error of the first opening.
    pub(super) fn opening_error(&self) -> Option<Error> {
        self.state().opening_error.take()
    }

    pub(super) fn waiting_for(&self) -> Option<String> {
        self.state().waiting.clone()
    }

    pub(super) fn store_works(&self) {
        let mut state = self.state();
        (state.is_open, state.was_opened, state.has_worked) = (true, true, true);
        state.waiting = None;
        self.changed.notify_all();
    }

    /// Notes why the store can't be used, and says it once.
    pub(super) fn store_fails(&self, error: Error) {
        let reason = reason(&error);
        let mut state = self.state();
        state.is_open = false;
        state.waiting = Some(reason.clone());
        state.last_error = Some(reason.clone());
        let is_told = self.is_required && !state.has_worked;
        if !state.was_opened {
            (state.was_opened, state.opening_error) = (true, Some(error));
        }
        let complains = !is_told && !std::mem::replace(&mut state.has_complained, true);
        drop(state);
        self.changed.notify_all();
        if complains {
            // A closed stderr is no reason to fail.
            let _ = writeln!(std::io::stderr(), "error-tracker: {reason}; events wait in memory");
        }
    }

    pub(super) fn writer_panicked(&self) {
        let mut state = self.state();
        state.restarts += 1;
        state.last_error = Some("write a batch: the store panicked".into());
    }

    pub(super) fn committed(&self, events: u64) {
        self.state().committed += events;
    }

    pub(super) fn note_oldest(&self, oldest: Option<Instant>) {
        self.state().oldest = oldest;
    }

    pub(super) fn health(&self, lost: u64) -> Health {
        let state = self.state();
        let store = match &state.waiting {
            _ if state.has_ended => StoreHealth::Closed,
            Some(reason) => StoreHealth::Waiting(reason.clone()),
            None if state.is_open => StoreHealth::Open,
            None => StoreHealth::Opening,
        };
        Health {
            queued: self.queued.load(Ordering::Relaxed),
            committed: state.committed,
            lost,
            oldest_uncommitted_age: state.oldest.map(|since| since.elapsed()),
            writer_restarts: state.restarts,
            last_error: state.last_error.clone(),
            ..Health::new(store)
        }
    }
}

/// Writes an error with its causes in one line.
fn reason(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text += ": ";
        text += &cause.to_string();
        source = cause.source();
    }
    text.replace('\n', " ")
}

pub(super) fn message_of(error: TrySendError<Message>) -> Message {
    match error {
        TrySendError::Full(message) | TrySendError::Disconnected(message) => message,
    }
}
