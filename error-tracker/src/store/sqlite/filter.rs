//! What a query asks of an issue beside its order.

use rusqlite::types::ValueRef;
use rusqlite::Row;

use crate::store::cursor::Key;
use crate::store::Query;

/// One thing that a query asks of the issues' columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filter {
    /// One of them must pass.
    pub(super) columns: &'static [&'static str],
    pub(super) asks: Asks,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asks {
    Equal(Key),
    /// Both ends belong to it.
    Between(i64, i64),
    /// Texts; both ends belong to it.
    From(String, String),
    /// In lower case as far as it is ASCII.
    Contains(String),
}

impl Filter {
    /// Returns the column, unless there are several.
    pub(super) fn column(&self) -> Option<&'static str> {
        match self.columns {
            [column] => Some(*column),
            _ => None,
        }
    }

    /// Looks at the columns, the first of which stands at `at` in the row.
    pub(super) fn passes(&self, row: &Row<'_>, at: usize) -> rusqlite::Result<bool> {
        for column in at..at + self.columns.len() {
            if self.asks.hold(row.get_ref(column)?) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Asks {
    fn hold(&self, value: ValueRef<'_>) -> bool {
        match (self, value) {
            (Asks::Equal(Key::Number(asked)), ValueRef::Integer(number)) => *asked == number,
            (Asks::Equal(Key::Text(asked)), ValueRef::Text(text)) => asked.as_bytes() == text,
            (Asks::Between(low, high), ValueRef::Integer(number)) => {
                (*low..=*high).contains(&number)
            }
            (Asks::From(first, last), ValueRef::Text(text)) => {
                (first.as_bytes()..=last.as_bytes()).contains(&text)
            }
            (Asks::Contains(asked), ValueRef::Text(text)) => contains(text, asked.as_bytes()),
            _ => false,
        }
    }
}

/// Tells whether a text contains another one that is in lower case.
pub(super) fn contains(text: &[u8], lower: &[u8]) -> bool {
    let Some((first, rest)) = lower.split_first() else { return true };
    let Some(last) = text.len().checked_sub(lower.len()) else { return false };
    (0..=last).any(|at| {
        text[at].to_ascii_lowercase() == *first
            && text[at + 1..=at + rest.len()].eq_ignore_ascii_case(rest)
    })
}

/// Where a search looks.
const SEARCHED: [&str; 5] = ["host", "path", "requested_path", "exception_name", "message"];

/// Returns all that a query asks, exact values first.
pub(super) fn of(query: &Query) -> Vec<Filter> {
    let text = |text: &Option<String>| text.clone().map(|text| Asks::Equal(Key::Text(text)));
    let flag = |flag: Option<bool>| flag.map(|flag| Asks::Equal(Key::Number(flag.into())));
    let part = |text: &Option<String>| {
        let text = text.as_ref().filter(|text| !text.is_empty());
        text.map(|text| Asks::Contains(text.to_ascii_lowercase()))
    };
    let state = query.state.map(|state| Asks::Equal(Key::Text(state.as_str().to_owned())));
    let seen = (query.seen_from.map(|at| at.as_micros()), query.seen_before.map(before));
    let count = (query.count_from.map(clamped), query.count_to.map(clamped));
    let created = (query.created_from.map(|at| at.as_micros()), None);
    let fingerprints =
        query.fingerprints.map(|(first, last)| Asks::From(first.to_string(), last.to_string()));
    let all: [(&'static [&'static str], Option<Asks>); 16] = [
        (&["fingerprint"], fingerprints),
        (&["state"], state),
        (&["host"], text(&query.host)),
        (&["method"], text(&query.method)),
        (&["path"], text(&query.path)),
        (&["exception_name"], text(&query.exception_name)),
        (&["notification_sent"], flag(query.notification_sent)),
        (&["ticket_raised"], flag(query.ticket_raised)),
        (&["last_seen"], between(seen)),
        (&["created_on"], between(created)),
        (&["count"], between(count)),
        (&["host"], part(&query.host_contains)),
        (&["method"], part(&query.method_contains)),
        (&["path", "requested_path"], part(&query.path_contains)),
        (&["exception_name"], part(&query.exception_contains)),
        (&SEARCHED, part(&query.search)),
    ];
    let asked = |(columns, asks): (_, Option<Asks>)| Some(Filter { columns, asks: asks? });
    all.into_iter().filter_map(asked).collect()
}

fn before(at: crate::model::Timestamp) -> i64 {
    at.as_micros().saturating_sub(1)
}

fn clamped(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn between(ends: (Option<i64>, Option<i64>)) -> Option<Asks> {
    match ends {
        (None, None) => None,
        (low, high) => Some(Asks::Between(low.unwrap_or(i64::MIN), high.unwrap_or(i64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_letters_are_equal_whatever_their_case() {
        let found = |text: &str, part: &str| contains(text.as_bytes(), part.as_bytes());
        assert!(found("Connection REFUSED", "refused") && found("aab", "ab") && found("", ""));
        assert!(found("50%_\\\"'\0", "%_\\\"'\0") && found("Überlauf", "berl"));
        assert!(!found("Überlauf", "überlauf") && !found("ab", "abc") && !found("", "a"));
    }
}
