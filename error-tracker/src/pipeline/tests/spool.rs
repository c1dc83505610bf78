//! What waits on disk while the store is away, and how it comes into the store.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;

pub(super) fn place(folder: &TempDir) -> PathBuf {
    folder.path().join("spool")
}

pub(super) fn spooling(world: &Arc<World>, place: &Path) -> Setup {
    spooling_within(world, place, 1 << 20)
}

fn spooling_within(world: &Arc<World>, place: &Path, size: u64) -> Setup {
    let (made, opened) = (Arc::clone(world), Arc::clone(world));
    let folders = vec![place.to_owned()];
    let parts = SpoolParts { folders, size, owner: "fake".into() };
    Setup::with_spool(made, Box::new(move || Ok(Box::new(Fake(Arc::clone(&opened))))), parts)
}

fn health(setup: &Setup) -> Health {
    setup.writer.health(&setup.counters)
}

fn files(place: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(place).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

/// Ends the writer without the help that a dropped setup gives.
fn end(setup: Setup) -> bool {
    let is_stored = setup.writer.shutdown(LIMIT);
    drop(setup);
    is_stored
}

#[test]
fn what_the_store_does_not_take_waits_on_disk_and_is_told() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::new(Mood::Fails));
    let setup = spooling(&world, &place(&folder));
    (1..=3).for_each(|number| setup.submit(number));
    count(&setup, 7);
    assert!(!setup.flush());
    let told = health(&setup);
    assert_eq!((told.spool.segments, told.spool.events, told.dropped, told.lost), (1, 10, 7, 0));
    assert_eq!(told.spool.folder, Some(place(&folder).display().to_string()));
    assert!(told.oldest_uncommitted_age.is_some());
    world.set(Mood::Works);
    assert!(setup.flush());
    assert_eq!((world.total(), world.written.lock().unwrap().len()), (10, 3));
    let told = health(&setup);
    assert_eq!((told.spool.segments, told.committed, told.oldest_uncommitted_age), (0, 3, None));
    assert!(!place(&folder).exists());
}

#[test]
fn a_shutdown_without_the_store_leaves_all_to_the_next_start() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::new(Mood::Fails));
    let setup = spooling(&world, &place(&folder));
    setup.submit(1);
    assert!(!setup.flush());
    setup.submit(2);
    count(&setup, 5);
    assert!(!end(setup));
    assert_eq!((world.total(), files(&place(&folder)).len()), (0, 2));
    world.set(Mood::Works);
    let next = spooling(&world, &place(&folder));
    assert!(next.flush());
    assert_eq!(world.total(), 7);
    assert!(end(next));
}

#[test]
fn what_waits_goes_in_at_the_next_start_without_any_event() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::new(Mood::Fails));
    let setup = spooling(&world, &place(&folder));
    setup.submit(1);
    end(setup);
    world.set(Mood::Works);
    let _next = spooling(&world, &place(&folder));
    wait_until(|| world.total() == 1);
}

#[test]
fn a_write_that_failed_but_happened_counts_once() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::new(Mood::FailsAfterwards));
    for round in 1..=4 {
        let setup = spooling(&world, &place(&folder));
        setup.submit(round);
        assert!(!setup.flush());
        setup.submit(round + 100);
        end(setup);
    }
    world.set(Mood::Works);
    assert!(spooling(&world, &place(&folder)).flush());
    assert_eq!((world.total(), world.written.lock().unwrap().len()), (8, 8));
}

#[test]
fn a_store_that_fails_every_second_call_gets_all_once() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::new(Mood::FailsEverySecond));
    let setup = spooling(&world, &place(&folder));
    for number in 1..=100 {
        setup.submit(number);
        setup.flush();
    }
    world.set(Mood::Works);
    assert!(setup.flush());
    assert_eq!((world.total(), world.written.lock().unwrap().len()), (100, 100));
}

#[test]
fn nothing_is_lost_to_a_store_that_panics_until_it_works() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::new(Mood::Panics));
    let setup = spooling(&world, &place(&folder));
    for number in 1..=10 {
        setup.submit(number);
        assert!(!setup.flush());
    }
    assert!(health(&setup).writer_restarts >= 10);
    end(setup);
    world.set(Mood::Works);
    assert!(spooling(&world, &place(&folder)).flush());
    assert_eq!(world.total(), 10);
}

#[test]
fn a_batch_that_panics_ever_again_while_others_pass_is_set_aside() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::new(Mood::PanicsAt(2)));
    let setup = spooling(&world, &place(&folder));
    setup.submit(2);
    setup.flush();
    for number in 3..=8 {
        setup.submit(number);
        setup.flush();
    }
    assert!(setup.flush());
    assert_eq!((world.total(), setup.counters.lost()), (6, 0));
    let told = health(&setup);
    assert!(told.set_aside[0].ends_with(".bad"), "{told:?}");
    assert_eq!((told.set_aside.len(), told.spool.segments), (1, 0));
    // Its old name brings it back.
    end(setup);
    let bad = place(&folder).join(&files(&place(&folder))[0]);
    std::fs::rename(&bad, bad.with_extension("")).unwrap();
    world.set(Mood::Works);
    assert!(spooling(&world, &place(&folder)).flush());
    assert_eq!(world.total(), 7);
}

