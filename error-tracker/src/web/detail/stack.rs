//! The stack: the application's own frames, and the folded rest.

use std::borrow::Cow;

use super::code;
use super::frames::{at, summary};
use super::view::{path, section, View};
use crate::model::{crate_of, Frame, Recorded};
use crate::web::format::{counted, end};
use crate::web::html::Html;

/// How many names of crates the line of folded frames holds.
const NAMED_CRATES: usize = 4;

/// How many own frames show their code: each may be a file to be read.
const WITH_CODE: usize = 8;

/// How long the shown part of a file's path is, in characters.
const PATH: usize = 56;

pub(super) fn write(html: &mut Html, view: &View<'_>, recorded: &Recorded) {
    if recorded.stack.is_empty() {
        return;
    }
    section(html, "Stack", |html| {
        html.raw("<div class=\"stack\">");
        let mut own = 0;
        // What the tracker adds to a stack says nothing about the failure.
        let is_shown =
            |frame: &&Frame| frame.in_app || crate_of(&frame.function) != "error_tracker";
        let shown: Vec<&Frame> = recorded.stack.iter().filter(is_shown).collect();
        for run in shown.chunk_by(|one, other| one.in_app == other.in_app) {
            match run.first().is_some_and(|frame| frame.in_app) {
                true => run.iter().for_each(|frame| {
                    own += 1;
                    let is_open = own == 1
                        && recorded.event.frames.is_empty()
                        && recorded.event.location.is_empty();
                    call(html, view, frame, (own <= WITH_CODE, is_open));
                }),
                false => folded(html, view, run),
            }
        }
        html.raw("</div>");
    });
}

fn call(html: &mut Html, view: &View<'_>, frame: &Frame, (reads, is_open): (bool, bool)) {
    match reads.then(|| view.sources.of(frame)).flatten() {
        Some(excerpt) => {
            html.raw(if is_open { "<details open>" } else { "<details>" });
            summary(html, view, (&frame.function, ""), (&frame.file, frame.line));
            code::write(html, &excerpt, frame.line);
            html.raw("</details>");
        }
        None => row(html, view, frame),
    }
}

/// Writes a frame of which there is no more to show.
fn row(html: &mut Html, view: &View<'_>, frame: &Frame) {
    html.raw("<p class=\"row\">");
    path(html, &frame.function);
    at(html, view, &frame.file, frame.line);
    html.raw("</p>");
}

fn folded(html: &mut Html, view: &View<'_>, frames: &[&Frame]) {
    html.raw("<details class=\"folded\"><summary>").text(&title(frames)).raw("</summary>");
    frames.iter().for_each(|frame| row(html, view, frame));
    html.raw("</details>");
}

/// Says how many frames there are, and whose: `38 frames of axum, hyper, tokio`.
fn title(frames: &[&Frame]) -> String {
    let mut crates: Vec<&str> = Vec::new();
    for name in frames.iter().map(|frame| crate_of(&frame.function)) {
        if !name.is_empty() && !crates.contains(&name) {
            crates.push(name);
        }
    }
    let count = counted(frames.len() as u64, "frame", "frames");
    let more = if crates.len() > NAMED_CRATES { ", …" } else { "" };
    crates.truncate(NAMED_CRATES);
    match crates.is_empty() {
        true => count,
        false => format!("{count} of {}{more}", crates.join(", ")),
    }
}

/// Shortens a file's path: those of libraries begin with the library.
pub(super) fn short(file: &str) -> Cow<'_, str> {
    let after = |mark: &str| {
        let (_, rest) = file.split_once(mark)?;
        rest.split_once('/').map(|(_, rest)| rest)
    };
    let library = after("/registry/src/").or_else(|| after("/rustc/"));
    end(library.unwrap_or(file), PATH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_frames_say_whose_they_are() {
        let title = |names: &[&str]| {
            let frame = |name: &&str| Frame { function: (*name).to_owned(), ..Frame::default() };
            let frames: Vec<Frame> = names.iter().map(frame).collect();
            title(&frames.iter().collect::<Vec<_>>())
        };
        assert_eq!(title(&["axum::a", "hyper::b", "axum::c"]), "3 frames of axum, hyper");
        assert_eq!(title(&["clone3"]), "1 frame");
        let many = ["a::x", "b::x", "c::x", "d::x", "e::x"];
        assert_eq!(title(&many), "5 frames of a, b, c, d, …");
    }

    #[test]
    fn files_of_libraries_begin_with_the_library() {
        for (file, expected) in [
            (
                "/home/u/.cargo/registry/src/index.crates.io-6f17/tokio-1.4/src/a.rs",
                "tokio-1.4/src/a.rs",
            ),
            ("/rustc/5980/library/core/src/option.rs", "library/core/src/option.rs"),
            ("src/pay.rs", "src/pay.rs"),
        ] {
            assert_eq!(short(file), expected);
        }
    }
}
