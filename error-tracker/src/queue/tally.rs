//! Counts that many threads raise and one thread takes, exactly, without a lock.

use std::iter;

#[cfg(loom)]
use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering};
#[cfg(not(loom))]
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A fixed number of counts.
pub(super) struct Tally {
    counts: Box<[AtomicU64]>,
    /// One bit per count: it may not be zero.
    touched: Box<[AtomicU64]>,
    /// Some bit was set since the last taking began.
    dirty: AtomicBool,
}

impl Tally {
    pub(super) fn new(length: usize) -> Self {
        let zeroes = |length| iter::repeat_with(|| AtomicU64::new(0)).take(length).collect();
        Self {
            counts: zeroes(length),
            touched: zeroes(length.div_ceil(64)),
            dirty: AtomicBool::new(false),
        }
    }

    /// Raises a count; returns whether the taker must be told, being asleep perhaps.
    pub(super) fn raise(&self, place: usize) -> bool {
        if self.counts[place].fetch_add(1, Ordering::AcqRel) == 0 {
            self.touched[place / 64].fetch_or(1 << (place % 64), Ordering::AcqRel);
        }
        !self.dirty.load(Ordering::Acquire) && !self.dirty.swap(true, Ordering::AcqRel)
    }

    /// Takes all counts that are not zero.
    pub(super) fn take(&self, mut take: impl FnMut(usize, u64)) {
        // Before the bits are read: whoever sets a bit after that tells the taker again.
        self.dirty.swap(false, Ordering::AcqRel);
        for (index, word) in self.touched.iter().enumerate() {
            let mut bits = match word.load(Ordering::Acquire) {
                0 => 0,
                _ => word.swap(0, Ordering::AcqRel),
            };
            while bits != 0 {
                let place = index * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                match self.counts[place].swap(0, Ordering::AcqRel) {
                    0 => {}
                    count => take(place, count),
                }
            }
        }
    }
}

#[cfg(all(test, loom))]
mod model {
    use super::Tally;
    use loom::sync::Arc;
    use loom::thread;

    /// Two threads raise while a third takes; a last taking finds the rest.
    #[test]
    fn model_every_raise_is_taken_once() {
        loom::model(|| {
            let tally = Arc::new(Tally::new(1));
            let raising: Vec<_> = (0..2)
                .map(|_| {
                    let tally = Arc::clone(&tally);
                    thread::spawn(move || tally.raise(0))
                })
                .collect();
            let mut taken = 0;
            tally.take(|_, count| taken += count);
            raising.into_iter().for_each(|thread| drop(thread.join().unwrap()));
            tally.take(|_, count| taken += count);
            assert_eq!(taken, 2);
        });
    }

    /// A taker that goes to sleep after an empty taking is told of every later raise.
    #[test]
    fn model_no_raise_goes_untold() {
        loom::model(|| {
            let tally = Arc::new(Tally::new(1));
            let other = Arc::clone(&tally);
            let raising = thread::spawn(move || other.raise(0));
            let mut taken = 0;
            tally.take(|_, count| taken += count);
            let told = raising.join().unwrap();
            assert!(taken == 1 || told, "one raise was neither taken nor told");
        });
    }
}
