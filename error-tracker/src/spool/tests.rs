//! The spool in real folders: cut, damaged, full, shared.

use std::fs::File;
use std::sync::Arc;

use proptest::prelude::*;
use tempfile::TempDir;

use super::entry::BLOCK;
use super::*;
use crate::backtrace::Stack;
use crate::model::{Event, EventId, Fingerprint, Frame, Outcome, Timestamp};
use crate::queue::{Parts, Tag};
use crate::store::{BatchId, Delta, Facts, Kept, Origin};

struct Setup {
    folder: TempDir,
}

impl Setup {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn place(&self) -> PathBuf {
        self.folder.path().join("errors.db-spool")
    }

    fn parts(&self) -> SpoolParts {
        SpoolParts { folders: vec![self.place()], size: 1 << 20, owner: "error_tracker_".into() }
    }

    /// As a new start finds it.
    fn spool(&self) -> Spool {
        let mut spool = Spool::new(self.parts());
        spool.look(Instant::now());
        spool
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.place()).into_iter().flatten().flatten();
        let mut names: Vec<_> =
            entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn only_file(&self) -> PathBuf {
        let names = self.names();
        assert_eq!(names.len(), 1, "{names:?}");
        self.place().join(&names[0])
    }
}

fn batch(number: u64, count: u64) -> Batch {
    let event = Event {
        id: EventId::from_bytes([number as u8; 16]),
        message: "declined".into(),
        ..Event::default()
    };
    let frame = Frame { function: "shop::charge".into(), line: 7, ..Frame::default() };
    let delta = Delta {
        fingerprint: Fingerprint::from_bytes([3; 32]),
        count,
        first_seen: Timestamp::from_micros(5),
        last_seen: Timestamp::from_micros(9),
        hours: vec![(1, count)],
        facts: Facts { message: "declined".into(), ..Facts::default() }.into(),
        events: vec![Kept { event, stack: Stack::new(vec![frame]) }],
    };
    let origin = Origin { release: "shop@1".into(), ..Origin::default() };
    Batch {
        id: Some(BatchId { run: 77, number }),
        origin: Arc::new(origin),
        deltas: vec![delta],
        ..Batch::default()
    }
}

fn put(spool: &mut Spool, number: u64, count: u64) {
    spool.put(&batch(number, count), &[], (Extent::Whole, Instant::now())).unwrap();
}

fn first(spool: &mut Spool) -> Option<(Parcel, Taken)> {
    match spool.first() {
        First::Parcel(parcel, taken) => Some((*parcel, taken)),
        First::Nothing | First::Busy => None,
    }
}

/// What a store with `exactly_once` has: the names of batches, and what they count.
#[derive(Default)]
struct Ledger {
    names: HashSet<BatchId>,
    total: u64,
}

impl Ledger {
    fn write(&mut self, batch: &Batch) {
        if self.names.insert(batch.id.unwrap()) {
            self.total += batch.deltas.iter().map(|delta| delta.count).sum::<u64>();
        }
    }

    fn replay(&mut self, spool: &mut Spool) {
        while let Some((parcel, taken)) = first(spool) {
            self.write(&parcel.batch);
            spool.done(taken);
        }
    }
}

#[test]
fn a_batch_reads_back_with_all_that_it_holds() {
    let setup = Setup::new();
    let mut parts = Parts::default();
    parts.put(Tag::Message, &["after all"]);
    let amendment = Amendment {
        id: EventId::from_bytes([9; 16]),
        outcome: Some(Outcome::Handled),
        parts: parts.clone(),
    };
    let mut spool = setup.spool();
    spool.put(&batch(1, 40), &[&amendment], (Extent::Whole, Instant::now())).unwrap();
    let (parcel, _) = first(&mut setup.spool()).unwrap();
    let (made, read) = (batch(1, 40), parcel.batch);
    assert_eq!((read.id, &read.origin), (made.id, &made.origin));
    let (made, read) = (&made.deltas[0], &read.deltas[0]);
    assert_eq!((read.fingerprint, read.count, &read.hours), (made.fingerprint, 40, &made.hours));
    assert_eq!((read.first_seen, read.last_seen), (made.first_seen, made.last_seen));
    assert_eq!((&read.facts, &read.events[0].event), (&made.facts, &made.events[0].event));
    let stack = |delta: &Delta| delta.events[0].stack.as_ref().unwrap().hash.clone();
    assert_eq!(stack(read), stack(made));
    let amendment = &parcel.amendments[0];
    assert_eq!(amendment.outcome, Some(Outcome::Handled));
    assert_eq!(amendment.parts.bytes(), parts.bytes());
}

