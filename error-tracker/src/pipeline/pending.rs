//! What is not written yet, rolled up by issue.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use crate::model::{Event, EventId, Fingerprint, Outcome, Timestamp};
use crate::pipeline::facts;
use crate::queue::{Amendment, Message, Sealed, Slot};
use crate::store::Facts;

/// How many events are held in full while the store is away; counts go on.
const MAX_EVENTS: usize = 1_000;
const MAX_BYTES: usize = 4 << 20;
const MAX_ISSUES: usize = 65_536;
/// How many issues are written at once: they take a store a tenth of a second, and more where the
/// machine is busy.
pub(super) const MAX_AT_ONCE: usize = 1_000;
/// How many bytes of events are: a written one is several times as long as one that waits.
const BYTES_AT_ONCE: usize = 64 << 10;
const HOUR: i64 = 3_600_000_000;

/// What is not written yet, rolled up by issue.
#[derive(Default)]
pub(super) struct Pending {
    /// In the order in which they failed first.
    pub(super) issues: Vec<Rolled>,
    /// What was learnt of events that are not in here: they were written before.
    amendments: HashMap<EventId, Vec<Amendment>>,
    by_fingerprint: HashMap<Fingerprint, usize>,
    /// The issue of each event that is in here.
    by_event: HashMap<EventId, usize>,
    events: usize,
    bytes: usize,
    open: usize,
    since: Option<Instant>,
    lost: u64,
    dropped: u64,
    /// What an earlier batch holds that waits as well: events and bytes.
    held: (usize, usize),
}

/// What happened to one issue since the last commit.
#[derive(Default)]
pub(super) struct Rolled {
    pub(super) fingerprint: Fingerprint,
    pub(super) count: u64,
    pub(super) first_seen: Timestamp,
    pub(super) last_seen: Timestamp,
    pub(super) hours: Vec<(i64, u64)>,
    /// What is known without an event.
    pub(super) seed: Option<Arc<Facts>>,
    pub(super) events: Vec<Waiting>,
}

/// An event that waits, with what was learnt of it since.
pub(super) struct Waiting {
    sealed: Box<Sealed>,
    amendments: Vec<Amendment>,
}

impl Waiting {
    pub(super) fn unseal(&self) -> Event {
        let mut event = self.sealed.unseal();
        self.amendments.iter().for_each(|amendment| amendment.apply(&mut event));
        event
    }

    /// Tells whether its failure is still on its way out.
    fn is_open(&self) -> bool {
        let is_closed = self.amendments.iter().any(|amendment| amendment.outcome.is_some());
        self.sealed.outcome == Outcome::Open && !is_closed
    }

    fn bytes(&self) -> usize {
        self.sealed.parts.len() + self.amendments.iter().map(|a| a.parts.len()).sum::<usize>()
    }
}

impl Rolled {
    fn waiting(&mut self, id: EventId) -> Option<&mut Waiting> {
        // The newest are amended most.
        self.events.iter_mut().rev().find(|waiting| waiting.sealed.id == id)
    }

    fn count(&mut self, count: u64, at: Timestamp) {
        if self.count == 0 {
            (self.first_seen, self.last_seen) = (at, at);
        }
        self.count += count;
        self.first_seen = self.first_seen.min(at);
        self.last_seen = self.last_seen.max(at);
        let hour = at.as_micros().div_euclid(HOUR);
        match self.hours.iter_mut().find(|(known, _)| *known == hour) {
            Some((_, sum)) => *sum += count,
            None => {
                // Nearly always the only one.
                self.hours.reserve_exact(1);
                self.hours.push((hour, count));
            }
        }
    }
}

impl Pending {
    pub(super) fn is_empty(&self) -> bool {
        self.since.is_none()
    }

    pub(super) fn since(&self) -> Option<Instant> {
        self.since
    }

    /// Tells whether a failure in here is still on its way out.
    pub(super) fn is_open(&self) -> bool {
        self.open > 0
    }

