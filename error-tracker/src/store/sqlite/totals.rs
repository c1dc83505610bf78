//! Reads the numbers that triggers keep: how many issues have a value.

use rusqlite::{Connection, OptionalExtension};
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::de::IntoDeserializer;
use serde::Deserialize;

use crate::model::{IssueState, Totals};
use crate::store::cursor::Key;
use crate::store::sqlite::schema::with_prefix;

/// The statements, with the tables' prefix.
pub(super) struct Sql {
    values: String,
    having: String,
    within: [(&'static str, String); 3],
}

impl Sql {
    pub(super) fn new(prefix: &str) -> Self {
        let within = |column: &'static str| {
            let sql = "SELECT count(*) FROM (SELECT 1 FROM {p}issues WHERE {c} BETWEEN ?1 AND ?2
                 LIMIT ?3)";
            (column, with_prefix(&sql.replace("{c}", column), prefix))
        };
        Self {
            values: with_prefix("SELECT value, issues FROM {p}facets WHERE facet = ?1", prefix),
            having: with_prefix(
                "SELECT issues FROM {p}facets WHERE facet = ?1 AND value = ?2",
                prefix,
            ),
            within: ["last_seen", "created_on", "count"].map(within),
        }
    }
}

/// Tells how many issues there are in each state.
pub(super) fn read(connection: &Connection, sql: &Sql) -> rusqlite::Result<Totals> {
    let mut totals = Totals::default();
    for (state, issues) in values(connection, sql, "state")? {
        let name: StrDeserializer<'_, ValueError> = state.as_str().into_deserializer();
        *totals.of_mut(IssueState::deserialize(name).unwrap_or_default()) += issues;
    }
    Ok(totals)
}

/// Returns the values of a column, and how many issues have each.
pub(super) fn values(
    connection: &Connection,
    sql: &Sql,
    column: &str,
) -> rusqlite::Result<Vec<(String, u64)>> {
    let mut statement = connection.prepare_cached(&sql.values)?;
    let value = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()));
    let rows = statement.query_map([column], value)?;
    rows.collect()
}

/// Tells how many issues have a value in a column.
pub(super) fn having(
    connection: &Connection,
    sql: &Sql,
    (column, value): (&str, &Key),
) -> rusqlite::Result<u64> {
    let mut statement = connection.prepare_cached(&sql.having)?;
    let found: Option<i64> = statement.query_row((column, value), |row| row.get(0)).optional()?;
    Ok(found.unwrap_or_default().unsigned_abs())
}

/// Tells how many issues have a number between two others, or that it is more than `limit`.
pub(super) fn within(
    connection: &Connection,
    sql: &Sql,
    (column, low, high): (&str, i64, i64),
    limit: u64,
) -> rusqlite::Result<Option<u64>> {
    let Some((_, sql)) = sql.within.iter().find(|(known, _)| *known == column) else {
        return Ok(None);
    };
    let values = [low, high, limit as i64 + 1];
    let found: i64 = connection.prepare_cached(sql)?.query_row(values, |row| row.get(0))?;
    Ok(Some(found.unsigned_abs()).filter(|found| *found <= limit))
}

#[cfg(test)]
mod tests;
