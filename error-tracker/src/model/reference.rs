//! A short name of an event that people read to each other.

use std::fmt;
use std::str::FromStr;

use crate::model::id::{EventId, Fingerprint};

/// The digits of [Crockford's Base32](https://www.crockford.com/base32.html): none looks like another.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many digits stand for an issue, and for an event.
const PART: usize = 5;
const BITS: u32 = 25;

/// A short name of an event that people read to each other: `E-7K2Q9-M4XT1`.
///
/// It holds the first 25 bits of the fingerprint and the last 25 bits of the event's id: enough for the
/// page's search to open that very event, or its issue where the event was not kept.
///
/// # Examples
///
/// ```
/// use error_tracker::{EventId, Fingerprint, Reference};
///
/// let fingerprint: Fingerprint = "ff".repeat(32).parse().unwrap();
/// let event: EventId = "00".repeat(16).parse().unwrap();
/// let reference = Reference::new(fingerprint, event);
/// assert_eq!(reference.to_string(), "E-ZZZZZ-00000");
/// assert_eq!("zzzzz-ooooo".parse(), Ok(reference));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    issue: u32,
    event: u32,
}

impl Reference {
    /// Makes the reference of an event.
    pub fn new(fingerprint: Fingerprint, event: EventId) -> Self {
        let [a, b, c, d, ..] = *fingerprint.as_bytes();
        let [.., w, x, y, z] = *event.as_bytes();
        let event = u32::from_be_bytes([w, x, y, z]) & ((1 << BITS) - 1);
        Self { issue: u32::from_be_bytes([a, b, c, d]) >> (32 - BITS), event }
    }

    /// Tells whether an event may be the one that is meant.
    pub fn is_of(self, fingerprint: Fingerprint, event: EventId) -> bool {
        self == Self::new(fingerprint, event)
    }

    /// Returns the first and the last fingerprint of the issues that may be meant.
    #[cfg_attr(
        not(feature = "web"),
        allow(dead_code, reason = "only the pages look for references")
    )]
    pub(crate) fn fingerprints(self) -> (Fingerprint, Fingerprint) {
        let first = self.issue << (32 - BITS);
        let last = first | ((1 << (32 - BITS)) - 1);
        let filled = |start: u32, rest: u8| {
            let mut bytes = [rest; 32];
            bytes[..4].copy_from_slice(&start.to_be_bytes());
            Fingerprint::from_bytes(bytes)
        };
        (filled(first, 0), filled(last, 0xff))
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("E")?;
        for number in [self.issue, self.event] {
            f.write_str("-")?;
            for place in (0..PART).rev() {
                let digit = DIGITS[(number >> (5 * place) & 31) as usize];
                fmt::Write::write_char(f, char::from(digit))?;
            }
        }
        Ok(())
    }
}

/// Reads a reference in capitals or not, with or without `E-`; `O` is taken for `0`, `I` and `L` for `1`.
impl FromStr for Reference {
    type Err = ParseReferenceError;

    fn from_str(text: &str) -> Result<Self, ParseReferenceError> {
        let text = text.trim();
        let rest = text.strip_prefix("E-").or_else(|| text.strip_prefix("e-")).unwrap_or(text);
        let (issue, event) = rest.split_once('-').ok_or(ParseReferenceError)?;
        Ok(Self { issue: number(issue)?, event: number(event)? })
    }
}

fn number(digits: &str) -> Result<u32, ParseReferenceError> {
    if digits.len() != PART {
        return Err(ParseReferenceError);
    }
    digits.bytes().try_fold(0, |number, digit| {
        let digit = match digit.to_ascii_uppercase() {
            b'O' => b'0',
            b'I' | b'L' => b'1',
            digit => digit,
        };
        let value = DIGITS.iter().position(|known| *known == digit).ok_or(ParseReferenceError)?;
        Ok(number << 5 | value as u32)
    })
}

/// Says that a text is not the reference of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseReferenceError;

impl fmt::Display for ParseReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("parse a reference such as E-7K2Q9-M4XT1")
    }
}

impl std::error::Error for ParseReferenceError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_reference_reads_back_what_it_wrote(issue: [u8; 32], event: [u8; 16]) {
            let (issue, event) = (Fingerprint::from_bytes(issue), EventId::from_bytes(event));
            let reference = Reference::new(issue, event);
            let text = reference.to_string();
            prop_assert_eq!(text.parse(), Ok(reference));
            prop_assert_eq!(text.to_lowercase().parse(), Ok(reference));
            prop_assert_eq!(text[2..].replace('0', "o").replace('1', "l").parse(), Ok(reference));
            let (first, last) = reference.fingerprints();
            prop_assert!((first..=last).contains(&issue) && reference.is_of(issue, event));
            prop_assert!(Reference::new(first, event) == reference && Reference::new(last, event) == reference);
        }

        #[test]
        fn any_text_is_a_reference_or_none(text in "\\PC*") {
            if let Ok(reference) = text.parse::<Reference>() {
                prop_assert_eq!(reference.to_string().parse(), Ok(reference));
            }
        }
    }

    #[test]
    fn other_texts_are_no_reference() {
        for text in [
            "",
            "E-",
            "E-7K2Q9",
            "7K2Q9M4XT1",
            "E-7K2Q-9M4XT1",
            "E-7K2Q9-M4XTU",
            "E-7K2Q9-M4XT1-1",
            "E-7K2Q9-M4X é",
            "connection",
        ] {
            assert_eq!(text.parse::<Reference>(), Err(ParseReferenceError), "{text}");
        }
    }
}
