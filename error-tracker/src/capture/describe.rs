//! The event of an error that is only reported, not recorded.

use std::panic::Location;

use crate::backtrace::Walk;
use crate::capture::exits::{give_back, message_of, Names};
use crate::capture::open::Opening;
use crate::capture::Recorder;
use crate::fault::Failure;
use crate::frames::Origin;
use crate::grouping::{crate_relative, Facts};
use crate::mask::Found;
use crate::model::{Event, EventId, Kind, Level, Outcome};
use crate::queue::Sealed;
use crate::task::Busy;

impl Recorder {
    /// Makes the event that a capture would record, masked; `None` while values are formatted.
    pub(crate) fn describe(
        &self,
        failure: &Failure<'_>,
        location: &'static Location<'static>,
    ) -> Option<Event> {
        let _busy = Busy::enter()?;
        let message = message_of(failure, &self.parts.masker);
        let mut names = Names::of(failure);
        names.site.push_str(&crate_relative(location.file()));
        let mut found = Found::default();
        let masked = self.parts.masker.text(message.reveal(), &mut found);
        names.mask(&self.parts.masker, &mut found);
        names.text(failure, &masked);
        let opening = Opening {
            facts: Facts { ..names.facts(Kind::Error) },
            level: Level::Error,
            type_name: failure.type_name(),
            exception_name: names.exception(failure),
            said: message.reveal(),
            message: &masked,
            found: &found,
            location: Some(location),
            outcome: Outcome::Open,
            depth: 0,
            origin: Origin::Error,
            by_hand: true,
            address: 0,
            has_stack: true,
        };
        let mut draft = self.draft();
        self.head(&mut draft, &opening);
        draft.causes(failure);
        draft.lent_backtrace(failure);
        draft.scopes();
        self.request(&mut draft);
        self.globals(&mut draft);
        draft.parts.put_addresses(Walk::new().addresses());
        let sealed = Sealed {
            id: EventId::NIL,
            fingerprint: opening.facts.fingerprint(),
            kind: Kind::Error,
            level: Level::Error,
            at: self.now(),
            during: EventId::NIL,
            outcome: Outcome::Open,
            parts: draft.finish(),
        };
        let event = sealed.unseal();
        names.give_back();
        give_back(message);
        Some(event)
    }
}
