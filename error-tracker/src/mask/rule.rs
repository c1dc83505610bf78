//! The rule that decides by a name whether its value is masked.

use std::borrow::Cow;

/// Decides by a value's name whether and how it is masked.
///
/// Called on the failing thread for every name of an event: of arguments, fields, map keys,
/// context keys. It must be quick and must not block; one that panics masks.
pub trait Masking: Send + Sync {
    /// Returns the text that replaces the value, or `None` to leave it.
    fn mask(&self, name: &str) -> Option<Cow<'_, str>>;
}

/// Masks values whose name contains one of some words, whatever its case.
///
/// # Examples
///
/// ```
/// use error_tracker::{DefaultMasking, Masking};
///
/// let masking = DefaultMasking::new("*****", ["pass", "card"]);
/// assert_eq!(masking.mask("PassWord").as_deref(), Some("*****"));
/// assert_eq!(masking.mask("user_id"), None);
/// ```
#[derive(Clone, Debug)]
pub struct DefaultMasking {
    text: String,
    words: Vec<String>,
    except: Vec<String>,
}

/// The words that are masked unless set otherwise.
pub(crate) const DEFAULT_WORDS: [&str; 11] = [
    "password",
    "secret",
    "passwd",
    "token",
    "api_key",
    "apikey",
    "authorization",
    "cookie",
    "credential",
    "private_key",
    "session",
];

impl DefaultMasking {
    /// Masks with `text` what contains one of `words`; `-` counts as `_`.
    ///
    /// No words: nothing is masked by its name.
    pub fn new(
        text: impl Into<String>,
        words: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let words =
            words.into_iter().map(|word| normal(&word.into())).filter(|word| !word.is_empty());
        Self { text: text.into(), words: words.collect(), except: Vec::new() }
    }

    /// Leaves values of exactly these names, again whatever their case.
    pub fn except(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.except = names.into_iter().map(|name| normal(&name.into())).collect();
        self
    }

    fn masks(&self, name: &str) -> bool {
        if !name.is_ascii() {
            let name = normal(name);
            return self.words.iter().any(|word| name.contains(word.as_str()))
                && !self.except.contains(&name);
        }
        self.words.iter().any(|word| contains(name.as_bytes(), word.as_bytes()))
            && !self.except.iter().any(|except| same(name.as_bytes(), except.as_bytes()))
    }
}

impl Default for DefaultMasking {
    fn default() -> Self {
        Self::new(super::MASK, DEFAULT_WORDS)
    }
}

impl Masking for DefaultMasking {
    fn mask(&self, name: &str) -> Option<Cow<'_, str>> {
        self.masks(name).then_some(Cow::Borrowed(&*self.text))
    }
}

fn normal(name: &str) -> String {
    name.to_lowercase().replace('-', "_")
}

fn lower(byte: u8) -> u8 {
    if byte == b'-' {
        b'_'
    } else {
        byte.to_ascii_lowercase()
    }
}

fn same(name: &[u8], word: &[u8]) -> bool {
    name.len() == word.len()
        && name.iter().zip(word).all(|(&byte, &expected)| lower(byte) == expected)
}

fn contains(name: &[u8], word: &[u8]) -> bool {
    let Some(&first) = word.first() else { return false };
    (0..(name.len() + 1).saturating_sub(word.len()))
        .any(|at| lower(name[at]) == first && same(&name[at..at + word.len()], word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_masked_whatever_its_case() {
        let masking = DefaultMasking::default();
        for name in ["PassWord", "THis_Is_Secret", "card_secret", "X-Api-Key", "SESSION_ID"] {
            assert_eq!(masking.mask(name).as_deref(), Some("*****"), "{name}");
        }
        for name in ["user_id", "passe", "", "tok", "key"] {
            assert_eq!(masking.mask(name), None, "{name}");
        }
    }

    #[test]
    fn names_in_other_scripts_are_compared_in_lower_case() {
        assert!(DefaultMasking::new("#", ["пароль"]).mask("ПАРОЛЬ_1").is_some());
    }

    #[test]
    fn an_empty_list_switches_the_name_rules_off() {
        assert_eq!(DefaultMasking::new("#", [""; 0]).mask("password"), None);
    }

    #[test]
    fn exceptions_are_whole_names() {
        let masking = DefaultMasking::default().except(["token-count"]);
        assert_eq!(masking.mask("TOKEN_COUNT"), None);
        assert!(masking.mask("token_counts").is_some());
    }
}
