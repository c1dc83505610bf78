//! The writer's loop: wait, take what is there, name it, write it.

use std::cell::Cell;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{fence, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::backtrace::{InApp, Stack, Symbolizer};
use crate::error::Error;
use crate::model::{Event, EventId};
use crate::pipeline::pace::Pace;
use crate::pipeline::pending::{Pending, Rolled};
use crate::pipeline::shared::Shared;
use crate::pipeline::{facts, Opener, WriterParts, CAPACITY};
use crate::queue::{Amendment, Counters, Message};
use crate::store::{Amended, Batch, BatchId, Delta, Kept, Origin, Store};
use crate::task::Busy;

/// How long the worker rests when nothing calls it.
const REST: Duration = Duration::from_secs(60);
/// How long debug information is kept after the last stack.
const NAMES_KEPT: Duration = Duration::from_secs(5);
/// After this many panics in a row the batch is given up.
const MAX_PANICS: u32 = 3;

thread_local! {
    /// Has no destructor, so that it can be asked as long as the thread lives.
    static IS_WRITER: Cell<bool> = const { Cell::new(false) };
}

/// Tells whether this is a writer's thread.
pub(super) fn is_running_here() -> bool {
    IS_WRITER.with(Cell::get)
}

/// What the loop does next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Waits until a time; somebody may call earlier.
    WaitUntil(Instant),
    /// Nothing waits to be written.
    Rest,
    End,
}

/// What the writer's thread owns.
pub(super) struct Worker {
    outbox: Receiver<Message>,
    shared: Arc<Shared>,
    open: Opener,
    store: Option<Box<dyn Store>>,
    counters: Arc<Counters>,
    origin: Arc<Origin>,
    in_app: InApp,
    symbolizer: Symbolizer,
    last_stack: Option<Instant>,
    pending: Pending,
    pace: Pace,
    answered: u64,
    panics: u32,
    max_events: usize,
    /// The name of the next batch.
    next: BatchId,
}

impl Worker {
    pub(super) fn new(parts: WriterParts, outbox: Receiver<Message>, shared: Arc<Shared>) -> Self {
        Self {
            outbox,
            shared,
            open: parts.open,
            store: None,
            counters: parts.counters,
            origin: Arc::new(parts.origin),
            in_app: parts.in_app,
            symbolizer: Symbolizer::default(),
            last_stack: None,
            pending: Pending::default(),
            pace: Pace::default(),
            answered: 0,
            panics: 0,
            max_events: parts.max_events,
            next: BatchId { run: parts.run, number: 1 },
        }
    }

    pub(super) fn run(mut self) {
        // What fails on this thread would come back to it as an event.
        let _busy = Busy::enter();
        IS_WRITER.with(|is_writer| is_writer.set(true));
        loop {
            match self.guarded_cycle(Instant::now()) {
                Next::WaitUntil(time) => {
                    thread::park_timeout(time.saturating_duration_since(Instant::now()));
                }
                Next::Rest => self.rest(),
                Next::End => break,
            }
        }
        // A store that panics on closing has nothing left to lose.
        let _ = catch_unwind(AssertUnwindSafe(|| self.close()));
        self.shared.end();
    }

    fn close(&mut self) {
        if let Some(mut store) = self.store.take() {
            store.settle();
        }
    }

    /// Runs a cycle; a panic in it ends neither the thread nor the program.
    pub(super) fn guarded_cycle(&mut self, now: Instant) -> Next {
        let asked = self.shared.asked();
        let cycle = catch_unwind(AssertUnwindSafe(|| self.cycle(now, asked)));
        cycle.unwrap_or_else(|payload| {
            // Dropping what somebody panicked with may panic again.
            crate::keep::discard(payload);
            self.recover(now, asked)
        })
    }

    fn recover(&mut self, now: Instant, asked: u64) -> Next {
        self.shared.writer_panicked();
        self.panics += 1;
        if self.panics >= MAX_PANICS {
            let lost: u64 = self.pending.issues.iter().map(|rolled| rolled.count).sum();
            (0..lost).for_each(|_| self.counters.lose());
            (self.pending, self.panics) = (Pending::default(), 0);
        }
        let store = self.store.take();
        let _ = catch_unwind(AssertUnwindSafe(|| drop(store)));
        self.pace.failed(now);
        self.answer(asked, false);
        self.next(now)
    }

    /// Takes what is there, and commits it if that is due or asked for.
    fn cycle(&mut self, now: Instant, asked: u64) -> Next {
        self.take_queue(now);
        let is_asked = asked > self.answered;
        if self.store.is_none() && (is_asked || self.pace.retry_at().is_none_or(|at| at <= now)) {
            self.try_open(now);
        }
        if is_asked || self.due(now).is_some_and(|due| due <= now) {
            let is_stored = self.commit(now);
            self.shared.note_oldest(self.pending.since());
            self.answer(asked, is_stored);
        } else {
            self.shared.note_oldest(self.pending.since());
        }
        self.next(now)
    }

    fn answer(&mut self, asked: u64, is_stored: bool) {
        if asked > self.answered {
            self.answered = asked;
            self.shared.answer(asked, is_stored);
        }
    }

    fn next(&mut self, now: Instant) -> Next {
        if self.shared.is_closed.load(Ordering::SeqCst) && self.shared.asked() == self.answered {
            return Next::End;
        }
        let reopens = self.pace.retry_at().filter(|_| self.store.is_none());
        match self.due(now).or(reopens) {
            Some(due) => Next::WaitUntil(due),
            None => {
                self.forget_names(now);
                Next::Rest
            }
        }
    }

    /// Returns when to commit, if anything waits.
    fn due(&self, now: Instant) -> Option<Instant> {
        let is_counted = self.shared.is_counted.load(Ordering::Acquire);
        let since = self.pending.since().or(is_counted.then_some(now))?;
        Some(self.pace.due(since, self.pending.is_open()))
    }

