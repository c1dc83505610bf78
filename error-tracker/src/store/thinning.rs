//! Which events of an issue stay when there are too many.

/// Returns the numbers that go, so that `keep` stay: the first, the newest, and others whose
/// distances grow with the number, as evenly as can be on a logarithmic scale.
///
/// The numbers ascend and begin with 1 or more.
pub(crate) fn surplus(numbers: &[u64], keep: usize) -> Vec<u64> {
    let mut stay = numbers.to_vec();
    let mut go = Vec::new();
    while stay.len() > keep.max(2) {
        go.push(stay.remove(densest(&stay)));
    }
    go
}

/// Returns the place whose neighbours stand nearest to each other.
fn densest(numbers: &[u64]) -> usize {
    let ratio = |place: usize| numbers[place + 1] as f64 / numbers[place - 1].max(1) as f64;
    let closer = |best: (usize, f64), place: usize| {
        let ratio = ratio(place);
        if ratio < best.1 {
            (place, ratio)
        } else {
            best
        }
    };
    (1..numbers.len() - 1).fold((1, f64::INFINITY), closer).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept_of(total: u64, keep: usize) -> Vec<u64> {
        let mut kept = Vec::new();
        for number in 1..=total {
            kept.push(number);
            let go = surplus(&kept, keep);
            kept.retain(|number| !go.contains(number));
        }
        kept
    }

    #[test]
    fn the_first_and_the_newest_always_stay() {
        for total in [2, 3, 10, 1_000, 5_000] {
            let kept = kept_of(total, 10);
            assert_eq!(kept.first(), Some(&1));
            assert_eq!(kept.last(), Some(&total));
            assert_eq!(kept.len() as u64, total.min(10));
        }
    }

    #[test]
    fn what_stays_between_spreads_over_all_sizes() {
        let kept = kept_of(100_000, 20);
        for decade in [10, 100, 1_000, 10_000] {
            let within = kept.iter().filter(|n| (decade..decade * 10).contains(*n));
            assert!(within.count() >= 2, "{kept:?}");
        }
    }

    #[test]
    fn a_batch_is_thinned_like_its_events_one_by_one() {
        let numbers: Vec<u64> = (1..=1_000).collect();
        let go = surplus(&numbers, 100);
        assert_eq!(go.len(), 900);
        assert!(!go.contains(&1) && !go.contains(&1_000));
    }

    #[test]
    fn nothing_goes_while_there_is_room() {
        assert!(surplus(&[1, 2, 3], 3).is_empty());
        assert!(surplus(&[1], 0).is_empty());
        assert!(surplus(&[], 0).is_empty());
    }
}
