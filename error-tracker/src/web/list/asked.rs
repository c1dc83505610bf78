//! What the query of the list asks for.

use super::dates::{self, Date};
use crate::model::{Issue, IssueState, Timestamp};
use crate::store::{Cursor, Direction, Page, Query, Sort};
use crate::web::context::Context;
use crate::web::params::Params;
use crate::web::refusal::Refusal;

/// The names that narrow the list.
pub(super) const FILTERS: [&str; 10] = [
    "search",
    "host",
    "method",
    "path",
    "exception_name",
    "last_seen",
    "count",
    "state",
    "notification_sent",
    "ticket_raised",
];
/// What is kept from one page to the next.
const KEPT: [&str; 12] = [
    "search",
    "host",
    "method",
    "path",
    "exception_name",
    "last_seen",
    "count",
    "state",
    "notification_sent",
    "ticket_raised",
    "sort",
    "size",
];
/// How long an issue is new.
pub(super) const NEW: i64 = 24 * 3_600 * 1_000_000;

/// What the query of the list asks for.
pub(in crate::web) struct Asked {
    pub(in crate::web) query: Query,
    /// What else than the place of the page was asked for, as it was said.
    pub(super) params: Params,
    pub(super) sort: (Sort, Direction),
    /// How many issues stand before the page, if that is known.
    pub(super) skipped: u64,
    /// Whether the page was asked for as the one before another.
    pub(super) is_backwards: bool,
    pub(super) size: usize,
}

impl Asked {
    /// Reads the query, or says which value is none of those that are allowed.
    pub(in crate::web) fn new(context: &Context<'_>) -> Result<Self, Refusal> {
        let given = context.params;
        let default = context.tracker.config().map_or(10, |config| config.list_size);
        let size = read(given, "size", "a whole number from 1 to 1000", |text| {
            text.parse().ok().filter(|size| (1..=1_000).contains(size))
        })?;
        let sort = read(given, "sort", SORTS, sort)?.unwrap_or_default();
        let mut asked = Self {
            query: Query::new().sort(sort.0).direction(sort.1).size(size.unwrap_or(default)),
            params: given.only(&KEPT),
            sort,
            skipped: 0,
            is_backwards: false,
            size: size.unwrap_or(default),
        };
        asked.take_texts(given);
        asked.take_values(given, context.now)?;
        asked.take_place(given)?;
        Ok(asked)
    }

    fn take_texts(&mut self, given: &Params) {
        let text = |name: &str| given.get(name).map(str::to_owned);
        self.query.search = text("search");
        self.query.host_contains = text("host");
        self.query.method_contains = text("method");
        self.query.path_contains = text("path");
        self.query.exception_contains = text("exception_name");
    }

    fn take_values(&mut self, given: &Params, now: Timestamp) -> Result<(), Refusal> {
        let query = &mut self.query;
        query.notification_sent = read(given, "notification_sent", "true or false", flag)?;
        query.ticket_raised = read(given, "ticket_raised", "true or false", flag)?;
        let allowed =
            "a date such as 2026, 2026-11 or 2026-11-22, or an age such as 30m, 24h or 7d";
        let seen = read(given, "last_seen", allowed, |text| seen(text, now))?;
        (query.seen_from, query.seen_before) = seen.unwrap_or_default();
        let allowed = "a number, or >=10, <=10, >10, <10 or 10-20";
        (query.count_from, query.count_to) =
            read(given, "count", allowed, count)?.unwrap_or_default();
        let allowed = "unresolved, resolved, muted, regressed or new";
        match read(given, "state", allowed, Standing::named)? {
            Some(Standing::In(state)) => query.state = Some(state),
            Some(Standing::New) => *query = std::mem::take(query).new_since(now),
            None => {}
        }
        Ok(())
    }

