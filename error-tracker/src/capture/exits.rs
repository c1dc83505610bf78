//! What an annotated call does on each of its exits but the plain one.

use std::borrow::Cow;

use crate::capture::draft::{expression, fenced, CAUSES, MESSAGE};
use crate::capture::open::{custom_fingerprint, Opening};
use crate::capture::{settled, Call, Recorder};
use crate::fault::Failure;
use crate::frames::{with, Origin, Presented, Record};
use crate::grouping::{normalize, plain_name, Facts};
use crate::mask::{Found, Masker};
use crate::model::{EventId, Kind, Level, Outcome};
use crate::queue::{Parts, Tag};
use crate::task::Busy;
use crate::text::Raw;

impl Recorder {
    /// The call returned an `Err`.
    // Inlined, as each frame of our own that is walked costs more than all else here.
    #[inline(always)]
    pub(crate) fn failed(&self, call: &Call<'_>, failure: Failure<'_>, swallowed: bool) {
        let Some(_busy) = Busy::enter() else { return };
        call.site.arming.arm();
        let message = message_of(&failure, &self.parts.masker);
        let text = message.reveal();
        let outcome = match (swallowed, call.depth) {
            (true, _) => Some(Outcome::Swallowed),
            (false, 1) => Some(Outcome::Propagated),
            (false, _) => None,
        };
        let nested = with(|state| state.any_below(call.depth)).unwrap_or(false);
        let known = if nested { self.continued(call, &failure, text, outcome) } else { None };
        // No closure, which would be one frame more to walk.
        let (id, kept) = match known {
            Some(known) => known,
            None => self.open_err(call, &failure, text, outcome.unwrap_or_default()),
        };
        if nested {
            self.close_others(call.depth, id);
        }
        if outcome == Some(Outcome::Propagated) && kept {
            self.departed.remember(id, failure.type_name(), text);
        }
        if swallowed {
            settled(id);
            self.forget(id);
        }
        give_back(message);
    }

    /// Adds the call to the event that its error continues, if there is one.
    fn continued(
        &self,
        call: &Call<'_>,
        failure: &Failure<'_>,
        text: &str,
        outcome: Option<Outcome>,
    ) -> Option<(EventId, bool)> {
        let causes = causes_of(failure, &self.parts.masker);
        let presented = Presented { text, causes: &causes, address: failure.address() };
        let (id, kept, has_changed) = self.continues(call.depth, &presented)?;
        if kept {
            let says = has_changed.then_some(text);
            self.add_frame_saying(call, (id, says), true, outcome);
        }
        Some((id, kept))
    }

    /// Finds the event that this error continues: whether it is kept, whether its text is new.
    fn continues(&self, depth: u32, presented: &Presented<'_>) -> Option<(EventId, bool, bool)> {
        with(|state| {
            let record = state.same_error(depth, presented)?;
            record.depth = depth;
            let has_changed = record.text != presented.text;
            record.text.clear();
            record.text.push_str(presented.text);
            record.address = presented.address;
            let found = (record.id, record.kept, has_changed);
            state.note();
            Some(found)
        })
        .flatten()
    }

    #[inline(always)]
    fn open_err(
        &self,
        call: &Call<'_>,
        failure: &Failure<'_>,
        text: &str,
        outcome: Outcome,
    ) -> (EventId, bool) {
        let mut names = Names::of(failure);
        names.site_of(call);
        custom_fingerprint(call, &mut names.custom);
        let (masker, mut found) = (&self.parts.masker, Found::default());
        let masked = masker.text(text, &mut found);
        names.mask(masker, &mut found);
        names.text(failure, &masked);
        let point = call.site.point(call.point);
        // What is found in it is noted with its frame.
        let text_of = |point| expression(masker, point, &mut Found::default());
        let expression = point.map(text_of).unwrap_or_default();
        let opening = Opening {
            facts: Facts { expression: &expression, ..names.facts(Kind::Error) },
            level: call.site.level.unwrap_or(Level::Error),
            type_name: failure.type_name(),
            exception_name: names.exception(failure),
            said: text,
            message: &masked,
            found: &found,
            location: None,
            outcome,
            depth: call.depth,
            origin: Origin::Error,
            by_hand: false,
            address: failure.address(),
            has_stack: true,
        };
        let opened = self.open(&opening, |draft| {
            draft.causes(failure);
            draft.lent_backtrace(failure);
            draft.frame(call, true);
        });
        names.give_back();
        opened
    }

