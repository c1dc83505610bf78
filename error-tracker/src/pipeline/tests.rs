//! The writer against a store that can fail, hang and panic.

mod immediate;
mod retaining;
mod spool;

use std::collections::HashSet;
use std::sync::atomic::AtomicU64;
use std::sync::{Condvar, Mutex, OnceLock};
use std::time::Instant;

use super::*;
use crate::model::{
    Clock, Event, EventId, Fingerprint, Issue, Kind, Level, Outcome, Recorded, Timestamp,
};
use crate::queue::{Amendment, Parts, Sealed, Seed, Tag};
use crate::store::{Batch, BatchId, Capabilities, Page, Query};

const LIMIT: Duration = Duration::from_secs(20);
static RUNS: AtomicU64 = AtomicU64::new(1);

/// What the fake store does at the next write.
#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Works,
    Fails,
    /// It writes, and says that it did not.
    FailsAfterwards,
    FailsEverySecond,
    IsDamaged,
    Panics,
    /// Where there is an event of this number.
    PanicsAt(i64),
    Hangs,
    Flushes,
    Secures,
}

struct World {
    mood: Mutex<Mood>,
    changed: Condvar,
    written: Mutex<Vec<Event>>,
    counts: Mutex<Vec<(Fingerprint, u64)>>,
    names: Mutex<HashSet<BatchId>>,
    attempts: Mutex<usize>,
    /// How many issues the largest batch had.
    largest: Mutex<usize>,
    writer: OnceLock<Writer>,
    amended: Mutex<Vec<Event>>,
}

impl World {
    fn new(mood: Mood) -> Arc<Self> {
        Arc::new(Self {
            mood: Mutex::new(mood),
            changed: Condvar::new(),
            written: Mutex::default(),
            counts: Mutex::default(),
            names: Mutex::default(),
            attempts: Mutex::default(),
            largest: Mutex::default(),
            writer: OnceLock::new(),
            amended: Mutex::default(),
        })
    }

    fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
        self.changed.notify_all();
    }

    fn total(&self) -> u64 {
        self.counts.lock().unwrap().iter().map(|(_, count)| count).sum()
    }
}

/// A store with the capability `exactly_once`.
struct Fake(Arc<World>);

impl Fake {
    fn take(&self, batch: &Batch) {
        if !self.0.names.lock().unwrap().insert(batch.id.unwrap()) {
            return;
        }
        for delta in &batch.deltas {
            self.0.counts.lock().unwrap().push((delta.fingerprint, delta.count));
            let events = delta.events.iter().map(|kept| kept.event.clone());
            self.0.written.lock().unwrap().extend(events);
        }
        let amended = batch.amended.iter().map(|amended| amended.event.clone());
        self.0.amended.lock().unwrap().extend(amended);
    }
}

impl Store for Fake {
    fn write(&mut self, batch: &Batch) -> Result<(), Error> {
        let mood = *self.0.mood.lock().unwrap();
        let failed = Err(Error::new(ErrorKind::Store, "write to the fake"));
        *self.0.attempts.lock().unwrap() += 1;
        let mut largest = self.0.largest.lock().unwrap();
        *largest = largest.max(batch.deltas.len());
        drop(largest);
        match mood {
            Mood::Works | Mood::FailsAfterwards => {}
            Mood::Fails => return failed,
            Mood::IsDamaged => {
                return Err(Error::new(ErrorKind::StoreCorrupt, "write to the fake"))
            }
            Mood::FailsEverySecond if *self.0.attempts.lock().unwrap() % 2 == 1 => return failed,
            Mood::FailsEverySecond => {}
            Mood::Flushes => assert!(!self.0.writer.get().unwrap().flush(LIMIT)),
            Mood::Secures => assert!(!self.0.writer.get().unwrap().secure(LIMIT)),
            Mood::Panics => panic!("the fake panics"),
            Mood::PanicsAt(number) => {
                let mut events = batch.deltas.iter().flat_map(|delta| delta.events());
                assert!(events.all(|event| event.at.as_micros() != number), "the fake panics");
            }
            Mood::Hangs => {
                let mood = self.0.mood.lock().unwrap();
                let hangs = |mood: &mut Mood| *mood == Mood::Hangs;
                drop(self.0.changed.wait_timeout_while(mood, LIMIT, hangs));
            }
        }
        self.take(batch);
        if mood == Mood::FailsAfterwards {
            return failed;
        }
        Ok(())
    }

