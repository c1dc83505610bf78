//! The core from a visit to a response, each test with a tracker of its own.

mod api;
mod changes;
mod lists;
mod stores;
mod strangers;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::answer::{admit, Job, Reception};
use super::fence::Fence;
use super::response::Response;
use crate::model::{
    Clock, Event, EventId, Fingerprint, Frame, Hour, Issue, IssueState, Recorded, Timestamp,
};
use crate::store::{Sqlite, Store};
use crate::tracker::{Builder, Built, Tracker};
use crate::visit::{Permission, Visit};

/// 2026-11-22 10:11:12 UTC.
pub(super) const NOW: i64 = 1_795_342_272_000_000;
const HOUR: i64 = 3_600_000_000;
const LONG: Duration = Duration::from_secs(60);

/// What a visitor says of themselves decides what they may do.
fn by_role(visit: &Visit) -> Permission {
    match visit.get_header("x-role") {
        Some("manage") => Permission::Manage,
        Some("view") => Permission::View,
        _ => Permission::Nothing,
    }
}

struct Setup {
    folder: TempDir,
    built: Built,
    fence: Arc<Fence>,
}

impl Setup {
    fn new() -> Self {
        Self::with(|builder| builder)
    }

    fn with(change: impl FnOnce(Builder) -> Builder) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let builder = Builder::with_environment(Vec::new())
            .application(Some("shop"), Some("1.2.0"), "shop::main")
            .store(folder.path().join("errors.db"))
            .clock(Clock::from_fn(|| Timestamp::from_micros(NOW)))
            .require_store(true)
            .view_permission(by_role);
        let built = change(builder).build().unwrap();
        Self { folder, built, fence: Arc::default() }
    }

    fn tracker(&self) -> &Tracker {
        &self.built.tracker
    }

    /// Waits until the writer has cleared the store for the first time: from then on it has nothing to
    /// do, and what pages tell of it stays the same.
    fn settle(&self) {
        let start = Instant::now();
        while self.tracker().health().last_retention.is_none() {
            assert!(start.elapsed() < LONG && self.tracker().flush(LONG));
        }
    }

    fn store(&self) -> Sqlite {
        Sqlite::new(self.folder.path().join("errors.db")).unwrap()
    }

    /// Keeps issues of these numbers.
    fn fill(&self, numbers: impl IntoIterator<Item = u8>) -> Vec<Issue> {
        let mut store = self.store();
        let issues: Vec<Issue> = numbers.into_iter().map(issue).collect();
        issues.iter().for_each(|issue| store.put(issue).unwrap());
        issues
    }

    fn receive(&self, visit: Visit) -> Reception {
        admit(self.tracker().clone(), Arc::clone(&self.fence), &visit)
    }

    fn job(&self, visit: Visit) -> Job {
        match self.receive(visit) {
            Reception::Admitted(job) => job,
            Reception::Answered(response) => panic!("answered: {}", response.status),
        }
    }

    fn send(&self, visit: Visit, body: &str) -> Response {
        match self.receive(visit) {
            // Whatever else the machine does meanwhile.
            Reception::Admitted(job) => job.limit(LONG).body(body).run(),
            Reception::Answered(response) => response,
        }
    }

    fn get(&self, target: &str) -> Response {
        self.send(manager("GET", target), "")
    }

    fn text(&self, target: &str) -> String {
        let response = self.get(target);
        assert_eq!(response.status, 200, "{target}: {}", text(&response));
        text(&response)
    }

    /// The token that the forms of a page carry.
    fn token(&self) -> String {
        between(&self.text("api/issues"), "\"csrf\":\"", "\"")
    }

    /// Sends a form of a page.
    fn post(&self, target: &str, form: &str) -> Response {
        let token = self.token().replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        self.send(manager("POST", target), &format!("csrf={token}&{form}"))
    }
}

/// A visit at `/dev/error`, by somebody who may do everything.
fn manager(method: &str, target: &str) -> Visit {
    visit(method, target).header("x-role", "manage")
}

fn visit(method: &str, target: &str) -> Visit {
    let (below, query) = target.split_once('?').unwrap_or((target, ""));
    let path = if below.is_empty() { "/dev/error".into() } else { format!("/dev/error/{below}") };
    Visit::new(method, path, below).query(query).header("host", "shop.example")
}

fn text(response: &Response) -> String {
    String::from_utf8(response.body.clone()).unwrap()
}

fn header<'r>(response: &'r Response, name: &str) -> Option<&'r str> {
    let found = response.headers.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| value.as_str())
}

fn between(text: &str, start: &str, end: &str) -> String {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("{start} in {text}"));
    rest.split(end).next().unwrap_or_default().to_owned()
}

fn fingerprint(number: u8) -> Fingerprint {
    let mut bytes = [number; 32];
    bytes[0] = number.wrapping_mul(151);
    Fingerprint::from_bytes(bytes)
}

/// An issue in which every column says something.
fn issue(number: u8) -> Issue {
    let of = |few: u8| usize::from(number % few);
    let states =
        [IssueState::Unresolved, IssueState::Resolved, IssueState::Muted, IssueState::Regressed];
    Issue {
        fingerprint: fingerprint(number),
        state: states[of(4)],
        host: format!("host-{}:5000", of(3)),
        path: format!("/pay/{}", of(5)),
        method: ["GET", "POST"][of(2)].into(),
        exception_name: format!("shop::Error{}", of(6)),
        message: format!("declined, number {number}"),
        culprit: "shop::charge".into(),
        location: "src/pay.rs:88".into(),
        count: u64::from(number % 7) + 1,
        created_on: Timestamp::from_micros(NOW - i64::from(number) * 9 * HOUR),
        last_seen: Timestamp::from_micros(NOW - i64::from(number) * 7 * HOUR),
        notification_sent: of(3) == 1,
        ticket_raised: of(5) == 1,
        ..Issue::default()
    }
}

fn event(number: u8, of: Fingerprint) -> Recorded {
    let frame = Frame { function: "shop::charge".into(), line: 7, ..Frame::default() };
    let event = Event {
        id: EventId::from_bytes([number; 16]),
        fingerprint: of,
        at: Timestamp::from_micros(NOW),
        exception_name: "shop::Declined".into(),
        message: format!("event {number}"),
        frames: vec![frame.clone()],
        ..Event::default()
    };
    Recorded { event, stack: vec![frame], number: number.into(), ..Recorded::default() }
}

fn hour(back: i64) -> Hour {
    Hour { hour: NOW / HOUR - back, count: 3 }
}
