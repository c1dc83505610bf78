//! Identifiers: of one event, and of the issue that groups events.

use std::fmt;
use std::str::FromStr;

use serde::{de, Deserialize, Deserializer, Serialize, Serializer};

macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        pub struct $name([u8; $bytes]);

        impl $name {
            pub(crate) const fn from_bytes(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// Returns the raw bytes, as stores keep them.
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut digits = [0; 2 * $bytes];
                f.write_str(to_hex(&self.0, &mut digits))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let mut bytes = [0; $bytes];
                parse_hex(text.as_bytes(), &mut bytes)?;
                Ok(Self(bytes))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

hex_id! {
    /// Names one event: 16 bytes, written as 32 hexadecimal digits.
    ///
    /// The nil id (all zero) is what a capture returns when nothing was recorded.
    EventId, 16
}

hex_id! {
    /// Decides the issue: a SHA-256, written as 64 hexadecimal digits.
    ///
    /// It stays the same across rebuilds, and holds none of the message's variable parts.
    Fingerprint, 32
}

impl EventId {
    /// The id that stands for "nothing was recorded".
    pub const NIL: EventId = EventId([0; 16]);

    /// Tells whether nothing was recorded.
    pub fn is_nil(self) -> bool {
        self == Self::NIL
    }
}

/// Writes digits into a buffer of twice the bytes: ids are written with every event.
fn to_hex<'d>(bytes: &[u8], digits: &'d mut [u8]) -> &'d str {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (byte, pair) in bytes.iter().zip(digits.chunks_exact_mut(2)) {
        pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    std::str::from_utf8(digits).unwrap_or_default()
}

fn parse_hex(text: &[u8], bytes: &mut [u8]) -> Result<(), ParseIdError> {
    if text.len() != bytes.len() * 2 {
        return Err(ParseIdError { digits: bytes.len() * 2 });
    }
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        let digit = |at: usize| char::from(pair[at]).to_digit(16);
        match (digit(0), digit(1)) {
            (Some(high), Some(low)) => *byte = (high * 16 + low) as u8,
            _ => return Err(ParseIdError { digits: text.len() }),
        }
    }
    Ok(())
}

/// Says that a text is not an id: not the right number of hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseIdError {
    digits: usize,
}

impl fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "parse an id of {} hexadecimal digits", self.digits)
    }
}

impl std::error::Error for ParseIdError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_wrote() {
        let id = EventId::from_bytes(*b"0123456789abcdef");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn a_text_of_another_length_is_no_id() {
        assert!("0a".parse::<EventId>().is_err());
        assert!("zz".repeat(16).parse::<EventId>().is_err());
        assert!("é".repeat(16).parse::<EventId>().is_err());
    }
}
