//! How many events of a second are recorded in full.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts what was spent of each second's budget, without waiting.
///
/// The second is in the upper half, what was spent of it in the lower; zero: nothing ever was.
#[derive(Default)]
pub(super) struct Budget(AtomicU64);

impl Budget {
    pub(super) fn is_untouched(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    /// Tells whether less than the limit was spent in this second.
    pub(super) fn has_left(&self, second: u32, limit: u32) -> bool {
        spent(self.0.load(Ordering::Relaxed), second) < limit
    }

    /// Spends one, unless the limit is reached.
    pub(super) fn spend(&self, second: u32, limit: u32) -> bool {
        let one_more = |word| {
            let spent = spent(word, second);
            (spent < limit).then_some(u64::from(second) << 32 | u64::from(spent + 1))
        };
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok()
    }

    /// Makes it as if nothing had ever been spent.
    pub(super) fn renew(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

fn spent(word: u64, second: u32) -> u32 {
    match (word >> 32) as u32 == second {
        true => word as u32,
        false => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_second_has_a_budget_of_its_own_and_a_renewed_one_is_untouched() {
        let budget = Budget::default();
        assert!(budget.is_untouched() && budget.has_left(7, 2));
        assert_eq!([7, 7, 7, 8].map(|second| budget.spend(second, 2)), [true, true, false, true]);
        assert!(!budget.is_untouched() && budget.has_left(8, 2) && !budget.has_left(8, 1));
        budget.renew();
        assert!(budget.is_untouched());
    }
}
