//! The way from the queue to the store: one thread that names, rolls up and writes.

mod batching;
mod bell;
mod facts;
mod health;
mod pace;
mod pending;
mod shared;
mod tickets;
mod worker;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{sync_channel, SyncSender};
use std::sync::Arc;
use std::thread::{self, Thread};
use std::time::Duration;

pub(crate) use self::facts::of_event as facts_of;
pub use self::health::{Health, SpoolHealth, StoreHealth};
use self::shared::Shared;
pub(crate) use self::worker::RetentionParts;
use self::worker::Worker;
use crate::backtrace::InApp;
use crate::error::{Error, ErrorKind};
use crate::queue::{Counters, Message, Sink};
use crate::spool::SpoolParts;
use crate::store::{Origin, Store};

/// How many messages wait in the queue at most.
const CAPACITY: usize = 1_024;
/// The name of the writer's thread.
const THREAD: &str = "error-tracker";

/// Opens the store; called again whenever it failed.
pub(crate) type Opener = Box<dyn FnMut() -> Result<Box<dyn Store>, Error> + Send>;

/// Puts a damaged store out of the way; returns where it is now, or nothing if it is not damaged.
pub(crate) type Clearer = Box<dyn FnMut() -> Result<Option<PathBuf>, Error> + Send>;

/// What the writer needs to know.
pub(crate) struct WriterParts {
    pub(crate) open: Opener,
    pub(crate) clear: Clearer,
    pub(crate) spool: SpoolParts,
    pub(crate) counters: Arc<Counters>,
    pub(crate) origin: Origin,
    pub(crate) in_app: InApp,
    pub(crate) retention: RetentionParts,
    /// How many events of an issue are kept.
    pub(crate) max_events: usize,
    /// Tells this run of the program from all others.
    pub(crate) run: u64,
    /// Whether somebody waits for the store to open.
    pub(crate) require_store: bool,
}

/// The handle of the writer's thread.
#[derive(Clone)]
pub(crate) struct Writer {
    inbox: SyncSender<Message>,
    shared: Arc<Shared>,
    thread: Thread,
    process: u32,
}

impl Writer {
    pub(crate) fn start(parts: WriterParts) -> Result<Self, Error> {
        let (inbox, outbox) = sync_channel(CAPACITY);
        let shared = Arc::new(Shared::new(parts.require_store));
        let worker = Worker::new(parts, outbox, Arc::clone(&shared));
        let thread = thread::Builder::new()
            .name(THREAD.to_owned())
            .spawn(move || worker.run())
            .map_err(|error| {
                Error::new(ErrorKind::Writer, "start the writer's thread").with_source(error)
            })?;
        let thread = thread.thread().clone();
        Ok(Self { inbox, shared, thread, process: std::process::id() })
    }

    /// Waits until the store was opened for the first time; only one caller learns its error.
    pub(crate) fn opened(&self, timeout: Duration) -> Result<(), Error> {
        let was_opened = self.wait_for_opening(timeout);
        match self.shared.opening_error() {
            Some(error) => Err(error),
            None if was_opened => Ok(()),
            None => Err(Error::new(ErrorKind::Writer, "wait for the store to open")),
        }
    }

    /// Waits until the store was opened for the first time or failed to.
    pub(crate) fn wait_for_opening(&self, timeout: Duration) -> bool {
        self.shared.wait_for_opening(timeout)
    }

    /// Stores what was submitted and ends the thread, or gives up when the time is over.
    pub(crate) fn shutdown(&self, timeout: Duration) -> bool {
        if !self.can_be_waited_for() {
            return false;
        }
        let ticket = self.shared.stop();
        self.thread.unpark();
        self.shared.tickets.wait_for_end(ticket, timeout)
    }

    pub(crate) fn health(&self, counters: &Counters) -> Health {
        if !self.is_here() {
            return Health { lost: counters.lost(), ..Health::new(StoreHealth::Closed) };
        }
        self.shared.health(counters.lost())
    }

    /// Tells why the store can't be used, if it can't.
    pub(crate) fn waiting_for(&self) -> Option<String> {
        self.shared.waiting_for()
    }

    /// A forked child has the queue but not the thread, and locks that nobody may open.
    pub(crate) fn is_here(&self) -> bool {
        self.process == std::process::id()
    }

    /// Neither in a forked child nor on the writer's own thread, where a store may call us.
    pub(crate) fn can_be_waited_for(&self) -> bool {
        self.is_here() && !worker::is_running_here()
    }
}

impl Sink for Writer {
    fn submit(&self, message: Message) -> Result<(), Message> {
        if self.shared.is_closed.load(Ordering::Relaxed) || !self.is_here() {
            return Err(message);
        }
        let waiting = self.shared.queued.fetch_add(1, Ordering::Relaxed);
        match self.inbox.try_send(message) {
            Ok(()) => {
                if self.shared.bell.queued() || waiting == CAPACITY / 2 {
                    self.thread.unpark();
                }
                Ok(())
            }
            Err(error) => {
                self.shared.queued.fetch_sub(1, Ordering::Relaxed);
                Err(shared::message_of(error))
            }
        }
    }

    fn wake(&self) {
        if self.shared.bell.counted() && self.is_here() {
            self.thread.unpark();
        }
    }

    fn flush(&self, timeout: Duration) -> bool {
        if !self.can_be_waited_for() {
            return false;
        }
        let ticket = self.shared.tickets.ask();
        self.thread.unpark();
        self.shared.tickets.wait_for(ticket, timeout)
    }

    fn secure(&self, timeout: Duration) -> bool {
        if !self.can_be_waited_for() {
            return false;
        }
        let ticket = self.shared.tickets.ask();
        self.thread.unpark();
        let is_secured = self.shared.tickets.wait_for_security(ticket, timeout);
        if !is_secured {
            self.shared.unacknowledged.fetch_add(1, Ordering::Relaxed);
        }
        is_secured
    }
}
