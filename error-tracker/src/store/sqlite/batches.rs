//! Remembers which batches were written, so that each counts once.

use rusqlite::{params, Connection, OptionalExtension, Row};

use crate::model::Timestamp;
use crate::store::sqlite::schema::with_prefix;
use crate::store::BatchId;

/// How long a run is remembered after one of its batches came last, be it again: a file of the
/// spool that can't be removed comes at each start.
const REMEMBERED_DAYS: i64 = 30;
/// How many rows are remembered: a run has one, and one more for each gap in its numbers.
const REMEMBERED: i64 = 10_000;
const DAY: i64 = 24 * 3_600_000_000;

/// The statements, with the tables' prefix.
pub(super) struct Sql {
    before: String,
    extend: String,
    touch: String,
    insert: String,
    join: String,
    drop_joined: String,
    forget: [String; 2],
}

impl Sql {
    pub(super) fn new(prefix: &str) -> Self {
        let sql = |text: &str| with_prefix(text, prefix);
        Self {
            before: sql("SELECT first, last FROM {p}batches
                 WHERE run = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1"),
            extend: sql("UPDATE {p}batches SET last = ?3, at = ?4 WHERE run = ?1 AND first = ?2"),
            touch: sql("UPDATE {p}batches SET at = ?3 WHERE run = ?1 AND first = ?2"),
            insert: sql("INSERT INTO {p}batches (run, first, last, at) VALUES (?1, ?2, ?2, ?3)"),
            join: sql("UPDATE {p}batches SET last = (SELECT last FROM {p}batches
                     WHERE run = ?1 AND first = ?3)
                 WHERE run = ?1 AND first = ?2
                 AND EXISTS (SELECT 1 FROM {p}batches WHERE run = ?1 AND first = ?3)"),
            drop_joined: sql("DELETE FROM {p}batches WHERE run = ?1 AND first = ?2"),
            forget: [
                sql("DELETE FROM {p}batches WHERE at < ?1"),
                sql("DELETE FROM {p}batches WHERE at < (SELECT at FROM {p}batches
                     ORDER BY at DESC LIMIT 1 OFFSET ?1)"),
            ],
        }
    }
}

/// Notes that a batch is written; tells whether it was before.
///
/// A run's batches that follow each other are one row. One that comes late, from the spool, fills
/// a gap between two rows.
pub(super) fn note(
    connection: &Connection,
    sql: &Sql,
    batch: BatchId,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let (run, number) = (batch.run as i64, batch.number as i64);
    let range = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
    let mut before = connection.prepare_cached(&sql.before)?;
    let first = match before.query_row([run, number], range).optional()? {
        Some((first, last)) if last >= number => {
            connection.prepare_cached(&sql.touch)?.execute([run, first, now.as_micros()])?;
            return Ok(true);
        }
        Some((first, last)) if last == number - 1 => {
            let values = params![run, first, number, now.as_micros()];
            connection.prepare_cached(&sql.extend)?.execute(values)?;
            first
        }
        _ => {
            let values = params![run, number, now.as_micros()];
            connection.prepare_cached(&sql.insert)?.execute(values)?;
            number
        }
    };
    let next = number.wrapping_add(1);
    if connection.prepare_cached(&sql.join)?.execute([run, first, next])? > 0 {
        connection.prepare_cached(&sql.drop_joined)?.execute([run, next])?;
    }
    Ok(false)
}

/// Forgets runs that ended long ago.
pub(super) fn forget(connection: &Connection, sql: &Sql, now: Timestamp) -> rusqlite::Result<()> {
    let since = now.as_micros().saturating_sub(REMEMBERED_DAYS * DAY);
    for (forget, value) in sql.forget.iter().zip([since, REMEMBERED]) {
        connection.prepare_cached(forget)?.execute([value])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Setup {
        connection: Connection,
        sql: Sql,
    }

    impl Setup {
        fn new() -> Self {
            let connection = Connection::open_in_memory().unwrap();
            let table = "CREATE TABLE batches (run INTEGER, first INTEGER, last INTEGER,
                 at INTEGER, PRIMARY KEY (run, first)) WITHOUT ROWID";
            connection.execute_batch(table).unwrap();
            Self { connection, sql: Sql::new("") }
        }

        fn note(&self, run: u64, number: u64, micros: i64) -> bool {
            let now = Timestamp::from_micros(micros);
            note(&self.connection, &self.sql, BatchId { run, number }, now).unwrap()
        }

        fn rows(&self) -> Vec<(i64, i64, i64)> {
            let sql = "SELECT run, first, last FROM batches";
            let mut statement = self.connection.prepare(sql).unwrap();
            let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
            statement.query_map([], row).unwrap().map(Result::unwrap).collect()
        }
    }

    #[test]
    fn what_comes_again_is_remembered_anew() {
        let setup = Setup::new();
        assert!(!setup.note(1, 1, 0));
        let month = REMEMBERED_DAYS * DAY;
        for again in 1..=3 {
            let now = again * (month - DAY);
            assert!(setup.note(1, 1, now), "{again}");
            forget(&setup.connection, &setup.sql, Timestamp::from_micros(now)).unwrap();
        }
    }

    #[test]
    fn batches_that_follow_each_other_are_one_row() {
        let setup = Setup::new();
        assert!((1..=100).all(|number| !setup.note(7, number, 1)));
        assert!((1..=100).all(|number| setup.note(7, number, 2)));
        assert_eq!(setup.rows(), [(7, 1, 100)]);
    }

    #[test]
    fn in_whatever_order_batches_come_each_is_new_once_and_gaps_close() {
        // Steps through the numbers in an order that is no order.
        for step in [1_u64, 3, 7, 37, 64] {
            let setup = Setup::new();
            let numbers: Vec<u64> = (0..101).map(|at| (at * step) % 101 + 1).collect();
            assert!(numbers.iter().all(|number| !setup.note(7, *number, 1)));
            assert!(numbers.iter().all(|number| setup.note(7, *number, 1)));
            assert_eq!(setup.rows(), [(7, 1, 101)], "{step}");
        }
    }

    #[test]
    fn runs_are_told_apart_whatever_their_numbers() {
        let setup = Setup::new();
        assert!(!setup.note(u64::MAX, 1, 1) && !setup.note(1, 1, 1) && !setup.note(1, u64::MAX, 1));
        assert!(setup.note(u64::MAX, 1, 1) && setup.note(1, 1, 1) && setup.note(1, u64::MAX, 1));
    }

    #[test]
    fn what_was_written_long_ago_is_forgotten_and_the_rest_is_not() {
        let setup = Setup::new();
        setup.note(1, 1, 0);
        setup.note(2, 1, 2 * DAY);
        let now = Timestamp::from_micros((REMEMBERED_DAYS + 1) * DAY);
        forget(&setup.connection, &setup.sql, now).unwrap();
        assert_eq!(setup.rows(), [(2, 1, 1)]);
    }

    #[test]
    fn there_are_never_more_rows_than_remembered() {
        let setup = Setup::new();
        (1..=REMEMBERED + 50).for_each(|run| _ = setup.note(run as u64, 1, run));
        forget(&setup.connection, &setup.sql, Timestamp::from_micros(0)).unwrap();
        assert!(setup.rows().len() as i64 <= REMEMBERED + 1);
        assert!(setup.note(REMEMBERED as u64 + 50, 1, 1));
    }
}
