//! Chooses the index that leads to a page with the fewest rows looked at.

use super::Listing;
use crate::store::sqlite::filter::{Asks, Filter};
use crate::store::sqlite::totals;

/// Beyond, it is not counted how many issues lie between two numbers.
const COUNTED: u64 = 3_000;

/// Which issues are looked at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Driver<'q> {
    /// All in the order asked for, or those of one value, until the page is full.
    Walk(Option<&'q Filter>),
    /// All that a filter lets through, whatever their order.
    Collect(&'q Filter),
}

/// How to get at the issues of a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan<'q> {
    pub(super) driver: Driver<'q>,
    /// About how many rows it looks at.
    pub(super) rows: u64,
}

impl<'c> Listing<'c> {
    /// Tells whether there may be such issues; the kept numbers know values that no issue has.
    pub(super) fn is_possible(&self) -> rusqlite::Result<bool> {
        for filter in self.filters {
            let possible = match (&filter.asks, filter.column()) {
                (Asks::Between(low, high), _) => low <= high,
                // Few methods are in use: those that contain the text are known at once.
                (Asks::Contains(text), Some("method")) => {
                    let methods = totals::values(self.connection, &self.sql.totals, "method")?;
                    methods.iter().any(|(method, _)| method.to_ascii_lowercase().contains(text))
                }
                _ => true,
            };
            if !possible {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Chooses by the kept numbers; a single filter that has an index of its own needs no choice.
    pub(super) fn plan(&self) -> rusqlite::Result<Plan<'c>> {
        let by_time = self.is_by_time();
        match self.rest(&[self.range()]).collect::<Vec<_>>()[..] {
            [] => Ok(Plan { driver: Driver::Walk(None), rows: self.size as u64 }),
            [filter] if by_time && matches!(filter.asks, Asks::Equal(_)) => {
                Ok(Plan { driver: Driver::Walk(Some(filter)), rows: self.size as u64 })
            }
            _ => self.cheapest(by_time),
        }
    }

    /// Whether there is an index of this order for each value.
    pub(super) fn is_by_time(&self) -> bool {
        self.order.value.is_none() && self.order.number == "last_seen"
    }

    /// Returns the exact filter that lets the fewest issues through, and how many.
    pub(super) fn narrowest(&self) -> rusqlite::Result<Option<(&'c Filter, u64)>> {
        let mut narrowest: Option<(&Filter, u64)> = None;
        for filter in self.filters.iter().filter(|filter| matches!(filter.asks, Asks::Equal(_))) {
            let issues = self.issues(filter)?.unwrap_or(u64::MAX);
            if narrowest.is_none_or(|(_, fewest)| issues < fewest) {
                narrowest = Some((filter, issues));
            }
        }
        Ok(narrowest)
    }

    fn cheapest(&self, by_time: bool) -> rusqlite::Result<Plan<'c>> {
        let all = totals::read(self.connection, &self.sql.totals)?.all().max(1);
        let mut known: Vec<(&Filter, u64)> = Vec::new();
        for filter in self.filters {
            if let Some(issues) = self.issues(filter)? {
                known.push((filter, issues));
            }
        }
        // As if the filters had nothing to do with each other.
        let share: f64 = known.iter().map(|(_, issues)| *issues as f64 / all as f64).product();
        let expected = (all as f64 * share).max(0.1);
        let walk = |of: u64| {
            let rows = (self.size + 1) as f64 * of as f64 / expected;
            (rows as u64).min(of)
        };
        // It goes no further than the range of what it is sorted by.
        let is_range =
            |filter: &Filter| self.range().is_some_and(|range| std::ptr::eq(range, filter));
        let within = known.iter().find(|(filter, _)| is_range(filter)).map_or(all, |(_, few)| *few);
        let mut best = Plan { driver: Driver::Walk(None), rows: walk(all).min(within) };
        for (filter, issues) in known {
            let plan = match filter.asks {
                Asks::Equal(_) if by_time => {
                    Plan { driver: Driver::Walk(Some(filter)), rows: walk(issues) }
                }
                _ => Plan { driver: Driver::Collect(filter), rows: issues },
            };
            if plan.rows < best.rows && !is_range(filter) {
                best = plan;
            }
        }
        Ok(best)
    }

    /// Tells how many issues a filter lets through, if that is known or soon counted.
    fn issues(&self, filter: &Filter) -> rusqlite::Result<Option<u64>> {
        let (connection, sql) = (self.connection, &self.sql.totals);
        let Some(column) = filter.column() else { return Ok(None) };
        match &filter.asks {
            Asks::Equal(value) => totals::having(connection, sql, (column, value)).map(Some),
            Asks::Between(low, high) => {
                totals::within(connection, sql, (column, *low, *high), COUNTED)
            }
            Asks::From(..) | Asks::Contains(_) => Ok(None),
        }
    }
}
