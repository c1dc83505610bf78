//! Lists issues: where they stand is read from an index, then the rows of one page.

mod plan;
mod search;

use rusqlite::{params_from_iter, Connection, Row};

use self::plan::{Driver, Plan};
use crate::model::Issue;
use crate::store::cursor::Key;
use crate::store::sqlite::filter::{self, Asks, Filter};
use crate::store::sqlite::place::{Order, Place};
use crate::store::sqlite::schema::with_prefix;
use crate::store::sqlite::{read, texts, totals};
use crate::store::{Page, Query};

/// How much is looked at for one page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Rows on the way through an index; beyond, the page ends early and the next one goes on.
    pub(super) rows: usize,
    /// The same where each row's texts have to be compared, as no index of texts helps.
    pub(super) texts: usize,
    /// So many hits of the index of texts are looked at without trying anything else.
    pub(super) few_hits: usize,
    /// Rows in the order asked for, if there are more hits than that.
    pub(super) first_rows: usize,
    /// The newest hits, if not enough of them were among those rows.
    pub(super) hits: usize,
}

impl Limits {
    pub(super) const DEFAULT: Self =
        Self { rows: 50_000, texts: 10_000, few_hits: 1_000, first_rows: 2_000, hits: 10_000 };
}

/// The statements, with the tables' prefix.
pub(super) struct Sql {
    prefix: String,
    row: String,
    search: search::Sql,
    totals: totals::Sql,
}

impl Sql {
    pub(super) fn new(prefix: &str, connection: &Connection) -> Self {
        Self {
            prefix: prefix.to_owned(),
            row: with_prefix(&format!("{} WHERE i.id = ?1", read::ISSUES), prefix),
            search: search::Sql::new(prefix, texts::are_possible(connection)),
            totals: totals::Sql::new(prefix),
        }
    }
}

/// Returns the page that a query asks for.
pub(super) fn list(
    connection: &Connection,
    sql: &Sql,
    (query, limits): (&Query, &Limits),
) -> rusqlite::Result<Page<Issue>> {
    // One view of the file for all statements.
    let transaction = connection.unchecked_transaction()?;
    let filters = filter::of(query);
    let listing = Listing::new(&transaction, sql, (query, limits), &filters);
    let found = match (listing.is_possible()?, listing.fingerprints()) {
        (false, _) => Found::default(),
        // Hardly two issues share the beginning of one.
        (true, Some(fingerprints)) => listing.collect(fingerprints)?,
        (true, None) if listing.has_texts() => listing.search()?,
        (true, None) => listing.by(&listing.plan()?, limits.rows)?,
    };
    listing.page(found)
}

/// A query on its way to a page.
struct Listing<'c> {
    connection: &'c Connection,
    sql: &'c Sql,
    limits: &'c Limits,
    filters: &'c [Filter],
    order: Order,
    start: Option<Place>,
    /// The place that the query names.
    named: Option<Place>,
    way: Way,
    size: usize,
}

/// Which way a page lies from the place that the query names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// It names none.
    First,
    After,
    /// The order is turned round until the page is made.
    Before,
}

/// Where the issues of a page stand.
#[derive(Debug, Default)]
struct Found {
    places: Vec<Place>,
    /// Where the next page begins.
    next: Option<Place>,
    is_partial: bool,
}

impl<'c> Listing<'c> {
    fn new(
        connection: &'c Connection,
        sql: &'c Sql,
        (query, limits): (&Query, &'c Limits),
        filters: &'c [Filter],
    ) -> Self {
        let mut order = Order::of(query);
        let is_fixed = |filter: &Filter| {
            matches!(filter.asks, Asks::Equal(_)) && filter.column() == order.value
        };
        if filters.iter().any(is_fixed) {
            order.value = None;
        }
        let named = query.before.as_ref().or(query.after.as_ref());
        let named = named.and_then(|cursor| Place::of_cursor(cursor, order));
        let way = match (&named, &query.before) {
            (None, _) => Way::First,
            (Some(_), None) => Way::After,
            (Some(_), Some(_)) => Way::Before,
        };
        if way == Way::Before {
            order = order.turned();
        }
        let start = beginning(named.clone(), order, filters);
        let size = query.page_size();
        Self { connection, sql, limits, filters, order, start, named, way, size }
    }

    fn fingerprints(&self) -> Option<&'c Filter> {
        self.filters.iter().find(|filter| matches!(filter.asks, Asks::From(..)))
    }

