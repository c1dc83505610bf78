//! Calls that all fail.

use std::hint::black_box;
use std::panic::catch_unwind;

use crate::cases::{begin_of_a_second, measure, ours, say, unmasked, Case};
use crate::deep;
use crate::locals::Arguments;
use crate::subjects;

pub(crate) const CASES: &[Case] = &[
    ("err-bare", |calls| {
        measure(100, calls, || {
            let _ = black_box(subjects::two(black_box(-7), black_box("seven")));
        });
    }),
    ("known-ours", |calls| {
        let _ours = ours();
        begin_of_a_second();
        measure(64, calls, || {
            let _ = black_box(subjects::two_ours(black_box(-7), black_box("seven")));
        });
    }),
    ("deep-bare", |calls| {
        measure(WARM, calls, || {
            deep::call(|| drop(black_box(subjects::two(black_box(-7), black_box("seven")))));
        });
    }),
    ("stack-ours", |calls| {
        let _ours = ours();
        begin_of_a_second();
        measure(WARM, calls, || {
            deep::call(|| drop(black_box(subjects::two_ours(black_box(-7), black_box("seven")))));
        });
    }),
    ("walk", |calls| {
        deep::call(|| say("frames", deep::frames()));
        measure(WARM, calls, || deep::call(|| _ = black_box(deep::walk())));
    }),
    ("std-capture", |calls| {
        measure(WARM, calls, || {
            deep::call(|| drop(black_box(std::backtrace::Backtrace::force_capture())));
        });
    }),
    ("locals-masked", |calls| {
        let _ours = ours();
        locals(calls);
    }),
    ("locals-unmasked", |calls| {
        let _ours = unmasked();
        locals(calls);
    }),
    ("panic-bare", |calls| {
        quietly();
        measure(WARM, calls, || deep::call(|| panics(subjects::panicking)));
    }),
    ("panic-ours", |calls| {
        quietly();
        let _ours = ours();
        begin_of_a_second();
        measure(WARM, calls, || deep::call(|| panics(subjects::panicking_ours)));
    }),
];

/// Fails with 16 KiB of locals.
fn locals(calls: u64) {
    let arguments = Arguments::new();
    begin_of_a_second();
    measure(WARM, calls, || deep::call(|| arguments.call()));
}

/// How many failures come before those that are counted; with them they stay in the budget of
/// events that an issue may record in full within a second.
pub(super) const WARM: u64 = 4;

/// Replaces the hook that prints each panic.
pub(super) fn quietly() {
    std::panic::set_hook(Box::new(|_| {}));
}

pub(super) fn panics(subject: fn(i32, &str) -> u64) {
    let caught = catch_unwind(|| subject(black_box(-7), black_box("seven")));
    drop(black_box(caught));
}
