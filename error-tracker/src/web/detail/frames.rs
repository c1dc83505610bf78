//! The annotated calls that a failure passed, with their values and their code.

use super::view::{path, View};
use super::{code, stack, values};
use crate::model::{Event, Frame, Kind, Outcome, Recorded};
use crate::web::html::Html;

/// How many calls are open.
const OPEN: usize = 4;

/// How many calls show their code: each may be a file to be read.
const WITH_CODE: usize = 12;

/// Writes where it failed, then each annotated call, innermost first.
pub(super) fn write(html: &mut Html, view: &View<'_>, recorded: &Recorded) {
    let event = &recorded.event;
    html.raw(match event.kind {
        Kind::Message => "<section class=\"calls quiet\">",
        Kind::Error | Kind::Panic => "<section class=\"calls\">",
    });
    html.raw("<h2 class=\"off\">Calls</h2>");
    let inside = place(html, view, recorded);
    for (index, frame) in event.frames.iter().enumerate() {
        match inside.filter(|_| index == 0) {
            Some(line) => {
                let moved = Frame { line, expression: String::new(), ..frame.clone() };
                call(html, view, (event, index), &moved);
            }
            None => call(html, view, (event, index), frame),
        }
    }
    if event.frames.is_empty() && event.location.is_empty() && recorded.stack.is_empty() {
        html.raw("<p class=\"note\">It passed no annotated function, and no stack was taken. ");
        html.raw("<code>#[track_exception]</code> shows a function's arguments and its ");
        html.raw("failing line.</p>");
    }
    html.raw("</section>");
}

/// Writes where a panic, a message or a capture by hand stands, unless a call can say it: then the
/// line is returned if it is within the innermost one.
fn place(html: &mut Html, view: &View<'_>, recorded: &Recorded) -> Option<u32> {
    let event = &recorded.event;
    let (file, line) = event.location.rsplit_once(':')?;
    let line = line.parse().unwrap_or(0);
    if event.frames.iter().any(|frame| stands_at(frame, &event.location)) {
        return None;
    }
    let is_here = |frame: &&Frame| frame.in_app && frame.line == line && frame.file.ends_with(file);
    let function = recorded.stack.iter().find(is_here).map_or("", |frame| frame.function.as_str());
    let innermost = event.innermost();
    if innermost.is_some_and(|frame| frame.file == file && holds(frame, function, line)) {
        return Some(line);
    }
    let what = match event.kind {
        Kind::Panic => "panicked",
        Kind::Message => "sent the message",
        Kind::Error => "captured it",
    };
    html.raw("<details class=\"frame\" open>");
    summary(html, view, (stack::name(event, function), what), (file, line));
    match view.sources.around(file, line) {
        Some(excerpt) => code::write(html, &excerpt, line),
        None => {
            html.raw("<p class=\"note\">Its source is not on this machine.</p>");
        }
    }
    html.raw("</details>");
    None
}

/// Tells whether a function of the stack, or a line, is within an annotated function.
fn holds(frame: &Frame, function: &str, line: u32) -> bool {
    let inner = function.strip_prefix(frame.function.as_str());
    let lines = frame.source.as_deref().map_or(0, |source| source.lines().count());
    let is_embedded = line.checked_sub(frame.source_line).is_some_and(|at| (at as usize) < lines);
    inner.is_some_and(|inner| inner.is_empty() || inner.starts_with("::{"))
        || is_embedded && frame.source_line > 0
}

fn call(html: &mut Html, view: &View<'_>, (event, index): (&Event, usize), frame: &Frame) {
    let is_open = index < OPEN;
    html.raw(if is_open { "<details class=\"frame\" open>" } else { "<details class=\"frame\">" });
    summary(html, view, (&frame.function, became(event, index, frame)), (&frame.file, frame.line));
    let excerpt = (index < WITH_CODE).then(|| view.sources.of(frame)).flatten();
    match excerpt {
        Some(excerpt) => code::write(html, &excerpt, frame.line),
        None if !frame.expression.is_empty() => {
            code::expression(html, frame.line, &frame.expression);
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
    view: &View<'_>,
    (function, became): (&str, &'static str),
    (file, line): (&str, u32),
) {
    html.raw("<summary>");
    if !function.is_empty() {
        path(html, function);
    }
    at(html, view, file, line);
    if !became.is_empty() {
        html.raw(" <span class=\"became\">").raw(became).raw("</span>");
    }
    html.raw("</summary>");
}

/// Writes where in the sources something stands.
pub(super) fn at(html: &mut Html, view: &View<'_>, file: &str, line: u32) {
    if file.is_empty() {
        return;
    }
    let short = stack::short(view.sources.relative(file));
    html.raw(" <span class=\"at\"");
    if short != file {
        html.attr("title", file);
    }
    html.raw(">").text(&short);
    if line > 0 {
        html.raw(":").show(line);
    }
    html.raw("</span>");
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
    let stands_here = index == 0 && stands_at(frame, &event.location);
    match (event.kind, frame.failed) {
        _ if frame.file.is_empty() => "",
        (Kind::Message, _) if by_hand && stands_here => "sent the message",
        (Kind::Message, _) => "was running",
        (Kind::Panic, true) if stands_here => "panicked",
        (Kind::Panic, true) => "unwound",
        (_, true) if index == 0 && !by_hand => "returned Err",
        (_, true) => "passed it on",
        (_, false) if is_last && event.outcome == Outcome::Handled && !by_hand => "handled it",
        (_, false) => "was running",
    }
}