    /// The call returned without failing, while a record is open below it.
    pub(crate) fn left(&self, call: &Call<'_>) {
        let by_hand = with(|state| {
            let mut found = Vec::new();
            for record in state.candidates(call.depth).filter(|record| record.by_hand) {
                record.depth = call.depth;
                found.push((record.id, record.kept));
            }
            state.note();
            found
        });
        let outcome = (call.depth == 1).then_some(Outcome::Handled);
        for (id, kept) in by_hand.unwrap_or_default() {
            match Busy::enter() {
                Some(_busy) if kept => self.add_frame(call, id, false, outcome),
                _ => {}
            }
        }
        let handled = with(|state| state.take_below(call.depth, |_| true));
        self.close_records(handled.unwrap_or_default(), Outcome::Handled);
    }

    /// The call is left by a panic that goes on.
    pub(crate) fn unwound(&self, call: &Call<'_>) {
        let outcome = (call.depth == 1).then_some(Outcome::Propagated);
        self.add_to_panic(call, outcome);
    }

    /// The call caught a panic, being `silent`.
    pub(crate) fn caught(&self, call: &Call<'_>) {
        let id = self.add_to_panic(call, Some(Outcome::Swallowed));
        if let Some(id) = id {
            settled(id);
            self.forget(id);
        }
    }

    fn add_to_panic(&self, call: &Call<'_>, outcome: Option<Outcome>) -> Option<EventId> {
        let _busy = Busy::enter()?;
        call.site.arming.arm();
        let known = with(|state| {
            let record = state.unwinding(call.depth)?;
            record.depth = call.depth;
            let found = (record.id, record.kept);
            state.note();
            Some(found)
        });
        match known.flatten() {
            Some((id, kept)) => {
                if kept {
                    self.add_frame(call, id, true, outcome);
                }
                Some(id)
            }
            None => Some(self.open_resumed(call, outcome.unwrap_or_default())),
        }
    }

    /// A panic that no hook has seen: resumed, or started under a hook that replaced ours.
    fn open_resumed(&self, call: &Call<'_>, outcome: Outcome) -> EventId {
        let mut path = String::new();
        call.site.write_path(&mut path);
        let site = plain_name(&path);
        let facts =
            Facts { kind: Kind::Panic, exception: "panic", site: &site, ..Facts::default() };
        let opening = Opening {
            facts,
            level: call.site.level.unwrap_or(Level::Fatal),
            type_name: "",
            exception_name: "panic",
            said: "",
            message: "resumed; its message was not seen",
            found: &Found::default(),
            location: None,
            outcome,
            depth: call.depth,
            origin: Origin::Panic { floor: 0 },
            by_hand: false,
            address: 0,
            has_stack: true,
        };
        self.open(&opening, |draft| draft.frame(call, true)).0
    }

    pub(super) fn add_frame(
        &self,
        call: &Call<'_>,
        id: EventId,
        failed: bool,
        outcome: Option<Outcome>,
    ) {
        self.add_frame_saying(call, (id, None), failed, outcome);
    }

    /// Adds a frame, and what the error says now if that has changed.
    fn add_frame_saying(
        &self,
        call: &Call<'_>,
        (id, says): (EventId, Option<&str>),
        failed: bool,
        outcome: Option<Outcome>,
    ) {
        let taken = with(|state| {
            let record = state.find(id)?;
            Some((record.takes_frame(call.depth), record.room))
        });
        let Some((taken, room)) = taken.flatten() else { return };
        let Some(left_out) = taken else {
            if outcome.is_some() {
                self.amend(id, Parts::default(), outcome);
            }
            return;
        };
        let mut draft = self.draft();
        draft.room = room;
        draft.parts.reserve(512);
        if left_out > 0 {
            draft.parts.put_frame(&format!("… {left_out} more calls"), ("", 0), ["", ""], failed);
        }
        draft.frame(call, failed);
        if let Some(text) = says {
            draft.text(Tag::Says, text);
        }
        let room = draft.room;
        with(|state| state.find(id).map(|record| record.room = room));
        self.amend(id, draft.finish(), outcome);
    }

    fn close_others(&self, depth: u32, id: EventId) {
        let others = with(|state| state.take_below(depth, |record| record.id != id));
        self.close_records(others.unwrap_or_default(), Outcome::Handled);
    }