    /// Returns how many failures fit nowhere, and forgets it.
    pub(super) fn take_lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost)
    }

    /// Returns how many failures were counted without their events, and forgets it.
    pub(super) fn take_dropped(&mut self) -> u64 {
        std::mem::take(&mut self.dropped)
    }

    /// Shares the room with an earlier batch that waits as well, until there is none.
    pub(super) fn wait_behind(&mut self, earlier: Option<&Pending>) {
        self.held = earlier.map_or((0, 0), |earlier| (earlier.events, earlier.bytes));
    }

    /// Tells whether events in full will soon be dropped.
    pub(super) fn is_filling(&self) -> bool {
        self.events >= MAX_EVENTS / 2 || self.bytes >= MAX_BYTES / 2
    }

    /// Tells whether it takes the store long: each issue has rows in several tables.
    pub(super) fn is_large(&self) -> bool {
        self.issues.len() >= MAX_AT_ONCE
    }

    /// Takes what waits, or as much of it as is written at once: the issues that failed first.
    pub(super) fn take(&mut self) -> Pending {
        let (most, mut taken) = (self.at_once(), std::mem::take(self));
        (self.lost, self.dropped) = (taken.take_lost(), taken.take_dropped());
        let rest = taken.issues.split_off(most);
        if let Some(since) = taken.since.filter(|_| !rest.is_empty()) {
            self.since = Some(since);
        }
        for rolled in rest {
            self.adopt(rolled);
        }
        // Nothing is added to what was taken, so that nobody looks for a place in it.
        (taken.by_fingerprint, taken.by_event) = (HashMap::new(), HashMap::new());
        taken.events -= self.events;
        taken.bytes -= self.bytes;
        taken
    }

    /// Returns how many of the issues are written at once.
    fn at_once(&self) -> usize {
        let mut bytes = 0;
        let fitting = self.issues.iter().take(MAX_AT_ONCE).take_while(|rolled| {
            let is_room = bytes < BYTES_AT_ONCE;
            bytes += rolled.events.iter().map(Waiting::bytes).sum::<usize>();
            is_room
        });
        fitting.count()
    }

    /// Adds an issue that is not in here.
    fn adopt(&mut self, mut rolled: Rolled) {
        let (issue, events) = (self.issues.len(), std::mem::take(&mut rolled.events));
        self.by_fingerprint.insert(rolled.fingerprint, issue);
        self.issues.push(rolled);
        events.into_iter().for_each(|waiting| self.hold(issue, waiting));
    }

    fn is_full(&self) -> bool {
        let (events, bytes) = self.held;
        self.events + events >= MAX_EVENTS || self.bytes + bytes >= MAX_BYTES
    }

    /// Returns how many failures are in here.
    pub(super) fn failures(&self) -> u64 {
        self.issues.iter().map(|rolled| rolled.count).sum()
    }

    /// Adds what was learnt of events that may have been written meanwhile.
    pub(super) fn amend_late(&mut self, amendments: Vec<Amendment>, now: Instant) {
        amendments.into_iter().for_each(|amendment| self.add(Message::Amend(amendment), now));
    }

    /// Returns what was learnt of events that are not in here.
    pub(super) fn amendments(&self) -> impl Iterator<Item = (EventId, Vec<&Amendment>)> {
        self.amendments.iter().map(|(id, list)| (*id, list.iter().collect()))
    }

    pub(super) fn add(&mut self, message: Message, now: Instant) {
        self.since.get_or_insert(now);
        match message {
            Message::Event(sealed) => self.add_event(sealed),
            Message::Amend(amendment) => self.amend(amendment),
        }
    }

    /// Adds failures that no event stands for.
    pub(super) fn count(&mut self, slot: &Slot, count: u64, at: Timestamp, now: Instant) {
        self.since.get_or_insert(now);
        let Some(issue) = self.issue(slot.fingerprint) else {
            self.lost += count;
            return;
        };
        self.dropped += count;
        let rolled = &mut self.issues[issue];
        rolled.count(count, at);
        rolled.seed.get_or_insert_with(|| Arc::new(facts::of_seed(&slot.seed)));
    }

    /// Finds or makes the issue's place.
    fn issue(&mut self, fingerprint: Fingerprint) -> Option<usize> {
        if let Some(issue) = self.by_fingerprint.get(&fingerprint) {
            return Some(*issue);
        }
        let issue = self.issues.len();
        if issue >= MAX_ISSUES {
            return None;
        }
        self.issues.push(Rolled { fingerprint, ..Rolled::default() });
        self.by_fingerprint.insert(fingerprint, issue);
        Some(issue)
    }

    fn add_event(&mut self, sealed: Box<Sealed>) {
        let Some(issue) = self.issue(sealed.fingerprint) else {
            self.lost += 1;
            return;
        };
        let is_full = self.is_full();
        self.dropped += u64::from(is_full);
        let rolled = &mut self.issues[issue];
        rolled.count(1, sealed.at);
        match (is_full, rolled.events.len()) {
            // The issue gets its names from the event, which is then let go.
            (true, 0) => {
                rolled.seed.get_or_insert_with(|| Arc::new(of_names(&sealed.unseal())));
                return;
            }
            (true, 1) => return,
            (true, _) => self.drop_newest(issue),
            (false, _) => {}
        }
        self.hold(issue, Waiting { sealed, amendments: Vec::new() });
    }

    fn hold(&mut self, issue: usize, waiting: Waiting) {
        self.bytes += waiting.bytes();
        self.events += 1;
        self.open += usize::from(waiting.is_open());
        self.by_event.insert(waiting.sealed.id, issue);
        self.issues[issue].events.push(waiting);
    }

    fn drop_newest(&mut self, issue: usize) {
        if let Some(dropped) = self.issues[issue].events.pop() {
            self.bytes = self.bytes.saturating_sub(dropped.bytes());
            self.events -= 1;
            self.by_event.remove(&dropped.sealed.id);
        }
    }

    fn amend(&mut self, amendment: Amendment) {
        let is_full = self.amendments.len() >= MAX_EVENTS || self.is_full();
        let (bytes, closes) = (amendment.parts.len(), amendment.outcome.is_some());
        let issue = self.by_event.get(&amendment.id).copied();
        match issue.and_then(|issue| self.issues[issue].waiting(amendment.id)) {
            Some(waiting) => {
                waiting.amendments.push(amendment);
                self.open = self.open.saturating_sub(usize::from(closes));
            }
            None if is_full => return,
            None => self.amendments.entry(amendment.id).or_default().push(amendment),
        }
        self.bytes += bytes;
    }
}

