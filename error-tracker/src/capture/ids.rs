//! Event ids: unique across processes, sorted by time.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::model::{EventId, Timestamp};

/// Makes ids of six bytes of time (milliseconds), and ten that no other process makes.
pub(crate) struct Ids {
    seeds: [RandomState; 2],
    made: AtomicU64,
}

impl Ids {
    pub(crate) fn new() -> Self {
        Self { seeds: [RandomState::new(), RandomState::new()], made: AtomicU64::new(0) }
    }

    pub(crate) fn next(&self, now: Timestamp) -> EventId {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&(((now.as_micros() / 1_000) as u64) << 16).to_be_bytes());
        bytes[6..8].copy_from_slice(&self.seeds[0].hash_one(number).to_le_bytes()[..2]);
        bytes[8..].copy_from_slice(&self.seeds[1].hash_one(number).to_le_bytes());
        EventId::from_bytes(bytes)
    }
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
