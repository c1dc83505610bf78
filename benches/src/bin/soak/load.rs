//! What the threads do, and how often each thing failed.

use std::hint::black_box;
use std::iter;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{sleep, Scope};
use std::time::{Duration, Instant};

use error_tracker::{breadcrumb, capture_message, scope, tracker, Error, IssueState, Query, Sort};

use crate::failing::{happy, narrow, panicking, passing, steady, wide, STEADY, WIDE};

/// How many calls go well for each that fails.
const HAPPY: u64 = 200;
const STORM: u64 = 50_000;
/// How often the store is asked what it refuses at first.
const TRIES: usize = 5;

/// How often each thing failed, and how long the failing calls took.
pub(crate) struct Load {
    is_over: AtomicBool,
    pub(crate) steady: Vec<AtomicU64>,
    pub(crate) wide: Vec<AtomicU64>,
    pub(crate) narrow: AtomicU64,
    pub(crate) panics: AtomicU64,
    pub(crate) messages: AtomicU64,
    /// Issues that were not as they had to be when they were read, resolved or deleted.
    unread: AtomicU64,
    taken: Mutex<Vec<Duration>>,
}

impl Default for Load {
    fn default() -> Self {
        let zeroes = |length| iter::repeat_with(AtomicU64::default).take(length).collect();
        Self {
            is_over: AtomicBool::new(false),
            steady: zeroes(STEADY),
            wide: zeroes(WIDE),
            narrow: AtomicU64::new(0),
            panics: AtomicU64::new(0),
            messages: AtomicU64::new(0),
            unread: AtomicU64::new(0),
            taken: Mutex::default(),
        }
    }
}

impl Load {
    /// Starts all threads; each ends when told to stop.
    pub(crate) fn start<'s>(&'s self, scope: &'s Scope<'s, '_>) {
        for thread in 0..2 {
            scope.spawn(move || self.again(1, |round| self.work(2 * round + thread)));
        }
        scope.spawn(|| self.again(20, |_| self.panic()));
        scope.spawn(|| self.again(10, |round| self.message(round)));
        scope.spawn(|| self.again(15_000, |_| self.storm()));
        scope.spawn(|| self.again(25_000, |_| self.wide_storm()));
        scope.spawn(|| self.again(100, |_| self.read()));
        scope.spawn(|| self.again(3_000, |_| _ = tracker().flush(Duration::from_secs(1))));
        scope.spawn(|| self.again(2_000, |round| self.curate(round)));
    }

    pub(crate) fn stop(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    fn goes_on(&self) -> bool {
        !self.is_over.load(Ordering::Relaxed)
    }

    pub(crate) fn unread(&self) -> u64 {
        self.unread.load(Ordering::Relaxed)
    }

    /// Takes how long the failing calls took since this was last asked.
    pub(crate) fn taken(&self) -> Vec<Duration> {
        std::mem::take(&mut *self.taken.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Does something again and again, with a pause of milliseconds after it.
    fn again(&self, pause: u64, mut run: impl FnMut(u64)) {
        let mut round = 0;
        while self.goes_on() {
            run(round);
            round += 1;
            let begun = Instant::now();
            while self.goes_on() && begun.elapsed() < Duration::from_millis(pause) {
                sleep(Duration::from_millis(pause.min(50)));
            }
        }
    }

    /// Times a failing call, and counts it.
    fn fails(&self, counter: &AtomicU64, call: impl FnOnce()) {
        let begun = Instant::now();
        call();
        let took = begun.elapsed();
        counter.fetch_add(1, Ordering::Relaxed);
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).push(took);
    }

    fn work(&self, round: u64) {
        for number in 0..HAPPY {
            let _ = black_box(happy(number, "all is well"));
        }
        let _scope = scope!(round = round, customer = "joe");
        breadcrumb!("a round begins", round = round);
        let number = (round as usize * 7) % STEADY;
        self.fails(&self.steady[number], || drop(black_box(steady(number))));
    }

    fn panic(&self) {
        self.fails(&self.panics, || drop(black_box(catch_unwind(|| panicking(1)))));
    }

    fn message(&self, round: u64) {
        self.fails(&self.messages, || {
            capture_message!(level = warning, round = round; "{round} rounds were made");
        });
    }

    fn storm(&self) {
        for number in 0..STORM {
            self.fails(&self.narrow, || drop(black_box(narrow(number))));
        }
    }

    fn wide_storm(&self) {
        for number in (0..STORM as usize).map(|number| number % WIDE) {
            self.fails(&self.wide[number], || drop(black_box(wide(number))));
        }
    }

    /// Reads three pages, and the events of the first issue on each.
    fn read(&self) {
        let mut query = Query::new().sort(Sort::LastSeen).size(20);
        for _ in 0..3 {
            let Some(page) = self.asks("a page", || tracker().issues(query.clone())) else {
                return self.must(false, "a page is not read");
            };
            if let Some(first) = page.items.first() {
                let events = self.asks("events", || tracker().events(first.fingerprint));
                let hours = self.asks("hours", || tracker().hours(first.fingerprint));
                self.must(events.is_some() && hours.is_some(), "an issue is not read");
            }
            let Some(next) = page.next else { return };
            query = query.after(next);
        }
    }

    /// Resolves an issue, which comes back; makes one of its own, and deletes it.
    fn curate(&self, round: u64) {
        let newest = Query::new().sort(Sort::CreatedOn).size(50);
        let newest = self.asks("a list", || tracker().issues(newest.clone()));
        if let Some(issue) = newest.and_then(|page| page.items.into_iter().next()) {
            let resolve = || tracker().set_state(issue.fingerprint, IssueState::Resolved);
            // Nobody else deletes any.
            self.must(self.asks("resolving", resolve) == Some(true), "an issue is gone");
        }
        (0..10).for_each(|_| drop(black_box(passing(round))));
        let is_stored = (0..TRIES).any(|_| tracker().flush(Duration::from_secs(10)));
        self.must(is_stored, "a flush is never done");
        let message = format!("passing {round}");
        let query = Query::new().search(&message).size(1_000);
        let found = self.asks("a search", || tracker().issues(query.clone()));
        let found = found.into_iter().flat_map(|page| page.items);
        let Some(issue) = found.into_iter().find(|issue| issue.message == message) else {
            return self.must(false, "an issue is not found");
        };
        self.must(issue.count == 10, "an issue is not counted right");
        let deleted = self.asks("deleting", || tracker().delete(issue.fingerprint));
        self.must(deleted == Some(true), "an issue is not deleted");
    }

    /// Asks the store, again if it refuses: it waits for the writer only so long.
    fn asks<T>(&self, what: &str, ask: impl Fn() -> Result<T, Error>) -> Option<T> {
        for _ in 0..TRIES {
            match ask() {
                Ok(answer) => return Some(answer),
                Err(error) => eprintln!("soak: {what}: {error}"),
            }
        }
        None
    }

    fn must(&self, is_so: bool, otherwise: &str) {
        if !is_so {
            eprintln!("soak: {otherwise}");
            self.unread.fetch_add(1, Ordering::Relaxed);
        }
    }
}
