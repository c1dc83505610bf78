//! The same cases with sentry, whose transport drops what it is given.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use sentry::{ClientInitGuard, ClientOptions, Envelope, Transport};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::cases::cold::{deep_cold, timed};
use crate::cases::errors::{panics, quietly, WARM};
use crate::cases::happy::{six, two};
use crate::cases::{measure, say, storm, Case};
use crate::{deep, subjects};

pub(crate) const CASES: &[Case] = &[
    ("two-peer", |calls| {
        let _sentry = layered();
        two(calls, subjects::two_peer);
    }),
    ("six-peer", |calls| {
        let _sentry = layered();
        six(calls, subjects::six_peer);
    }),
    ("async-peer", |calls| {
        let _sentry = layered();
        two(calls, subjects::two_polled_peer);
    }),
    ("two-quiet", |calls| two(calls, subjects::two_peer)),
    ("six-quiet", |calls| six(calls, subjects::six_peer)),
    ("async-quiet", |calls| two(calls, subjects::two_polled_peer)),
    ("err-peer", |calls| {
        let _sentry = start(Stacks::No);
        measure(100, calls, || capture(-7));
    }),
    ("stack-peer", |calls| {
        let _sentry = start(Stacks::Yes);
        measure(WARM, calls, || deep::call(|| capture(-7)));
    }),
    ("panic-peer", |calls| {
        quietly();
        let _sentry = start(Stacks::No);
        measure(WARM, calls, || deep::call(|| panics(subjects::panicking)));
    }),
    ("storm-peer", |calls| {
        let _sentry = start(Stacks::No);
        storm::costs(calls, || storm::storm(calls, |_| capture(-7)));
    }),
    ("cold-peer", |_| {
        let begun = Instant::now();
        let _sentry = start(Stacks::Yes);
        say("init", begun.elapsed().as_nanos());
        deep_cold(|| say("first", timed(|| capture(-7)).as_nanos()));
    }),
    ("cold-peer-panic", |_| {
        quietly();
        let _sentry = start(Stacks::No);
        deep_cold(|| say("first", timed(|| panics(subjects::panicking)).as_nanos()));
    }),
];

#[derive(Clone, Copy, PartialEq)]
enum Stacks {
    Yes,
    No,
}

struct Dropping;

impl Transport for Dropping {
    fn send_envelope(&self, envelope: Envelope) {
        drop(black_box(envelope));
    }
}

fn start(stacks: Stacks) -> ClientInitGuard {
    let options = ClientOptions::new()
        .dsn("https://public@localhost/1")
        .attach_stacktrace(stacks == Stacks::Yes)
        .transport(Arc::new(Dropping));
    sentry::init(options)
}

/// Starts sentry with its combined layer: the cheaper one, and the one that is widely used.
#[expect(deprecated, reason = "its successors take 6 % more instructions")]
fn layered() -> ClientInitGuard {
    let guard = start(Stacks::No);
    tracing_subscriber::registry().with(sentry::integrations::tracing::layer()).init();
    guard
}

fn capture(number: i32) {
    if let Err(error) = subjects::two(black_box(number), black_box("seven")) {
        sentry::capture_error(&error);
    }
}
