//! Opening: the first sight of a failure, recorded in full or only counted.

use std::panic::Location;

use crate::backtrace::Walk;
use crate::capture::departed::receives;
use crate::capture::draft::Draft;
use crate::capture::{Budget, Call, Recorder};
use crate::frames::{with, Origin, Record};
use crate::grouping::{self, Facts};
use crate::mask::{Found, Rule};
use crate::model::{EventId, Fingerprint, Level, Outcome, Timestamp};
use crate::queue::{Message, Permit, Sealed, Seed, Slot, Tag};
use crate::scope::{self, Noted};
use crate::task::{self, SCOPED};
use crate::text::holds;

/// A failure that is new to its thread.
pub(crate) struct Opening<'o> {
    pub(crate) facts: Facts<'o>,
    pub(crate) level: Level,
    /// The type's full name; empty if not known.
    pub(crate) type_name: &'static str,
    /// What the type is called on the page.
    pub(crate) exception_name: &'o str,
    /// What it says, for comparing with what comes: never leaves the thread.
    pub(crate) said: &'o str,
    /// The same, masked.
    pub(crate) message: &'o str,
    /// What masking found in it and in the names.
    pub(crate) found: &'o Found,
    pub(crate) location: Option<&'static Location<'static>>,
    pub(crate) outcome: Outcome,
    /// The depth at which its record begins.
    pub(crate) depth: u32,
    pub(crate) origin: Origin,
    pub(crate) by_hand: bool,
    pub(crate) address: usize,
    /// Whether the stack tells anything: not where an answer is all that is known.
    pub(crate) has_stack: bool,
}

impl Recorder {
    /// Records a failure in full if its issue has budget left, else counts it.
    ///
    /// `fill` adds what the event holds besides: a frame, context. It runs only in full. Returns
    /// whether that is how it was recorded, too.
    #[inline(always)]
    pub(super) fn open(
        &self,
        opening: &Opening<'_>,
        fill: impl FnOnce(&mut Draft),
    ) -> (EventId, bool) {
        let now = self.parts.clock.now();
        let id = self.ids.next(now);
        let fingerprint = with(|state| state.fingerprints.fingerprint(&opening.facts))
            .unwrap_or_else(|| opening.facts.fingerprint());
        let slot = self.slot(fingerprint, opening);
        let room = match slot.map(|slot| slot.permit(now)) {
            Some(Permit::CountOnly) if self.parts.budget == Budget::PerSecond => None,
            _ => self.submit(opening, (id, fingerprint, now), fill),
        };
        if room.is_none() {
            self.count(slot, now);
        }
        if task::has(SCOPED) {
            note_failure((id, fingerprint), room.is_some(), opening.origin);
        }
        self.open_record(opening, id, room);
        if let Some(limit) = self.parts.immediate {
            self.parts.sink.secure(limit);
        }
        (id, room.is_some())
    }

    fn slot(&self, fingerprint: Fingerprint, opening: &Opening<'_>) -> Option<&Slot> {
        self.parts.counters.find_or_insert(fingerprint, || {
            let message = cut(opening.message, 200);
            let texts = [opening.exception_name, message, opening.facts.site];
            Seed::new((opening.facts.kind, opening.level), texts)
        })
    }

    /// Queues the event; returns how many bytes of locals it has room for yet, if it was taken.
    #[inline(always)]
    fn submit(
        &self,
        opening: &Opening<'_>,
        (id, fingerprint, at): (EventId, Fingerprint, Timestamp),
        fill: impl FnOnce(&mut Draft),
    ) -> Option<usize> {
        let mut draft = self.draft();
        draft.parts.reserve(2_048);
        self.head(&mut draft, opening);
        fill(&mut draft);
        draft.scopes();
        self.request(&mut draft);
        self.globals(&mut draft);
        if self.parts.stack && opening.has_stack {
            draft.parts.put_addresses(Walk::new().addresses());
        }
        let during = self.during(opening);
        let room = draft.room;
        let sealed = Sealed {
            id,
            fingerprint,
            kind: opening.facts.kind,
            level: opening.level,
            at,
            during,
            outcome: opening.outcome,
            parts: draft.finish(),
        };
        self.parts.sink.submit(Message::Event(Box::new(sealed))).is_ok().then_some(room)
    }

    pub(super) fn head(&self, draft: &mut Draft, opening: &Opening<'_>) {
        if let Some(place) = opening.location {
            draft.location(place.file(), place.line());
        }
        draft.parts.put(Tag::ExceptionName, &[opening.exception_name]);
        draft.parts.put(Tag::Message, &[opening.message]);
        draft.notes(opening.found, ("message", ""));
        if holds(opening.said, self.parts.masker.always()) {
            draft.parts.put(Tag::Masked, &["message", Rule::Type.as_str()]);
        }
        if let Some(name) = std::thread::current().name() {
            draft.text(Tag::Thread, name);
        }
        for (label, text) in opening.facts.parts() {
            draft.parts.put(Tag::Grouping, &[grouping::VERSION, label, text]);
        }
    }

    pub(super) fn globals(&self, draft: &mut Draft) {
        for (_, show) in &self.parts.globals {
            super::draft::fenced(|| show(&mut super::Show::globals(draft)));
        }
    }

    /// Finds the failure that this one happened during: of a callee, or of a joined thread.
    fn during(&self, opening: &Opening<'_>) -> EventId {
        let below = match opening.origin {
            // Its record begins below the frame that panicked; what is at 1 is over.
            Origin::Panic { .. } => task::depth().max(1),
            _ => opening.depth,
        };
        let callee = with(|state| state.newest_below(below).map(|record| record.id)).flatten();
        let joined = || {
            receives(opening.facts.expression)
                .then(|| self.departed.received(opening.type_name, opening.said))
                .flatten()
        };
        callee.or_else(joined).unwrap_or(EventId::NIL)
    }

    fn count(&self, slot: Option<&Slot>, now: Timestamp) {
        match slot {
            Some(slot) => {
                if self.parts.counters.count(slot, now) {
                    self.parts.sink.wake();
                }
            }
            None => self.parts.counters.lose(),
        }
    }

    fn open_record(&self, opening: &Opening<'_>, id: EventId, room: Option<usize>) {
        let record = Record {
            id,
            depth: opening.depth,
            origin: opening.origin,
            kept: room.is_some(),
            room: room.unwrap_or_default(),
            frames: 1,
            left_out: 0,
            by_hand: opening.by_hand,
            text: String::new(),
            address: opening.address,
            entered_meanwhile: 0,
            captured_at: Vec::new(),
        };
        let oldest = with(|state| state.open(record, opening.said)).flatten();
        self.close_records(oldest, Outcome::Handled);
    }
}

/// Tells the request that the task serves that something failed.
#[cold]
fn note_failure((id, fingerprint): (EventId, Fingerprint), kept: bool, origin: Origin) {
    if let Some(serving) = scope::serving() {
        serving.note(Noted { id, fingerprint, kept, open: origin != Origin::Message });
    }
}

/// Asks the call for the fingerprint that its attribute overrides.
pub(super) fn custom_fingerprint(call: &Call<'_>, out: &mut String) {
    if call.site.has_fingerprint {
        super::draft::fenced(|| call.shown.show(call.site, &mut super::Show::fingerprint_of(out)));
    }
}

fn cut(text: &str, length: usize) -> &str {
    &text[..crate::text::floor_char_boundary(text, length)]
}
