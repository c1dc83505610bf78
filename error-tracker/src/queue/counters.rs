//! Counts per issue that any thread may raise without waiting, in fixed memory.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use once_cell::race::OnceBox;

use crate::model::{Fingerprint, Kind, Level, Timestamp};
use crate::queue::tally::Tally;

/// How many issues are counted at a time; more fall back to sending each event.
const SLOTS: usize = 16_384;
/// How far a fingerprint may stand from its place.
const PROBES: usize = 32;
/// How many events of one issue are recorded in full within a second.
const FULL_PER_SECOND: u64 = 16;

/// What an issue is called while no event of it has reached the writer.
pub(crate) struct Seed {
    pub(crate) kind: Kind,
    pub(crate) level: Level,
    pub(crate) exception_name: String,
    pub(crate) message: String,
    pub(crate) culprit: String,
}

/// The counter of one issue.
pub(crate) struct Slot {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) seed: Seed,
    /// Where its count is kept: failures that no queued event stands for.
    place: usize,
    last_seen: AtomicI64,
    /// The second in the upper half, the events of that second in the lower.
    budget: AtomicU64,
}

/// Whether a failure is recorded in full or only counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permit {
    Full,
    CountOnly,
}

impl Slot {
    fn new(fingerprint: Fingerprint, seed: Seed) -> Self {
        Self {
            fingerprint,
            seed,
            place: 0,
            last_seen: AtomicI64::new(0),
            budget: AtomicU64::new(0),
        }
    }

    /// Asks whether one more event of this issue may be recorded in full now.
    pub(crate) fn permit(&self, now: Timestamp) -> Permit {
        let second = (now.as_micros() / 1_000_000) as u64 & 0xffff_ffff;
        let current = self.budget.load(Ordering::Relaxed);
        let used = if current >> 32 == second { current & 0xffff_ffff } else { 0 };
        if used >= FULL_PER_SECOND {
            return Permit::CountOnly;
        }
        // A lost update lets an event more through, which is harmless.
        self.budget.store(second << 32 | (used + 1), Ordering::Relaxed);
        Permit::Full
    }

    /// Allows the next failure to be recorded in full, after the issue was deleted or resolved.
    pub(crate) fn renew(&self) {
        self.budget.store(0, Ordering::Relaxed);
    }
}

/// The counters of all issues of a tracker.
pub(crate) struct Counters {
    slots: Box<[OnceBox<Slot>]>,
    tally: Tally,
    /// Failures of issues for which no slot was left, and no place in the queue.
    lost: AtomicU64,
}

impl Counters {
    pub(crate) fn new() -> Self {
        Self {
            slots: (0..SLOTS).map(|_| OnceBox::new()).collect(),
            tally: Tally::new(SLOTS),
            lost: AtomicU64::new(0),
        }
    }

    /// Finds the issue's slot.
    pub(crate) fn find(&self, fingerprint: &Fingerprint) -> Option<&Slot> {
        self.places(fingerprint)
            .map_while(|place| self.slots[place].get())
            .find(|slot| slot.fingerprint == *fingerprint)
    }

    /// Finds or makes the issue's slot; `None` if the table is full around it.
    pub(crate) fn find_or_insert(
        &self,
        fingerprint: Fingerprint,
        seed: impl FnOnce() -> Seed,
    ) -> Option<&Slot> {
        if let Some(slot) = self.find(&fingerprint) {
            return Some(slot);
        }
        let mut new = Box::new(Slot::new(fingerprint, seed()));
        for place in self.places(&fingerprint) {
            if self.slots[place].get().is_none() {
                new.place = place;
                match self.slots[place].set(new) {
                    Ok(()) => return self.slots[place].get(),
                    Err(back) => new = back,
                }
            }
            match self.slots[place].get() {
                Some(slot) if slot.fingerprint == fingerprint => return Some(slot),
                _ => {}
            }
        }
        None
    }

    fn places(&self, fingerprint: &Fingerprint) -> impl Iterator<Item = usize> + use<> {
        let [first, second, third, ..] = *fingerprint.as_bytes();
        let start = u32::from_le_bytes([first, second, third, 0]) as usize;
        (0..PROBES).map(move |step| (start + step) % SLOTS)
    }

    /// Counts a failure without an event; returns whether the writer must be told.
    pub(crate) fn count(&self, slot: &Slot, at: Timestamp) -> bool {
        slot.last_seen.fetch_max(at.as_micros(), Ordering::Relaxed);
        self.tally.raise(slot.place)
    }

    /// Counts a failure that belongs to no slot and found no place in the queue.
    pub(crate) fn lose(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns how many failures were lost since the start.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Takes all counts without an event: slot, count, and when it was last seen.
    pub(crate) fn drain(&self, mut take: impl FnMut(&Slot, u64, Timestamp)) {
        self.tally.take(|place, count| {
            if let Some(slot) = self.slots[place].get() {
                let last_seen = slot.last_seen.load(Ordering::Relaxed);
                take(slot, count, Timestamp::from_micros(last_seen));
            }
        });
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn fingerprint(number: u32) -> Fingerprint {
        let mut bytes = [0; 32];
        bytes[4..8].copy_from_slice(&number.to_le_bytes());
        Fingerprint::from_bytes(bytes)
    }

    fn seed() -> Seed {
        Seed {
            kind: Kind::Error,
            level: Level::Error,
            exception_name: String::new(),
            message: String::new(),
            culprit: String::new(),
        }
    }

    #[test]
    fn counts_of_many_threads_are_exact() {
        let counters = Counters::new();
        let total = AtomicU64::new(0);
        let drain = || {
            counters.drain(|_, count, _| {
                total.fetch_add(count, Ordering::Relaxed);
            })
        };
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let counters = &counters;
                scope.spawn(move || {
                    for failure in 0..10_000 {
                        let slot =
                            counters.find_or_insert(fingerprint((failure + thread) % 20), seed);
                        counters.count(slot.unwrap(), Timestamp::from_micros(1));
                    }
                });
            }
            (0..100).for_each(|_| drain());
        });
        drain();
        assert_eq!(total.into_inner(), 40_000);
    }

    #[test]
    fn colliding_issues_get_slots_until_the_table_is_full_around_them() {
        let counters = Counters::new();
        let found = (0..40).filter(|n| counters.find_or_insert(fingerprint(*n), seed).is_some());
        assert_eq!(found.count(), PROBES);
    }

    #[test]
    fn past_the_budget_of_a_second_a_failure_is_only_counted() {
        let slot = Slot::new(fingerprint(1), seed());
        let now = Timestamp::from_micros(5_000_000);
        let full = (0..100).filter(|_| slot.permit(now) == Permit::Full).count();
        assert_eq!(full as u64, FULL_PER_SECOND);
        assert_eq!(slot.permit(Timestamp::from_micros(6_000_000)), Permit::Full);
    }
}