    fn take_place(&mut self, given: &Params) -> Result<(), Refusal> {
        let allowed = "what a link of an earlier page holds";
        let Some((way, skipped, cursor)) = read(given, "cursor", allowed, place)? else {
            return Ok(());
        };
        (self.skipped, self.is_backwards) = (skipped, way == 'p');
        let query = std::mem::take(&mut self.query);
        self.query = if self.is_backwards { query.before(cursor) } else { query.after(cursor) };
        Ok(())
    }

    /// Goes to the first page.
    pub(super) fn rewind(&mut self) {
        (self.query.after, self.query.before) = (None, None);
        (self.skipped, self.is_backwards) = (0, false);
    }

    /// Whether not all issues are asked for.
    pub(super) fn is_narrowed(&self) -> bool {
        !self.params.only(&FILTERS).is_empty()
    }

    /// Whether nothing but a state narrows the list.
    pub(super) fn state_alone(&self) -> Option<IssueState> {
        let others = self.params.only(&FILTERS).with("state", "");
        self.query.state.filter(|_| others.is_empty() && self.query.created_from.is_none())
    }

    /// Returns the query of the first page with another value.
    pub(super) fn link(&self, name: &str, value: &str) -> String {
        or_nothing(self.params.with(name, value).to_query())
    }

    /// Returns the query of the first page with all issues, in the same order.
    pub(super) fn without_filters(&self) -> String {
        or_nothing(self.params.only(&["sort", "size"]).to_query())
    }

    /// Returns the query of the page, for coming back to it.
    pub(super) fn here(&self, given: &Params) -> String {
        let params = match given.get("cursor") {
            Some(cursor) if self.query.after.is_some() || self.query.before.is_some() => {
                self.params.with("cursor", cursor)
            }
            _ => self.params.clone(),
        };
        params.to_query()
    }
}

/// An address without a query would be the page as it stands.
fn or_nothing(query: String) -> String {
    match query.is_empty() {
        true => "?".into(),
        false => query,
    }
}

impl Query {
    /// Asks for what is unresolved, and was first seen within a day.
    pub(super) fn new_since(self, now: Timestamp) -> Self {
        let from = Timestamp::from_micros(now.as_micros().saturating_sub(NEW));
        self.state(IssueState::Unresolved).created_from(from)
    }
}

/// Returns what the key `cursor` has to say for the next page, if there is one.
pub(in crate::web) fn next(asked: &Asked, page: &Page<Issue>) -> Option<String> {
    let skipped = asked.skipped + page.items.len() as u64;
    page.next.as_ref().map(|cursor| format!("n{skipped}.{cursor}"))
}

/// Returns what the key `cursor` has to say for the previous page, if there is one.
pub(in crate::web) fn previous(asked: &Asked, page: &Page<Issue>) -> Option<String> {
    let skipped = asked.skipped.saturating_sub(asked.size as u64);
    page.previous.as_ref().map(|cursor| format!("p{skipped}.{cursor}"))
}

/// Reads what [`next`] and [`previous`] wrote, or a cursor by itself.
fn place(text: &str) -> Option<(char, u64, Cursor)> {
    let way = text.chars().next()?;
    if !matches!(way, 'n' | 'p') {
        return Some(('n', 0, text.parse().ok()?));
    }
    let (skipped, cursor) = text[1..].split_once('.')?;
    Some((way, skipped.parse().ok()?, cursor.parse().ok()?))
}

