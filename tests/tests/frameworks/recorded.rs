//! The one tracker of the process, and what it recorded of a case.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use error_tracker::{tracker, Error, Event, Guard, Issue, Query};
use error_tracker_tests::LIMIT;
use tempfile::TempDir;

use crate::client::{Answer, Connection, Request};

/// A small app in one of the frameworks.
pub struct App {
    pub name: &'static str,
    pub start: fn() -> SocketAddr,
    pub address: OnceLock<SocketAddr>,
    /// What a part of a pattern begins and ends with.
    pub parameter: [&'static str; 2],
    /// Whether a body is noted as the handler reads it, and whole.
    pub reads_along: bool,
    /// Whether the address at the other end of the connection is known.
    pub knows_client: bool,
}

impl App {
    pub const fn new(name: &'static str, start: fn() -> SocketAddr) -> Self {
        let address = OnceLock::new();
        Self { name, start, address, parameter: ["{", "}"], reads_along: true, knows_client: true }
    }

    /// Says that the address at the other end of the connection is not known.
    pub const fn without_client(mut self) -> Self {
        self.knows_client = false;
        self
    }

    /// Says that it is Rocket.
    pub const fn of_rocket(mut self) -> Self {
        self.parameter = ["<", ">"];
        self.reads_along = false;
        self
    }

    /// Returns the pattern of a route as this framework writes it.
    pub fn pattern(&self, pattern: &str) -> String {
        let [begin, end] = self.parameter;
        pattern.replace('{', begin).replace('}', end)
    }

    /// Begins a case: the only one at a time, so that nothing is counted for another.
    pub fn case(&self) -> Case {
        let case = self.before_the_start();
        begin_with(|store| error_tracker::init! { store: store });
        // A case that failed left its own panic behind.
        case.found();
        case
    }

    /// Begins a case while there may be no tracker.
    pub fn before_the_start(&self) -> Case {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let address = *self.address.get_or_init(self.start);
        let number = CASES.fetch_add(1, Ordering::Relaxed);
        Case { address, host: format!("case-{number}.{}.test", self.name), _turn: turn }
    }
}

static TURN: Mutex<()> = Mutex::new(());
static CASES: AtomicU32 = AtomicU32::new(1);
static RUNNING: OnceLock<(Guard, TempDir)> = OnceLock::new();

/// Starts the tracker, unless it runs.
pub fn begin_with(start: impl FnOnce(PathBuf) -> Result<Guard, Error>) {
    RUNNING.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let guard = start(folder.path().join("events.db")).expect("the tracker starts");
        (guard, folder)
    });
}

pub struct Case {
    pub address: SocketAddr,
    pub host: String,
    _turn: MutexGuard<'static, ()>,
}

/// What was recorded once.
pub struct Found {
    pub issue: Issue,
    pub event: Event,
}

impl Case {
    pub fn connect(&self) -> Connection {
        Connection::open(self.address, &self.host)
    }

    pub fn send(&self, request: &Request) -> Answer {
        self.connect().send(request)
    }

    /// Takes what was recorded meanwhile, whatever host it is of.
    pub fn found(&self) -> Vec<Found> {
        let tracker = tracker();
        assert!(tracker.flush(LIMIT), "the store takes it");
        let issues = tracker.issues(Query::new().size(100)).expect("issues can be read").items;
        let mut found = Vec::new();
        for issue in issues {
            for recorded in tracker.events(issue.fingerprint).expect("events can be read") {
                found.push(Found { issue: issue.clone(), event: recorded.event });
            }
            tracker.delete(issue.fingerprint).expect("an issue can be deleted");
        }
        found
    }

    /// Takes the only event, which happened once, for this host.
    #[track_caller]
    pub fn only(&self) -> Event {
        let found = self.found();
        let told: Vec<_> = found.iter().map(|found| &found.event).collect();
        let [Found { issue, event }] = &found[..] else {
            panic!("expected one event, got {}: {told:#?}", found.len())
        };
        assert_eq!(issue.count, 1, "{event:#?}");
        assert_eq!(event.request.as_ref().map(|request| &request.host), Some(&self.host));
        event.clone()
    }

    /// Waits for the only event, of which no answer tells that it is recorded.
    #[track_caller]
    pub fn comes(&self) -> Event {
        let begun = Instant::now();
        while tracker().issues(Query::new()).is_ok_and(|page| page.items.is_empty()) {
            assert!(begun.elapsed() < LIMIT, "no event comes");
            assert!(tracker().flush(LIMIT), "the store takes it");
        }
        self.only()
    }
}