    fn rest(&mut self) {
        self.shared.is_idle.store(true, Ordering::Relaxed);
        // Pairs with the sender's fence: either we see its message or it sees us idle.
        fence(Ordering::SeqCst);
        match self.outbox.try_recv() {
            Ok(message) => self.take(message, Instant::now()),
            Err(_) => {
                let limit = if self.symbolizer.is_loaded() { NAMES_KEPT } else { REST };
                thread::park_timeout(limit);
            }
        }
        self.shared.is_idle.store(false, Ordering::Relaxed);
    }

    fn forget_names(&mut self, now: Instant) {
        if self.last_stack.is_some_and(|last| now.saturating_duration_since(last) >= NAMES_KEPT) {
            self.symbolizer.forget();
            self.last_stack = None;
        }
    }

    /// Takes at most what the queue holds, so that a storm can't keep a flush waiting.
    fn take_queue(&mut self, now: Instant) {
        for _ in 0..CAPACITY {
            match self.outbox.try_recv() {
                Ok(message) => self.take(message, now),
                Err(_) => return,
            }
        }
    }

    fn take(&mut self, message: Message, now: Instant) {
        self.shared.queued.fetch_sub(1, Ordering::Relaxed);
        self.pending.add(message, now);
    }

    fn try_open(&mut self, now: Instant) {
        match (self.open)() {
            Ok(store) => {
                self.store = Some(store);
                self.shared.store_works();
            }
            Err(error) => self.fails(error, now),
        }
    }

    fn fails(&mut self, error: Error, now: Instant) {
        self.pace.failed(now);
        self.shared.store_fails(error);
    }

    /// Writes all that waits; tells whether nothing is left.
    fn commit(&mut self, now: Instant) -> bool {
        // Counters first: what they count was queued after the events of the same issues.
        self.take_counters(now);
        self.take_queue(now);
        if self.pending.is_empty() {
            return true;
        }
        let Some(store) = &mut self.store else { return false };
        let mut names =
            Names { symbolizer: &mut self.symbolizer, in_app: &self.in_app, was_asked: false };
        let made = batch(&self.pending, store.as_mut(), &self.origin, &mut names);
        let batch = Batch { id: Some(self.next), max_events: self.max_events, ..made };
        self.next.number += 1;
        let written = store.write(&batch);
        if names.was_asked {
            self.last_stack = Some(now);
        }
        let is_stored = written.is_ok();
        match written {
            Ok(()) => self.succeeds(&batch),
            Err(error) => {
                self.store = None;
                self.fails(error, now);
            }
        }
        is_stored
    }

    fn succeeds(&mut self, batch: &Batch) {
        let events: usize = batch.deltas.iter().map(|delta| delta.events.len()).sum();
        self.shared.committed(events as u64);
        self.shared.store_works();
        self.pace.succeeded(Instant::now());
        (self.pending, self.panics) = (Pending::default(), 0);
    }

    fn take_counters(&mut self, now: Instant) {
        self.shared.is_counted.store(false, Ordering::Release);
        let pending = &mut self.pending;
        self.counters.drain(|slot, count, at| pending.count(slot, count, at, now));
        (0..pending.take_lost()).for_each(|_| self.counters.lose());
    }
}

/// Gives stacks their names.
struct Names<'a> {
    symbolizer: &'a mut Symbolizer,
    in_app: &'a InApp,
    was_asked: bool,
}

impl Names<'_> {
    fn stack(&mut self, event: &Event) -> Option<Arc<Stack>> {
        if event.addresses.is_empty() {
            return None;
        }
        self.was_asked = true;
        self.symbolizer.name(&event.addresses, &self.in_app.crates(event))
    }
}

/// Makes the batch without taking anything from what waits: the write may fail.
fn batch(
    pending: &Pending,
    store: &mut dyn Store,
    origin: &Arc<Origin>,
    names: &mut Names<'_>,
) -> Batch {
    let deltas = pending.issues.iter().map(|rolled| delta(rolled, origin, names)).collect();
    let amended = pending.amendments.iter();
    let amended = amended.filter_map(|(id, list)| amended_event(*id, list, store, origin));
    Batch { origin: Arc::clone(origin), deltas, amended: amended.collect(), ..Batch::default() }
}

fn delta(rolled: &Rolled, origin: &Origin, names: &mut Names<'_>) -> Delta {
    let mut events = Vec::with_capacity(rolled.events.len());
    for waiting in &rolled.events {
        let mut event = waiting.unseal();
        let stack = names.stack(&event);
        event.addresses = Vec::new();
        events.push(Kept { event, stack });
    }
    let facts = match events.last() {
        Some(Kept { event, stack }) => {
            let frames = stack.as_deref().map_or(&[][..], |stack| &stack.frames);
            facts::of_event(event, frames, origin)
        }
        None => rolled.seed.clone().unwrap_or_default(),
    };
    Delta {
        fingerprint: rolled.fingerprint,
        count: rolled.count,
        first_seen: rolled.first_seen,
        last_seen: rolled.last_seen,
        hours: rolled.hours.clone(),
        facts,
        events,
    }
}

/// Reads an event that was written before, and adds what was learnt of it since.
///
/// One that can't be read is left as it is: it must not keep all others from being written.
fn amended_event(
    id: EventId,
    amendments: &[Amendment],
    store: &mut dyn Store,
    origin: &Origin,
) -> Option<Amended> {
    let recorded = store.event(id).ok()??;
    let mut event = recorded.event;
    amendments.iter().for_each(|amendment| amendment.apply(&mut event));
    let facts = facts::of_event(&event, &recorded.stack, origin);
    Some(Amended { event, facts })
}
