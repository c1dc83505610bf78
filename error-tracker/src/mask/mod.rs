//! Masking: what turns raw values into values that may leave the failing call.

mod class;
mod decode;
mod extent;
mod found;
mod masked;
mod multipart;
mod names;
mod pairs;
mod pattern;
#[cfg(test)]
mod properties;
mod quotes;
mod rule;
mod scan;
#[cfg(test)]
pub(crate) mod tables;
#[cfg(test)]
mod tests;
mod url;

use std::borrow::Cow;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;

use serde_json::{Map, Value};

use self::class::is_plain;
pub(crate) use self::found::{Found, Rule};
pub(crate) use self::masked::{shown_count, ShownAs};
pub use self::masked::{Hidden, Masked};
pub(crate) use self::rule::DEFAULT_WORDS;
pub use self::rule::{DefaultMasking, Masking};
use self::scan::{Scan, Text};

/// The text that stands for a masked value where the rule itself gives none.
pub(crate) const MASK: &str = "*****";

/// How many levels of JSON are kept; what lies deeper is left out.
const LEVELS: usize = 64;

/// The smallest number of thirteen digits.
const CARDS: u64 = 1_000_000_000_000;

/// Applies a masking rule, fenced against panics, and finds secrets by what they look like.
#[derive(Clone)]
pub(crate) struct Masker {
    masking: Arc<dyn Masking>,
    /// What stands for values that no name masks.
    text: Arc<str>,
    /// Whether secrets are found by what they look like.
    values: bool,
    /// Whether long random words are secrets, too.
    high_entropy: bool,
}

impl Default for Masker {
    fn default() -> Self {
        Self::new(Arc::new(DefaultMasking::default()), MASK)
    }
}

impl Masker {
    pub(crate) fn new(masking: Arc<dyn Masking>, text: &str) -> Self {
        Self { masking, text: text.into(), values: true, high_entropy: false }
    }

    /// Sets whether secrets, and whether long random words, are found by what they look like.
    pub(crate) fn looking(self, values: bool, high_entropy: bool) -> Self {
        Self { values, high_entropy, ..self }
    }

