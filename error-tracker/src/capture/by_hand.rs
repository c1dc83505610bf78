//! Errors and messages captured by hand.

use std::fmt;
use std::panic::Location;

use crate::capture::draft::Draft;
use crate::capture::exits::{causes_of, give_back, message_of, Names};
use crate::capture::open::Opening;
use crate::capture::Recorder;
use crate::fault::Failure;
use crate::frames::{with, Origin, Presented};
use crate::grouping::{crate_relative, plain_name, Facts};
use crate::mask::Found;
use crate::model::{EventId, Kind, Level, Outcome, Request};
use crate::queue::Tag;
use crate::scope::Value;
use crate::task::{self, Busy};
use crate::text::Raw;

/// What a capture by hand adds.
#[derive(Default)]
pub struct Extras {
    context: Vec<(&'static str, Value)>,
    level: Option<Level>,
    fingerprint: Option<String>,
    request: Option<Request>,
}

impl Extras {
    /// Adds context.
    pub fn set(&mut self, key: &'static str, value: Value) {
        self.context.push((key, value));
    }

    /// Overrides the level.
    pub fn level(&mut self, level: Level) {
        self.level = Some(level);
    }

    /// Overrides the grouping.
    pub fn fingerprint(&mut self, value: Value) {
        self.fingerprint = Some(value.into_text());
    }

    /// Says which request it belongs to.
    pub fn request(&mut self, request: impl Into<Request>) {
        self.request = Some(request.into());
    }

    pub(crate) fn into_context(self) -> Vec<(&'static str, Value)> {
        self.context
    }

    fn fill(self, draft: &mut Draft) {
        for (key, value) in self.context {
            draft.pair(Tag::Context, key, value);
        }
        draft.request = draft.request.take().or(self.request);
    }
}

/// Where a capture by hand stands.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) location: &'static Location<'static>,
    /// The error comes from the caller: the capture is a handler's first act.
    pub(crate) handler: bool,
}

impl Recorder {
    /// Records an error in hand, or adds to its event if it was recorded before.
    pub(crate) fn by_hand(&self, failure: Failure<'_>, extras: Extras, place: Place) -> EventId {
        let Some(_busy) = Busy::enter() else { return EventId::NIL };
        let message = message_of(&failure, &self.parts.masker);
        let causes = causes_of(&failure, &self.parts.masker);
        let presented =
            Presented { text: message.reveal(), causes: &causes, address: failure.address() };
        let id = match self.recorded_before(&presented, place) {
            Some((id, kept)) => {
                if kept {
                    let mut draft = self.draft();
                    extras.fill(&mut draft);
                    if draft.request.is_some() {
                        self.request(&mut draft);
                    }
                    self.add_parts(id, draft.finish());
                }
                id
            }
            None => self.open_by_hand(&failure, &presented, extras, place),
        };
        give_back(message);
        id
    }

    /// Finds the event of this very error: recorded by a callee, or captured elsewhere.
    ///
    /// The same call site captures another error each time it is reached.
    fn recorded_before(&self, presented: &Presented<'_>, place: Place) -> Option<(EventId, bool)> {
        let depth = task::depth();
        let callees_of = depth - u32::from(place.handler && depth > 0);
        with(|state| {
            let is_it = |record: &&mut crate::frames::Record| {
                let same_object = !record.by_hand || record.address == presented.address;
                same_object
                    && record.is_same(presented)
                    && !record.captured_at.contains(&place.location)
            };
            let record = state.candidates(callees_of).find(is_it)?;
            record.by_hand = true;
            record.depth = depth + 1;
            record.captured_at.push(place.location);
            let found = (record.id, record.kept);
            state.note();
            Some(found)
        })
        .flatten()
    }

    fn open_by_hand(
        &self,
        failure: &Failure<'_>,
        presented: &Presented<'_>,
        extras: Extras,
        place: Place,
    ) -> EventId {
        let mut names = Names::of(failure);
        names.site.push_str(&crate_relative(place.location.file()));
        names.custom.push_str(extras.fingerprint.as_deref().unwrap_or_default());
        let mut found = Found::default();
        let masked = self.parts.masker.text(presented.text, &mut found);
        names.mask(&self.parts.masker, &mut found);
        names.text(failure, &masked);
        let opening = Opening {
            facts: names.facts(Kind::Error),
            level: extras.level.unwrap_or(Level::Error),
            type_name: failure.type_name(),
            exception_name: names.exception(failure),
            said: presented.text,
            message: &masked,
            found: &found,
            location: Some(place.location),
            outcome: outcome_here(),
            depth: task::depth() + 1,
            origin: Origin::Error,
            by_hand: true,
            address: presented.address,
            has_stack: true,
        };
        let (id, _) = self.open(&opening, |draft| {
            draft.causes(failure);
            draft.lent_backtrace(failure);
            extras.fill(draft);
        });
        names.give_back();
        with(|state| {
            if let Some(record) = state.find(id) {
                record.captured_at.push(place.location);
            }
        });
        id
    }

    /// Records a message.
    pub(crate) fn message(
        &self,
        text: fmt::Arguments<'_>,
        (literal, caller): (&str, &str),
        mut extras: Extras,
        location: &'static Location<'static>,
    ) -> EventId {
        let Some(_busy) = Busy::enter() else { return EventId::NIL };
        let mut message = Raw::default();
        super::draft::fenced(|| {
            message.write_bounded(super::draft::MESSAGE, |out| {
                let _ = fmt::Write::write_fmt(out, text);
            });
        });
        let (masker, mut found) = (&self.parts.masker, Found::default());
        let masked = masker.text(message.reveal(), &mut found);
        let literal = masker.text(literal, &mut found);
        let custom = extras.fingerprint.take().unwrap_or_default();
        let custom = masker.text(&custom, &mut found);
        let site = plain_name(caller);
        let facts = Facts {
            kind: Kind::Message,
            exception: "message",
            site: &site,
            text: &literal,
            custom: &custom,
            ..Facts::default()
        };
        let opening = Opening {
            facts,
            level: extras.level.unwrap_or(Level::Info),
            type_name: "",
            exception_name: "message",
            said: message.reveal(),
            message: &masked,
            found: &found,
            location: Some(location),
            outcome: outcome_here(),
            depth: task::depth() + 1,
            origin: Origin::Message,
            by_hand: true,
            address: 0,
            has_stack: true,
        };
        self.open(&opening, |draft| extras.fill(draft)).0
    }
}

/// Outside of annotated functions nothing more will be learnt.
fn outcome_here() -> Outcome {
    if task::depth() == 0 {
        Outcome::Handled
    } else {
        Outcome::Open
    }
}
