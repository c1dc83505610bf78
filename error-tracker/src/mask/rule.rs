//! The rule that decides by a name whether its value is masked.

use std::borrow::Cow;
use std::fmt;

/// Decides by a value's name whether and how it is masked.
///
/// Called on the failing thread for every name of an event: of arguments, fields, map keys,
/// context keys, headers, parameters, and of what stands before `:` or `=` in text. It must be
/// quick and must not block; one that panics masks.
///
/// # Examples
///
/// ```
/// use std::borrow::Cow;
///
/// use error_tracker::{DefaultMasking, Masking};
///
/// /// Shows that there was an account number, and masks what the default rule masks.
/// struct Ours(DefaultMasking);
///
/// impl Masking for Ours {
///     fn mask(&self, name: &str) -> Option<Cow<'_, str>> {
///         match name {
///             "iban" => Some("<IBAN>".into()),
///             _ => self.0.mask(name),
///         }
///     }
/// }
///
/// let masking = Ours(DefaultMasking::default());
/// assert_eq!(masking.mask("iban").as_deref(), Some("<IBAN>"));
/// assert_eq!(masking.mask("password").as_deref(), Some("*****"));
/// // `init! { masking: masking }` takes it.
/// ```
pub trait Masking: Send + Sync {
    /// Returns the text that replaces the value, or `None` to leave it.
    fn mask(&self, name: &str) -> Option<Cow<'_, str>>;
}

/// Masks values whose name contains one of some words, whatever its case; `-` and spaces count as `_`.
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
#[derive(Clone)]
pub struct DefaultMasking {
    text: String,
    words: Vec<String>,
    except: Vec<String>,
    /// The bytes of a name, whatever their case, that a word may begin with: most are none.
    first: [bool; 256],
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
    /// Masks with `text` what contains one of `words`.
    ///
    /// No words: nothing is masked by its name.
    pub fn new(
        text: impl Into<String>,
        words: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let words = words.into_iter().map(|word| normal(&word.into()));
        let words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
        let is_first = |byte: u8| words.iter().any(|word| word.as_bytes()[0] == lower(byte));
        let first = std::array::from_fn(|byte| u8::try_from(byte).is_ok_and(is_first));
        Self { text: text.into(), words, except: Vec::new(), first }
    }

    /// Leaves values of exactly these names, again whatever their case.
    pub fn except(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.except = names.into_iter().map(|name| normal(&name.into())).collect();
        self
    }

    fn masks(&self, name: &str) -> bool {
        if self.words.is_empty() {
            return false;
        }
        if !name.is_ascii() {
            let name = normal(name);
            return self.words.iter().any(|word| name.contains(word.as_str()))
                && !self.except.contains(&name);
        }
        let name = name.as_bytes();
        let may_begin = |byte: u8| self.first[usize::from(byte)];
        name.iter().enumerate().any(|(at, byte)| may_begin(*byte) && self.begins_word(&name[at..]))
            && !self.except.iter().any(|except| same(name, except.as_bytes()))
    }

    /// Tells whether one of the words stands at the start of a text.
    fn begins_word(&self, text: &[u8]) -> bool {
        let first = lower(text[0]);
        self.words.iter().any(|word| {
            let head = text.get(..word.len());
            word.as_bytes()[0] == first && head.is_some_and(|head| same(head, word.as_bytes()))
        })
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

impl fmt::Debug for DefaultMasking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DefaultMasking")
            .field("text", &self.text)
            .field("words", &self.words)
            .field("except", &self.except)
            .finish()
    }
}

/// Returns the form in which names are compared: lower case, `-` and space as `_`, and the
/// full-width forms of ASCII (U+FF01 to U+FF5E) as ASCII.
fn normal(name: &str) -> String {
    let narrow = |character: char| match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(character as u32 - 0xfee0).unwrap_or(character),
        other => other,
    };
    let narrowed: String = name.chars().map(narrow).collect();
    narrowed.to_lowercase().replace(['-', ' '], "_")
}

fn lower(byte: u8) -> u8 {
    match byte {
        b'-' | b' ' => b'_',
        _ => byte.to_ascii_lowercase(),
    }
}

fn same(name: &[u8], word: &[u8]) -> bool {
    name.len() == word.len()
        && name.iter().zip(word).all(|(&byte, &expected)| lower(byte) == expected)
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
        assert!(DefaultMasking::default().mask("ＰａＳＳＷＯＲＤ").is_some());
        assert!(DefaultMasking::default().mask("größe").is_none());
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