    fn has_texts(&self) -> bool {
        self.filters.iter().any(|filter| matches!(filter.asks, Asks::Contains(_)))
    }

    fn by(&self, plan: &Plan<'_>, limit: usize) -> rusqlite::Result<Found> {
        match plan.driver {
            Driver::Walk(equal) => self.walk(equal, limit),
            Driver::Collect(filter) => self.collect(filter),
        }
    }

    /// Goes through an index in the order asked for until the page is full.
    fn walk(&self, equal: Option<&Filter>, limit: usize) -> rusqlite::Result<Found> {
        let rest: Vec<&Filter> = self.rest(&[equal, self.range()]).collect();
        let (sql, values) = self.walk_sql(equal);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(&values))?;
        let (mut found, mut seen) = (Found::default(), 0);
        while let Some(row) = rows.next()? {
            if passes(row, &rest)? {
                if found.places.len() == self.size {
                    found.next = found.places.last().cloned();
                    return Ok(found);
                }
                found.places.push(Place::read(row, self.order)?);
            }
            seen += 1;
            if seen >= limit && !rest.is_empty() {
                found.next = Some(Place::read(row, self.order)?);
                found.is_partial = true;
                return Ok(found);
            }
        }
        Ok(found)
    }

    fn walk_sql(&self, equal: Option<&Filter>) -> (String, Vec<Key>) {
        let (mut wheres, mut values) = (Vec::new(), Vec::new());
        let range = self.range();
        for filter in equal.into_iter().chain(range) {
            self.condition(filter, &mut wheres, &mut values);
        }
        if let Some(start) = &self.start {
            wheres.push(self.after(start, &mut values));
        }
        let rest: Vec<&Filter> = self.rest(&[equal, range]).collect();
        (self.select(&rest, &wheres, &self.order.order_by()), values)
    }

    /// Reads all issues that one filter lets through, and puts them into order.
    fn collect(&self, by: &Filter) -> rusqlite::Result<Found> {
        let rest: Vec<&Filter> = self.rest(&[Some(by)]).collect();
        let (sql, values) = self.collect_sql(by);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(&values))?;
        let mut places = Vec::new();
        while let Some(row) = rows.next()? {
            if passes(row, &rest)? {
                places.push(Place::read(row, self.order)?);
            }
        }
        Ok(self.in_order(places))
    }

    fn collect_sql(&self, by: &Filter) -> (String, Vec<Key>) {
        let (mut wheres, mut values) = (Vec::new(), Vec::new());
        self.condition(by, &mut wheres, &mut values);
        let rest: Vec<&Filter> = self.rest(&[Some(by)]).collect();
        (self.select(&rest, &wheres, ""), values)
    }

    /// Takes the page's places out of all that there are.
    fn in_order(&self, mut places: Vec<Place>) -> Found {
        if let Some(start) = &self.start {
            places.retain(|place| self.order.is_after(place, start));
        }
        self.order.sort(&mut places);
        let more = places.len() > self.size;
        places.truncate(self.size);
        let next = places.last().filter(|_| more).cloned();
        Found { places, next, is_partial: false }
    }

    /// The filter that says where the walk ends, or begins.
    fn range(&self) -> Option<&'c Filter> {
        let in_order = |filter: &&Filter| {
            self.order.value.is_none() && filter.column() == Some(self.order.number)
        };
        self.filters.iter().find(in_order)
    }

    fn rest<'f>(&'f self, done: &'f [Option<&Filter>]) -> impl Iterator<Item = &'c Filter> + 'f {
        let filters = self.filters.iter();
        filters.filter(|filter| !done.iter().flatten().any(|done| std::ptr::eq(*done, *filter)))
    }

    fn select(&self, rest: &[&Filter], wheres: &[String], order_by: &str) -> String {
        let columns = rest.iter().flat_map(|filter| filter.columns);
        let columns: String = columns.map(|column| format!(", i.{column}")).collect();
        let wheres = match wheres {
            [] => String::new(),
            _ => format!("WHERE {}", wheres.join(" AND ")),
        };
        let (prefix, places) = (&self.sql.prefix, self.order.columns());
        format!("SELECT {places}{columns} FROM {prefix}issues AS i {wheres} {order_by}")
    }

    /// Writes a filter as SQL; where the walk begins is said by [`after`](Self::after).
    fn condition(&self, filter: &Filter, wheres: &mut Vec<String>, values: &mut Vec<Key>) {
        let Some(column) = filter.column() else { return };
        match &filter.asks {
            Asks::Equal(value) => {
                wheres.push(format!("i.{column} = ?"));
                values.push(value.clone());
            }
            Asks::Between(low, high) => {
                let ends = [('>', *low), ('<', *high)];
                for (sign, end) in ends.into_iter().filter(|(sign, _)| self.is_end(filter, *sign)) {
                    wheres.push(format!("i.{column} {sign}= ?"));
                    values.push(Key::Number(end));
                }
            }
            Asks::From(first, last) => {
                wheres.push(format!("i.{column} BETWEEN ? AND ?"));
                values.extend([first, last].map(|end| Key::Text(end.clone())));
            }
            Asks::Contains(_) => {}
        }
    }

    /// SQLite begins a walk at one bound only, and it has to be the right one.
    fn is_end(&self, filter: &Filter, sign: char) -> bool {
        let is_range = self.range().is_some_and(|range| std::ptr::eq(range, filter));
        !is_range || sign != self.order.sign()
    }

    /// A row's id has no collation, and SQLite begins at a column only if it knows one: without it
    /// a page within many equal values would pass over all that stand before it.
    fn after(&self, start: &Place, values: &mut Vec<Key>) -> String {
        let (number, sign) = (self.order.number, self.order.sign());
        let value = start.value.iter().cloned();
        values.extend(value.chain([Key::Number(start.number), Key::Number(start.id)]));
        match self.order.value {
            Some(value) => format!("(i.{value}, i.{number}, i.id) {sign} (?, ?, ? COLLATE BINARY)"),
            None => format!("(i.{number}, i.id) {sign} (?, ? COLLATE BINARY)"),
        }
    }

    /// Reads the rows of a page.
    fn page(&self, mut found: Found) -> rusqlite::Result<Page<Issue>> {
        if self.way == Way::Before {
            found.places.reverse();
        }
        let mut statement = self.connection.prepare_cached(&self.sql.row)?;
        let mut row = |place: &Place| statement.query_row([place.id], read::to_issue);
        let items = found.places.iter().map(&mut row).collect::<rusqlite::Result<_>>()?;
        // A page on which nothing is left lies behind the place it was asked for by.
        let empty = || self.named.as_ref().map(|named| self.order.behind(named));
        let (next, previous) = match self.way {
            Way::First => (found.next, None),
            Way::After => (found.next, found.places.first().cloned().or_else(empty)),
            Way::Before => (found.places.last().cloned().or_else(empty), found.next),
        };
        let [next, previous] = [next, previous].map(|place| place.map(|place| place.to_cursor()));
        Ok(Page { items, next, previous, is_partial: found.is_partial })
    }
}

/// Where a walk begins: at the end of a range, or behind the last page, whichever comes later.
fn beginning(start: Option<Place>, order: Order, filters: &[Filter]) -> Option<Place> {
    if order.value.is_some() {
        return start;
    }
    let range = filters.iter().find(|filter| filter.column() == Some(order.number));
    let Some(Asks::Between(low, high)) = range.map(|filter| &filter.asks) else { return start };
    let (number, id) = match order.is_descending() {
        true => (*high, i64::MAX),
        false => (*low, i64::MIN),
    };
    let end = Place { value: None, number, id };
    start.filter(|start| order.is_after(start, &end)).or(Some(end))
}

/// The columns of the filters stand behind those of the place.
fn passes(row: &Row<'_>, filters: &[&Filter]) -> rusqlite::Result<bool> {
    let mut at = 3;
    for filter in filters {
        if !filter.passes(row, at)? {
            return Ok(false);
        }
        at += filter.columns.len();
    }
    Ok(true)
}

#[cfg(test)]
mod tests;