    fn capabilities(&self) -> Capabilities {
        let mut can = Capabilities::none();
        can.exactly_once = true;
        can
    }

    fn event(&mut self, id: EventId) -> Result<Option<Recorded>, Error> {
        let written = self.0.written.lock().unwrap();
        let found = written.iter().find(|event| event.id == id).cloned();
        Ok(found.map(|event| Recorded { event, ..Recorded::default() }))
    }

    fn put(&mut self, _: &Issue) -> Result<(), Error> {
        Ok(())
    }

    fn list(&mut self, query: &Query) -> Result<Page<Issue>, Error> {
        Ok(query.page_of([]))
    }

    fn get(&mut self, _: Fingerprint) -> Result<Option<Issue>, Error> {
        Ok(None)
    }

    fn delete(&mut self, _: Fingerprint) -> Result<bool, Error> {
        Ok(false)
    }
}

struct Setup {
    world: Arc<World>,
    counters: Arc<Counters>,
    writer: Writer,
}

impl Setup {
    fn new(mood: Mood) -> Self {
        let world = World::new(mood);
        let opened = Arc::clone(&world);
        Self::with_opener(world, Box::new(move || Ok(Box::new(Fake(Arc::clone(&opened))))))
    }

    fn with_opener(world: Arc<World>, open: Opener) -> Self {
        Self::with_spool(world, open, SpoolParts::default())
    }

    fn with_spool(world: Arc<World>, open: Opener, spool: SpoolParts) -> Self {
        let counters = Arc::new(Counters::new());
        let parts = WriterParts {
            open,
            counters: Arc::clone(&counters),
            origin: Origin::default(),
            in_app: InApp::default(),
            clear: Box::new(|| Ok(Some("aside".into()))),
            spool,
            retention: RetentionParts {
                days: 90,
                max_store_size: u64::MAX,
                clock: Clock::default(),
            },
            max_events: 100,
            run: RUNS.fetch_add(1, Ordering::Relaxed),
            require_store: false,
        };
        Self { world, counters, writer: Writer::start(parts).unwrap() }
    }

    fn submit(&self, number: u8) {
        assert!(self.writer.submit(event(number)).is_ok());
    }

    fn flush(&self) -> bool {
        self.writer.flush(LIMIT)
    }
}

impl Drop for Setup {
    fn drop(&mut self) {
        self.writer.shutdown(Duration::ZERO);
        if *self.world.mood.lock().unwrap() == Mood::Hangs {
            self.world.set(Mood::Works);
        }
    }
}

fn wait_until(is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < LIMIT);
        thread::yield_now();
    }
}

fn event(number: u8) -> Message {
    let mut parts = Parts::default();
    parts.put(Tag::Message, &["declined"]);
    Message::Event(Box::new(Sealed {
        id: EventId::from_bytes([number; 16]),
        fingerprint: Fingerprint::from_bytes([number % 4; 32]),
        kind: Kind::Error,
        level: Level::Error,
        at: Timestamp::from_micros(i64::from(number)),
        during: EventId::NIL,
        outcome: Outcome::Open,
        parts,
    }))
}

fn amendment(number: u8, outcome: Outcome) -> Message {
    let mut parts = Parts::default();
    parts.put_frame("shop::main", ("src/main.rs", 3), ["", ""], true);
    let id = EventId::from_bytes([number; 16]);
    Message::Amend(Amendment { id, parts, outcome: Some(outcome) })
}

fn seed() -> Seed {
    Seed::new((Kind::Error, Level::Error), ["shop::CardDeclined", "", ""])
}

