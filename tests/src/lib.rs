//! What the tests share: reading events, errors to fail with, waiting with a limit.

/// The guide's programs compile.
#[cfg(doctest)]
#[doc = include_str!("../../docs/web.md")]
mod web_guide {}

pub mod database;
pub mod errors;
pub mod leaks;

use std::future::Future;
use std::pin::pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use error_tracker::{Event, Frame};

/// How long anything may take that should take no time: only a hang reaches it.
pub const LIMIT: Duration = Duration::from_secs(60);

/// Returns the only event.
#[track_caller]
pub fn only(events: Vec<Event>) -> Event {
    let [event] = &events[..] else {
        panic!("expected one event, got {}: {:#?}", events.len(), told(&events))
    };
    event.clone()
}

/// Tells of each event what a failed assertion should show.
pub fn told(events: &[Event]) -> Vec<String> {
    let tell = |event: &Event| {
        let (name, message) = (&event.exception_name, &event.message);
        format!("{name}: {message}; {:?}; through {:?}", event.outcome, functions(event))
    };
    events.iter().map(tell).collect()
}

/// Returns the names of the functions that the event passed, without their paths.
pub fn functions(event: &Event) -> Vec<&str> {
    event.frames.iter().map(|frame| last_segment(&frame.function)).collect()
}

/// Returns the lines of the functions that the event passed.
pub fn lines(event: &Event) -> Vec<u32> {
    event.frames.iter().map(|frame| frame.line).collect()
}

/// Returns the failing expressions, without spaces: these are not promised.
pub fn expressions(event: &Event) -> Vec<String> {
    event.frames.iter().map(|frame| frame.expression.replace(char::is_whitespace, "")).collect()
}

/// Returns the shown value of an argument.
#[track_caller]
pub fn local<'e>(frame: &'e Frame, name: &str) -> &'e str {
    match frame.locals.iter().find(|local| local.name == name) {
        Some(local) => &local.value,
        None => panic!("{name} is not shown: {:?}", frame.locals),
    }
}

/// Returns the texts of the causes, nearest first.
pub fn causes(event: &Event) -> Vec<&str> {
    event.chain.iter().map(|cause| cause.message.as_str()).collect()
}

fn last_segment(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

/// Runs a closure on a thread of its own; panics if it hangs.
#[track_caller]
pub fn within_limit<R: Send + 'static>(run: impl FnOnce() -> R + Send + 'static) -> R {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(run()));
    match receiver.recv_timeout(LIMIT) {
        Ok(result) => result,
        Err(problem) => panic!("it hangs or panicked: {problem}"),
    }
}

/// Polls a future once.
pub fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}
