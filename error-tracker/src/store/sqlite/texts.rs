//! The index of texts: FTS5's, by groups of three characters, where SQLite has it.
//!
//! Triggers keep it. A program whose SQLite has no FTS5 could not write issues past such triggers,
//! so it removes them; who finds them missing later makes the index anew.

use rusqlite::Connection;

use crate::store::sqlite::schema::with_prefix;

/// The first SQLite with groups of three characters is 3.34.
const OLDEST: i32 = 3_034_000;

/// Without places of words within a text and without its length, it is a quarter of the size: what
/// is found is compared with the text anyway.
const ADD: &str = "
CREATE VIRTUAL TABLE {p}texts USING fts5 (
    host, path, exception_name, message, content = '{p}issues', content_rowid = 'id',
    tokenize = 'trigram', detail = none, columnsize = 0
);
INSERT INTO {p}texts ({p}texts) VALUES ('rebuild');

CREATE TRIGGER {p}texts_of_new AFTER INSERT ON {p}issues BEGIN
    INSERT INTO {p}texts (rowid, host, path, exception_name, message)
        VALUES (new.id, new.host, new.path, new.exception_name, new.message);
END;

CREATE TRIGGER {p}texts_of_deleted AFTER DELETE ON {p}issues BEGIN
    INSERT INTO {p}texts ({p}texts, rowid, host, path, exception_name, message)
        VALUES ('delete', old.id, old.host, old.path, old.exception_name, old.message);
END;

CREATE TRIGGER {p}texts_of_changed
AFTER UPDATE OF host, path, exception_name, message ON {p}issues
WHEN (new.message, new.host, new.path, new.exception_name)
  <> (old.message, old.host, old.path, old.exception_name) BEGIN
    INSERT INTO {p}texts ({p}texts, rowid, host, path, exception_name, message)
        VALUES ('delete', old.id, old.host, old.path, old.exception_name, old.message);
    INSERT INTO {p}texts (rowid, host, path, exception_name, message)
        VALUES (new.id, new.host, new.path, new.exception_name, new.message);
END;
";

const DROP: &str = "
DROP TRIGGER IF EXISTS {p}texts_of_new;
DROP TRIGGER IF EXISTS {p}texts_of_deleted;
DROP TRIGGER IF EXISTS {p}texts_of_changed;
";

/// Tells whether this program's SQLite can have the index.
pub(super) fn are_possible(connection: &Connection) -> bool {
    let sql = "SELECT sqlite_compileoption_used('ENABLE_FTS5')";
    let has_fts5: rusqlite::Result<bool> = connection.query_row(sql, [], |row| row.get(0));
    has_fts5.unwrap_or(false) && rusqlite::version_number() >= OLDEST
}

/// Tells whether the index holds all texts.
pub(super) fn are_kept(connection: &Connection, prefix: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) = 3 FROM sqlite_master WHERE type = 'trigger' AND name IN
               (?1 || 'texts_of_new', ?1 || 'texts_of_deleted', ?1 || 'texts_of_changed')";
    connection.prepare_cached(sql)?.query_row([prefix], |row| row.get(0))
}

/// Makes the index if it is missing and possible, or its triggers no obstacle if it is not.
pub(super) fn keep(connection: &Connection, prefix: &str, possible: bool) -> rusqlite::Result<()> {
    if are_kept(connection, prefix)? == possible {
        return Ok(());
    }
    connection.execute_batch(&with_prefix(DROP, prefix))?;
    if possible {
        let stale = with_prefix("DROP TABLE IF EXISTS {p}texts", prefix);
        connection.execute_batch(&stale)?;
        connection.execute_batch(&with_prefix(ADD, prefix))?;
    }
    Ok(())
}
