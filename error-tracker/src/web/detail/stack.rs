//! The stack: the application's own frames, and the folded rest.

use std::borrow::Cow;

use super::code;
use super::frames::{at, summary};
use super::view::{path, section, View};
use crate::model::{crate_of, Event, Frame, Recorded};
use crate::web::format::{counted, end};
use crate::web::html::Html;

/// How many names of crates the line of folded frames holds.
const NAMED_CRATES: usize = 4;

/// How many own frames show their code: each may be a file to be read.
const WITH_CODE: usize = 8;

/// How the compiler calls the body of an annotated function, after the function's own name.
const CLOSURE: &str = "::{{closure}}";

/// How long the shown part of a file's path is, in characters.
const PATH: usize = 56;

pub(super) fn write(html: &mut Html, view: &View<'_>, recorded: &Recorded) {
    if recorded.stack.is_empty() {
        return;
    }
    section(html, "Stack", |html| {
        html.raw("<div class=\"stack\">");
        let mut own = 0;
        for run in shown(recorded).chunk_by(|one, other| one.0.in_app == other.0.in_app) {
            match run.first().is_some_and(|(frame, _)| frame.in_app) {
                true => run.iter().for_each(|frame| {
                    own += 1;
                    let is_open = own == 1
                        && recorded.event.frames.is_empty()
                        && recorded.event.location.is_empty();
                    call(html, view, *frame, (own <= WITH_CODE, is_open));
                }),
                false => folded(html, view, run),
            }
        }
        html.raw("</div>");
    });
}

/// A frame, and how its function is called.
type Shown<'r> = (&'r Frame, &'r str);

/// Leaves out what the tracker adds to a stack, as it says nothing about the failure: its own frames, and
/// of an annotated function all but its body.
fn shown(recorded: &Recorded) -> Vec<Shown<'_>> {
    let (mut shown, mut is_ours_between) = (Vec::<Shown<'_>>::new(), false);
    for frame in &recorded.stack {
        if !frame.in_app && crate_of(&frame.function) == "error_tracker" {
            is_ours_between = true;
            continue;
        }
        let name = name(&recorded.event, &frame.function);
        let inner = shown.iter_mut().rev().find(|(inner, _)| inner.in_app);
        match inner.filter(|(inner, _)| frame.in_app && is_body(inner, frame)) {
            Some(body) if is_ours_between || is_annotated(&recorded.event, &frame.function) => {
                body.1 = name;
            }
            _ => shown.push((frame, name)),
        }
        is_ours_between &= !frame.in_app;
    }
    shown
}

/// Tells whether a frame is the body of a function, as a closure.
fn is_body(inner: &Frame, function: &Frame) -> bool {
    inner.function.strip_suffix(CLOSURE) == Some(&function.function) && inner.file == function.file
}

fn is_annotated(event: &Event, function: &str) -> bool {
    event.frames.iter().any(|frame| frame.function == function)
}

/// Returns how a function is called: the body of an annotated one as that, and one of which nothing but
/// `{async_fn#0}` is known not at all.
pub(super) fn name<'f>(event: &Event, function: &'f str) -> &'f str {
    match function.strip_suffix(CLOSURE) {
        _ if function.starts_with('{') => "",
        Some(outer) if is_annotated(event, outer) => outer,
        _ => function,
    }
}

fn call(
    html: &mut Html,
    view: &View<'_>,
    (frame, name): Shown<'_>,
    (reads, is_open): (bool, bool),
) {
    match reads.then(|| view.sources.of(frame)).flatten() {
        Some(excerpt) => {
            html.raw(if is_open { "<details open>" } else { "<details>" });
            summary(html, view, (name, ""), (&frame.file, frame.line));
            code::write(html, &excerpt, frame.line);
            html.raw("</details>");
        }
        None => row(html, view, (frame, name)),
    }
}

/// Writes a frame of which there is no more to show.
fn row(html: &mut Html, view: &View<'_>, (frame, name): Shown<'_>) {
    html.raw("<p class=\"row\">");
    if !name.is_empty() {
        path(html, name);
    }
    at(html, view, &frame.file, frame.line);
    html.raw("</p>");
}

fn folded(html: &mut Html, view: &View<'_>, frames: &[Shown<'_>]) {
    html.raw("<details class=\"folded\"><summary>").text(&title(frames)).raw("</summary>");
    frames.iter().for_each(|frame| row(html, view, *frame));
    html.raw("</details>");
}

/// Says how many frames there are, and whose: `38 frames of axum, hyper, tokio`.
fn title(frames: &[Shown<'_>]) -> String {
    let mut crates: Vec<&str> = Vec::new();
    for name in frames.iter().map(|(frame, _)| crate_of(&frame.function)) {
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
            title(&frames.iter().map(|frame| (frame, "")).collect::<Vec<_>>())
        };
        assert_eq!(title(&["axum::a", "hyper::b", "axum::c"]), "3 frames of axum, hyper");
        assert_eq!(title(&["clone3"]), "1 frame");
        let many = ["a::x", "b::x", "c::x", "d::x", "e::x"];
        assert_eq!(title(&many), "5 frames of a, b, c, d, …");
    }

    fn frame(function: &str) -> Frame {
        let in_app = function.starts_with("shop") || function.starts_with('{');
        Frame { function: function.into(), file: "src/a.rs".into(), in_app, ..Frame::default() }
    }

    fn names(annotated: &[&str], stack: &[&str]) -> Vec<String> {
        let frames = |names: &[&str]| names.iter().copied().map(frame).collect();
        let event = Event { frames: frames(annotated), ..Event::default() };
        let recorded = Recorded { event, stack: frames(stack), ..Recorded::default() };
        shown(&recorded).into_iter().map(|(_, name)| name.to_owned()).collect()
    }

    #[test]
    fn a_call_of_an_annotated_function_is_one_frame() {
        let stack = ["shop::f::{{closure}}", "error_tracker::__private::frame::call", "shop::f"];
        assert_eq!(names(&[], &stack), ["shop::f"]);
        assert_eq!(names(&["shop::f"], &[stack[0], "call<F>", stack[2]]), ["shop::f", "call<F>"]);
        assert_eq!(
            names(&["shop::f"], &["shop::f::{{closure}}", "shop::g"]),
            ["shop::f", "shop::g"]
        );
    }

    #[test]
    fn closures_of_other_functions_stay() {
        let own = ["shop::f::{{closure}}::{{closure}}", "shop::f::{{closure}}", "shop::f"];
        assert_eq!(names(&["shop::f"], &own), [own[0], "shop::f"]);
        let plain = ["shop::g::{{closure}}", "core::map", "shop::g"];
        assert_eq!(names(&["shop::f"], &plain), plain);
    }

    #[test]
    fn a_function_of_which_no_path_is_known_has_no_name() {
        assert_eq!(names(&[], &["{async_fn#0}", "shop::main"]), ["", "shop::main"]);
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
