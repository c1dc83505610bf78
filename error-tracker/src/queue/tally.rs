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

    /// Takes counts that are not zero, at most so many, and goes on from the word where it stopped;
    /// tells whether none is left behind it.
    pub(super) fn take(
        &self,
        from: &mut usize,
        most: usize,
        mut take: impl FnMut(usize, u64),
    ) -> bool {
        let mut left = most;
        if *from == 0 {
            // Before the bits are read: whoever sets a bit after that tells the taker again.
            self.dirty.swap(false, Ordering::AcqRel);
        }
        while let Some(word) = self.touched.get(*from) {
            let mut bits = match word.load(Ordering::Acquire) {
                0 => 0,
                _ => word.swap(0, Ordering::AcqRel),
            };
            while bits != 0 {
                if left == 0 {
                    // What they stand for is there still.
                    word.fetch_or(bits, Ordering::AcqRel);
                    return false;
                }
                let place = *from * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                match self.counts[place].swap(0, Ordering::AcqRel) {
                    0 => {}
                    count => {
                        left -= 1;
                        take(place, count);
                    }
                }
            }
            *from += 1;
        }
        true
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
            tally.take(&mut 0, 9, |_, count| taken += count);
            raising.into_iter().for_each(|thread| drop(thread.join().unwrap()));
            tally.take(&mut 0, 9, |_, count| taken += count);
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
            tally.take(&mut 0, 9, |_, count| taken += count);
            let told = raising.join().unwrap();
            assert!(taken == 1 || told, "one raise was neither taken nor told");
        });
    }

    /// Counts that are left for later are taken later, once, whatever is raised meanwhile.
    #[test]
    fn model_what_is_left_is_taken_once() {
        loom::model(|| {
            let tally = Arc::new(Tally::new(2));
            tally.raise(0);
            tally.raise(1);
            let other = Arc::clone(&tally);
            let raising = thread::spawn(move || _ = other.raise(1));
            let (mut taken, mut from) = (0, 0);
            while !tally.take(&mut from, 1, |_, count| taken += count) {}
            raising.join().unwrap();
            tally.take(&mut 0, 2, |_, count| taken += count);
            assert_eq!(taken, 3);
        });
    }
}
