//! The short name of an event, which a person can read out.

use std::fmt;
use std::str::FromStr;

use crate::model::id::{EventId, Fingerprint};

/// Names an event in an answer to a client, as in `E-7K2Q9-M4XT1`: five characters of the issue, five of the event.
///
/// The characters are Crockford's base 32 (<https://www.crockford.com/base32.html>): read with `O` for
/// `0` and `I` or `L` for `1`, in either case. Each part holds 25 bits: the first of the
/// fingerprint, the last of the event's id. A reference is no secret and opens nothing to a stranger.
///
/// # Examples
///
/// ```
/// use error_tracker::{EventId, Fingerprint, Reference};
///
/// let reference = Reference::new(Fingerprint::default(), EventId::NIL);
/// assert_eq!(reference.to_string(), "E-00000-00000");
/// assert_eq!("ooooo-ooooo".parse(), Ok(reference));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    issue: u32,
    event: u32,
}

const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BITS: u32 = 25;

impl Reference {
    /// Makes the reference of an event.
    pub const fn new(fingerprint: Fingerprint, event: EventId) -> Self {
        let [a, b, c, d, ..] = *fingerprint.as_bytes();
        let [.., w, x, y, z] = *event.as_bytes();
        Self {
            issue: u32::from_be_bytes([a, b, c, d]) >> (32 - BITS),
            event: u32::from_be_bytes([w, x, y, z]) & ((1 << BITS) - 1),
        }
    }

    /// Tells whether it may be meant for an issue.
    pub fn is_of_issue(&self, fingerprint: Fingerprint) -> bool {
        Self::new(fingerprint, EventId::NIL).issue == self.issue
    }

    /// Tells whether it may be meant for an event.
    pub fn is_of_event(&self, event: EventId) -> bool {
        Self::new(Fingerprint::default(), event).event == self.event
    }

    /// Returns the first and the last fingerprint that it may be meant for.
    pub fn fingerprints(&self) -> [Fingerprint; 2] {
        let first = self.issue << (32 - BITS);
        let [mut from, mut to] = [[0; 32], [u8::MAX; 32]];
        from[..4].copy_from_slice(&first.to_be_bytes());
        to[..4].copy_from_slice(&(first | ((1 << (32 - BITS)) - 1)).to_be_bytes());
        [from, to].map(Fingerprint::from_bytes)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("E")?;
        for part in [self.issue, self.event] {
            f.write_str("-")?;
            for at in (0..5).rev() {
                let digit = (part >> (5 * at)) & 31;
                fmt::Write::write_char(f, char::from(DIGITS[digit as usize]))?;
            }
        }
        Ok(())
    }
}

impl FromStr for Reference {
    type Err = ParseReferenceError;

    /// Reads it with or without its `E`, and with or without what stands between its parts.
    fn from_str(text: &str) -> Result<Self, ParseReferenceError> {
        let text = text.trim();
        let rest = text.strip_prefix(['E', 'e']).and_then(|rest| rest.strip_prefix(['-', ' ']));
        let mut digits = [0; 10];
        let mut read = 0;
        for character in rest.unwrap_or(text).chars().filter(|c| !matches!(c, '-' | ' ')) {
            *digits.get_mut(read).ok_or(ParseReferenceError)? =
                digit(character).ok_or(ParseReferenceError)?;
            read += 1;
        }
        if read != digits.len() {
            return Err(ParseReferenceError);
        }
        let part = |digits: &[u32]| digits.iter().fold(0, |part, digit| part << 5 | digit);
        Ok(Self { issue: part(&digits[..5]), event: part(&digits[5..]) })
    }
}

fn digit(character: char) -> Option<u32> {
    let upper = match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    DIGITS.iter().position(|&digit| char::from(digit) == upper).map(|at| at as u32)
}

/// Says that a text is no reference of an event.
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
    use super::*;

    fn sample() -> (Fingerprint, EventId) {
        let mut fingerprint = [0; 32];
        fingerprint[..4].copy_from_slice(&[0x3c, 0xc5, 0x74, 0xff]);
        (Fingerprint::from_bytes(fingerprint), EventId::from_bytes([0xab; 16]))
    }

    #[test]
    fn a_reference_is_read_as_people_write_it() {
        let (fingerprint, event) = sample();
        let reference = Reference::new(fingerprint, event);
        let text = reference.to_string();
        assert_eq!(text.len(), "E-7K2Q9-M4XT1".len());
        let bare = text[2..].replace('-', "");
        for written in [text.clone(), text.to_lowercase(), bare, format!(" {} ", &text[2..])] {
            assert_eq!(written.parse(), Ok(reference), "{written}");
        }
        for bad in ["", "E-", "E-7K2Q9", "E-7K2Q9-M4XT12", "E-7K2Q9-M4XU!", "7K2Q9-M4XTé"] {
            assert_eq!(bad.parse::<Reference>(), Err(ParseReferenceError), "{bad}");
        }
    }

    #[test]
    fn a_reference_knows_its_issue_and_its_event() {
        let (fingerprint, event) = sample();
        let reference = Reference::new(fingerprint, event);
        assert!(reference.is_of_issue(fingerprint) && reference.is_of_event(event));
        assert!(!reference.is_of_issue(Fingerprint::default()));
        assert!(!reference.is_of_event(EventId::NIL));
        let [from, to] = reference.fingerprints();
        assert!(from <= fingerprint && fingerprint <= to);
        assert!([from, to].iter().all(|&end| reference.is_of_issue(end)));
    }
}
