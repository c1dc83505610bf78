//! An event, or an addition to one, while it is written: every value passes masking here.

use std::borrow::Cow;
use std::panic::{catch_unwind, AssertUnwindSafe};

use serde_json::Value as Json;

use crate::capture::show::Show;
use crate::capture::Call;
use crate::fault::Failure;
use crate::frames::{with, Scratch};
use crate::keep::discard;
use crate::mask::{shown_count, Found, Masker, Rule, ShownAs, MASK};
use crate::model::Request;
use crate::queue::{Parts, Tag};
use crate::scope::{self, Collected, Crumb, Scope, Value};
use crate::site::Point;
use crate::text::{floor_char_boundary, holds, Bounded, Limits};

/// What stands for a value that did not fit.
const NO_ROOM: &str = "…";
/// What stands for a value whose formatting panicked.
pub(crate) const PANICKED: &str = "<panicked while formatting>";
/// How much an error may say, in bytes.
pub(crate) const MESSAGE: usize = 16 * 1024;
/// How much of an event's room one local may take: a quarter.
const SHARE: usize = 4;
/// How many causes of an error are followed: a chain may be circular.
pub(super) const CAUSES: usize = 16;
/// How much of the backtrace that an error carries is kept, in bytes.
const BACKTRACE: usize = 32 * 1024;
/// How many breadcrumbs' bytes an event holds.
const CRUMBS: usize = 16 * 1024;
/// How large a buffer for an event's parts is kept by the thread.
const KEPT: usize = 16 * 1024;

/// Runs code of the user; a panic in it goes no further.
pub(crate) fn fenced<R>(run: impl FnOnce() -> R) -> Option<R> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(value) => Some(value),
        Err(payload) => {
            discard(payload);
            None
        }
    }
}

/// An event, or an addition to one, while it is written.
pub(crate) struct Draft {
    pub(crate) parts: Parts,
    pub(crate) masker: Masker,
    pub(crate) limits: Limits,
    pub(crate) scratch: Scratch,
    /// How many bytes of locals may still be added.
    pub(crate) room: usize,
    /// The request that the event belongs to, as far as it is known; not masked yet.
    pub(crate) request: Option<Request>,
    /// What was found in the text that was masked last.
    found: Found,
    /// Held while values are formatted.
    _shown: ShownAs,
}

impl Draft {
    pub(crate) fn new(masker: Masker, limits: Limits) -> Self {
        let mut scratch = with(|state| std::mem::take(&mut state.scratch)).unwrap_or_default();
        let parts = Parts::from_bytes(std::mem::take(&mut scratch.parts));
        let shown = masker.shown();
        Self {
            parts,
            masker,
            limits,
            scratch,
            room: limits.locals,
            request: None,
            found: Found::default(),
            _shown: shown,
        }
    }

    /// Gives the buffers back to the thread, and the parts out.
    pub(crate) fn finish(self) -> Parts {
        let mut scratch = self.scratch;
        let (finished, room) = self.parts.into_exact(KEPT);
        scratch.parts = room;
        with(|state| state.scratch = scratch);
        finished
    }

