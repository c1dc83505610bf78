//! What can be asked of the list of issues, and the page that answers.

use serde::{Deserialize, Serialize};

use crate::model::{Fingerprint, Issue, IssueState, Timestamp};
use crate::store::cursor::Key;
use crate::store::Cursor;

/// How many issues a page holds where nothing else is said.
const SIZE: usize = 10;

/// Asks for a page of issues: which ones, in which order, from where on.
///
/// Without anything said it asks for all, last seen first. Texts are compared without regard to
/// the case of ASCII letters by what *contains* and *searches*, else exactly.
///
/// # Examples
///
/// ```
/// use error_tracker::{IssueState, Query, Sort};
///
/// let query = Query::new().state(IssueState::Unresolved).sort(Sort::Count).size(20);
/// assert_ne!(query, Query::new());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[must_use]
pub struct Query {
    pub(crate) size: Option<usize>,
    pub(crate) after: Option<Cursor>,
    pub(crate) before: Option<Cursor>,
    pub(crate) sort: Sort,
    pub(crate) direction: Direction,
    pub(crate) state: Option<IssueState>,
    pub(crate) host: Option<String>,
    pub(crate) method: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) exception_name: Option<String>,
    pub(crate) notification_sent: Option<bool>,
    pub(crate) ticket_raised: Option<bool>,
    pub(crate) host_contains: Option<String>,
    pub(crate) method_contains: Option<String>,
    pub(crate) path_contains: Option<String>,
    pub(crate) exception_contains: Option<String>,
    pub(crate) seen_from: Option<Timestamp>,
    pub(crate) seen_before: Option<Timestamp>,
    pub(crate) created_from: Option<Timestamp>,
    pub(crate) count_from: Option<u64>,
    pub(crate) count_to: Option<u64>,
    pub(crate) search: Option<String>,
    /// The first and the last fingerprint.
    pub(crate) fingerprints: Option<(Fingerprint, Fingerprint)>,
}

/// What issues are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Sort {
    /// When they were last seen.
    #[default]
    LastSeen,
    /// When they were first seen.
    CreatedOn,
    /// How often they happened.
    Count,
    /// The host's name.
    Host,
    /// The request's method.
    Method,
    /// The request's path.
    Path,
    /// The path of the error's type.
    ExceptionName,
    /// The name of the state.
    State,
    /// Whether somebody was told.
    NotificationSent,
    /// Whether a ticket was raised.
    TicketRaised,
}

impl Sort {
    /// Every order there is.
    pub const ALL: [Sort; 10] = [
        Sort::LastSeen,
        Sort::CreatedOn,
        Sort::Count,
        Sort::Host,
        Sort::Method,
        Sort::Path,
        Sort::ExceptionName,
        Sort::State,
        Sort::NotificationSent,
        Sort::TicketRaised,
    ];

    /// Returns the name of the field, as stores and URLs have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Sort::LastSeen => "last_seen",
            Sort::CreatedOn => "created_on",
            Sort::Count => "count",
            Sort::Host => "host",
            Sort::Method => "method",
            Sort::Path => "path",
            Sort::ExceptionName => "exception_name",
            Sort::State => "state",
            Sort::NotificationSent => "notification_sent",
            Sort::TicketRaised => "ticket_raised",
        }
    }

    pub(crate) fn key(self, issue: &Issue) -> Key {
        match self {
            Sort::LastSeen => Key::Number(issue.last_seen.as_micros()),
            Sort::CreatedOn => Key::Number(issue.created_on.as_micros()),
            Sort::Count => Key::Number(i64::try_from(issue.count).unwrap_or(i64::MAX)),
            Sort::Host => Key::Text(issue.host.clone()),
            Sort::Method => Key::Text(issue.method.clone()),
            Sort::Path => Key::Text(issue.path.clone()),
            Sort::ExceptionName => Key::Text(issue.exception_name.clone()),
            Sort::State => Key::Text(issue.state.as_str().to_owned()),
            Sort::NotificationSent => Key::Number(issue.notification_sent.into()),
            Sort::TicketRaised => Key::Number(issue.ticket_raised.into()),
        }
    }
}

/// Whether the largest or the smallest comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The largest, the newest, the last of the alphabet first.
    #[default]
    Descending,
    /// The smallest, the oldest, the first of the alphabet first.
    Ascending,
}

