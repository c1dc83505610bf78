//! Values of context, tags and breadcrumbs: JSON-typed where the type is plain, else text.

use std::fmt::{Debug, Display, Write as _};
use std::io;

use serde::Serialize;
use serde_json::Value as Json;

use crate::keep::{fenced, Cap, Sketch};
use crate::mask::MASK;
use crate::task::Busy;
use crate::text::floor_char_boundary;

/// A value of context; not masked yet.
#[derive(Clone)]
pub struct Value(Json);

impl Value {
    /// Takes what `Display` writes.
    pub fn display(value: &(impl Display + ?Sized)) -> Self {
        Self::written(|sketch| {
            let _ = write!(sketch.out, "{value}");
        })
    }

    /// Takes what `Debug` writes.
    pub fn debug(value: &(impl Debug + ?Sized)) -> Self {
        Self::written(|sketch| sketch.debug(value))
    }

    /// Takes what is written; `context(..)` is evaluated while the thread formats already.
    fn written(write: impl FnOnce(&mut Sketch<'_, '_>)) -> Self {
        let _busy = Busy::enter();
        Self(Json::String(String::from(fenced(write))))
    }

    /// Takes the value as JSON; of one that is too large or too deep, the beginning as text.
    pub fn json(value: &(impl Serialize + ?Sized)) -> Self {
        let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| bounded(value)));
        match made {
            Ok(json) => Self(json),
            Err(payload) => {
                crate::keep::discard(payload);
                Self::panicked()
            }
        }
    }

    pub(crate) fn panicked() -> Self {
        Self(Json::String("<panicked while formatting>".into()))
    }

    pub(crate) fn type_of<T: ?Sized>() -> Self {
        Self(Json::String(format!("<{}>", std::any::type_name::<T>())))
    }

    /// Tells whether it is, or holds in its text, a value that never shows.
    pub(crate) fn is_masked(&self) -> bool {
        self.0.as_str().is_some_and(|text| text.contains(MASK))
    }

    /// Opens the value, for masking.
    pub(crate) fn reveal(self) -> Json {
        self.0
    }

    /// Opens the value as text, for a fingerprint.
    pub(crate) fn into_text(self) -> String {
        match self.0 {
            Json::String(text) => text,
            other => other.to_string(),
        }
    }
}

/// How large a value may be: a text, or all of a value as JSON, in bytes.
const LARGEST: usize = 64 * 1024;
/// How deep a value may be nested: what follows it through goes down as deep.
const DEEPEST: usize = 64;

/// Makes a value into JSON that is neither too large nor too deep.
fn bounded(value: &(impl Serialize + ?Sized)) -> Json {
    let mut probe = Probe::default();
    match serde_json::to_writer(&mut probe, value) {
        Ok(()) => serde_json::to_value(value)
            .unwrap_or_else(|_| Json::String("<can't be serialized>".into())),
        Err(error) if error.is_io() => {
            let text = String::from_utf8_lossy(&probe.written);
            Json::String(format!("{}…", text.trim_end_matches('\u{fffd}')))
        }
        Err(_) => Json::String("<can't be serialized>".into()),
    }
}

/// Sees JSON pass by, and stops what becomes too large or too deep.
#[derive(Default)]
struct Probe {
    /// The beginning.
    written: Vec<u8>,
    length: usize,
    level: usize,
    in_string: bool,
    escaped: bool,
}

/// How much of a value is kept that was stopped.
const BEGINNING: usize = 1_024;

impl Probe {
    fn pass(&mut self, byte: u8) {
        match (self.in_string, byte) {
            (true, _) if self.escaped => self.escaped = false,
            (true, b'\\') => self.escaped = true,
            (_, b'"') => self.in_string = !self.in_string,
            (false, b'[' | b'{') => self.level += 1,
            (false, b']' | b'}') => self.level = self.level.saturating_sub(1),
            _ => {}
        }
    }
}

