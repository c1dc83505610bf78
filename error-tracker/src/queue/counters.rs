//! Counts per issue that any thread may raise without waiting, in fixed memory.

use std::iter;
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::Arc;

use once_cell::race::OnceBox;

use crate::model::{Fingerprint, Kind, Level, Timestamp};
use crate::queue::budget::Budget;
use crate::queue::tally::Tally;

/// How many issues a table counts.
const SLOTS: usize = 16_384;
/// How many tables there are at most; issues beyond fall back to sending each event.
const TABLES: usize = 4;
/// Issues stand in the order of their fingerprints, and are taken in it: a store's index of them is
/// then written a part at a time.
const STRIDE: usize = (1 << 32) / SLOTS;
/// How far a fingerprint may stand from its place.
const PROBES: usize = 32;
/// How many events of one issue are recorded in full within a second.
const FULL_PER_SECOND: u32 = 16;
/// How many events of all issues are: about what the writer takes without falling behind.
const FULL_OF_ALL: u32 = 1_024;
/// How many of these may be repeats; the rest is for issues that were never recorded in full.
const REPEATS_OF_ALL: u32 = 512;

/// What an issue is called while no event of it has reached the writer.
pub(crate) struct Seed {
    pub(crate) kind: Kind,
    pub(crate) level: Level,
    /// The name of the exception, the message and the culprit: one behind the other, as there is a
    /// seed for each issue as long as the program runs.
    texts: Box<str>,
    /// Where the first and the second of them end.
    ends: [u32; 2],
}

impl Seed {
    pub(crate) fn new((kind, level): (Kind, Level), texts: [&str; 3]) -> Self {
        let ends = [texts[0].len() as u32, (texts[0].len() + texts[1].len()) as u32];
        Self { kind, level, texts: texts.concat().into(), ends }
    }

    /// Returns the name of the exception, the message and the culprit.
    pub(crate) fn texts(&self) -> [&str; 3] {
        let (rest, culprit) = self.texts.split_at(self.ends[1] as usize);
        let (exception_name, message) = rest.split_at(self.ends[0] as usize);
        [exception_name, message, culprit]
    }
}

/// The counter of one issue. What each failure touches comes first, for the cache's sake.
#[repr(C)]
pub(crate) struct Slot {
    pub(crate) fingerprint: Fingerprint,
    last_seen: AtomicI64,
    budget: Budget,
    all: Arc<Budget>,
    /// Where its count is kept: failures that no queued event stands for.
    table: u32,
    place: u32,
    pub(crate) seed: Seed,
}

/// Whether a failure is recorded in full or only counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permit {
    Full,
    CountOnly,
}

impl Slot {
    fn new(fingerprint: Fingerprint, seed: Seed, all: &Arc<Budget>) -> Self {
        Self {
            fingerprint,
            last_seen: AtomicI64::new(0),
            budget: Budget::default(),
            all: Arc::clone(all),
            table: 0,
            place: 0,
            seed,
        }
    }

    /// Asks whether one more event of this issue may be recorded in full now.
    pub(crate) fn permit(&self, now: Timestamp) -> Permit {
        let second = (now.as_micros() / 1_000_000) as u32;
        let of_all = if self.budget.is_untouched() { FULL_OF_ALL } else { REPEATS_OF_ALL };
        let is_left = self.budget.has_left(second, FULL_PER_SECOND)
            && self.all.spend(second, of_all)
            && self.budget.spend(second, FULL_PER_SECOND);
        match is_left {
            true => Permit::Full,
            false => Permit::CountOnly,
        }
    }

    /// Allows the next failure to be recorded in full, after the issue was deleted or resolved.
    pub(crate) fn renew(&self) {
        self.budget.renew();
    }

    fn seen(&self, at: Timestamp) {
        // Reading is cheap where many threads fail in one microsecond; a raise is not.
        if at.as_micros() > self.last_seen.load(Ordering::Relaxed) {
            self.last_seen.fetch_max(at.as_micros(), Ordering::Relaxed);
        }
    }
}

/// The counters of some issues.
struct Table {
    number: usize,
    slots: Box<[OnceBox<Slot>]>,
    /// A part of each slot's fingerprint, so that those of others are not looked at; zero: none
    /// yet, or one that another thread is just adding.
    tags: Box<[AtomicU32]>,
    tally: Tally,
}

/// What a look at all places of an issue came to, if not to its slot.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Miss {
    /// One of the places is free: no later table has the issue either.
    Free,
    Full,
}

impl Table {
    fn new(number: usize) -> Self {
        let slots = (0..SLOTS).map(|_| OnceBox::new()).collect();
        let tags = (0..SLOTS).map(|_| AtomicU32::new(0)).collect();
        Self { number, slots, tags, tally: Tally::new(SLOTS) }
    }

