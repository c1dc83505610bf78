//! What is asked of the writer's thread, and what it answers: all that came before is stored.

use std::time::Duration;

#[cfg(loom)]
use loom::sync::atomic::{AtomicU64, Ordering};
#[cfg(loom)]
use loom::sync::{Condvar, Mutex, MutexGuard};
#[cfg(not(loom))]
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::PoisonError;
#[cfg(not(loom))]
use std::sync::{Condvar, Mutex, MutexGuard};

/// Numbers the flushes; an answer holds for all that were asked before.
pub(super) struct Tickets {
    asked: AtomicU64,
    answers: Mutex<Answers>,
    changed: Condvar,
}

#[derive(Default)]
struct Answers {
    /// The last flush that was tried, and the last that stored everything.
    tried: u64,
    stored: u64,
    /// The last before which everything was on disk, in the store or beside it.
    secured: u64,
    has_ended: bool,
}

impl Tickets {
    pub(super) fn new() -> Self {
        let answers = Mutex::new(Answers::default());
        Self { asked: AtomicU64::new(0), answers, changed: Condvar::new() }
    }

    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for a flush; returns its ticket.
    pub(super) fn ask(&self) -> u64 {
        self.asked.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Returns the newest ticket. What its owner submitted before is in the queue.
    pub(super) fn asked(&self) -> u64 {
        self.asked.load(Ordering::SeqCst)
    }

    pub(super) fn answer(&self, ticket: u64, is_stored: bool) {
        let mut answers = self.answers();
        answers.tried = ticket;
        if is_stored {
            answers.stored = ticket;
        }
        self.changed.notify_all();
    }

    /// Says that all that came before is on disk, in the store or beside it.
    pub(super) fn secure(&self, ticket: u64) {
        self.answers().secured = ticket;
        self.changed.notify_all();
    }

    /// Notes that the thread has ended: nobody waits any longer.
    pub(super) fn end(&self) {
        self.answers().has_ended = true;
        self.changed.notify_all();
    }

    pub(super) fn has_ended(&self) -> bool {
        self.answers().has_ended
    }

    /// Waits until a flush was tried; tells whether it stored everything.
    pub(super) fn wait_for(&self, ticket: u64, timeout: Duration) -> bool {
        self.wait(timeout, |answers| answers.tried >= ticket || answers.has_ended).stored >= ticket
    }

    /// Waits until everything is on disk, or a flush was tried in vain; tells whether it is.
    pub(super) fn wait_for_security(&self, ticket: u64, timeout: Duration) -> bool {
        let is_over = |answers: &Answers| {
            answers.secured >= ticket || answers.tried >= ticket || answers.has_ended
        };
        self.wait(timeout, is_over).secured >= ticket
    }

    /// Waits until the thread has ended; tells whether everything was stored before.
    pub(super) fn wait_for_end(&self, ticket: u64, timeout: Duration) -> bool {
        let answers = self.wait(timeout, |answers| answers.has_ended);
        answers.has_ended && answers.stored >= ticket
    }

    #[cfg(not(loom))]
    fn wait(
        &self,
        timeout: Duration,
        is_over: impl Fn(&Answers) -> bool,
    ) -> MutexGuard<'_, Answers> {
        let waits = |answers: &mut Answers| !is_over(answers);
        let waited = self.changed.wait_timeout_while(self.answers(), timeout, waits);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Time does not pass in a model.
    #[cfg(loom)]
    fn wait(&self, _: Duration, is_over: impl Fn(&Answers) -> bool) -> MutexGuard<'_, Answers> {
        let mut answers = self.answers();
        while !is_over(&answers) {
            answers = self.changed.wait(answers).unwrap_or_else(PoisonError::into_inner);
        }
        answers
    }
}

#[cfg(all(test, loom))]
mod model {
    use loom::sync::atomic::AtomicUsize;
    use loom::sync::Arc;
    use loom::thread;

    use super::*;

    /// What was submitted before a flush is stored when it is answered.
    #[test]
    fn model_a_flush_is_answered_after_what_came_before_it() {
        loom::model(|| {
            let tickets = Arc::new(Tickets::new());
            let (queue, store) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
            let theirs = (Arc::clone(&tickets), Arc::clone(&queue), Arc::clone(&store));
            let worker = thread::spawn(move || {
                let (tickets, queue, store) = theirs;
                for answered in 0..2 {
                    while tickets.asked() == answered {
                        thread::park();
                    }
                    let asked = tickets.asked();
                    store.fetch_add(queue.swap(0, Ordering::Acquire), Ordering::Relaxed);
                    tickets.answer(asked, true);
                    if asked == 2 {
                        break;
                    }
                }
                tickets.end();
            });
            for submitted in 1..=2 {
                queue.fetch_add(1, Ordering::Release);
                let ticket = tickets.ask();
                worker.thread().unpark();
                assert!(tickets.wait_for(ticket, Duration::ZERO));
                assert_eq!(store.load(Ordering::Relaxed), submitted);
            }
            assert!(tickets.wait_for_end(2, Duration::ZERO));
            worker.join().unwrap();
        });
    }

    /// A flush that comes as the thread ends is not waited for, and not answered with true.
    #[test]
    fn model_nobody_waits_for_a_thread_that_has_ended() {
        loom::model(|| {
            let tickets = Arc::new(Tickets::new());
            let theirs = Arc::clone(&tickets);
            let worker = thread::spawn(move || theirs.end());
            let ticket = tickets.ask();
            assert!(!tickets.wait_for(ticket, Duration::ZERO));
            worker.join().unwrap();
        });
    }
}