impl io::Write for Probe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = BEGINNING.saturating_sub(self.written.len());
        self.written.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.length += bytes.len();
        bytes.iter().for_each(|byte| self.pass(*byte));
        match self.length > LARGEST || self.level > DEEPEST {
            true => Err(io::ErrorKind::FileTooLarge.into()),
            false => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Types that keep their JSON type in context.
pub trait Plain {
    /// Returns the value as JSON.
    fn to_json(&self) -> Json;
}

macro_rules! plain {
    ($($type:ty),*) => { $(
        impl Plain for $type {
            fn to_json(&self) -> Json {
                Json::from(self.clone())
            }
        }
    )* };
}

plain!(bool, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, f32, f64);

impl Plain for str {
    fn to_json(&self) -> Json {
        match self.len() > LARGEST {
            true => Json::from(format!("{}…", &self[..floor_char_boundary(self, LARGEST)])),
            false => Json::from(self),
        }
    }
}

impl Plain for String {
    fn to_json(&self) -> Json {
        self.as_str().to_json()
    }
}

impl Plain for Json {
    fn to_json(&self) -> Json {
        bounded(self)
    }
}

impl Plain for char {
    fn to_json(&self) -> Json {
        Json::from(self.to_string())
    }
}

impl Plain for u128 {
    fn to_json(&self) -> Json {
        u64::try_from(*self).map_or_else(|_| Json::from(self.to_string()), Json::from)
    }
}

impl Plain for i128 {
    fn to_json(&self) -> Json {
        i64::try_from(*self).map_or_else(|_| Json::from(self.to_string()), Json::from)
    }
}

impl<T: Plain + ?Sized> Plain for &T {
    fn to_json(&self) -> Json {
        (**self).to_json()
    }
}

impl<T: Plain + ?Sized> Plain for Box<T> {
    fn to_json(&self) -> Json {
        (**self).to_json()
    }
}

impl<T: Plain> Plain for Option<T> {
    fn to_json(&self) -> Json {
        self.as_ref().map_or(Json::Null, Plain::to_json)
    }
}

impl<T: Plain> Plain for Vec<T> {
    fn to_json(&self) -> Json {
        self.iter().take(100).map(Plain::to_json).collect()
    }
}

impl Plain for Value {
    fn to_json(&self) -> Json {
        self.0.clone()
    }
}

/// A step of the lookup: a plain type, else one with `Debug`, else only the type's name.
pub trait Values {
    /// Takes the value.
    fn value(&self) -> Value;
}

impl<T: Plain + ?Sized> Values for &&Cap<'_, T> {
    fn value(&self) -> Value {
        Value(self.0.to_json())
    }
}

impl<T: Debug + ?Sized> Values for &Cap<'_, T> {
    fn value(&self) -> Value {
        Value::debug(self.0)
    }
}

impl<T: ?Sized> Values for Cap<'_, T> {
    fn value(&self) -> Value {
        Value::type_of::<T>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_too_large_is_cut() {
        let Json::String(text) = Value::json(&vec!["é"; 100_000]).reveal() else { panic!() };
        assert!(text.len() <= BEGINNING + 3 && text.ends_with('…'), "{text}");
        let text = "é".repeat(100_000).to_json();
        assert_eq!(text.as_str().map(|text| text.len()), Some(LARGEST + "…".len()));
    }

    #[test]
    fn a_value_that_is_nested_too_deep_is_cut() {
        let mut deep = (0..10_000).fold(Json::Null, |inner, _| Json::Array(vec![inner]));
        for value in [Value::json(&deep).reveal(), deep.to_json()] {
            assert_eq!(value, format!("{}…", "[".repeat(DEEPEST + 1)));
        }
        // Dropped as a whole it would take a call for each level.
        while let Json::Array(mut inner) = deep {
            deep = inner.pop().unwrap_or_default();
        }
    }

    #[test]
    fn brackets_in_strings_nest_nothing() {
        let text = "[\\\"".repeat(100);
        assert_eq!(Value::json(&text).reveal(), text);
    }
}
