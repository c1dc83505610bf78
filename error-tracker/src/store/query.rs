//! What can be asked of the list of issues, and the page that answers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::{IssueState, Timestamp};

/// Asks for a page of issues, last seen first.
///
/// # Examples
///
/// ```
/// use error_tracker::{IssueState, Query};
///
/// let query = Query::new().state(IssueState::Unresolved).size(20);
/// assert_ne!(query, Query::new());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[must_use]
pub struct Query {
    pub(crate) size: Option<usize>,
    pub(crate) after: Option<Cursor>,
    pub(crate) state: Option<IssueState>,
    pub(crate) host: Option<String>,
    pub(crate) exception_name: Option<String>,
}

impl Query {
    /// Asks for the first page of all issues.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for this many issues, 1 to 1,000; otherwise it is the setting `list_size`.
    pub fn size(mut self, size: usize) -> Self {
        self.size = Some(size.clamp(1, 1_000));
        self
    }

    /// Asks for what follows an earlier page, by its [`Page::next`].
    pub fn after(mut self, cursor: Cursor) -> Self {
        self.after = Some(cursor);
        self
    }

    /// Asks for issues in this state alone.
    pub fn state(mut self, state: IssueState) -> Self {
        self.state = Some(state);
        self
    }

    /// Asks for issues of this host alone.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = Some(host.into());
        self
    }

    /// Asks for issues of this type of error alone, by its full path.
    pub fn exception_name(mut self, name: impl Into<String>) -> Self {
        self.exception_name = Some(name.into());
        self
    }
}

/// A part of a list, and where the rest begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// What is on this page.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<Cursor>,
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Page<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

/// Where a page begins; as text it can stand in a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    pub(crate) last_seen: Timestamp,
    pub(crate) id: i64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.last_seen.as_micros(), self.id)
    }
}

impl FromStr for Cursor {
    type Err = ParseCursorError;

    fn from_str(text: &str) -> Result<Self, ParseCursorError> {
        let (micros, id) = text.split_once('.').ok_or(ParseCursorError)?;
        let number = |text: &str| text.parse::<i64>().map_err(|_| ParseCursorError);
        Ok(Self { last_seen: Timestamp::from_micros(number(micros)?), id: number(id)? })
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
        let cursor = Cursor { last_seen: Timestamp::from_micros(-5), id: 7 };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert_eq!("7".parse::<Cursor>(), Err(ParseCursorError));
    }
}
