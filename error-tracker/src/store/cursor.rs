//! Where a page begins.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::store::Direction;

/// Says after which issue a page begins; as text it can stand in a URL, percent-encoded.
///
/// It holds the value by which that issue was sorted, so the next page begins at the same place
/// even if the issue has changed or is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) key: Key,
    /// What tells issues with equal keys apart.
    pub(crate) tie: i64,
}

/// What issues are sorted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    Number(i64),
    Text(String),
}

impl Cursor {
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key).then(self.tie.cmp(&other.tie))
    }

    /// The place right behind this one: what stands here is before it.
    pub(crate) fn behind(&self, direction: Direction) -> Self {
        let tie = match direction {
            Direction::Descending => self.tie.saturating_sub(1),
            Direction::Ascending => self.tie.saturating_add(1),
        };
        Self { key: self.key.clone(), tie }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Key::Number(number) => write!(f, "{}.{number}", self.tie),
            Key::Text(text) => write!(f, "{}~{text}", self.tie),
        }
    }
}

impl FromStr for Cursor {
    type Err = ParseCursorError;

    fn from_str(text: &str) -> Result<Self, ParseCursorError> {
        let number = |text: &str| text.parse::<i64>().map_err(|_| ParseCursorError);
        let at = text.find(['.', '~']).ok_or(ParseCursorError)?;
        let (tie, key) = (number(&text[..at])?, &text[at + 1..]);
        let key = match text.as_bytes()[at] {
            b'.' => Key::Number(number(key)?),
            _ => Key::Text(key.to_owned()),
        };
        Ok(Self { key, tie })
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Says that a text is not the beginning of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseCursorError;

impl fmt::Display for ParseCursorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("parse the beginning of a page")
    }
}

impl std::error::Error for ParseCursorError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_what_it_wrote() {
        for key in [Key::Number(-5), Key::Text("/a.b~c?d".into()), Key::Text(String::new())] {
            let cursor = Cursor { key, tie: -7 };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for bad in ["", "7", "7.", ".7", "7.x", "~text", "99999999999999999999.1"] {
            assert_eq!(bad.parse::<Cursor>(), Err(ParseCursorError), "{bad}");
        }
    }
}