/// What a new issue shows when no room was left for its event.
fn of_names(event: &Event) -> Facts {
    Facts {
        kind: event.kind,
        level: event.level,
        exception_name: event.exception_name.clone(),
        message: event.message.clone(),
        culprit: event.innermost().map(|frame| frame.function.clone()).unwrap_or_default(),
        request_data: "{}".into(),
        ..Facts::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Kind, Level};
    use crate::queue::{Parts, Tag};

    fn id(number: u16) -> EventId {
        let mut bytes = [7; 16];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        EventId::from_bytes(bytes)
    }

    /// A failure of an issue of its own, with so much to say.
    fn event(number: u16, bytes: usize) -> Message {
        let mut fingerprint = [0; 32];
        fingerprint[..2].copy_from_slice(&number.to_be_bytes());
        let mut parts = Parts::default();
        parts.put(Tag::Message, &[&"x".repeat(bytes)]);
        Message::Event(Box::new(Sealed {
            id: id(number),
            fingerprint: Fingerprint::from_bytes(fingerprint),
            kind: Kind::Error,
            level: Level::Error,
            at: Timestamp::from_micros(1),
            during: EventId::NIL,
            outcome: Outcome::Open,
            parts,
        }))
    }

    fn pending(issues: u16, bytes: usize) -> Pending {
        let mut pending = Pending::default();
        (0..issues).for_each(|number| pending.add(event(number, bytes), Instant::now()));
        pending
    }

    fn close(pending: &mut Pending, number: u16) {
        let (parts, outcome) = (Parts::default(), Some(Outcome::Handled));
        pending.amend(Amendment { id: id(number), parts, outcome });
    }

    #[test]
    fn what_is_taken_at_once_is_bounded_by_issues_and_by_bytes() {
        let mut many = pending(2_500, 0);
        let taken: Vec<usize> = (0..3).map(|_| many.take().issues.len()).collect();
        assert_eq!(taken, [MAX_AT_ONCE, MAX_AT_ONCE, 500]);
        assert!(many.is_empty());
        let mut large = pending(10, BYTES_AT_ONCE / 2);
        assert_eq!(large.take().issues.len(), 2);
        let mut larger = pending(2, 2 * BYTES_AT_ONCE);
        assert_eq!((larger.take().issues.len(), larger.take().issues.len()), (1, 1));
        assert!(larger.is_empty());
    }

    #[test]
    fn what_is_left_is_found_again_and_known_to_be_open() {
        let mut pending = pending(4, BYTES_AT_ONCE / 2);
        close(&mut pending, 2);
        assert_eq!(pending.take().failures(), 2);
        assert!(pending.is_open() && pending.amendments.is_empty());
        close(&mut pending, 3);
        assert!(!pending.is_open() && pending.amendments.is_empty());
        close(&mut pending, 0);
        assert_eq!(pending.amendments.len(), 1, "its event was taken");
        pending.add(event(3, 0), Instant::now());
        assert_eq!((pending.issues.len(), pending.failures()), (2, 3));
    }
}
