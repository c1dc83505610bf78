//! Counts per issue, read by another process than the one that failed.

use error_tracker_tests::database::Stored;

use crate::plain_or_all;
use crate::program::Database;

/// Runs a storm; returns how many failures it printed, all of which must be stored.
#[track_caller]
fn storm(scenario: &str, threads: u32, times: u32) -> u64 {
    let database = Database::new();
    let printed = database.run(scenario, &[&threads.to_string(), &times.to_string()]);
    let count = |line: &str| line.split_once(' ').and_then(|(_, count)| count.parse().ok());
    let told: Vec<u64> = printed.lines().filter_map(count).collect();
    let mut stored = vec![0; told.len()];
    for (message, count) in Stored::open(&database.path()).counts() {
        let issue = message.strip_prefix("storm ").and_then(|issue| issue.parse::<usize>().ok());
        let place = issue.and_then(|issue| stored.get_mut(issue));
        *place.unwrap_or_else(|| panic!("nothing failed with {message:?}")) += count;
    }
    assert_eq!(stored, told);
    told.iter().sum()
}

#[test]
fn each_of_two_hundred_issues_is_counted_exactly_though_half_came_to_a_full_queue() {
    let (threads, times) = (64, plain_or_all(20_000, 1_000_000));
    let failures = storm("full_queue", threads, times);
    assert!(failures > u64::from(threads * times), "{failures}");
}

#[test]
fn each_of_ten_thousand_issues_is_counted_exactly_though_the_queue_is_full() {
    let (threads, times) = plain_or_all((4, 2), (64, 10));
    let failures = storm("many_issues", threads, times);
    assert_eq!(failures, u64::from(threads * times) * 10_000);
}
