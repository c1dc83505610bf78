//! What a segment says, as JSON: a batch, and what was learnt of events before it.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::backtrace::Stack;
use crate::model::{Event, EventId, Fingerprint, Frame, Outcome, Timestamp};
use crate::queue::{Amendment, Parts};
use crate::store::{Batch, BatchId, Delta, Facts, Kept, Origin};

/// A batch that waits, with what was learnt of events that were written before it.
#[derive(Default)]
pub(crate) struct Parcel {
    pub(crate) batch: Batch,
    pub(crate) amendments: Vec<Amendment>,
}

/// How much of a batch is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    Whole,
    /// Counts and what issues show; events in full are left out.
    Counts,
}

/// Fields are only ever added: what an earlier version wrote is read by all later ones.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Body<'a> {
    owner: Cow<'a, str>,
    run: u64,
    number: u64,
    origin: Cow<'a, Origin>,
    deltas: Vec<DeltaForm<'a>>,
    amendments: Vec<AmendmentForm>,
    /// Each stack once; events name it by its place.
    stacks: Vec<Cow<'a, [Frame]>>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct DeltaForm<'a> {
    fingerprint: Fingerprint,
    count: u64,
    first_seen: Timestamp,
    last_seen: Timestamp,
    hours: Cow<'a, [(i64, u64)]>,
    facts: Cow<'a, Facts>,
    events: Vec<EventForm<'a>>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct EventForm<'a> {
    event: Cow<'a, Event>,
    stack: Option<usize>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct AmendmentForm {
    id: EventId,
    outcome: Option<Outcome>,
    /// The bytes of the parts in hexadecimal digits.
    parts: String,
}

/// Writes what a store of this owner did not take.
pub(super) fn encode(
    owner: &str,
    batch: &Batch,
    amendments: &[&Amendment],
    extent: Extent,
) -> serde_json::Result<Vec<u8>> {
    let id = batch.id.unwrap_or_default();
    let mut stacks = Stacks::default();
    let deltas = batch.deltas.iter().map(|delta| delta_form(delta, &mut stacks, extent)).collect();
    let amendments = match extent {
        Extent::Whole => amendments.iter().map(|amendment| amendment_form(amendment)).collect(),
        Extent::Counts => Vec::new(),
    };
    serde_json::to_vec(&Body {
        owner: owner.into(),
        run: id.run,
        number: id.number,
        origin: Cow::Borrowed(&*batch.origin),
        deltas,
        amendments,
        stacks: stacks.frames(),
    })
}

/// Reads what was written, with the name of its owner.
pub(super) fn decode(body: &[u8]) -> serde_json::Result<(String, Parcel)> {
    let body: Body<'_> = serde_json::from_slice(body)?;
    let stacks: Vec<_> =
        body.stacks.into_iter().map(|frames| Stack::new(frames.into_owned())).collect();
    let batch = Batch {
        id: Some(BatchId { run: body.run, number: body.number }),
        origin: Arc::new(body.origin.into_owned()),
        deltas: body.deltas.into_iter().map(|form| delta(form, &stacks)).collect(),
        ..Batch::default()
    };
    let amendments = body.amendments.into_iter().map(amendment).collect();
    Ok((body.owner.into_owned(), Parcel { batch, amendments }))
}

/// The stacks of a batch; most events share theirs.
#[derive(Default)]
struct Stacks<'a>(Vec<&'a Stack>);

impl<'a> Stacks<'a> {
    fn place(&mut self, stack: &'a Stack) -> usize {
        let known = self.0.iter().position(|known| known.hash == stack.hash);
        known.unwrap_or_else(|| {
            self.0.push(stack);
            self.0.len() - 1
        })
    }

    fn frames(self) -> Vec<Cow<'a, [Frame]>> {
        self.0.into_iter().map(|stack| Cow::Borrowed(&stack.frames[..])).collect()
    }
}

fn delta_form<'a>(delta: &'a Delta, stacks: &mut Stacks<'a>, extent: Extent) -> DeltaForm<'a> {
    let events = match extent {
        Extent::Whole => &delta.events[..],
        Extent::Counts => &[],
    };
    let mut form = |kept: &'a Kept| EventForm {
        event: Cow::Borrowed(&kept.event),
        stack: kept.stack.as_deref().map(|stack| stacks.place(stack)),
    };
    DeltaForm {
        fingerprint: delta.fingerprint,
        count: delta.count,
        first_seen: delta.first_seen,
        last_seen: delta.last_seen,
        hours: Cow::Borrowed(&delta.hours),
        facts: Cow::Borrowed(&delta.facts),
        events: events.iter().map(&mut form).collect(),
    }
}

fn delta(form: DeltaForm<'_>, stacks: &[Option<Arc<Stack>>]) -> Delta {
    let kept = |form: EventForm<'_>| Kept {
        event: form.event.into_owned(),
        stack: form.stack.and_then(|place| stacks.get(place)?.clone()),
    };
    Delta {
        fingerprint: form.fingerprint,
        count: form.count,
        first_seen: form.first_seen,
        last_seen: form.last_seen,
        hours: form.hours.into_owned(),
        facts: Arc::new(form.facts.into_owned()),
        events: form.events.into_iter().map(kept).collect(),
    }
}

fn amendment_form(amendment: &Amendment) -> AmendmentForm {
    AmendmentForm {
        id: amendment.id,
        outcome: amendment.outcome,
        parts: amendment.parts.bytes().iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

fn amendment(form: AmendmentForm) -> Amendment {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes = form.parts.as_bytes().chunks(2).map_while(byte).collect();
    Amendment { id: form.id, outcome: form.outcome, parts: Parts::from_bytes(bytes) }
}
