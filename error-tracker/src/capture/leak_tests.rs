//! Searches what is queued, byte by byte, for the secrets of the table of the masking tests.
#![cfg(feature = "macros")]

use std::fmt;
use std::panic::catch_unwind;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use error_tracker::testing::assert_no_secret;
use error_tracker::{
    breadcrumb, capture_exception, capture_message, scope, track_exception, Request,
};

use crate::capture::{Recorder, RecorderParts};
use crate::global;
use crate::mask::tables::rows;
use crate::mask::{DefaultMasking, Masker};
use crate::queue::{Message, Sink};

/// The bytes of all messages.
#[derive(Default)]
struct Queue(Mutex<Vec<u8>>);

impl Sink for Queue {
    fn submit(&self, message: Message) -> Result<(), Message> {
        let parts = match &message {
            Message::Event(sealed) => &sealed.parts,
            Message::Amend(amendment) => &amendment.parts,
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(parts.bytes());
        Ok(())
    }

    fn wake(&self) {}

    fn flush(&self, _: Duration) -> bool {
        true
    }
}

/// Returns the bytes of what is queued while it runs.
fn queued(masker: Masker, run: impl FnOnce()) -> Vec<u8> {
    let queue = Arc::new(Queue::default());
    let sink = Arc::clone(&queue) as Arc<dyn Sink>;
    let parts = RecorderParts { sink, masker, stack: false, ..RecorderParts::default() };
    {
        let _replaced = global::replace_here(Arc::new(Recorder::new(parts)));
        run();
    }
    let bytes = queue.0.lock().unwrap_or_else(PoisonError::into_inner);
    bytes.clone()
}

/// Has a text as its cause.
#[derive(Debug)]
struct Above(Below);
#[derive(Debug)]
struct Below(String);

impl fmt::Display for Above {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("above")
    }
}

impl fmt::Display for Below {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Below {}

impl std::error::Error for Above {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[track_exception(context(shown = %note))]
fn fails(note: &str) -> Result<(), String> {
    Err(note.to_owned())
}

#[track_exception]
fn passes_on(note: &str, kept: String) -> Result<(), Above> {
    let _ = kept;
    fails(note).map_err(|text| Above(Below(text)))
}

#[track_exception(silent)]
fn panics(note: &str) {
    panic!("{note}")
}

/// Sends a text along all paths that take one.
fn send_text(text: &str) {
    breadcrumb!("before {text}", note = text);
    error_tracker::set_user(text);
    error_tracker::set_tag("note", text);
    let request = Request::new("h", "POST", format!("/a/{text}")).header("x-note", text).body(text);
    let _scope = scope!(note = text, request = &request);
    let _ = passes_on(text, text.to_owned());
    panics(text);
    capture_message!("said: {text}");
}

/// Sends a value whose name tells that it is secret.
fn send_named(name: &str, value: &str) {
    error_tracker::set_tag(name.to_owned(), value);
    error_tracker::set_extra("nested", serde_json::json!([{ name: value }]));
    let request = Request::new("h", "GET", "/").header(name, value);
    capture_message!(request = &request; "with names");
    capture_exception!(Below("with a map".into()), map = ?[(name, value)]);
}

/// Tells of which rows a secret is in the queue.
fn leaks(masker: &Masker) -> (usize, Vec<String>) {
    let rows = rows("secrets.tsv");
    let rule = Masker::default();
    let leaks = rows.iter().filter_map(|row| {
        let [of, name, value, secret] = &row[..] else { panic!("a row has four columns: {row:?}") };
        let bytes = queued(masker.clone(), || match rule.name(name) {
            Some(_) => send_named(name, value),
            None => send_text(value),
        });
        let found = catch_unwind(|| assert_no_secret(&bytes, [secret]));
        found.is_err().then(|| format!("{of}: {name} = {value}"))
    });
    let leaks = leaks.collect();
    (rows.len(), leaks)
}

#[test]
fn no_secret_of_the_table_is_in_the_queue() {
    let (all, leaks) = leaks(&Masker::default());
    assert!(all >= 80, "{all}");
    assert!(leaks.is_empty(), "{}:\n{}", leaks.len(), leaks.join("\n"));
}

#[test]
fn without_masking_every_secret_of_the_table_is_in_the_queue() {
    let off = Masker::new(Arc::new(DefaultMasking::new("#", [""; 0])), "#").looking(false, false);
    let (all, leaks) = leaks(&off);
    assert_eq!(leaks.len(), all);
}