fn count(setup: &Setup, failures: usize) {
    let fingerprint = Fingerprint::from_bytes([9; 32]);
    let slot = setup.counters.find_or_insert(fingerprint, seed).unwrap();
    for _ in 0..failures {
        if setup.counters.count(slot, Timestamp::from_micros(1)) {
            setup.writer.wake();
        }
    }
}

#[test]
fn what_was_submitted_before_a_flush_is_written_after_it() {
    let setup = Setup::new(Mood::Works);
    (1..=100).for_each(|number| setup.submit(number));
    assert!(setup.flush());
    assert_eq!(setup.world.written.lock().unwrap().len(), 100);
    assert_eq!(setup.world.total(), 100);
    let health = setup.writer.health(&setup.counters);
    assert_eq!((health.store, health.committed, health.queued), (StoreHealth::Open, 100, 0));
}

#[test]
fn failures_that_are_only_counted_are_written_too() {
    let setup = Setup::new(Mood::Works);
    count(&setup, 1_000);
    assert!(setup.flush());
    count(&setup, 10);
    assert!(setup.flush());
    assert_eq!(setup.world.total(), 1_010);
}

#[test]
fn an_event_and_its_closing_in_one_batch_are_one_write() {
    let setup = Setup::new(Mood::Works);
    setup.submit(1);
    assert!(setup.writer.submit(amendment(1, Outcome::Propagated)).is_ok());
    assert!(setup.flush());
    let written = setup.world.written.lock().unwrap();
    assert_eq!((written[0].outcome, written[0].frames.len()), (Outcome::Propagated, 1));
    assert!(setup.world.amended.lock().unwrap().is_empty());
}

#[test]
fn an_event_that_was_written_is_amended_in_place() {
    let setup = Setup::new(Mood::Works);
    setup.submit(1);
    assert!(setup.flush());
    assert!(setup.writer.submit(amendment(1, Outcome::Handled)).is_ok());
    assert!(setup.writer.submit(amendment(77, Outcome::Handled)).is_ok());
    assert!(setup.flush());
    let amended = setup.world.amended.lock().unwrap();
    assert_eq!(amended.len(), 1);
    assert_eq!((amended[0].outcome, amended[0].message.as_str()), (Outcome::Handled, "declined"));
    assert_eq!(setup.world.total(), 1);
}

#[test]
fn nothing_is_lost_while_the_store_fails_and_then_works_again() {
    let setup = Setup::new(Mood::Fails);
    setup.submit(1);
    count(&setup, 5);
    assert!(!setup.flush());
    let health = setup.writer.health(&setup.counters);
    assert_eq!(health.store, StoreHealth::Waiting("write to the fake".into()));
    assert!(health.oldest_uncommitted_age.is_some());
    setup.world.set(Mood::Works);
    assert!(setup.flush());
    assert_eq!(setup.world.total(), 6);
    assert_eq!(setup.writer.health(&setup.counters).store, StoreHealth::Open);
}

#[test]
fn counts_stay_exact_when_memory_is_full() {
    let setup = Setup::new(Mood::Fails);
    for round in 0..30 {
        (0..100).for_each(|number| setup.submit(number));
        assert!(!setup.flush(), "{round}");
    }
    setup.world.set(Mood::Works);
    assert!(setup.flush());
    assert_eq!(setup.world.total(), 3_000);
    assert_eq!(setup.world.written.lock().unwrap().len(), 1_000);
}

#[test]
fn a_panicking_store_is_counted_and_tried_again() {
    let setup = Setup::new(Mood::Panics);
    setup.submit(1);
    assert!(!setup.flush());
    assert_eq!(setup.writer.health(&setup.counters).writer_restarts, 1);
    setup.world.set(Mood::Works);
    assert!(setup.flush());
    assert_eq!(setup.world.total(), 1);
}

#[test]
fn a_batch_that_panics_ever_again_is_given_up_and_counted_as_lost() {
    let setup = Setup::new(Mood::Panics);
    setup.submit(1);
    (0..3).for_each(|_| assert!(!setup.flush()));
    setup.world.set(Mood::Works);
    setup.submit(2);
    assert!(setup.flush());
    assert_eq!(setup.world.total(), 1);
    assert_eq!(setup.counters.lost(), 1);
}

