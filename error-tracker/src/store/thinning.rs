//! Which events of an issue stay when there are too many.

use std::collections::HashMap;

/// An event as thinning sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Numbered {
    /// Which one of its issue's failures it is: 1 or more.
    pub(crate) number: u64,
    /// Its release, host and route, hashed; 0 where that is not known.
    pub(crate) shape: u32,
}

/// Returns the numbers that go, so that `keep` stay: the first, the newest, one of each shape while
/// there is room, and others whose distances grow with the number, as evenly as can be on a
/// logarithmic scale.
///
/// Where there are more shapes than room, the newest have it. The numbers ascend.
pub(crate) fn surplus(events: &[Numbered], keep: usize) -> Vec<u64> {
    let mut stay = events.to_vec();
    let mut go = Vec::new();
    let mut shapes: HashMap<u32, usize> = HashMap::new();
    for event in events {
        *shapes.entry(event.shape).or_default() += 1;
    }
    while stay.len() > keep.max(2) {
        let dropped = stay.remove(densest(&stay, &shapes));
        shapes.entry(dropped.shape).and_modify(|count| *count -= 1);
        go.push(dropped.number);
    }
    go
}

/// Returns the place whose neighbours stand nearest to each other, of those that can be spared;
/// where each is the last of its shape, the oldest after the first.
fn densest(events: &[Numbered], shapes: &HashMap<u32, usize>) -> usize {
    let mut best = (1, f64::INFINITY);
    for place in 1..events.len() - 1 {
        let shape = events[place].shape;
        if shape != 0 && shapes.get(&shape) == Some(&1) {
            continue;
        }
        let (before, after) = (events[place - 1].number, events[place + 1].number);
        let ratio = after as f64 / before.max(1) as f64;
        if ratio < best.1 {
            best = (place, ratio);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of_one_shape(numbers: impl IntoIterator<Item = u64>) -> Vec<Numbered> {
        numbers.into_iter().map(|number| Numbered { number, shape: 7 }).collect()
    }

    fn thin(events: &mut Vec<Numbered>, keep: usize) {
        let go = surplus(events, keep);
        events.retain(|event| !go.contains(&event.number));
    }

    fn kept_of(total: u64, keep: usize) -> Vec<u64> {
        let mut kept = Vec::new();
        for number in 1..=total {
            kept.extend(of_one_shape([number]));
            thin(&mut kept, keep);
        }
        kept.iter().map(|event| event.number).collect()
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
        let mut events = of_one_shape(1..=1_000);
        thin(&mut events, 100);
        assert_eq!(events.len(), 100);
        assert_eq!((events[0].number, events[99].number), (1, 1_000));
    }

    #[test]
    fn two_are_the_least() {
        assert!(surplus(&of_one_shape([1, 9]), 1).is_empty());
        assert!(surplus(&of_one_shape([1]), 0).is_empty());
        assert!(surplus(&[], 0).is_empty());
    }

    #[test]
    fn of_more_shapes_than_room_the_newest_stay() {
        let mut events: Vec<Numbered> =
            (1..=20).map(|number| Numbered { number, shape: number as u32 }).collect();
        thin(&mut events, 5);
        let numbers: Vec<u64> = events.iter().map(|event| event.number).collect();
        assert_eq!(numbers, [1, 17, 18, 19, 20]);
    }

    proptest! {
        #[test]
        fn within_the_limit_stay_first_latest_and_each_shape_that_has_room(
            shapes in prop::collection::vec(0_u32..12, 1..200),
            keep in 0_usize..30,
            at_once in 1_usize..20,
        ) {
            let mut kept: Vec<Numbered> = Vec::new();
            let mut number = 0;
            for batch in shapes.chunks(at_once) {
                let before: Vec<u32> = kept.iter().map(|event| event.shape).collect();
                for shape in batch {
                    number += 1;
                    kept.push(Numbered { number, shape: *shape });
                }
                thin(&mut kept, keep);
                prop_assert!(kept.len() <= keep.max(2));
                prop_assert_eq!(kept[0].number, 1);
                prop_assert_eq!(kept[kept.len() - 1].number, number);
                let mut known: Vec<u32> = before.iter().chain(batch).copied().filter(|s| *s != 0).collect();
                known.sort_unstable();
                known.dedup();
                // The first and the newest may be of one shape, and both stay.
                if known.len() + 2 <= keep {
                    for shape in known {
                        prop_assert!(kept.iter().any(|event| event.shape == shape), "{shape}");
                    }
                }
            }
        }
    }
}
