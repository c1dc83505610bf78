//! What the writer's thread and its handles share.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::TrySendError;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::pipeline::bell::Bell;
use crate::pipeline::tickets::Tickets;
use crate::pipeline::{Health, SpoolHealth, StoreHealth};
use crate::queue::Message;
use crate::spool::Waits;
use crate::store::RetentionRun;

/// How many names of files that were set aside are told.
const MAX_NAMES: usize = 20;

/// What the writer's thread and its handles share.
pub(super) struct Shared {
    pub(super) queued: AtomicUsize,
    /// Captures that gave up waiting for their event to be on disk.
    pub(super) unacknowledged: AtomicU64,
    pub(super) bell: Bell,
    pub(super) tickets: Tickets,
    pub(super) is_closed: AtomicBool,
    /// The caller waits for the first opening and learns its error.
    is_required: bool,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    is_open: bool,
    /// The outcome of the first opening, until somebody takes it.
    opening_error: Option<Error>,
    was_opened: bool,
    has_worked: bool,
    waiting: Option<String>,
    has_complained: bool,
    last_error: Option<String>,
    committed: u64,
    dropped: u64,
    restarts: u64,
    oldest: Option<Instant>,
    spool: SpoolHealth,
    set_aside: Vec<String>,
    retention: Option<RetentionRun>,
}

impl Shared {
    pub(super) fn new(is_required: bool) -> Self {
        Self {
            queued: AtomicUsize::new(0),
            unacknowledged: AtomicU64::new(0),
            bell: Bell::new(),
            tickets: Tickets::new(),
            is_closed: AtomicBool::new(false),
            is_required,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes no more messages, and asks for a last flush.
    pub(super) fn stop(&self) -> u64 {
        self.is_closed.store(true, Ordering::SeqCst);
        self.tickets.ask()
    }

    pub(super) fn end(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        self.tickets.end();
        // Under the lock, so that nobody begins to wait in between.
        let state = self.state();
        self.changed.notify_all();
        drop(state);
    }

    /// Waits until the store was opened for the first time or failed to; tells whether it was.
    pub(super) fn wait_for_opening(&self, timeout: Duration) -> bool {
        let waits = |state: &mut State| !state.was_opened && !self.tickets.has_ended();
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

    /// Notes why the store can't be used.
    pub(super) fn store_fails(&self, error: Error) {
        let reason = reason(&error);
        let mut state = self.state();
        state.is_open = false;
        state.waiting = Some(reason.clone());
        state.last_error = Some(reason);
        if !state.was_opened {
            (state.was_opened, state.opening_error) = (true, Some(error));
        }
        self.changed.notify_all();
    }

    /// Tells whether it is still to be said that the store can't be used.
    pub(super) fn has_to_complain(&self) -> bool {
        let state = self.state();
        let is_told = self.is_required && !state.has_worked;
        state.waiting.is_some() && !is_told && !state.has_complained
    }

    /// Says once that the store can't be used, and where events wait: in memory without a folder.
    pub(super) fn complain(&self, folder: Option<&Path>) {
        let mut state = self.state();
        state.has_complained = true;
        let reason = state.waiting.clone().unwrap_or_default();
        drop(state);
        match folder {
            Some(folder) => say(&format!("{reason}; events wait in {}", folder.display())),
            None => say(&format!("{reason}; events wait in memory")),
        }
    }

    pub(super) fn writer_panicked(&self) {
        let mut state = self.state();
        state.restarts += 1;
        state.last_error = Some("write a batch: the store panicked".into());
    }

    /// Notes what went wrong beside the store.
    pub(super) fn note_error(&self, error: &Error) {
        self.state().last_error = Some(reason(error));
    }

    pub(super) fn note_retention(&self, last: Option<RetentionRun>) {
        self.state().retention = last;
    }

    pub(super) fn committed(&self, events: u64) {
        self.state().committed += events;
    }

    pub(super) fn dropped(&self, events: u64) {
        self.state().dropped += events;
    }

    /// Notes what waits: since when, and how much of it on disk.
    pub(super) fn note_waiting(
        &self,
        oldest: Option<Instant>,
        waits: &Waits,
        place: Option<&Path>,
    ) {
        let mut state = self.state();
        state.oldest = oldest;
        state.spool = SpoolHealth {
            segments: waits.segments,
            events: waits.failures,
            bytes: waits.bytes,
            newer: waits.newer,
            folder: place.map(|place| place.display().to_string()),
        };
    }

    pub(super) fn set_aside(&self, files: Vec<PathBuf>) {
        let mut state = self.state();
        let room = MAX_NAMES.saturating_sub(state.set_aside.len());
        let names = files.into_iter().map(|file| file.display().to_string());
        state.set_aside.extend(names.take(room));
    }

    pub(super) fn health(&self, lost: u64) -> Health {
        let has_ended = self.tickets.has_ended();
        let state = self.state();
        let store = match &state.waiting {
            _ if has_ended => StoreHealth::Closed,
            Some(reason) => StoreHealth::Waiting(reason.clone()),
            None if state.is_open => StoreHealth::Open,
            None => StoreHealth::Opening,
        };
        Health {
            queued: self.queued.load(Ordering::Relaxed),
            committed: state.committed,
            dropped: state.dropped,
            lost,
            spool: state.spool.clone(),
            set_aside: state.set_aside.clone(),
            last_retention: state.retention,
            unacknowledged: self.unacknowledged.load(Ordering::Relaxed),
            oldest_uncommitted_age: state.oldest.map(|since| since.elapsed()),
            writer_restarts: state.restarts,
            last_error: state.last_error.clone(),
            ..Health::new(store)
        }
    }
}

/// Writes a line for whoever watches the program.
pub(super) fn say(line: &str) {
    // A closed stderr is no reason to fail.
    let _ = writeln!(std::io::stderr(), "error-tracker: {line}");
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
