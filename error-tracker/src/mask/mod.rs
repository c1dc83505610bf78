//! Masking: what turns raw values into values that may leave the failing call.

mod debug_text;
mod masked;
mod rule;

use std::borrow::Cow;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;

use serde_json::Value;

pub use self::masked::{Hidden, Masked};
#[allow(unused_imports, reason = "entered while an event is drafted")]
pub(crate) use self::masked::{shown_as, shown_count};
pub(crate) use self::rule::DEFAULT_WORDS;
pub use self::rule::{DefaultMasking, Masking};

/// The text that stands for a masked value where the rule itself gives none.
pub(crate) const MASK: &str = "*****";

/// Applies a masking rule, fenced against panics.
#[derive(Clone)]
pub(crate) struct Masker {
    masking: Arc<dyn Masking>,
    /// What `mask(..)` arguments show.
    text: Arc<str>,
}

impl Default for Masker {
    fn default() -> Self {
        Self::new(Arc::new(DefaultMasking::default()), MASK)
    }
}

impl Masker {
    pub(crate) fn new(masking: Arc<dyn Masking>, text: &str) -> Self {
        Self { masking, text: text.into() }
    }

    /// Returns what stands for the value of `name`, if its name is masked.
    ///
    /// A rule that panics masks.
    pub(crate) fn name(&self, name: &str) -> Option<Cow<'_, str>> {
        let asked = catch_unwind(AssertUnwindSafe(|| self.masking.mask(name)));
        asked.unwrap_or_else(|_| Some(Cow::Borrowed(&*self.text)))
    }

    /// Returns what stands for a value that is always masked.
    pub(crate) fn always(&self) -> &str {
        &self.text
    }

    /// Writes `Debug` text with the values of masked fields and keys replaced.
    pub(crate) fn debug_text(&self, text: &str, out: &mut String) {
        debug_text::mask(self, text, out);
    }

    /// Returns prose with what it quotes masked: the values of names inside brackets, which is
    /// where `Debug` text stands in messages. `token: ` in plain prose is no name.
    pub(crate) fn prose<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let Some(at) = text.find(['{', '[', '(']) else { return Cow::Borrowed(text) };
        let mut masked = String::with_capacity(text.len());
        masked.push_str(&text[..at]);
        self.debug_text(&text[at..], &mut masked);
        Cow::Owned(masked)
    }

    /// Masks the values of masked keys at any depth.
    pub(crate) fn json(&self, key: &str, value: Value) -> Value {
        if let Some(text) = self.name(key) {
            return Value::String(text.into_owned());
        }
        self.nested(value)
    }

    fn nested(&self, value: Value) -> Value {
        match value {
            Value::Object(map) => map
                .into_iter()
                .map(|(key, value)| {
                    let value = self.json(&key, value);
                    (key, value)
                })
                .collect(),
            Value::Array(values) => values.into_iter().map(|value| self.nested(value)).collect(),
            Value::String(text) => match self.prose(&text) {
                Cow::Borrowed(_) => Value::String(text),
                Cow::Owned(masked) => Value::String(masked),
            },
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_masked_at_any_depth() {
        let masked = Masker::default().json("order", json!({"items": [{"Api-Key": 1, "id": 2}]}));
        assert_eq!(masked, json!({"items": [{"Api-Key": "*****", "id": 2}]}));
    }

    #[test]
    fn prose_is_masked_where_it_quotes_debug_text() {
        let masker = Masker::default();
        let quoted = r#"called `unwrap()` on an `Err` value: Login { password: "x", id: 7 }"#;
        let masked = r#"called `unwrap()` on an `Err` value: Login { password: *****, id: 7 }"#;
        assert_eq!(masker.prose(quoted), masked);
        assert_eq!(masker.prose("invalid token: unexpected end"), "invalid token: unexpected end");
    }

    #[test]
    fn a_rule_that_panics_masks() {
        struct Broken;
        impl Masking for Broken {
            fn mask(&self, _: &str) -> Option<Cow<'_, str>> {
                panic!("broken rule")
            }
        }
        let masker = Masker::new(Arc::new(Broken), "###");
        assert_eq!(masker.name("id").as_deref(), Some("###"));
    }
}
