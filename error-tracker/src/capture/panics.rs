//! What the panic hook records: facts only, no value of the user is formatted there.

use std::panic::PanicHookInfo;

use crate::capture::draft::MESSAGE;
use crate::capture::open::Opening;
use crate::capture::Recorder;
use crate::frames::{with, Origin, Scratch};
use crate::grouping::{normalize, Facts};
use crate::mask::Found;
use crate::model::{EventId, Kind, Level, Outcome};
use crate::task::{self, Busy};
use crate::text::floor_char_boundary;

impl Recorder {
    /// Records a panic from within the hook.
    #[inline(always)]
    pub(crate) fn panicked(&self, info: &PanicHookInfo<'_>) -> EventId {
        // A panic of a value that is being formatted is that value's, not the program's.
        let Some(_busy) = Busy::enter() else { return EventId::NIL };
        let message = message(info);
        let mut found = Found::default();
        let masked = self.parts.masker.text(message, &mut found);
        let taken = with(|state| {
            let Scratch { names: [.., text], file, .. } = &mut state.scratch;
            (std::mem::take(text), std::mem::take(file), state.floor())
        });
        let (mut text, mut file, floor) = taken.unwrap_or_default();
        text.clear();
        normalize(&masked, &mut text);
        let location = info.location();
        let depth = task::depth();
        let facts = Facts {
            kind: Kind::Panic,
            exception: "panic",
            site: location.map(|location| file.of(location.file())).unwrap_or_default(),
            text: &text,
            ..Facts::default()
        };
        let opening = Opening {
            facts,
            level: Level::Fatal,
            type_name: "",
            exception_name: "panic",
            said: message,
            message: &masked,
            found: &found,
            location: None,
            outcome: if depth == 0 { Outcome::Propagated } else { Outcome::Open },
            depth: depth + 1,
            origin: Origin::Panic { floor },
            by_hand: false,
            address: 0,
            has_stack: true,
        };
        let (id, _) = self.open(&opening, |draft| {
            if let Some(place) = location {
                draft.location(place.file(), place.line());
            }
        });
        with(|state| {
            state.scratch.names[3] = text;
            state.scratch.file = file;
        });
        id
    }
}

/// Returns the payload's text, cut.
fn message<'p>(info: &'p PanicHookInfo<'_>) -> &'p str {
    let payload = info.payload();
    let text = payload
        .downcast_ref::<&'static str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("<a panic payload that is not text>");
    &text[..floor_char_boundary(text, MESSAGE)]
}
