//! What an error says, for when the error itself is given away before it is recorded.

use std::error::Error;
use std::fmt::{self, Debug, Display, Write as _};
use std::panic::Location;

use crate::capture::draft::{fenced, CAUSES, MESSAGE, PANICKED};
use crate::fault::Failure;
use crate::text::Raw;

/// What an error says; not masked yet.
pub(crate) struct Snapshot {
    said: Said,
    identifier: String,
    type_name: &'static str,
    /// Where the program met it.
    pub(crate) location: Option<&'static Location<'static>>,
}

/// An error's text, and that of its causes.
struct Said {
    text: String,
    cause: Option<Box<Said>>,
}

impl Snapshot {
    /// Takes what a failure says; a panic in its code costs the text it happened in.
    pub(crate) fn of(
        failure: &Failure<'_>,
        type_name: &'static str,
        location: Option<&'static Location<'static>>,
    ) -> Self {
        let mut identifier = String::new();
        fenced(|| failure.write_identifier(&mut identifier));
        let text = written(|raw| raw.write_bounded(MESSAGE, |out| failure.write_message(out)));
        let mut causes = Vec::new();
        fenced(|| {
            for cause in failure.causes().take(CAUSES) {
                causes.push(written(|raw| {
                    raw.write_bounded(MESSAGE, |out| {
                        let _ = write!(out, "{cause}");
                    });
                }));
            }
        });
        let chained = |cause, text| Some(Box::new(Said { text, cause }));
        let cause = causes.into_iter().rev().fold(None, chained);
        Self { said: Said { text, cause }, identifier, type_name, location }
    }

    /// Views it as the error that it was.
    pub(crate) fn failure(&self) -> Failure<'_> {
        Failure::typed(self, self.type_name)
    }
}

fn written(write: impl FnOnce(&mut Raw)) -> String {
    let mut raw = Raw::default();
    match fenced(|| write(&mut raw)) {
        Some(()) => raw.reveal().to_owned(),
        None => PANICKED.to_owned(),
    }
}

impl Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said.text)
    }
}

impl Debug for Snapshot {
    /// The beginning of what the error's own `Debug` writes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.identifier)
    }
}

impl Error for Snapshot {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.said.cause.as_deref().map(|cause| cause as &dyn Error)
    }
}

impl Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Said")
    }
}

impl Error for Said {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &dyn Error)
    }
}
