//! Calls of which none fails, or hardly one.

use std::hint::black_box;

use crate::cases::{measure, ours, Case};
use crate::subjects::{self, Failure};

pub(crate) const CASES: &[Case] = &[
    ("two-bare", |calls| two(calls, subjects::two)),
    ("two-ours", |calls| {
        let _ours = ours();
        two(calls, subjects::two_ours);
    }),
    ("armed-bare", |calls| armed(calls, subjects::two)),
    ("armed-ours", |calls| {
        let _ours = ours();
        armed(calls, subjects::two_ours);
    }),
    ("six-bare", |calls| six(calls, subjects::six)),
    ("six-ours", |calls| {
        let _ours = ours();
        six(calls, subjects::six_ours);
    }),
    ("async-bare", |calls| two(calls, subjects::two_polled)),
    ("async-ours", |calls| {
        let _ours = ours();
        two(calls, subjects::two_polled_ours);
    }),
];

type Two = fn(i32, &str) -> Result<u64, Failure>;
type Six = fn(i32, &str, u64, &[u8], Option<u32>, String) -> Result<(u64, String), Failure>;

pub(super) fn two(calls: u64, subject: Two) {
    let subject = black_box(subject);
    measure(100, calls, || {
        let _ = black_box(subject(black_box(7), black_box("seven")));
    });
}

/// One call in 10,000 fails.
fn armed(calls: u64, subject: Two) {
    let subject = black_box(subject);
    let mut made = 0_u64;
    measure(10_000, calls, || {
        made += 1;
        let number = if made % 10_000 == 5_000 { -7 } else { 7 };
        let _ = black_box(subject(black_box(number), black_box("seven")));
    });
}

/// The function gives its `String` back, so that neither twin allocates.
pub(super) fn six(calls: u64, subject: Six) {
    let subject = black_box(subject);
    let mut owned = Some("a text that somebody else owns".to_owned());
    measure(100, calls, || {
        let text = owned.take().unwrap_or_default();
        let result = subject(
            black_box(7),
            black_box("seven"),
            black_box(700),
            black_box(&[7, 7, 7]),
            black_box(Some(7)),
            black_box(text),
        );
        owned = black_box(result).ok().map(|(_, text)| text);
    });
}