    /// Removes a record that is closed for good.
    pub(super) fn forget(&self, id: EventId) {
        let removed = with(|state| state.take_below(0, |record| record.id == id));
        drop::<Option<Vec<Record>>>(removed);
    }

    /// Adds context to an event that was queued before.
    pub(super) fn add_parts(&self, id: EventId, parts: Parts) {
        if !parts.is_empty() {
            self.amend(id, parts, None);
        }
    }
}

/// Takes the thread's message buffer and writes what the error says into it.
pub(super) fn message_of(failure: &Failure<'_>, masker: &Masker) -> Raw {
    let _shown = masker.shown();
    let mut message = with(|state| std::mem::take(&mut state.scratch.message)).unwrap_or_default();
    message.clear();
    if fenced(|| message.write_bounded(MESSAGE, |out| failure.write_message(out))).is_none() {
        message.clear();
        message.write_bounded(usize::MAX, |out| {
            let _ = std::fmt::Write::write_str(out, super::draft::PANICKED);
        });
    }
    message
}

/// Gives the thread's message buffer back.
pub(super) fn give_back(message: Raw) {
    with(|state| state.scratch.message = message);
}

/// Writes what each cause says, nearest first.
pub(super) fn causes_of(failure: &Failure<'_>, masker: &Masker) -> Vec<String> {
    let _shown = masker.shown();
    let collect = || {
        let mut texts = Vec::new();
        for cause in failure.causes().take(CAUSES) {
            let mut raw = Raw::default();
            let written = fenced(|| {
                raw.write_bounded(MESSAGE, |out| {
                    let _ = std::fmt::Write::write_fmt(out, format_args!("{cause}"));
                });
            });
            texts.push(
                written.map_or_else(|| super::draft::PANICKED.into(), |()| raw.reveal().to_owned()),
            );
        }
        texts
    };
    fenced(collect).unwrap_or_default()
}

/// The names that a failure's fingerprint is made of, in buffers that the thread keeps.
#[derive(Default)]
pub(super) struct Names {
    type_name: &'static str,
    /// The same without generic arguments.
    plain: Cow<'static, str>,
    identifier: String,
    pub(super) site: String,
    pub(super) custom: String,
    text: String,
}

impl Names {
    pub(super) fn of(failure: &Failure<'_>) -> Self {
        let taken = with(|state| std::mem::take(&mut state.scratch.names)).unwrap_or_default();
        let [mut identifier, site, custom, text] = taken.map(|mut buffer| {
            buffer.clear();
            buffer
        });
        fenced(|| failure.write_identifier(&mut identifier));
        let type_name = failure.type_name();
        Self { type_name, plain: plain_name(type_name), identifier, site, custom, text }
    }

    /// Writes the path of the function that failed, the same for all its instances.
    fn site_of(&mut self, call: &Call<'_>) {
        call.site.write_path(&mut self.site);
        if call.site.has_plain_path() {
            return;
        }
        if let Cow::Owned(plain) = plain_name(&self.site) {
            self.site = plain;
        }
    }

    pub(super) fn give_back(self) {
        let buffers = [self.identifier, self.site, self.custom, self.text];
        with(|state| state.scratch.names = buffers);
    }

    pub(super) fn text(&mut self, failure: &Failure<'_>, text: &str) {
        if failure.groups_by_text() {
            normalize(text, &mut self.text);
        }
    }

    /// Masks what comes from the error itself or from the user.
    pub(super) fn mask(&mut self, masker: &Masker, found: &mut Found) {
        for text in [&mut self.identifier, &mut self.custom] {
            if let Cow::Owned(masked) = masker.text(text, found) {
                *text = masked;
            }
        }
    }

    pub(super) fn facts(&self, kind: Kind) -> Facts<'_> {
        let (exception, variant) = match self.type_name {
            "" => (self.identifier.as_str(), ""),
            _ => (&*self.plain, self.identifier.as_str()),
        };
        Facts {
            kind,
            exception,
            variant,
            site: &self.site,
            expression: "",
            text: &self.text,
            custom: &self.custom,
        }
    }

    /// Returns what the type is called on the page.
    pub(super) fn exception<'n>(&'n self, failure: &Failure<'_>) -> &'n str {
        match (self.type_name, self.identifier.as_str()) {
            ("", "") => failure.container(),
            ("", identifier) => identifier,
            (name, _) => name,
        }
    }
}
