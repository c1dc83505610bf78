//! When the writer lets the store remove what is too old or too much.

use super::*;
use crate::store::{Memory, Retained, Retention, RetentionRun};

/// A store that has so many steps to do, and says when it was asked.
#[derive(Clone, Default)]
struct Steps {
    left: Arc<Mutex<u64>>,
    asked: Arc<Mutex<Vec<Retention>>>,
    last: Option<RetentionRun>,
    fails: bool,
}

impl Store for Steps {
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

    fn capabilities(&self) -> Capabilities {
        Capabilities::all()
    }

    fn retain(&mut self, rules: &Retention) -> Result<Retained, Error> {
        self.asked.lock().unwrap().push(*rules);
        if self.fails {
            return Err(Error::new(ErrorKind::Store, "remove from the fake"));
        }
        let mut left = self.left.lock().unwrap();
        let step = Retained { issues: 1, events: 10, more: *left > 0, ..Retained::default() };
        *left = left.saturating_sub(1);
        Ok(step)
    }

    fn last_retention(&mut self) -> Result<Option<RetentionRun>, Error> {
        Ok(self.last)
    }
}

fn with(steps: &Steps) -> Setup {
    let opened = steps.clone();
    Setup::with_opener(World::new(Mood::Works), Box::new(move || Ok(Box::new(opened.clone()))))
}

fn health(setup: &Setup) -> Health {
    setup.writer.health(&setup.counters)
}

/// Waits until something is as it should be.
fn wait_for(setup: &Setup, is_so: impl Fn(&Health) -> bool) -> Health {
    let start = Instant::now();
    loop {
        // A flush brings the writer round; it rests for long.
        setup.flush();
        let health = health(setup);
        if is_so(&health) {
            return health;
        }
        assert!(start.elapsed() < LIMIT, "{health:?}");
    }
}

#[test]
fn a_store_that_never_ran_it_does_all_its_steps_and_health_tells_the_sum() {
    let steps = Steps { left: Arc::new(Mutex::new(3)), ..Steps::default() };
    let setup = with(&steps);
    let done = |health: &Health| health.last_retention.is_some_and(|run| run.removed.issues == 4);
    let run = wait_for(&setup, done).last_retention.unwrap();
    assert_eq!((run.removed.events, run.removed.more), (40, false));
    let rules = steps.asked.lock().unwrap()[0];
    let days = (run.at.as_micros() - rules.before.as_micros()) / 86_400_000_000;
    assert_eq!((days, rules.max_store_size), (90, u64::MAX));
}

#[test]
fn a_run_of_less_than_an_hour_ago_is_told_and_not_done_again() {
    let last = RetentionRun { at: Timestamp::now(), removed: Retained::default() };
    let steps = Steps { last: Some(last), ..Steps::default() };
    let setup = with(&steps);
    let told = wait_for(&setup, |health| health.last_retention.is_some());
    assert_eq!(told.last_retention, Some(last));
    (0..5).for_each(|_| assert!(setup.flush()));
    assert!(steps.asked.lock().unwrap().is_empty());
}

#[test]
fn a_last_run_in_the_future_keeps_nothing_from_going() {
    let at = Timestamp::from_micros(Timestamp::now().as_micros() + 400 * 86_400_000_000);
    let last = RetentionRun { at, removed: Retained::default() };
    let steps = Steps { last: Some(last), ..Steps::default() };
    let setup = with(&steps);
    wait_for(&setup, |health| health.last_retention.is_some_and(|run| run.removed.issues == 1));
}

#[test]
fn a_run_that_fails_is_told_and_keeps_nothing_from_being_written() {
    let steps = Steps { fails: true, ..Steps::default() };
    let setup = with(&steps);
    let told = wait_for(&setup, |health| health.last_error.is_some());
    assert_eq!(told.last_error.as_deref(), Some("remove from the fake"));
    assert_eq!(told.store, StoreHealth::Open);
    setup.submit(1);
    assert!(setup.flush());
    assert_eq!(steps.asked.lock().unwrap().len(), 1);
}

#[test]
fn what_is_old_in_a_real_store_goes_without_being_asked() {
    let (mut memory, now) = (Memory::new(), Timestamp::now().as_micros());
    for (number, last_seen) in [(1, now - 91 * 86_400_000_000), (2, now)] {
        let (fingerprint, last_seen) =
            (Fingerprint::from_bytes([number; 32]), Timestamp::from_micros(last_seen));
        memory.put(&Issue { fingerprint, last_seen, ..Issue::default() }).unwrap();
    }
    let store = crate::store::Shared::new(Box::new(memory));
    let opened = store.clone();
    let open: Opener = Box::new(move || Ok(Box::new(opened.clone())));
    let setup = Setup::with_opener(World::new(Mood::Works), open);
    wait_for(&setup, |health| health.last_retention.is_some_and(|run| run.removed.issues == 1));
    let left = store.reader().list(&Query::new()).unwrap().items;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].fingerprint, Fingerprint::from_bytes([2; 32]));
}