#[test]
fn flush_and_shutdown_give_up_on_a_hanging_store() {
    let setup = Setup::new(Mood::Hangs);
    setup.submit(1);
    assert!(!setup.writer.flush(Duration::from_millis(1)));
    assert!(!setup.writer.shutdown(Duration::from_millis(1)));
    assert!(setup.writer.submit(event(2)).is_err());
}

#[test]
fn a_store_that_fails_every_second_call_loses_nothing_and_holds_up_nobody() {
    let setup = Setup::new(Mood::FailsEverySecond);
    for number in 0..20 {
        setup.submit(number);
        count(&setup, 5);
        assert!(setup.flush() || setup.flush(), "{number}");
    }
    assert_eq!(setup.world.total(), 120);
    assert_eq!(setup.counters.lost(), 0);
    setup.submit(20);
    setup.writer.shutdown(LIMIT);
    assert_eq!(setup.writer.health(&setup.counters).store, StoreHealth::Closed);
}

#[test]
fn a_store_that_flushes_does_not_wait_for_itself() {
    let setup = Setup::new(Mood::Flushes);
    assert!(setup.world.writer.set(setup.writer.clone()).is_ok());
    setup.submit(1);
    assert!(setup.flush());
    assert_eq!(setup.world.total(), 1);
}

#[test]
fn a_full_queue_gives_the_message_back() {
    let setup = Setup::new(Mood::Hangs);
    setup.submit(1);
    let accepted = (0..3 * CAPACITY).filter(|_| setup.writer.submit(event(2)).is_ok()).count();
    assert!((CAPACITY - 1..3 * CAPACITY).contains(&accepted), "{accepted}");
    setup.world.set(Mood::Works);
    assert!(setup.flush());
    assert_eq!(setup.world.total(), accepted as u64 + 1);
}

#[test]
fn a_shutdown_stores_what_waits_and_takes_nothing_more() {
    let setup = Setup::new(Mood::Works);
    setup.submit(1);
    assert!(setup.writer.shutdown(LIMIT));
    assert_eq!(setup.world.total(), 1);
    assert!(setup.writer.submit(event(2)).is_err());
    assert_eq!(setup.writer.health(&setup.counters).store, StoreHealth::Closed);
}

#[test]
fn the_first_opening_can_be_waited_for_with_its_error() {
    let works = Setup::new(Mood::Works);
    assert!(works.writer.opened(LIMIT).is_ok());
    let refuse = || Err(Error::new(ErrorKind::Store, "open the fake"));
    let refused = Setup::with_opener(World::new(Mood::Works), Box::new(refuse));
    assert_eq!(refused.writer.opened(LIMIT).unwrap_err().to_string(), "open the fake");
}

#[test]
fn a_single_event_is_written_without_a_flush() {
    let setup = Setup::new(Mood::Works);
    setup.submit(1);
    wait_until(|| setup.world.total() == 1);
}

/// Raises the counts of so many issues, of which no event is known.
fn count_many(setup: &Setup, issues: u16) {
    for number in 0..issues {
        let mut bytes = [7; 32];
        bytes[..2].copy_from_slice(&number.to_le_bytes());
        let fingerprint = Fingerprint::from_bytes(bytes);
        let slot = setup.counters.find_or_insert(fingerprint, seed).unwrap();
        if setup.counters.count(slot, Timestamp::from_micros(1)) {
            setup.writer.wake();
        }
    }
}

#[test]
fn many_issues_are_written_in_batches_of_a_bounded_size_and_counted_once() {
    let setup = Setup::new(Mood::Hangs);
    setup.submit(1);
    (0..3).for_each(|_| count_many(&setup, 3_500));
    setup.world.set(Mood::Works);
    assert!(setup.flush());
    assert_eq!(setup.world.total(), 3 * 3_500 + 1);
    assert!(*setup.world.largest.lock().unwrap() <= pending::MAX_AT_ONCE);
    assert!(setup.world.names.lock().unwrap().len() >= 4);
}
