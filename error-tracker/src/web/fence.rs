//! Keeps a store that hangs away from the threads that serve.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{sync_channel, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::task::Busy;

/// How many pages are made at the same time; more wait for their turn.
const PLACES: usize = 8;

/// Runs what reads the store on threads of its own, and waits for it so long and no longer.
///
/// A thread that nobody waits for any more keeps its place until the store answers. Once all places
/// are taken by such threads, nobody waits at all.
#[derive(Default)]
pub(super) struct Fence {
    places: Mutex<Places>,
    freed: Condvar,
}

#[derive(Default)]
struct Places {
    taken: usize,
    given_up: usize,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Late {
    /// It takes too long.
    Waited,
    /// Others wait already.
    Full,
    /// It panicked.
    Panicked,
    /// There was no thread for it.
    NoThread,
}

impl Fence {
    /// Returns the one of this process.
    pub(super) fn of_process() -> Arc<Self> {
        static FENCE: OnceLock<Arc<Fence>> = OnceLock::new();
        Arc::clone(FENCE.get_or_init(Arc::default))
    }

    /// Runs the work; what fails in it is not recorded.
    pub(super) fn run<T: Send + 'static>(
        self: &Arc<Self>,
        limit: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Late> {
        let until = Instant::now() + limit;
        let place = Place::take(self, until)?;
        let state = Arc::clone(&place.state);
        let (done, answer) = sync_channel(1);
        let run = move || {
            let _place = place;
            let _busy = Busy::enter();
            // Nobody may be waiting any more.
            let _ = done.send(catch_unwind(AssertUnwindSafe(work)));
        };
        let started = thread::Builder::new().name("error-tracker-page".into()).spawn(run);
        started.map_err(|_| Late::NoThread)?;
        match answer.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => Err(Late::Panicked),
            Err(RecvTimeoutError::Timeout) => {
                self.give_up(&state);
                Err(Late::Waited)
            }
        }
    }

    /// The work may have ended just now, after all.
    fn give_up(&self, state: &AtomicU8) {
        let mut places = self.lock();
        if state.load(Ordering::Relaxed) == RUNS {
            state.store(GIVEN_UP, Ordering::Relaxed);
            places.given_up += 1;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place among those who may read the store, until it drops.
struct Place {
    fence: Arc<Fence>,
    /// Read and written under the lock of the places.
    state: Arc<AtomicU8>,
}

const RUNS: u8 = 0;
const GIVEN_UP: u8 = 1;
const OVER: u8 = 2;

impl Place {
    fn take(fence: &Arc<Fence>, until: Instant) -> Result<Self, Late> {
        let mut places = fence.lock();
        while places.taken >= PLACES {
            let left = until.saturating_duration_since(Instant::now());
            if places.given_up >= PLACES || left.is_zero() {
                return Err(Late::Full);
            }
            let waited = fence.freed.wait_timeout(places, left);
            places = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        places.taken += 1;
        Ok(Self { fence: Arc::clone(fence), state: Arc::new(AtomicU8::new(RUNS)) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.fence.lock();
        places.taken -= 1;
        if self.state.swap(OVER, Ordering::Relaxed) == GIVEN_UP {
            places.given_up -= 1;
        }
        self.fence.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn an_answer_comes_back_and_a_panic_is_one_too() {
        let fence = Arc::new(Fence::default());
        assert_eq!(fence.run(LONG, || 7), Ok(7));
        let panicked = fence.run(LONG, || -> u32 { std::panic::resume_unwind(Box::new("oh")) });
        assert_eq!(panicked, Err(Late::Panicked));
        assert_eq!(fence.run(LONG, || crate::task::has(crate::task::BUSY)), Ok(true));
    }

    #[test]
    fn who_hangs_is_left_behind_and_when_all_do_nobody_waits() {
        let fence = Arc::new(Fence::default());
        let mut held = Vec::new();
        for _ in 0..PLACES {
            let (open, opened) = channel::<()>();
            let hang = move || opened.recv().is_err();
            assert_eq!(fence.run(Duration::ZERO, hang), Err(Late::Waited));
            held.push(open);
        }
        // It would wait for a minute if there were anything to wait for.
        assert_eq!(fence.run(LONG, || 7), Err(Late::Full));
        drop(held);
        drop(fence.freed.wait_while(fence.lock(), |places| places.taken > 0));
        assert_eq!(fence.run(LONG, || 7), Ok(7));
    }
}