#[test]
fn the_oldest_comes_first_and_what_waits_is_told() {
    let setup = Setup::new();
    let mut spool = setup.spool();
    (1..=3).for_each(|number| put(&mut spool, number, number * 10));
    assert_eq!(spool.waits(), setup.spool().waits());
    let waits = spool.waits();
    assert_eq!((waits.segments, waits.failures, waits.bytes), (3, 60, 3 * BLOCK));
    let mut order = Vec::new();
    while let Some((parcel, taken)) = first(&mut spool) {
        order.push(parcel.batch.id.unwrap().number);
        spool.done(taken);
    }
    assert_eq!(order, [1, 2, 3]);
    assert!(!setup.place().exists(), "an empty folder stays");
}

#[test]
fn a_damaged_file_is_set_aside_and_told_and_the_others_go_on() {
    let setup = Setup::new();
    let mut spool = setup.spool();
    put(&mut spool, 1, 5);
    let file = setup.only_file();
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    put(&mut spool, 2, 7);
    let (parcel, _taken) = first(&mut spool).unwrap();
    assert_eq!(parcel.batch.id.unwrap().number, 2);
    let aside = spool.take_set_aside();
    assert_eq!(fs::read(&aside[0]).unwrap(), bytes[..bytes.len() / 2]);
    assert!(aside[0].to_str().unwrap().ends_with(".segment.bad"), "{aside:?}");
    assert_eq!(setup.spool().waits().segments, 1);
}

#[test]
fn segments_of_a_newer_version_and_of_others_stay_as_they_are() {
    let setup = Setup::new();
    let mut spool = setup.spool();
    put(&mut spool, 1, 5);
    let newer = b"error-tracker spool 2 something else\n";
    fs::write(setup.place().join("1-1-1-9.segment"), newer).unwrap();
    let mut other = Spool::new(SpoolParts { owner: "shop_".into(), ..setup.parts() });
    other.look(Instant::now());
    for _ in 0..3 {
        assert!(matches!(other.first(), First::Nothing));
        assert_eq!((other.waits().newer, other.waits().segments), (1, 0));
        other.look(Instant::now());
    }
    assert!(other.take_set_aside().is_empty());
    assert_eq!(setup.names().len(), 2);
}

#[test]
fn what_exceeds_the_room_is_refused_and_counts_still_fit() {
    let setup = Setup::new();
    let size = 32 * BLOCK;
    let mut spool = Spool::new(SpoolParts { size, ..setup.parts() });
    let now = Instant::now();
    let fit = (1..100).take_while(|n| spool.put(&batch(*n, 1), &[], (Extent::Whole, now)).is_ok());
    assert_eq!(fit.count(), 30);
    assert_eq!(spool.put(&batch(200, 9), &[], (Extent::Counts, now)).unwrap(), 1);
    assert!(spool.put(&batch(201, 9), &[], (Extent::Counts, now)).is_ok());
    assert!(spool.put(&batch(202, 9), &[], (Extent::Counts, now)).is_err());
    assert_eq!(spool.waits().bytes, size);
    // Another process writes some of it to the store.
    let mut ledger = Ledger::default();
    ledger.replay(&mut setup.spool());
    assert_eq!(ledger.total, 30 + 18);
    put(&mut spool, 300, 1);
}

#[test]
fn without_room_or_folders_nothing_is_written() {
    let setup = Setup::new();
    for parts in [SpoolParts { size: 0, ..setup.parts() }, SpoolParts::default()] {
        let mut spool = Spool::new(parts);
        let now = Instant::now();
        assert!(spool.put(&batch(1, 1), &[], (Extent::Whole, now)).is_err());
        assert!(!setup.place().exists());
    }
}

#[test]
fn the_second_folder_takes_what_the_first_one_can_not() {
    let setup = Setup::new();
    fs::write(setup.place(), "a file stands in the way").unwrap();
    let second = setup.folder.path().join("elsewhere");
    let folders = vec![setup.place(), second.clone()];
    let parts = SpoolParts { folders, ..setup.parts() };
    let mut spool = Spool::new(parts.clone());
    put(&mut spool, 1, 5);
    assert_eq!(spool.place(), Some(&*second));
    let (mut next, mut ledger) = (Spool::new(parts), Ledger::default());
    next.look(Instant::now());
    ledger.replay(&mut next);
    assert_eq!(ledger.total, 5);
}

#[test]
fn two_processes_never_have_the_same_segment() {
    let setup = Setup::new();
    let mut one = setup.spool();
    put(&mut one, 1, 5);
    let mut other = setup.spool();
    let (_, taken) = first(&mut one).unwrap();
    assert!(matches!(other.first(), First::Busy));
    one.done(taken);
    assert!(matches!(other.first(), First::Nothing));
}

#[test]
fn a_file_left_unfinished_is_taken_unless_somebody_writes_it() {
    let setup = Setup::new();
    put(&mut setup.spool(), 1, 5);
    let file = setup.only_file();
    let unfinished = PathBuf::from(format!("{}.unfinished", file.display()));
    fs::rename(&file, &unfinished).unwrap();
    let writing = File::open(&unfinished).unwrap();
    writing.lock().unwrap();
    assert!(setup.spool().is_empty());
    drop(writing);
    assert_eq!(setup.spool().waits().failures, 5);
}

