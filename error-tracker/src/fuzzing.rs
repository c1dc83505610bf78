//! What the fuzz targets call: built with `--cfg fuzzing` only.

use std::path::Path;

use serde_json::Value;

use crate::config::read_file;
use crate::mask::{Found, Masker};
use crate::model::Event;
use crate::queue::Parts;
use crate::spool;

/// Masks free text.
pub fn text(text: &str) -> String {
    Masker::default().text(text, &mut Found::default()).into_owned()
}

/// Masks a URL.
pub fn url(text: &str) -> String {
    Masker::default().url(text, &mut Found::default()).into_owned()
}

/// Masks a body of a media type.
pub fn body(media_type: &str, body: &str) -> String {
    Masker::default().body(media_type, body, &mut Found::default()).into_owned()
}

/// Masks a JSON value.
pub fn json(value: Value) -> Value {
    Masker::default().json("value", value, &mut Found::default())
}

/// Reads a file of settings; gives back what is said of a bad one.
pub fn settings(bytes: &[u8]) -> Result<(), String> {
    read_file(Path::new("error-tracker.toml"), bytes).map(drop).map_err(|error| error.to_string())
}

/// Reads an event from the form in which it is queued.
pub fn queued(bytes: &[u8]) -> Event {
    let mut event = Event::default();
    Parts::from_bytes(bytes.to_vec()).apply(&mut event);
    event
}

/// Reads a segment of the spool; writes anew what it says, if it says anything.
pub fn segment(file: &[u8]) -> Option<Vec<u8>> {
    spool::rewritten(file)
}

/// Makes a segment whose checksum is right, with this body.
pub fn sealed(body: &[u8]) -> Vec<u8> {
    spool::sealed(body)
}