macro_rules! asks {
    ($($(#[$doc:meta])* $name:ident: $given:ty => $convert:expr;)*) => {
        $($(#[$doc])*
        pub fn $name(mut self, $name: $given) -> Self {
            self.$name = Some($convert($name));
            self
        })*
    };
}

impl Query {
    /// Asks for the first page of all issues, last seen first.
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
        (self.after, self.before) = (Some(cursor), None);
        self
    }

    /// Asks for what stands before a later page, by its [`Page::previous`].
    pub fn before(mut self, cursor: Cursor) -> Self {
        (self.after, self.before) = (None, Some(cursor));
        self
    }

    /// Asks for another order than last seen first; the largest stays first.
    pub fn sort(mut self, sort: Sort) -> Self {
        self.sort = sort;
        self
    }

    /// Asks for the order to be turned round.
    pub fn direction(mut self, direction: Direction) -> Self {
        self.direction = direction;
        self
    }

    asks! {
        /// Asks for issues in this state alone.
        state: IssueState => same;
        /// Asks for issues of this host alone.
        host: impl Into<String> => Into::into;
        /// Asks for issues of requests by this method alone.
        method: impl Into<String> => Into::into;
        /// Asks for issues of this path alone.
        path: impl Into<String> => Into::into;
        /// Asks for issues of this type of error alone, by its full path.
        exception_name: impl Into<String> => Into::into;
        /// Asks for issues of which somebody was told, or nobody.
        notification_sent: bool => same;
        /// Asks for issues with a ticket, or without.
        ticket_raised: bool => same;
        /// Asks for issues whose host contains this.
        host_contains: impl Into<String> => Into::into;
        /// Asks for issues whose method contains this.
        method_contains: impl Into<String> => Into::into;
        /// Asks for issues whose path contains this: the pattern of a router, or what was requested.
        path_contains: impl Into<String> => Into::into;
        /// Asks for issues whose type of error contains this.
        exception_contains: impl Into<String> => Into::into;
        /// Asks for issues that were last seen at this time or later.
        seen_from: Timestamp => same;
        /// Asks for issues that were last seen before this time.
        seen_before: Timestamp => same;
        /// Asks for issues that were first seen at this time or later.
        created_from: Timestamp => same;
        /// Asks for issues that happened this often or more.
        count_from: u64 => same;
        /// Asks for issues that happened this often or less.
        count_to: u64 => same;
        /// Asks for issues in whose host, path, type or message this text stands.
        search: impl Into<String> => Into::into;
    }

    /// Asks for issues whose fingerprints lie between these two, which belong to them.
    pub(crate) fn fingerprints(mut self, first: Fingerprint, last: Fingerprint) -> Self {
        self.fingerprints = Some((first, last));
        self
    }

    /// Returns how many issues the page is to hold.
    pub fn page_size(&self) -> usize {
        self.size.unwrap_or(SIZE)
    }

    /// Tells whether an issue is asked for, wherever the page begins.
    pub fn matches(&self, issue: &Issue) -> bool {
        self.matches_values(issue) && self.matches_texts(issue) && self.matches_numbers(issue)
    }

    fn matches_values(&self, issue: &Issue) -> bool {
        is(&self.state, &issue.state)
            && is(&self.host, &issue.host)
            && is(&self.method, &issue.method)
            && is(&self.path, &issue.path)
            && is(&self.exception_name, &issue.exception_name)
            && is(&self.notification_sent, &issue.notification_sent)
            && is(&self.ticket_raised, &issue.ticket_raised)
            && self
                .fingerprints
                .is_none_or(|(first, last)| (first..=last).contains(&issue.fingerprint))
    }

    fn matches_texts(&self, issue: &Issue) -> bool {
        let (path, requested) = (&issue.path, &issue.requested_path);
        let searched = [&issue.host, path, requested, &issue.exception_name, &issue.message];
        contains(&self.host_contains, &[&issue.host])
            && contains(&self.method_contains, &[&issue.method])
            && contains(&self.path_contains, &[path, requested])
            && contains(&self.exception_contains, &[&issue.exception_name])
            && contains(&self.search, &searched)
    }

    fn matches_numbers(&self, issue: &Issue) -> bool {
        self.seen_from.is_none_or(|from| issue.last_seen >= from)
            && self.seen_before.is_none_or(|before| issue.last_seen < before)
            && self.created_from.is_none_or(|from| issue.created_on >= from)
            && self.count_from.is_none_or(|from| issue.count >= from)
            && self.count_to.is_none_or(|to| issue.count <= to)
    }

    /// Returns the page that this asks for, out of all issues of a store.
    ///
    /// This is for stores that have no better way: it looks at each of them.
    pub fn page_of(&self, issues: impl IntoIterator<Item = Issue>) -> Page<Issue> {
        let matching = issues.into_iter().filter(|issue| self.matches(issue));
        self.page(matching.map(|issue| (self.place_of(&issue), issue)).collect())
    }

    fn page(&self, mut placed: Vec<(Cursor, Issue)>) -> Page<Issue> {
        placed.sort_by(|(one, _), (other, _)| self.order(one, other));
        match (&self.after, &self.before) {
            (_, Some(before)) => self.page_before(before, placed),
            (after, None) => self.page_after(after.as_ref(), placed),
        }
    }

    fn page_after(&self, after: Option<&Cursor>, mut placed: Vec<(Cursor, Issue)>) -> Page<Issue> {
        if let Some(after) = after {
            placed.retain(|(place, _)| self.order(after, place).is_lt());
        }
        let more = placed.len() > self.page_size();
        placed.truncate(self.page_size());
        let place = |at: Option<&(Cursor, Issue)>| at.map(|(place, _)| place.clone());
        let next = place(placed.last().filter(|_| more));
        let previous = after
            .map(|after| place(placed.first()).unwrap_or_else(|| after.behind(self.direction)));
        Page { next, previous, ..Page::of(placed) }
    }

    fn page_before(&self, before: &Cursor, mut placed: Vec<(Cursor, Issue)>) -> Page<Issue> {
        placed.retain(|(place, _)| self.order(place, before).is_lt());
        let skipped = placed.len().saturating_sub(self.page_size());
        placed.drain(..skipped);
        let place = |at: Option<&(Cursor, Issue)>| at.map(|(place, _)| place.clone());
        let previous = place(placed.first().filter(|_| skipped > 0));
        // What was asked for by has nothing before it any more: it begins there.
        let turned = match self.direction {
            Direction::Descending => Direction::Ascending,
            Direction::Ascending => Direction::Descending,
        };
        let next = Some(place(placed.last()).unwrap_or_else(|| before.behind(turned)));
        Page { next, previous, ..Page::of(placed) }
    }

    /// Returns what an issue is sorted by.
    pub(crate) fn key_of(&self, issue: &Issue) -> Key {
        self.sort.key(issue)
    }

    fn place_of(&self, issue: &Issue) -> Cursor {
        let [a, b, c, d, e, f, g, h, ..] = *issue.fingerprint.as_bytes();
        Cursor { key: self.sort.key(issue), tie: i64::from_be_bytes([a, b, c, d, e, f, g, h]) }
    }

    fn order(&self, one: &Cursor, other: &Cursor) -> std::cmp::Ordering {
        match self.direction {
            Direction::Descending => other.compare(one),
            Direction::Ascending => one.compare(other),
        }
    }
}

fn same<T>(value: T) -> T {
    value
}

fn is<T: PartialEq>(asked: &Option<T>, value: &T) -> bool {
    asked.as_ref().is_none_or(|asked| asked == value)
}

fn contains(asked: &Option<String>, texts: &[&String]) -> bool {
    let Some(asked) = asked else { return true };
    let asked = asked.to_ascii_lowercase();
    texts.iter().any(|text| text.to_ascii_lowercase().contains(&asked))
}

/// A part of a list, and where the rest of it lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// What is on this page.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<Cursor>,
    /// Where the previous page ends ([`Query::before`]); `None` on the first one.
    #[serde(default)]
    pub previous: Option<Cursor>,
    /// Whether only the newest part was looked through, because there was too much of it.
    #[serde(default)]
    pub is_partial: bool,
}

impl Page<Issue> {
    fn of(placed: Vec<(Cursor, Issue)>) -> Self {
        let items = placed.into_iter().map(|(_, issue)| issue).collect();
        Self { items, next: None, previous: None, is_partial: false }
    }
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
