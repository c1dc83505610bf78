//! How the writer's thread rests until somebody calls it.

#[cfg(loom)]
use loom::sync::atomic::{fence, AtomicBool, Ordering};
#[cfg(not(loom))]
use std::sync::atomic::{fence, AtomicBool, Ordering};

/// Lets one thread rest until another calls it; whoever calls never waits.
///
/// The callers wake the thread (`unpark`) where they are told to; a thread that is woken before it
/// rests does not rest.
pub(super) struct Bell {
    rests: AtomicBool,
    /// Counters went up since they were last taken.
    is_counted: AtomicBool,
}

impl Bell {
    pub(super) fn new() -> Self {
        Self { rests: AtomicBool::new(false), is_counted: AtomicBool::new(false) }
    }

    /// Tells whether the thread must be woken, after something was queued.
    pub(super) fn queued(&self) -> bool {
        // Pairs with the fence of `rest`: either the thread sees what was queued or we see it rest.
        fence(Ordering::SeqCst);
        let is_first = || {
            // Writes nothing where it does not rest: such a write could hide the next rest from us.
            let (rests, called, order) = (true, false, Ordering::Relaxed);
            self.rests.compare_exchange(rests, called, order, order).is_ok()
        };
        self.rests.load(Ordering::Relaxed) && is_first()
    }

    /// Tells whether the thread must be woken, after a counter went up.
    pub(super) fn counted(&self) -> bool {
        !self.is_counted.swap(true, Ordering::AcqRel)
    }

    /// Tells whether a counter went up since the counters were last taken.
    pub(super) fn is_counted(&self) -> bool {
        self.is_counted.load(Ordering::Acquire)
    }

    /// Notes that the counters are about to be taken.
    pub(super) fn take_counted(&self) {
        self.is_counted.swap(false, Ordering::AcqRel);
    }

    /// Rests, unless something is found in the queue.
    pub(super) fn rest<T>(
        &self,
        look: impl FnOnce() -> Option<T>,
        park: impl FnOnce(),
    ) -> Option<T> {
        self.rests.store(true, Ordering::Relaxed);
        // Pairs with the fence of `queued`.
        fence(Ordering::SeqCst);
        let found = look();
        if found.is_none() {
            park();
        }
        self.rests.store(false, Ordering::Relaxed);
        found
    }
}

#[cfg(all(test, loom))]
mod model {
    use loom::sync::atomic::AtomicUsize;
    use loom::sync::Arc;
    use loom::thread;

    use super::*;

    struct Desk {
        bell: Bell,
        queue: AtomicUsize,
        count: AtomicUsize,
    }

    impl Desk {
        fn new() -> Arc<Self> {
            let (queue, count) = (AtomicUsize::new(0), AtomicUsize::new(0));
            Arc::new(Self { bell: Bell::new(), queue, count })
        }

        fn take(&self) -> Option<usize> {
            let taken = self.queue.swap(0, Ordering::AcqRel);
            (taken > 0).then_some(taken)
        }
    }

    /// Rests without a limit until all has come: a call that got lost would be a deadlock.
    fn work(desk: &Desk, expected: usize) {
        let mut seen = 0;
        while seen < expected {
            seen += desk.take().unwrap_or_default();
            if desk.bell.is_counted() {
                desk.bell.take_counted();
                seen += desk.count.swap(0, Ordering::AcqRel);
            } else if seen < expected {
                seen += desk.bell.rest(|| desk.take(), thread::park).unwrap_or_default();
            }
        }
    }

    #[test]
    fn model_what_is_queued_wakes_the_thread() {
        loom::model(|| {
            let desk = Desk::new();
            let theirs = Arc::clone(&desk);
            let worker = thread::spawn(move || work(&theirs, 2));
            for _ in 0..2 {
                desk.queue.fetch_add(1, Ordering::Release);
                if desk.bell.queued() {
                    worker.thread().unpark();
                }
            }
            worker.join().unwrap();
        });
    }

    #[test]
    fn model_what_is_counted_wakes_the_thread() {
        loom::model(|| {
            let desk = Desk::new();
            let theirs = Arc::clone(&desk);
            let worker = thread::spawn(move || work(&theirs, 2));
            for _ in 0..2 {
                desk.count.fetch_add(1, Ordering::Release);
                if desk.bell.counted() {
                    worker.thread().unpark();
                }
            }
            worker.join().unwrap();
        });
    }
}