#[test]
fn fresh_events_pass_what_waits_on_disk() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::new(Mood::Fails));
    let setup = spooling(&world, &place(&folder));
    for number in 1..=5 {
        setup.submit(number);
        assert!(!setup.flush());
    }
    world.set(Mood::Works);
    setup.submit(99);
    assert!(setup.flush());
    let written: Vec<_> = world.written.lock().unwrap().iter().map(|event| event.at).collect();
    let numbers: Vec<_> = written.iter().map(|at| at.as_micros()).collect();
    assert_eq!(numbers, [99, 1, 2, 3, 4, 5]);
}

#[test]
fn an_event_that_waits_on_disk_is_amended_when_it_is_written() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::new(Mood::Fails));
    let setup = spooling(&world, &place(&folder));
    (1..=2).for_each(|number| setup.submit(number));
    assert!(!setup.flush());
    // One is amended in a later segment, one after the store is back.
    assert!(setup.writer.submit(amendment(1, Outcome::Handled)).is_ok());
    assert!(!setup.flush());
    world.set(Mood::Works);
    assert!(setup.writer.submit(amendment(2, Outcome::Handled)).is_ok());
    assert!(setup.flush());
    let amended = world.amended.lock().unwrap();
    let mut ids: Vec<_> = amended.iter().map(|event| event.id.as_bytes()[0]).collect();
    ids.sort_unstable();
    assert_eq!(ids, [1, 2]);
    assert!(amended.iter().all(|event| event.outcome == Outcome::Handled));
}

#[test]
fn counts_stay_exact_when_the_room_on_disk_is_used_up() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::new(Mood::Fails));
    let setup = spooling_within(&world, &place(&folder), 64 << 10);
    for round in 0..60 {
        (0..100).for_each(|number| setup.submit(number));
        assert!(!setup.flush(), "{round}");
    }
    let told = health(&setup);
    assert!(told.spool.bytes <= 64 << 10 && told.spool.segments > 0, "{told:?}");
    assert!(told.dropped > 0, "{told:?}");
    let dropped = told.dropped;
    world.set(Mood::Works);
    assert!(setup.flush());
    assert_eq!((world.total(), setup.counters.lost()), (6_000, 0));
    assert_eq!(world.written.lock().unwrap().len() as u64, 6_000 - dropped);
}

#[test]
fn at_the_end_counts_are_kept_where_events_have_no_room() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::new(Mood::Fails));
    let setup = spooling_within(&world, &place(&folder), 64 << 10);
    for _ in 0..60 {
        (0..100).for_each(|number| setup.submit(number));
        setup.flush();
    }
    assert!(!end(setup));
    world.set(Mood::Works);
    assert!(spooling_within(&world, &place(&folder), 64 << 10).flush());
    assert_eq!(world.total(), 6_000);
}

#[test]
fn where_no_folder_can_be_written_all_waits_in_memory() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::new(Mood::Fails));
    std::fs::write(place(&folder), "a file stands in the way").unwrap();
    let setup = spooling(&world, &place(&folder));
    (0..3).for_each(|number| {
        setup.submit(number);
        assert!(!setup.flush());
    });
    let told = health(&setup);
    assert_eq!((told.spool.segments, told.spool.folder.clone()), (0, None));
    assert!(told.last_error.is_some_and(|error| error.contains("keep events in")));
    // There is room again.
    std::fs::remove_file(place(&folder)).unwrap();
    assert!(!setup.flush());
    assert_eq!(health(&setup).spool.events, 3);
    world.set(Mood::Works);
    assert!(setup.flush());
    assert_eq!(world.total(), 3);
}

#[test]
fn a_store_that_is_damaged_is_cleared_once_and_its_batch_goes_into_the_new_one() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::new(Mood::IsDamaged));
    let setup = spooling(&world, &place(&folder));
    setup.submit(1);
    // The fake is damaged again after it was cleared.
    (0..3).for_each(|_| assert!(!setup.flush()));
    let told = health(&setup);
    assert_eq!((&told.set_aside[..], told.spool.events), (&["aside".to_owned()][..], 1));
    world.set(Mood::Works);
    assert!(setup.flush());
    assert_eq!(world.total(), 1);
}

#[test]
fn what_nothing_takes_at_the_end_is_told_as_lost() {
    let setup = Setup::new(Mood::Fails);
    setup.submit(1);
    assert!(!setup.flush());
    setup.submit(2);
    count(&setup, 5);
    assert!(!setup.writer.shutdown(LIMIT));
    assert_eq!(setup.counters.lost(), 7);
}

#[test]
fn a_shutdown_returns_by_its_limit_while_a_segment_hangs() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::new(Mood::Fails));
    let setup = spooling(&world, &place(&folder));
    setup.submit(1);
    end(setup);
    world.set(Mood::Hangs);
    let next = spooling(&world, &place(&folder));
    assert!(!next.writer.flush(Duration::from_millis(1)));
    assert!(!next.writer.shutdown(Duration::from_millis(1)));
}

#[test]
fn what_would_take_the_store_long_at_the_end_is_on_disk_first() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::new(Mood::Works));
    let setup = spooling(&world, &place(&folder));
    setup.submit(1);
    assert!(setup.flush());
    count_many(&setup, 2_000);
    world.set(Mood::Hangs);
    assert!(!setup.writer.shutdown(Duration::from_millis(1)));
    wait_until(|| has_segment(&place(&folder)));
    world.set(Mood::Works);
    assert!(setup.writer.shutdown(LIMIT));
    assert_eq!(world.total(), 2_001);
    let next = spooling(&world, &place(&folder));
    assert!(next.flush());
    assert_eq!(world.total(), 2_001);
}

fn has_segment(place: &Path) -> bool {
    files(place).iter().any(|name| name.ends_with(".segment"))
}