    fn find(&self, fingerprint: &Fingerprint) -> Result<&Slot, Miss> {
        let tag = tag(fingerprint);
        for place in self.places(fingerprint) {
            match self.tags[place].load(Ordering::Acquire) {
                // Whoever inserts looks at the slots themselves.
                0 => return Err(Miss::Free),
                other if other != tag => {}
                _ => match self.slots[place].get() {
                    Some(slot) if slot.fingerprint == *fingerprint => return Ok(slot),
                    _ => {}
                },
            }
        }
        Err(Miss::Full)
    }

    /// Adds a slot, unless another thread just did; gives it back if all its places are taken.
    fn insert(&self, mut new: Box<Slot>) -> Result<Option<&Slot>, Box<Slot>> {
        let fingerprint = new.fingerprint;
        for place in self.places(&fingerprint) {
            if self.slots[place].get().is_none() {
                (new.table, new.place) = (self.number as u32, place as u32);
                match self.slots[place].set(new) {
                    Ok(()) => {
                        self.tags[place].store(tag(&fingerprint), Ordering::Release);
                        return Ok(self.slots[place].get());
                    }
                    Err(back) => new = back,
                }
            }
            match self.slots[place].get() {
                Some(slot) if slot.fingerprint == fingerprint => return Ok(Some(slot)),
                _ => {}
            }
        }
        Err(new)
    }

    /// Returns where the issue may stand; issues that crowd in one table part in the next.
    fn places(&self, fingerprint: &Fingerprint) -> impl Iterator<Item = usize> + use<> {
        let bytes = &fingerprint.as_bytes()[self.number * 3..];
        let start = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], 0]) as usize / STRIDE;
        (0..PROBES).map(move |step| (start + step) % SLOTS)
    }
}

/// Returns a part of a fingerprint by which no table orders; never zero.
fn tag(fingerprint: &Fingerprint) -> u32 {
    let [.., a, b, c, d] = *fingerprint.as_bytes();
    u32::from_le_bytes([a | 1, b, c, d])
}

/// How far a taking of all counts has come.
#[derive(Debug, Default)]
pub(crate) struct Sweep {
    table: usize,
    word: usize,
}

/// The counters of all issues of a tracker.
pub(crate) struct Counters {
    first: Table,
    /// Each is made when an issue finds no place in those before it.
    more: [OnceBox<Table>; TABLES - 1],
    /// The events that all issues recorded in full.
    full: Arc<Budget>,
    /// Failures of issues for which no slot was left, and no place in the queue.
    lost: AtomicU64,
}

impl Counters {
    pub(crate) fn new() -> Self {
        Self {
            first: Table::new(0),
            more: [const { OnceBox::new() }; TABLES - 1],
            full: Arc::default(),
            lost: AtomicU64::new(0),
        }
    }

    /// Finds the issue's slot.
    pub(crate) fn find(&self, fingerprint: &Fingerprint) -> Option<&Slot> {
        match self.first.find(fingerprint) {
            Ok(slot) => Some(slot),
            Err(Miss::Free) => None,
            Err(Miss::Full) => self.find_further(fingerprint),
        }
    }

    #[cold]
    fn find_further(&self, fingerprint: &Fingerprint) -> Option<&Slot> {
        for table in self.more.iter().map_while(OnceBox::get) {
            match table.find(fingerprint) {
                Ok(slot) => return Some(slot),
                Err(Miss::Free) => return None,
                Err(Miss::Full) => {}
            }
        }
        None
    }

    /// Finds or makes the issue's slot; `None` if all tables are full around it.
    pub(crate) fn find_or_insert(
        &self,
        fingerprint: Fingerprint,
        seed: impl FnOnce() -> Seed,
    ) -> Option<&Slot> {
        if let Some(slot) = self.find(&fingerprint) {
            return Some(slot);
        }
        let mut new = match self.first.insert(Box::new(Slot::new(fingerprint, seed(), &self.full)))
        {
            Ok(slot) => return slot,
            Err(back) => back,
        };
        for (number, table) in (1..).zip(&self.more) {
            match table.get_or_init(|| Box::new(Table::new(number))).insert(new) {
                Ok(slot) => return slot,
                Err(back) => new = back,
            }
        }
        None
    }

    /// Counts a failure without an event; returns whether the writer must be told.
    pub(crate) fn count(&self, slot: &Slot, at: Timestamp) -> bool {
        slot.seen(at);
        let table = match slot.table as usize {
            0 => Some(&self.first),
            number => self.more[number - 1].get(),
        };
        table.is_some_and(|table| table.tally.raise(slot.place as usize))
    }

