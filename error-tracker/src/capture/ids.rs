//! Event ids: unique across processes, sorted by time.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::model::{EventId, Timestamp};

/// Makes ids of six bytes of time (milliseconds), and ten that no other process makes.
pub(crate) struct Ids {
    process: u16,
    start: u64,
    made: AtomicU64,
}

impl Ids {
    pub(crate) fn new() -> Self {
        // The only source of randomness in the standard library.
        let random = RandomState::new();
        let process = random.hash_one("process") as u16;
        Self { process, start: random.hash_one("start"), made: AtomicU64::new(0) }
    }

    pub(crate) fn next(&self, now: Timestamp) -> EventId {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let time = ((now.as_micros() / 1_000) as u64) << 16;
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&(time | u64::from(self.process)).to_be_bytes());
        bytes[8..].copy_from_slice(&scattered(self.start.wrapping_add(number)).to_be_bytes());
        EventId::from_bytes(bytes)
    }
}

/// Maps each number to another one that looks random (SplitMix64): no two to the same.
fn scattered(number: u64) -> u64 {
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_sort_by_time() {
        let ids = Ids::new();
        let early = Timestamp::from_micros(1_000_000);
        let made: std::collections::HashSet<_> = (0..10_000).map(|_| ids.next(early)).collect();
        assert_eq!(made.len(), 10_000);
        assert!(made.into_iter().max() < Some(ids.next(Timestamp::from_micros(2_000_000))));
    }
}
