//! What is stored when a program ends without its guard, forks, or has too many threads or none.

use error_tracker_tests::database::Stored;

use crate::plain_or_all;
use crate::program::Database;

/// Exits from this place without dropping the guard; returns how many failures are stored.
#[track_caller]
fn exit(place: &str) -> u64 {
    let database = Database::new();
    let (status, _, complaints) = database.end_of("exit", &["100", place]);
    let code = if place == "leaked" { 0 } else { 7 };
    assert_eq!(status.code(), Some(code), "{complaints}");
    let stored = Stored::open(&database.path());
    stored.check();
    match place {
        // They are kept elsewhere, or rather nowhere.
        "store" | "hanging" => 0,
        _ => stored.count(),
    }
}

#[test]
fn what_failed_before_an_exit_is_stored_though_the_guard_did_not_drop() {
    assert_eq!(exit("main"), 100);
}

#[test]
fn what_failed_before_an_exit_on_another_thread_is_stored() {
    assert_eq!(exit("thread"), 100);
}

#[test]
fn what_failed_before_main_returned_with_the_guard_forgotten_is_stored() {
    assert_eq!(exit("leaked"), 100);
}

#[test]
fn a_panic_whose_hook_exits_is_stored_with_what_failed_before() {
    assert_eq!(exit("hook"), 101);
}

#[test]
fn a_failure_in_a_destructor_within_exit_is_stored() {
    assert_eq!(exit("thread-local"), 101);
}

#[test]
fn an_exit_goes_on_at_its_limit_though_the_store_is_locked() {
    assert_eq!(exit("locked"), 0);
}

#[test]
fn an_exit_goes_on_at_its_limit_though_the_store_hangs() {
    exit("hanging");
}

#[test]
fn a_store_that_exits_ends_the_program_as_it_says() {
    exit("store");
}

#[test]
fn a_forked_child_neither_hangs_nor_writes_and_the_parent_counts_exactly() {
    let database = Database::new();
    let printed = database.run("forks", &[plain_or_all("20", "200")]);
    let stored = Stored::open(&database.path());
    stored.check();
    assert_eq!(stored.count().to_string(), printed.trim_end());
}

/// The machine may refuse so many threads: then as many as there were must be counted.
#[test]
fn ten_thousand_threads_that_fail_at_once_are_counted_exactly() {
    let database = Database::new();
    let printed = database.run("threads", &["10000"]);
    let threads: u64 = printed.trim_end().parse().expect("how many threads there were");
    assert!(threads >= 1_000, "the machine let only {threads} threads be");
    assert_eq!(Stored::open(&database.path()).count(), threads);
}

#[test]
fn without_a_thread_for_the_writer_init_says_so_and_the_program_goes_on() {
    let database = Database::new();
    let printed = database.run("no_thread", &[]);
    assert_eq!(printed, "start the writer's thread\n");
}