#[cfg(unix)]
#[test]
fn folder_and_files_are_the_users_alone() {
    use std::os::unix::fs::PermissionsExt;
    let setup = Setup::new();
    put(&mut setup.spool(), 1, 5);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&setup.place()), mode(&setup.only_file())), (0o700, 0o600));
    // Others may have put something into it.
    fs::set_permissions(setup.place(), PermissionsExt::from_mode(0o777)).unwrap();
    let mut spool = setup.spool();
    assert!(spool.is_empty());
    assert!(spool.put(&batch(2, 1), &[], (Extent::Whole, Instant::now())).is_err());
}

#[cfg(unix)]
#[test]
fn a_link_is_no_folder() {
    let setup = Setup::new();
    std::os::unix::fs::symlink(setup.folder.path(), setup.place()).unwrap();
    let written = setup.spool().put(&batch(2, 1), &[], (Extent::Whole, Instant::now()));
    assert!(written.is_err());
}

#[test]
fn a_segment_that_fails_while_others_pass_waits_behind_them_and_is_set_aside_if_it_panics() {
    let setup = Setup::new();
    let mut spool = setup.spool();
    (1..=2).for_each(|number| put(&mut spool, number, 1));
    let number = |spool: &mut Spool| first(spool).unwrap().0.batch.id.unwrap().number;
    assert!(!spool.failed(Failure::Panic));
    assert_eq!(number(&mut spool), 1);
    spool.note_written();
    assert!(spool.failed(Failure::Panic));
    assert_eq!(number(&mut spool), 2);
    assert!(!spool.failed(Failure::Error) && !spool.failed(Failure::Error));
    assert!(!spool.failed(Failure::Error));
    assert_eq!(number(&mut spool), 1);
    assert!(spool.failed(Failure::Panic));
    assert_eq!((number(&mut spool), spool.take_set_aside().len()), (2, 1));
}

#[test]
fn places_tell_databases_apart() {
    let (one, other) = (places(Path::new("/a/errors.db-spool")), places(Path::new("/b/errors.db")));
    assert_eq!(one[0], Path::new("/a/errors.db-spool"));
    assert!(one[1].starts_with(std::env::temp_dir()) && one[1] != other[1]);
}

/// Where a program is cut off while it brings a segment into the store.
#[derive(Clone, Copy, Debug)]
enum Cut {
    BeforeTheWrite,
    BeforeTheRemoval,
    Never,
}

fn cuts() -> impl Strategy<Value = Cut> {
    prop_oneof![Just(Cut::BeforeTheWrite), Just(Cut::BeforeTheRemoval), Just(Cut::Never)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn segments_count_once_wherever_the_program_is_cut_off(
        counts in prop::collection::vec(1_u64..1_000, 1..6),
        cuts in prop::collection::vec(cuts(), 0..20),
    ) {
        let setup = Setup::new();
        let mut spool = setup.spool();
        for (number, count) in (1..).zip(&counts) {
            put(&mut spool, number, *count);
        }
        let mut ledger = Ledger::default();
        for cut in cuts {
            // Each cut is followed by a new start.
            let mut spool = setup.spool();
            let Some((parcel, taken)) = first(&mut spool) else { break };
            match cut {
                Cut::BeforeTheWrite => {}
                Cut::BeforeTheRemoval => ledger.write(&parcel.batch),
                Cut::Never => {
                    ledger.write(&parcel.batch);
                    spool.done(taken);
                }
            }
        }
        ledger.replay(&mut setup.spool());
        prop_assert_eq!(ledger.total, counts.iter().sum::<u64>());
        prop_assert!(!setup.place().exists());
    }

    #[test]
    fn a_segment_counts_in_full_or_not_at_all(
        count in 1_u64..1_000,
        cut in any::<prop::sample::Index>(),
        other in prop::option::of(1_u8..),
    ) {
        let setup = Setup::new();
        put(&mut setup.spool(), 1, count);
        let file = setup.only_file();
        let mut bytes = fs::read(&file).unwrap();
        let at = cut.index(bytes.len());
        match other {
            Some(change) => bytes[at] ^= change,
            None => bytes.truncate(at),
        }
        fs::write(&file, &bytes).unwrap();
        let (mut spool, mut ledger) = (setup.spool(), Ledger::default());
        ledger.replay(&mut spool);
        prop_assert_eq!(ledger.total, 0);
        // It is still there, byte for byte, and told.
        prop_assert_eq!(fs::read(setup.only_file()).unwrap(), bytes);
        let told = spool.take_set_aside().len() as u64 + spool.waits().newer;
        prop_assert_eq!(told, 1);
    }
}
