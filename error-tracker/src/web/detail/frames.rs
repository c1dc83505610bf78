//! The annotated calls that a failure passed, with their values and their code.

use super::view::{path, View};
use super::{code, values};
use crate::model::{Event, Frame, Kind, Outcome, Recorded};
use crate::web::html::Html;

/// How many calls are open.
const OPEN: usize = 4;

/// How many calls show their code: each may be a file to be read.
const WITH_CODE: usize = 12;

/// Writes where it failed, then each annotated call, innermost first.
pub(super) fn write(html: &mut Html, view: &View<'_>, recorded: &Recorded) {
    let event = &recorded.event;
    html.raw("<section class=\"calls\"><h2 class=\"off\">Calls</h2>");
    place(html, view, recorded);
    for (index, frame) in event.frames.iter().enumerate() {
        call(html, view, (event, index), frame);
    }
    if event.frames.is_empty() && event.location.is_empty() && recorded.stack.is_empty() {
        html.raw("<p class=\"note\">It passed no annotated function, and no stack was taken. ");
        html.raw("<code>#[track_exception]</code> shows a function's arguments and its failing line.</p>");
    }
    html.raw("</section>");
}

/// Writes where a panic, a message or a capture by hand stands, unless a call says the same.
fn place(html: &mut Html, view: &View<'_>, recorded: &Recorded) {
    let event = &recorded.event;
    let Some((file, line)) = event.location.rsplit_once(':') else { return };
    let line = line.parse().unwrap_or(0);
    if event.frames.iter().any(|frame| stands_at(frame, &event.location)) {
        return;
    }
    let is_here = |frame: &&Frame| frame.in_app && frame.line == line && frame.file.ends_with(file);
    let function = recorded.stack.iter().find(is_here).map(|frame| frame.function.as_str());
    let what = match event.kind {
        Kind::Panic => "panicked",
        Kind::Message => "sent the message",
        Kind::Error => "captured it",
    };
    html.raw("<details class=\"frame\" open>");
    summary(html, (function.unwrap_or_default(), what), (file, line));
    match view.sources.around(file, line) {
        Some(excerpt) => code::write(html, &excerpt, line),
        None => {
            html.raw("<p class=\"note\">Its source is not on this machine.</p>");
        }
    }
    html.raw("</details>");
}

fn call(html: &mut Html, view: &View<'_>, (event, index): (&Event, usize), frame: &Frame) {
    html.raw(if index < OPEN {
        "<details class=\"frame\" open>"
    } else {
        "<details class=\"frame\">"
    });
    summary(html, (&frame.function, became(event, index, frame)), (&frame.file, frame.line));
    let excerpt = (index < WITH_CODE).then(|| view.sources.of(frame)).flatten();
    match excerpt {
        Some(excerpt) => code::write(html, &excerpt, frame.line),
        None if !frame.expression.is_empty() => {
            code::expression(html, frame.line, &frame.expression)
        }
        None => {}
    }
    if !frame.says.is_empty() {
        html.raw("<p class=\"says\" dir=\"auto\"><i>left as</i> ");
        view.masks().text(html, &frame.says, "says");
        html.raw("</p>");
    }
    if !frame.locals.is_empty() {
        values::locals(html, &view.masks(), "locals", &frame.locals);
    }
    if !frame.globals.is_empty() {
        html.raw("<p class=\"label\">statics</p>");
        values::locals(html, &view.masks(), "globals", &frame.globals);
    }
    html.raw("</details>");
}

/// Writes the line of a call that always shows.
pub(super) fn summary(
    html: &mut Html,
    (function, became): (&str, &'static str),
    (file, line): (&str, u32),
) {
    html.raw("<summary>");
    if !function.is_empty() {
        path(html, function);
    }
    html.raw(" <span class=\"at\"");
    at(html, file, line);
    html.raw("</span>");
    if !became.is_empty() {
        html.raw(" <span class=\"became\">").raw(became).raw("</span>");
    }
    html.raw("</summary>");
}

/// Ends a tag, and writes where in the sources something stands.
fn at(html: &mut Html, file: &str, line: u32) {
    let short = super::stack::short(file);
    if short != file {
        html.attr("title", file);
    }
    html.raw(">").text(&short);
    if line > 0 {
        html.raw(":").show(line);
    }
}

/// Tells whether a call failed at a place; an unknown place may be any.
fn stands_at(frame: &Frame, location: &str) -> bool {
    let place = location.rsplit_once(':');
    place.is_none_or(|(file, line)| frame.file == file && line.parse() == Ok(frame.line))
}

/// Tells what became of the failure in a call.
fn became(event: &Event, index: usize, frame: &Frame) -> &'static str {
    let is_last = index + 1 == event.frames.len();
    let by_hand = event.kind != Kind::Panic && !event.location.is_empty();
    match (event.kind, frame.failed) {
        _ if frame.file.is_empty() => "",
        (Kind::Panic, true) if index == 0 && stands_at(frame, &event.location) => "panicked",
        (Kind::Panic, true) => "unwound",
        (_, true) if index == 0 && !by_hand => "returned Err",
        (_, true) => "passed it on",
        (_, false) if is_last && event.outcome == Outcome::Handled && !by_hand => "handled it",
        (_, false) => "was running",
    }
}