    /// Returns what stands for the value of `name`, if its name is masked.
    ///
    /// A rule that panics masks.
    pub(crate) fn name(&self, name: &str) -> Option<Cow<'_, str>> {
        let asked = catch_unwind(AssertUnwindSafe(|| self.masking.mask(name)));
        asked.unwrap_or_else(|payload| {
            // What the panic carries may panic once more when it drops.
            if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
                std::mem::forget(second);
            }
            Some(Cow::Borrowed(&*self.text))
        })
    }

    /// Returns what stands for a value that is always masked.
    pub(crate) fn always(&self) -> &str {
        &self.text
    }

    /// Lets types that never show their value show the masking text, until the guard drops.
    pub(crate) fn shown(&self) -> ShownAs {
        masked::shown_as(&self.text)
    }

    /// Masks free text of any kind: `Debug` text, JSON, a form, a URL, prose.
    pub(crate) fn text<'t>(&self, text: &'t str, found: &mut Found) -> Cow<'t, str> {
        match !self.high_entropy && is_plain(text.as_bytes()) {
            true => Cow::Borrowed(text),
            false => Scan::new(self, text, Text::Plain, found).run(),
        }
    }

    /// Masks the literals in source code.
    pub(crate) fn code<'t>(&self, text: &'t str, found: &mut Found) -> Cow<'t, str> {
        Scan::new(self, text, Text::Code, found).run()
    }

    /// Masks a URL, or a path with its query.
    pub(crate) fn url<'t>(&self, text: &'t str, found: &mut Found) -> Cow<'t, str> {
        url::url(self, text, found)
    }

    /// Masks a query string or a form.
    pub(crate) fn form<'t>(&self, text: &'t str, found: &mut Found) -> Cow<'t, str> {
        url::form(self, text, found)
    }

    /// Masks the value of a header or of another named text.
    pub(crate) fn named<'t>(
        &'t self,
        name: &str,
        text: &'t str,
        found: &mut Found,
    ) -> Cow<'t, str> {
        match self.name(name) {
            Some(mask) => {
                found.add(name, Rule::Name);
                mask
            }
            None => self.text(text, found),
        }
    }

    /// Masks a body by its media type; one that is no text is told by its size.
    pub(crate) fn body<'t>(
        &self,
        media_type: &str,
        body: &'t str,
        found: &mut Found,
    ) -> Cow<'t, str> {
        let kind = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            "application/x-www-form-urlencoded" => self.form(body, found),
            kind if kind.starts_with("multipart/") => {
                let boundary = multipart::parameter_of(media_type, "boundary").unwrap_or_default();
                Cow::Owned(multipart::multipart(self, boundary, body, found))
            }
            _ => self.text(body, found),
        }
    }

    /// Masks the values of masked keys at any depth.
    pub(crate) fn json(&self, key: &str, value: Value, found: &mut Found) -> Value {
        self.pair(key, value, (found, 0))
    }

    fn pair(&self, key: &str, value: Value, (found, level): (&mut Found, usize)) -> Value {
        if let Some(text) = self.name(key) {
            self.tell(key, found);
            return Value::String(text.into_owned());
        }
        self.nested(value, (found, level))
    }

    /// Notes a masked name, which may be dynamic and hold a secret itself.
    fn tell(&self, name: &str, found: &mut Found) {
        let name = self.text(name, &mut Found::default());
        found.add(&name, Rule::Name);
    }

    fn nested(&self, value: Value, (found, level): (&mut Found, usize)) -> Value {
        let level = level + 1;
        match value {
            Value::Object(_) | Value::Array(_) if level > LEVELS => Value::String("…".into()),
            Value::Object(map) => self.object(map, (found, level)),
            Value::Array(values) => self.array(values, (found, level)),
            Value::String(text) => match self.text(&text, found) {
                Cow::Borrowed(_) => Value::String(text),
                Cow::Owned(masked) => Value::String(masked),
            },
            // Only a card number is a number and a secret.
            Value::Number(number) if number.as_u64().is_some_and(|number| number >= CARDS) => {
                match self.text(&number.to_string(), found) {
                    Cow::Borrowed(_) => Value::Number(number),
                    Cow::Owned(masked) => Value::String(masked),
                }
            }
            other => other,
        }
    }

    /// In an object of `name` and `value` the one names the other.
    fn object(&self, map: Map<String, Value>, (found, level): (&mut Found, usize)) -> Value {
        let label = map.get("name").or_else(|| map.get("key")).and_then(Value::as_str);
        let label = label.filter(|_| map.contains_key("value"));
        let mask = label.and_then(|name| self.name(name).map(|mask| (name.to_owned(), mask)));
        let mut masked = Map::new();
        for (key, value) in map {
            match &mask {
                Some((name, mask)) if key == "value" => {
                    self.tell(name, found);
                    masked.insert(key, Value::String(mask.clone().into_owned()));
                }
                _ => {
                    let value = self.pair(&key, value, (found, level));
                    masked.insert(self.text(&key, found).into_owned(), value);
                }
            }
        }
        Value::Object(masked)
    }

    /// An array of two, the first of which is a masked name, is a pair.
    fn array(&self, values: Vec<Value>, (found, level): (&mut Found, usize)) -> Value {
        let mask = match values.as_slice() {
            [Value::String(name), _] => self.name(name).map(|mask| (name.clone(), mask)),
            _ => None,
        };
        if let Some((name, mask)) = mask {
            self.tell(&name, found);
            return Value::Array(vec![name.into(), mask.into_owned().into()]);
        }
        values.into_iter().map(|value| self.nested(value, (found, level))).collect()
    }
}
