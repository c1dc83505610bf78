//! The writer's loop: wait, take what is there, write what is due.

mod commit;
mod recovery;
mod replay;
mod retaining;

use std::cell::Cell;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use self::commit::Frozen;
use self::replay::Replay;
use self::retaining::Retaining;
pub(crate) use self::retaining::RetentionParts;
use crate::backtrace::{InApp, Symbolizer};
use crate::pipeline::pace::Pace;
use crate::pipeline::pending::{Pending, MAX_AT_ONCE};
use crate::pipeline::shared::Shared;
use crate::pipeline::{Clearer, Opener, WriterParts, CAPACITY};
use crate::queue::{Amendment, Counters, Message, Slot, Sweep};
use crate::spool::Spool;
use crate::store::{BatchId, Origin, Store};
use crate::task::Busy;

/// How long the worker rests when nothing calls it.
const REST: Duration = Duration::from_secs(60);
/// How long debug information is kept after the last stack.
const NAMES_KEPT: Duration = Duration::from_secs(5);

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
enum Next {
    /// Waits until a time; somebody may call earlier.
    WaitUntil(Instant),
    /// Nothing waits to be written.
    Rest,
    End,
}

/// What is being written: who is to blame for a panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    Nothing,
    Frozen,
    Segment,
}

/// What the writer's thread owns.
pub(super) struct Worker {
    outbox: Receiver<Message>,
    shared: Arc<Shared>,
    open: Opener,
    /// Until it was used: a store that is damaged again and again is no bad luck.
    clear: Option<Clearer>,
    store: Option<Box<dyn Store>>,
    counters: Arc<Counters>,
    /// How far the counters were taken, unless all were.
    sweep: Option<Sweep>,
    origin: Arc<Origin>,
    in_app: InApp,
    symbolizer: Symbolizer,
    last_stack: Option<Instant>,
    /// What came since the last attempt to write.
    pending: Pending,
    /// The batch that is being written, or whose writing failed.
    frozen: Option<Frozen>,
    /// What was learnt of events that may still be in the spool.
    late: Vec<Amendment>,
    spool: Spool,
    work: Work,
    pace: Pace,
    /// When what waits may go to disk, and when what is there may go to the store.
    spool_pace: Pace,
    replay_pace: Pace,
    answered: u64,
    retaining: Retaining,
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
            clear: Some(parts.clear),
            store: None,
            counters: parts.counters,
            sweep: None,
            origin: Arc::new(parts.origin),
            in_app: parts.in_app,
            symbolizer: Symbolizer::default(),
            last_stack: None,
            pending: Pending::default(),
            frozen: None,
            late: Vec::new(),
            spool: Spool::new(parts.spool),
            work: Work::Nothing,
            pace: Pace::of_commits(),
            spool_pace: Pace::of_segments(),
            replay_pace: Pace::of_commits(),
            answered: 0,
            retaining: Retaining::new(parts.retention),
            max_events: parts.max_events,
            next: BatchId { run: parts.run, number: 1 },
        }
    }

    pub(super) fn run(mut self) {
        // What fails on this thread would come back to it as an event.
        let _busy = Busy::enter();
        IS_WRITER.with(|is_writer| is_writer.set(true));
        self.spool.look(Instant::now());
        loop {
            match self.guarded_cycle(Instant::now()) {
                Next::WaitUntil(time) => {
                    thread::park_timeout(time.saturating_duration_since(Instant::now()));
                }
                Next::Rest => self.rest(),
                Next::End => break,
            }
        }
        self.lose_the_rest();
        // A store that panics on closing has nothing left to lose.
        let _ = catch_unwind(AssertUnwindSafe(|| self.close()));
        self.shared.end();
    }

    fn close(&mut self) {
        self.spool.leave();
        if let Some(mut store) = self.store.take() {
            store.settle();
        }
    }

    /// Runs a cycle; a panic in it ends neither the thread nor the program.
    fn guarded_cycle(&mut self, now: Instant) -> Next {
        let asked = self.shared.tickets.asked();
        let cycle = catch_unwind(AssertUnwindSafe(|| self.cycle(now, asked)));
        cycle.unwrap_or_else(|payload| {
            // Dropping what somebody panicked with may panic again.
            crate::keep::discard(payload);
            self.recover(now);
            self.answer(asked, false);
            self.note_waiting();
            self.next(now)
        })
    }

    /// Takes what is there, and commits it if that is due or asked for.
    fn cycle(&mut self, now: Instant, asked: u64) -> Next {
        self.take_queue(now);
        let is_asked = asked > self.answered;
        if self.store.is_none() && (is_asked || self.pace.retry_at().is_none_or(|at| at <= now)) {
            self.try_open(now);
        }
        let is_due = is_asked || self.due(now).is_some_and(|due| due <= now);
        let is_stored = !is_due || self.commit(now);
        if is_asked && self.is_nothing_held() {
            self.shared.tickets.secure(asked);
        }
        let replay = match is_stored {
            true => self.replay(now, is_asked),
            false => Replay::Waits,
        };
        if !is_asked && replay != Replay::More {
            self.retain(now);
        }
        self.complain();
        self.note_waiting();
        // What waits on disk is a part of what was asked for.
        if replay != Replay::More {
            self.answer(asked, is_stored && replay == Replay::Done);
        }
        self.next(now)
    }

    /// Tells whether nothing waits in memory.
    fn is_nothing_held(&self) -> bool {
        self.frozen.is_none() && self.pending.is_empty() && self.sweep.is_none()
    }

    fn answer(&mut self, asked: u64, is_stored: bool) {
        if asked > self.answered {
            self.answered = asked;
            self.shared.tickets.answer(asked, is_stored);
        }
    }

    fn note_waiting(&mut self) {
        let in_memory = self.frozen.as_ref().map_or(&self.pending, |frozen| &frozen.pending);
        let oldest = [in_memory.since(), self.spool.since()].into_iter().flatten().min();
        self.shared.note_waiting(oldest, &self.spool.waits(), self.spool.place());
        self.shared.set_aside(self.spool.take_set_aside());
    }

    fn next(&mut self, now: Instant) -> Next {
        let is_closed = self.shared.is_closed.load(Ordering::SeqCst);
        match self.shared.tickets.asked() > self.answered {
            true => return Next::WaitUntil(now),
            false if is_closed => return Next::End,
            false => {}
        }
        let more = match self.store {
            None => Some(self.pace.retry_at().unwrap_or(now)),
            Some(_) if self.spool.is_empty() => None,
            Some(_) => Some(self.replay_pace.retry_at().unwrap_or(now)),
        };
        // What is not due yet must not keep the thread from resting, where it can be called.
        let retention = self.retention_due(now).filter(|due| *due <= now);
        match self.due(now).into_iter().chain(more).chain(retention).min() {
            Some(due) => Next::WaitUntil(due),
            None => {
                self.forget_names(now);
                Next::Rest
            }
        }
    }

    /// Returns when to commit, if anything waits.
    fn due(&self, now: Instant) -> Option<Instant> {
        let is_counted = self.shared.bell.is_counted() || self.sweep.is_some();
        let frozen = self.frozen.as_ref().and_then(|frozen| frozen.pending.since());
        let since = frozen.or(self.pending.since()).or(is_counted.then_some(now))?;
        let due = self.pace.due(since, self.pending.is_open());
        match self.store.is_none() && self.spool.is_on() {
            true => Some(due.min(self.spool_due(since, now))),
            false => Some(due),
        }
    }

    fn rest(&mut self) {
        let limit = if self.symbolizer.is_loaded() { NAMES_KEPT } else { REST };
        let (look, park) = (|| self.outbox.try_recv().ok(), || thread::park_timeout(limit));
        if let Some(message) = self.shared.bell.rest(look, park) {
            self.take(message, Instant::now());
        }
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

    /// Begins to take all counters, from the first one.
    fn begin_sweep(&mut self) {
        self.shared.bell.take_counted();
        self.sweep = Some(Sweep::default());
    }

    /// Takes the next counters, of as many issues as are written at once; the others stay where
    /// they are counted, which costs nothing.
    fn take_counters(&mut self, now: Instant) {
        let Some(sweep) = &mut self.sweep else { return };
        let pending = &mut self.pending;
        let add = |slot: &Slot, count, at| pending.count(slot, count, at, now);
        if self.counters.drain(sweep, MAX_AT_ONCE, add) {
            self.sweep = None;
        }
        (0..pending.take_lost()).for_each(|_| self.counters.lose());
        self.shared.dropped(pending.take_dropped());
    }
}
