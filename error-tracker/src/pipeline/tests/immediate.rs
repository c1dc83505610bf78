//! Captures that wait until their event is safe on disk.

use super::spool::{place, spooling};
use super::*;

fn unacknowledged(setup: &Setup) -> u64 {
    setup.writer.health(&setup.counters).unacknowledged
}

#[test]
fn a_capture_comes_back_when_its_event_is_in_the_store() {
    let setup = Setup::new(Mood::Works);
    setup.submit(1);
    assert!(setup.writer.secure(LIMIT));
    assert_eq!((setup.world.total(), unacknowledged(&setup)), (1, 0));
    count(&setup, 4);
    assert!(setup.writer.secure(LIMIT));
    assert_eq!(setup.world.total(), 5);
}

#[test]
fn a_capture_comes_back_when_its_event_is_on_disk_though_the_store_is_away() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::new(Mood::Fails));
    let setup = spooling(&world, &place(&folder));
    setup.submit(1);
    assert!(setup.writer.secure(LIMIT));
    assert_eq!((world.total(), unacknowledged(&setup)), (0, 0));
    assert!(!setup.flush());
    world.set(Mood::Works);
    assert!(setup.flush());
    assert_eq!(world.total(), 1);
}

#[test]
fn a_capture_that_is_safe_nowhere_does_not_wait_and_is_counted() {
    let setup = Setup::new(Mood::Fails);
    setup.submit(1);
    assert!(!setup.writer.secure(LIMIT));
    assert_eq!(unacknowledged(&setup), 1);
    let panics = Setup::new(Mood::Panics);
    panics.submit(1);
    assert!(!panics.writer.secure(LIMIT));
    assert_eq!(unacknowledged(&panics), 1);
}

#[test]
fn a_capture_gives_up_on_a_hanging_store_and_after_the_end_does_not_wait() {
    let setup = Setup::new(Mood::Hangs);
    setup.submit(1);
    assert!(!setup.writer.secure(Duration::from_millis(1)));
    assert_eq!(unacknowledged(&setup), 1);
    let ended = Setup::new(Mood::Works);
    assert!(ended.writer.shutdown(LIMIT));
    assert!(!ended.writer.secure(LIMIT));
}

#[test]
fn a_store_that_fails_does_not_wait_for_itself() {
    let setup = Setup::new(Mood::Secures);
    setup.world.writer.set(setup.writer.clone()).ok().unwrap();
    setup.submit(1);
    assert!(setup.flush());
    assert_eq!(setup.world.total(), 1);
}
