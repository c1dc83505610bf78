//! Captures by hand, as the macros write them.

use std::fmt;
use std::io;
use std::panic::Location;

use crate::capture::{Extras, Place};
use crate::fault::Failure;
use crate::global;
use crate::model::{EventId, Level, Timestamp};
use crate::scope::{self, Crumb, Value};
use crate::text::Raw;

/// Records an error in hand.
pub fn capture_failure(
    failure: Failure<'_>,
    extras: impl FnOnce(&mut Extras),
    location: &'static Location<'static>,
) -> EventId {
    by_hand(failure, extras, Place { location, handler: false })
}

/// Records the error that a handler was given, before the handler runs.
#[track_caller]
pub fn handle(failure: Failure<'_>, extras: impl FnOnce(&mut Extras)) {
    by_hand(failure, extras, Place { location: Location::caller(), handler: true });
}

fn by_hand(failure: Failure<'_>, extras: impl FnOnce(&mut Extras), place: Place) -> EventId {
    let record = |recorder: &crate::capture::Recorder| {
        let mut made = Extras::default();
        extras(&mut made);
        recorder.by_hand(failure, made, place)
    };
    global::with_recorder(record).unwrap_or(EventId::NIL)
}

/// Records a message, or the error that it speaks of.
pub fn capture_message(
    message: fmt::Arguments<'_>,
    (literal, caller): (&'static str, &'static str),
    location: &'static Location<'static>,
    extras: impl FnOnce(&mut Extras),
    error: Option<Failure<'_>>,
) -> EventId {
    let record = |recorder: &crate::capture::Recorder| {
        let mut made = Extras::default();
        extras(&mut made);
        match error {
            Some(failure) => {
                made.set("message", Value::display(&message));
                recorder.by_hand(failure, made, Place { location, handler: false })
            }
            None => recorder.message(message, (literal, caller), made, location),
        }
    };
    global::with_recorder(record).unwrap_or(EventId::NIL)
}

/// Notes something for the events that may follow.
pub fn breadcrumb(message: fmt::Arguments<'_>, level: Level, extras: impl FnOnce(&mut Extras)) {
    let mut made = Extras::default();
    extras(&mut made);
    let mut text = Raw::default();
    text.write_bounded(1_024, |out| {
        let _ = fmt::Write::write_fmt(out, message);
    });
    let crumb = Crumb {
        at: global::with_recorder(crate::capture::Recorder::now).unwrap_or_else(Timestamp::now),
        level,
        message: text.reveal().to_owned(),
        data: made.into_context(),
    };
    scope::in_root(|root| root.crumb(crumb));
}

/// Writes the report of an error, recording nothing.
#[track_caller]
pub fn print_failure(
    failure: Failure<'_>,
    writer: &mut (impl io::Write + ?Sized),
) -> io::Result<()> {
    writer.write_all(global::report(&failure, Location::caller()).as_bytes())
}
