//! Issues, batches and events to try a store with.

use std::sync::Arc;

use crate::model::{
    Event, EventId, Fingerprint, Frame, Grouping, Issue, IssueState, Kind, Level, Recorded,
    Timestamp,
};
use crate::store::{Batch, BatchId, Delta, Facts, Kept, Origin};

pub(super) const HOUR: i64 = 3_600_000_000;
/// A day in 2026, in hours since 1970.
pub(super) const DAY: i64 = 494_000;

#[inline]
pub(super) fn fingerprint(number: u8) -> Fingerprint {
    let mut bytes = [number; 32];
    // Neighbours should not stand side by side in what is sorted by fingerprint.
    bytes[0] = number.wrapping_mul(151);
    Fingerprint::from_bytes(bytes)
}

#[inline]
pub(super) fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(DAY * HOUR + micros)
}

/// An issue in which every field says something.
#[inline]
pub(super) fn issue(number: u8) -> Issue {
    let of = |few: u8| number % few;
    let states =
        [IssueState::Unresolved, IssueState::Resolved, IssueState::Muted, IssueState::Regressed];
    let mut issue = Issue {
        fingerprint: fingerprint(number),
        kind: if of(2) == 0 { Kind::Error } else { Kind::Panic },
        level: if of(3) == 0 { Level::Fatal } else { Level::Error },
        state: states[usize::from(of(4))],
        state_changed: at(i64::from(number)),
        host: format!("host-{}:5000", of(3)),
        path: format!("/pay/{}", of(5)),
        requested_path: if of(2) == 0 { format!("/Order/{number}") } else { String::new() },
        method: ["GET", "POST"][usize::from(of(2))].into(),
        exception_name: format!("shop::Error{}", of(6)),
        message: format!("declined, number {number}"),
        culprit: "shop::charge".into(),
        location: "src/pay.rs:88".into(),
        traceback: format!("shop::Error{}: declined\n  in shop::charge", of(6)),
        count: u64::from(of(7)) + 1,
        created_on: at(i64::from(number) / 2),
        // Several were seen at the same moment.
        last_seen: at(i64::from(number) / 3),
        first_release: "shop@1.0".into(),
        last_release: "shop@1.1".into(),
        grouping: Grouping { version: 2, parts: vec![("kind".into(), "error".into())] },
        notification_sent: of(3) == 1,
        ticket_raised: of(5) == 1,
        ..Issue::default()
    };
    issue.request_data.insert("context".into(), serde_json::json!({"user_id": number}));
    issue
}

#[inline]
pub(super) fn event(number: u8, of: Fingerprint, micros: i64) -> Event {
    Event {
        id: EventId::from_bytes([number; 16]),
        fingerprint: of,
        at: at(micros),
        exception_name: "shop::Declined".into(),
        message: format!("event {number}"),
        frames: vec![Frame { function: "shop::charge".into(), line: 7, ..Frame::default() }],
        ..Event::default()
    }
}

#[inline]
pub(super) fn recorded(number: u8, of: Fingerprint) -> Recorded {
    let stack = vec![Frame { function: "main".into(), ..Frame::default() }];
    let event = event(number, of, i64::from(number));
    Recorded { event, stack, number: u64::from(number), ..Recorded::default() }
}

/// Says that an issue happened so often, and which of these failures are there in full.
#[inline]
pub(super) fn delta(of: Fingerprint, count: u64, events: &[(u8, i64)], micros: i64) -> Delta {
    let events: Vec<Kept> = events
        .iter()
        .map(|(number, micros)| Kept { event: event(*number, of, *micros), stack: None })
        .collect();
    let newest = events.last().map(|kept| &kept.event);
    let facts = Facts {
        at: newest.map(|event| event.at),
        grouping: Grouping { version: 2, parts: vec![("type".into(), "Declined".into())] },
        exception_name: "shop::Declined".into(),
        message: newest.map_or_else(|| "only counted".into(), |event| event.message.clone()),
        host: "web-1".into(),
        request_data: "{}".into(),
        ..Facts::default()
    };
    Delta {
        fingerprint: of,
        count,
        first_seen: at(micros),
        last_seen: at(micros),
        hours: vec![(at(micros).as_micros().div_euclid(HOUR), count)],
        facts: facts.into(),
        events,
    }
}

#[inline]
pub(super) fn batch(number: u64, deltas: Vec<Delta>) -> Batch {
    let release = format!("shop@{number}");
    Batch {
        id: Some(BatchId { run: 7, number }),
        origin: Arc::new(Origin { release, ..Origin::default() }),
        max_events: 5,
        deltas,
        amended: Vec::new(),
    }
}