    /// Counts a failure that belongs to no slot and found no place in the queue.
    pub(crate) fn lose(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns how many failures were lost since the start.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Takes counts without an event, of at most so many issues: slot, count, and when it was last
    /// seen. Tells whether the sweep is over; what was counted before it began is taken then.
    pub(crate) fn drain(
        &self,
        sweep: &mut Sweep,
        most: usize,
        mut take: impl FnMut(&Slot, u64, Timestamp),
    ) -> bool {
        let mut left = most;
        let tables = iter::once(&self.first).chain(self.more.iter().map_while(OnceBox::get));
        for table in tables.skip(sweep.table) {
            let is_over = table.tally.take(&mut sweep.word, left, |place, count| {
                if let Some(slot) = table.slots[place].get() {
                    let last_seen = slot.last_seen.load(Ordering::Relaxed);
                    take(slot, count, Timestamp::from_micros(last_seen));
                }
                left -= 1;
            });
            if !is_over {
                return false;
            }
            *sweep = Sweep { table: sweep.table + 1, word: 0 };
        }
        true
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn fingerprint(number: u32) -> Fingerprint {
        let mut bytes = [0; 32];
        // All have their places at the begin of the first table, and one each in the second.
        bytes[3..7].copy_from_slice(&(number << 18).to_be_bytes());
        Fingerprint::from_bytes(bytes)
    }

    fn seed() -> Seed {
        Seed::new((Kind::Error, Level::Error), [""; 3])
    }

    #[test]
    fn counts_of_many_threads_are_exact() {
        let counters = Counters::new();
        let total = AtomicU64::new(0);
        let drain = || {
            counters.drain(&mut Sweep::default(), usize::MAX, |_, count, _| {
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
            (0..100).for_each(|_| _ = drain());
        });
        drain();
        assert_eq!(total.into_inner(), 40_000);
    }

    /// Returns how many of so many issues find a slot.
    fn found(counters: &Counters, issues: impl Iterator<Item = Fingerprint>) -> usize {
        issues.filter(|issue| counters.find_or_insert(*issue, seed).is_some()).count()
    }

    /// Returns a fingerprint as scattered as a hash.
    fn scattered(number: u64) -> Fingerprint {
        let mut bytes = [0; 32];
        for (at, chunk) in (0..).zip(bytes.chunks_exact_mut(8)) {
            let mixed = (number * 4 + at).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            chunk.copy_from_slice(&(mixed ^ (mixed >> 32)).to_le_bytes());
        }
        Fingerprint::from_bytes(bytes)
    }

    #[test]
    fn every_one_of_ten_thousand_issues_finds_a_slot_and_of_fifty_thousand_too() {
        for issues in [10_000, 50_000] {
            let counters = Counters::new();
            assert_eq!(found(&counters, (0..issues).map(scattered)), issues as usize);
            (0..issues).map(scattered).for_each(|issue| {
                counters.count(counters.find(&issue).unwrap(), Timestamp::from_micros(1));
            });
            let (mut taken, mut sweep, mut is_over) = (0, Sweep::default(), false);
            while !is_over {
                let before = taken;
                is_over = counters.drain(&mut sweep, 700, |_, count, _| taken += count);
                assert!(taken - before == 700 || is_over);
            }
            assert_eq!(taken, issues);
        }
    }

    #[test]
    fn issues_that_crowd_in_one_table_part_in_the_next() {
        let counters = Counters::new();
        assert_eq!(found(&counters, (0..1_000).map(fingerprint)), 1_000);
        assert!(counters.more[1].get().is_none());
    }

    #[test]
    fn issues_that_crowd_in_all_tables_get_slots_until_all_are_full_around_them() {
        let crowded = |number: u32| {
            let mut bytes = [0; 32];
            bytes[28..].copy_from_slice(&number.to_le_bytes());
            Fingerprint::from_bytes(bytes)
        };
        let counters = Counters::new();
        assert_eq!(found(&counters, (0..1_000).map(crowded)), TABLES * PROBES);
        assert_eq!(found(&counters, (0..TABLES * PROBES).map(|n| crowded(n as u32))), 128);
    }

    #[test]
    fn a_seed_gives_its_texts_back() {
        for texts in [["", "", ""], ["shop::Declined", "card declined", "shop::pay"], ["", "é", ""]]
        {
            assert_eq!(Seed::new((Kind::Error, Level::Error), texts).texts(), texts);
        }
    }

    #[test]
    fn past_the_budget_of_a_second_a_failure_is_only_counted() {
        let slot = Slot::new(fingerprint(1), seed(), &Arc::default());
        let now = Timestamp::from_micros(5_000_000);
        let full = (0..100).filter(|_| slot.permit(now) == Permit::Full).count();
        assert_eq!(full as u32, FULL_PER_SECOND);
        assert_eq!(slot.permit(Timestamp::from_micros(6_000_000)), Permit::Full);
    }

    #[test]
    fn many_issues_share_a_budget_of_which_some_is_kept_for_those_never_recorded() {
        let counters = Counters::new();
        let now = Timestamp::from_micros(5_000_000);
        let full = |issues: std::ops::Range<u64>| {
            let slots = issues.map(|n| counters.find_or_insert(scattered(n), seed).unwrap());
            slots.filter(|slot| slot.permit(now) == Permit::Full).count() as u32
        };
        let repeats: u32 = (0..20).map(|_| full(0..100)).sum();
        assert_eq!(repeats, REPEATS_OF_ALL);
        assert_eq!(full(100..10_000), FULL_OF_ALL - REPEATS_OF_ALL);
        counters.find(&scattered(0)).unwrap().renew();
        assert_eq!(full(0..1), 0, "the second is spent");
    }
}
