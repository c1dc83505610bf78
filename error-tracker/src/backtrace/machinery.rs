//! The frames on top of a stack that only carry a failure: ours, and those of panicking.

use crate::model::{crate_of, Frame};

/// How many frames of the standard library may stand between two frames of machinery.
const GAP: usize = 3;

/// Returns how many frames on top are machinery; none if all are.
pub(crate) fn length(frames: &[Frame]) -> usize {
    let mut length = 0;
    while let Some(next) = next(&frames[length..]) {
        length += next + 1;
    }
    if length == frames.len() {
        0
    } else {
        length
    }
}

fn next(frames: &[Frame]) -> Option<usize> {
    let found = frames.iter().take(GAP + 1).position(|frame| is_machinery(&frame.function))?;
    frames[..found].iter().all(|frame| is_standard(&frame.function)).then_some(found)
}

fn is_machinery(function: &str) -> bool {
    match crate_of(function) {
        "error_tracker" | "backtrace" | "__rustc" => true,
        "core" | "std" | "alloc" => carries(function),
        _ => function == "rust_begin_unwind" || function.starts_with("_Unwind_"),
    }
}

/// Functions of the standard library that panic, or run our hook and our guards.
fn carries(function: &str) -> bool {
    function.contains("::panicking::")
        || function.contains("_failed")
        || function.contains("__rust_end_short_backtrace")
        || function.contains("error_tracker::")
        || function.starts_with("std::panic::panic_any")
}

fn is_standard(function: &str) -> bool {
    matches!(crate_of(function), "core" | "std" | "alloc")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(functions: &[&str]) -> usize {
        let frame = |name: &&str| Frame { function: (*name).to_owned(), ..Frame::default() };
        let frames: Vec<Frame> = functions.iter().map(frame).collect();
        functions.len() - length(&frames)
    }

    #[test]
    fn a_panic_begins_at_the_function_that_panicked() {
        let stack = [
            "backtrace::trace",
            "error_tracker::backtrace::walk::Walk::new",
            "error_tracker::global::hook_panics::{{closure}}",
            "<alloc::boxed::Box<F,A> as core::ops::function::Fn<Args>>::call",
            "std::panicking::panic_with_hook",
            "std::panicking::panic_handler::{{closure}}",
            "std::sys::backtrace::__rust_end_short_backtrace",
            "__rustc::rust_begin_unwind",
            "core::panicking::panic_fmt",
            "core::option::unwrap_failed",
            "shop::charge",
            "error_tracker::__private::call",
            "shop::main",
        ];
        assert_eq!(left(&stack), 3);
    }

    #[test]
    fn an_error_begins_at_the_annotated_function() {
        let stack = [
            "error_tracker::backtrace::walk::Walk::new",
            "core::ptr::drop_in_place<error_tracker::__private::frame::Frame>",
            "shop::charge",
            "core::ops::function::FnOnce::call_once",
            "error_tracker::__private::call",
        ];
        assert_eq!(left(&stack), 3);
    }

    #[test]
    fn a_stack_of_machinery_alone_is_left_whole() {
        assert_eq!(left(&["error_tracker::capture::open", "std::panicking::catch_unwind"]), 2);
        assert_eq!(left(&[]), 0);
    }
}