    /// Writes a value of the user into the raw buffer, bounded and fenced.
    pub(crate) fn write_raw(&mut self, limit: usize, write: impl FnOnce(&mut Bounded<'_>)) {
        let raw = &mut self.scratch.raw;
        let before = shown_count();
        raw.clear();
        if fenced(|| raw.write_bounded(limit, write)).is_none() {
            raw.clear();
            raw.write_bounded(usize::MAX, |out| {
                let _ = std::fmt::Write::write_str(out, PANICKED);
            });
        }
        // What was formatted before the failure shows it by its text alone.
        if shown_count() != before || holds(self.scratch.raw.reveal(), MASK) {
            self.found.add("", Rule::Type);
        }
    }

    /// Tells what was found in the text that was masked last, and where that stands.
    fn note(&mut self, (group, name): (&str, &str)) {
        if self.found.is_empty() {
            return;
        }
        let found = std::mem::take(&mut self.found);
        self.notes(&found, (group, name));
    }

    /// Tells what was found in a text of the event.
    pub(crate) fn notes(&mut self, found: &Found, (group, name): (&str, &str)) {
        for (inner, rule) in found.iter() {
            let inner = if inner == name { "" } else { inner };
            let place = [group, name, inner].into_iter().filter(|part| !part.is_empty());
            let place = place.collect::<Vec<_>>().join(".");
            // A key may hold a secret itself.
            let place = self.masker.text(&place, &mut Found::default());
            self.parts.put(Tag::Masked, &[&place, rule.as_str()]);
        }
    }

    /// Adds an argument or a static.
    pub(crate) fn local(&mut self, tag: Tag, name: &str, write: impl FnOnce(&mut Bounded<'_>)) {
        if let Some(text) = self.masker.name(name) {
            self.parts.put(tag, &[name, &text, Rule::Name.as_str()]);
            self.found.add(name, Rule::Name);
            return self.note((group_of(tag), name));
        }
        let limit = self.room.min((self.limits.locals / SHARE).max(256));
        if limit == 0 {
            self.parts.put(tag, &[name, NO_ROOM, ""]);
            return;
        }
        self.write_raw(limit, write);
        let masked = self.masker.text(self.scratch.raw.reveal(), &mut self.found);
        let masked = cut(&masked, limit);
        self.room = self.room.saturating_sub(masked.len());
        self.parts.put(tag, &[name, &masked, ""]);
        self.note((group_of(tag), name));
    }

    /// Adds an argument that is always masked.
    pub(crate) fn masked_local(&mut self, name: &str) {
        let rule = Rule::Argument;
        self.parts.put(Tag::Local, &[name, self.masker.always(), rule.as_str()]);
        self.found.add(name, rule);
        self.note((group_of(Tag::Local), name));
    }

    /// Adds a pair; on equal keys the first one added wins.
    pub(crate) fn pair(&mut self, tag: Tag, key: &str, value: Value) {
        if value.is_masked() {
            self.found.add("", Rule::Type);
        }
        let json = self.masker.json(key, value.reveal(), &mut self.found);
        // A key may be made of values, too.
        let key = self.masker.text(key, &mut self.found);
        self.parts.put(tag, &[&key, &json.to_string()]);
        self.note((group_of(tag), &key));
    }

    /// Adds a text that belongs to a group of its own.
    pub(crate) fn text(&mut self, tag: Tag, text: &str) {
        let masked = self.masker.text(head(text), &mut self.found);
        self.parts.put(tag, &[&cut(&masked, MESSAGE)]);
        self.note((group_of(tag), ""));
    }

    /// Adds the call itself: its path, its place, its arguments.
    pub(crate) fn frame(&mut self, call: &Call<'_>, failed: bool) {
        let path = &mut self.scratch.path;
        path.clear();
        call.site.write_path(path);
        let point = call.site.point(call.point);
        let line = point.map_or(call.site.line, |point| point.line);
        let text = point.map(|point| expression(&self.masker, point, &mut self.found));
        let (first, source) = call.site.source.unwrap_or_default();
        let source = self.masker.code(source, &mut self.found);
        let texts = [text.as_deref().unwrap_or_default(), &*source];
        self.parts.put_frame(path, (call.site.file, line), texts, failed);
        if first > 0 {
            self.parts.put(Tag::SourceLine, &[&first.to_string()]);
        }
        self.note(("source", ""));
        // Each value is fenced by itself; this fence is for what stands between them.
        fenced(|| call.shown.show(call.site, &mut Show::new(self)));
    }

    /// Adds where a panic or a capture by hand stands.
    pub(crate) fn location(&mut self, file: &str, line: u32) {
        let place = &mut self.scratch.path;
        place.clear();
        place.push_str(file);
        // Writing to a String does not fail.
        let _ = std::fmt::Write::write_fmt(place, format_args!(":{line}"));
        self.parts.put(Tag::Location, &[place]);
    }

    /// Adds what each cause of an error says, nearest first.
    pub(crate) fn causes(&mut self, failure: &Failure<'_>) {
        let mut causes = fenced(|| failure.causes());
        for _ in 0..CAUSES {
            let next = fenced(|| causes.as_mut().and_then(Iterator::next)).flatten();
            let Some(cause) = next else { return };
            self.write_raw(MESSAGE, |out| {
                let _ = std::fmt::Write::write_fmt(out, format_args!("{cause}"));
            });
            self.raw_text(Tag::Cause, MESSAGE);
        }
    }

    /// Adds the backtrace that the error itself carries, if any.
    pub(crate) fn lent_backtrace(&mut self, failure: &Failure<'_>) {
        self.write_raw(BACKTRACE, |out| failure.write_backtrace(out));
        if !self.scratch.raw.reveal().is_empty() {
            self.raw_text(Tag::LentBacktrace, BACKTRACE);
        }
    }

    /// Adds what the raw buffer holds.
    fn raw_text(&mut self, tag: Tag, limit: usize) {
        let masked = self.masker.text(self.scratch.raw.reveal(), &mut self.found);
        self.parts.put(tag, &[&cut(&masked, limit)]);
        self.note((group_of(tag), ""));
    }

    /// Adds all context that applies now.
    pub(crate) fn scopes(&mut self) {
        let Collected { scopes, crumbs } = scope::collect();
        for scope in scopes {
            self.scope(scope);
        }
        self.crumbs(crumbs);
    }

    fn scope(&mut self, scope: Scope) {
        for (key, value) in scope.extras {
            self.pair(Tag::Context, &key, value);
        }
        for (key, value) in scope.tags {
            self.pair(Tag::Searchable, &key, value);
        }
        if let Some(user) = scope.user {
            self.text(Tag::User, &user);
        }
        // The nearest one is the event's.
        let serving = || scope.serving.map(|serving| serving.request());
        self.request = self.request.take().or(scope.request).or_else(serving);
    }

    /// Adds breadcrumbs, oldest first, the newest ones that fit.
    fn crumbs(&mut self, mut all: Vec<Crumb>) {
        all.sort_by_key(|crumb| crumb.at);
        let mut room = CRUMBS;
        let fit = all.iter().rev().take_while(|crumb| {
            room = room.saturating_sub(crumb.message.len() + 64);
            room > 0
        });
        let from = all.len() - fit.count().min(scope::RING);
        for crumb in all.drain(from..) {
            let mut data = serde_json::Map::new();
            for (key, value) in crumb.data {
                let value = self.masker.json(key, value.reveal(), &mut self.found);
                data.insert(key.to_owned(), value);
            }
            let data = Json::Object(data).to_string();
            let message = self.masker.text(&crumb.message, &mut self.found);
            self.parts.put_breadcrumb(crumb.at, crumb.level, &message, &data);
            self.note(("breadcrumbs", ""));
        }
    }
}

/// Masks the literals in the text of an expression.
pub(super) fn expression<'p>(masker: &Masker, point: &'p Point, found: &mut Found) -> Cow<'p, str> {
    match point.has_literal {
        true => masker.code(point.text, found),
        false => Cow::Borrowed(point.text),
    }
}

/// Returns as much of a text as an event takes.
pub(super) fn head(text: &str) -> &str {
    &text[..floor_char_boundary(text, MESSAGE)]
}

/// Cuts what masking has made longer than it may be.
pub(super) fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    // The mark of a cut that was there before is kept.
    match text.len() > limit + NO_ROOM.len() {
        true => Cow::Owned(format!("{}{NO_ROOM}", &text[..floor_char_boundary(text, limit)])),
        false => Cow::Borrowed(text),
    }
}

/// Returns what the places of a part begin with in the notes of what was masked.
fn group_of(tag: Tag) -> &'static str {
    match tag {
        Tag::Message => "message",
        Tag::Says => "says",
        Tag::Cause => "cause",
        Tag::Local => "locals",
        Tag::Global | Tag::FrameGlobal => "globals",
        Tag::Context => "context",
        Tag::RequestData => "request_data",
        Tag::Searchable => "tags",
        Tag::User => "user",
        Tag::Thread => "thread",
        Tag::LentBacktrace => "backtrace",
        _ => "",
    }
}