fn read<T>(
    given: &Params,
    name: &'static str,
    allowed: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Refusal> {
    let Some(text) = given.get(name) else { return Ok(None) };
    match parse(text.trim()) {
        Some(value) => Ok(Some(value)),
        None => Err(Refusal::new(400, format!("{name} is {text:?}; allowed is {allowed}."))),
    }
}

enum Standing {
    In(IssueState),
    New,
}

impl Standing {
    fn named(name: &str) -> Option<Self> {
        let states = [
            IssueState::Unresolved,
            IssueState::Resolved,
            IssueState::Muted,
            IssueState::Regressed,
        ];
        match name {
            "new" => Some(Self::New),
            name => states.into_iter().find(|state| state.as_str() == name).map(Self::In),
        }
    }
}

fn flag(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

const SORTS: &str = "the name of a column, with - before it for the largest first: last_seen, \
    created_on, count, host, method, path, exception_name, state, notification_sent or ticket_raised";

fn sort(text: &str) -> Option<(Sort, Direction)> {
    let (name, direction) = match text.strip_prefix('-') {
        Some(name) => (name, Direction::Descending),
        None => (text, Direction::Ascending),
    };
    let sort = Sort::ALL.into_iter().find(|sort| sort.as_str() == name)?;
    Some((sort, direction))
}

type Span<T> = (Option<T>, Option<T>);

fn seen(text: &str, now: Timestamp) -> Option<Span<Timestamp>> {
    if let Some(date) = Date::parse(text) {
        let (from, before) = date.ends();
        return Some((Some(from), Some(before)));
    }
    let from = now.as_micros().saturating_sub(dates::age(text)?);
    Some((Some(Timestamp::from_micros(from)), None))
}

fn count(text: &str) -> Option<Span<u64>> {
    let number = |text: &str| {
        let text = text.trim();
        text.parse().ok().filter(|_: &u64| text.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if let Some(rest) = text.strip_prefix(">=") {
        return Some((Some(number(rest)?), None));
    }
    if let Some(rest) = text.strip_prefix("<=") {
        return Some((None, Some(number(rest)?)));
    }
    if let Some(rest) = text.strip_prefix('>') {
        return Some((Some(number(rest)?.checked_add(1)?), None));
    }
    if let Some(rest) = text.strip_prefix('<') {
        // No issue happened less often than never.
        return match number(rest)?.checked_sub(1) {
            Some(most) => Some((None, Some(most))),
            None => Some((Some(1), Some(0))),
        };
    }
    match text.split_once('-') {
        Some((from, to)) => Some((Some(number(from)?), Some(number(to)?))),
        None => number(text).map(|exact| (Some(exact), Some(exact))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_exact_or_have_ends() {
        for (text, expected) in [
            ("10", (Some(10), Some(10))),
            (">=10", (Some(10), None)),
            ("<= 10", (None, Some(10))),
            (">10", (Some(11), None)),
            ("<10", (None, Some(9))),
            ("<0", (Some(1), Some(0))),
            ("10-20", (Some(10), Some(20))),
        ] {
            assert_eq!(count(text), Some(expected), "{text}");
        }
        for text in [
            "",
            ">",
            "x",
            "-1",
            "+1",
            "1-",
            "-",
            "1-2-3",
            "=1",
            "1.5",
            "99999999999999999999",
            ">18446744073709551615",
        ] {
            assert_eq!(count(text), None, "{text}");
        }
    }

    #[test]
    fn a_sort_names_a_column_and_its_direction() {
        assert_eq!(sort("count"), Some((Sort::Count, Direction::Ascending)));
        assert_eq!(sort("-last_seen"), Some((Sort::LastSeen, Direction::Descending)));
        assert_eq!((sort(""), sort("-"), sort("--count"), sort("Count")), (None, None, None, None));
    }

    #[test]
    fn a_place_reads_back_and_a_cursor_alone_is_one() {
        let cursor: Cursor = "5~7~shop.example".parse().unwrap();
        assert_eq!(place("n10.5~7~shop.example"), Some(('n', 10, cursor.clone())));
        assert_eq!(place("p0.5~7~shop.example"), Some(('p', 0, cursor.clone())));
        assert_eq!(place("5~7~shop.example"), Some(('n', 0, cursor)));
        for text in ["", "n", "n10", "n10.", "nx.5.7", "q10.5.7", "é", "n-1.5.7"] {
            assert_eq!(place(text), None, "{text}");
        }
    }
}
