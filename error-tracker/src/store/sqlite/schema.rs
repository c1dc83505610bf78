//! The tables, and how a file comes to have them.

use rusqlite::{Connection, TransactionBehavior};

use crate::store::sqlite::{indexing, texts};

/// The version of the tables below, kept in `PRAGMA user_version`.
pub(super) const VERSION: i64 = 3;

/// The version of the rules that version 1 of the tables knew: issues of theirs may be found again.
pub(super) const OLD_RULES: u32 = 1;

/// Comments stay in the file: `.schema` of the sqlite3 shell shows them. `{p}` is the prefix.
const TABLES: &str = "
CREATE TABLE {p}meta (
    key   TEXT PRIMARY KEY,   -- created_by: the version of error-tracker that made the tables
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE {p}issues (
    id                INTEGER PRIMARY KEY,
    fingerprint       TEXT NOT NULL UNIQUE, -- 64 hexadecimal digits
    count             INTEGER NOT NULL,     -- how often it happened: exact
    kept              INTEGER NOT NULL,     -- how many of these events are in {p}events
    created_on        INTEGER NOT NULL,     -- first seen; all times: microseconds since 1970, UTC
    last_seen         INTEGER NOT NULL,
    state             TEXT NOT NULL,        -- unresolved, resolved, muted, regressed
    state_changed     INTEGER NOT NULL,     -- when the state was last set by hand
    kind              TEXT NOT NULL,        -- error, panic, message
    level             TEXT NOT NULL,        -- debug, info, warning, error, fatal
    exception_name    TEXT NOT NULL,        -- from here to location: of the newest kept event
    message           TEXT NOT NULL,
    host              TEXT NOT NULL,
    path              TEXT NOT NULL,
    method            TEXT NOT NULL,
    culprit           TEXT NOT NULL,        -- the innermost function of the application's own
    location          TEXT NOT NULL,        -- file:line
    notification_sent INTEGER NOT NULL DEFAULT 0,
    ticket_raised     INTEGER NOT NULL DEFAULT 0,
    first_release     TEXT NOT NULL,
    last_release      TEXT NOT NULL,
    grouping_version  INTEGER NOT NULL,     -- 0: not known yet, only counted so far
    grouping          TEXT NOT NULL,        -- JSON: what the fingerprint was made of
    requested_path    TEXT NOT NULL DEFAULT '' -- the path as requested, where path is a pattern
);

-- Apart from the issues, so that counting one up does not rewrite long texts.
CREATE TABLE {p}reports (
    issue_id     INTEGER PRIMARY KEY,
    request_data TEXT NOT NULL,             -- JSON: context, tags, user, request
    traceback    TEXT NOT NULL              -- the newest kept event as people read it
);

CREATE TABLE {p}stacks (
    id     INTEGER PRIMARY KEY,
    hash   TEXT NOT NULL UNIQUE,
    frames TEXT NOT NULL,                   -- JSON, innermost first; each distinct stack once
    codec  INTEGER NOT NULL DEFAULT 0       -- how the frames are packed, as in {p}events
);

CREATE TABLE {p}events (
    number      INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,       -- 32 hexadecimal digits
    issue_id    INTEGER NOT NULL,
    seq         INTEGER NOT NULL,           -- which one of its issue's failures it is
    at          INTEGER NOT NULL,
    level       TEXT NOT NULL,
    outcome     TEXT NOT NULL,              -- open, handled, propagated, swallowed, cancelled
    release     TEXT NOT NULL,
    environment TEXT NOT NULL,
    server_name TEXT NOT NULL,
    stack_id    INTEGER,
    codec       INTEGER NOT NULL,           -- 0: JSON; else zstd with that one of {p}dictionaries
    payload     BLOB NOT NULL,
    shape       INTEGER NOT NULL DEFAULT 0  -- a hash of release, host and path; 0: not known
);
CREATE INDEX {p}events_by_stack ON {p}events (stack_id) WHERE stack_id IS NOT NULL;

CREATE TABLE {p}hours (
    issue_id INTEGER NOT NULL,
    hour     INTEGER NOT NULL,              -- hours since 1970, UTC
    count    INTEGER NOT NULL,
    PRIMARY KEY (issue_id, hour)
) WITHOUT ROWID;
";

/// What version 2 adds.
const SINCE_2: &str = "
CREATE TABLE IF NOT EXISTS {p}aliases (
    fingerprint TEXT PRIMARY KEY,           -- one that the issue had under earlier rules
    issue_id    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS {p}aliases_by_issue ON {p}aliases (issue_id);

-- Issues that wait to be found again under today's rules.
CREATE INDEX IF NOT EXISTS {p}issues_of_old_rules ON {p}issues (id) WHERE grouping_version = 1;
";

/// What version 3 adds for the writer: exactly once, retention, packing.
const WRITING_SINCE_3: &str = "
CREATE TABLE {p}batches (
    run   INTEGER NOT NULL,                 -- a run of a program
    first INTEGER NOT NULL,                 -- its batches from this one
    last  INTEGER NOT NULL,                 -- to this one are written
    at    INTEGER NOT NULL,                 -- when the latest of them was
    PRIMARY KEY (run, first)
) WITHOUT ROWID;

CREATE TABLE {p}retention (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    at     INTEGER NOT NULL,                -- when the last run was
    issues INTEGER NOT NULL,                -- how many issues it removed
    events INTEGER NOT NULL,                -- how many events
    bytes  INTEGER NOT NULL                 -- how many bytes it gave back to the file system
);

CREATE TABLE {p}dictionaries (
    id      INTEGER PRIMARY KEY,            -- the codec of the rows that are packed with it
    at      INTEGER NOT NULL,               -- when it was made
    percent INTEGER NOT NULL,               -- the size of what it was made from, packed
    bytes   BLOB NOT NULL
);

DROP INDEX IF EXISTS {p}events_by_issue;
CREATE INDEX {p}events_by_issue ON {p}events (issue_id, seq, shape);
CREATE INDEX {p}events_by_time ON {p}events (at, issue_id, seq);
CREATE INDEX {p}hours_by_hour ON {p}hours (hour);
";

/// Puts the prefix in place of `{p}`.
pub(super) fn with_prefix(sql: &str, prefix: &str) -> String {
    sql.replace("{p}", prefix)
}

/// Reads the version of the file's tables; 0 where there are none yet.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Makes the tables that the file does not have, in one transaction.
pub(super) fn migrate(connection: &mut Connection, prefix: &str) -> rusqlite::Result<()> {
    let has_fts5 = texts::are_possible(connection);
    migrate_with(connection, prefix, has_fts5)
}

pub(super) fn migrate_with(
    connection: &mut Connection,
    prefix: &str,
    has_fts5: bool,
) -> rusqlite::Result<()> {
    let is_done = |connection: &Connection| -> rusqlite::Result<bool> {
        Ok(version(connection)? == VERSION
            && has_table(connection, prefix, "facets")?
            && has_table(connection, prefix, "batches")?
            && (!has_fts5 || texts::are_kept(connection, prefix)?))
    };
    if is_done(connection)? {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    if !has_table(&transaction, prefix, "meta")? {
        transaction.execute_batch(&with_prefix(TABLES, prefix))?;
        transaction.execute(
            &with_prefix("INSERT INTO {p}meta VALUES ('created_by', ?1)", prefix),
            [env!("CARGO_PKG_VERSION")],
        )?;
    }
    transaction.execute_batch(&with_prefix(SINCE_2, prefix))?;
    migrate_writing(&transaction, prefix)?;
    if !has_table(&transaction, prefix, "facets")? {
        indexing::add(&transaction, prefix)?;
    }
    if has_fts5 && !texts::are_kept(&transaction, prefix)? {
        texts::add(&transaction, prefix)?;
    }
    transaction.execute_batch(&format!("PRAGMA user_version = {VERSION}"))?;
    transaction.commit()
}

/// Brings what the writer needs from version 1 or 2 to version 3.
fn migrate_writing(connection: &Connection, prefix: &str) -> rusqlite::Result<()> {
    if has_table(connection, prefix, "batches")? {
        return Ok(());
    }
    for (table, column) in [("events", "shape"), ("stacks", "codec")] {
        if !has_column(connection, &format!("{prefix}{table}"), column)? {
            connection.execute_batch(&format!(
                "ALTER TABLE {prefix}{table} ADD COLUMN {column} INTEGER NOT NULL DEFAULT 0"
            ))?;
        }
    }
    if !has_column(connection, &format!("{prefix}issues"), "requested_path")? {
        connection.execute_batch(&format!(
            "ALTER TABLE {prefix}issues ADD COLUMN requested_path TEXT NOT NULL DEFAULT ''"
        ))?;
    }
    connection.execute_batch(&with_prefix(WRITING_SINCE_3, prefix))
}

fn has_column(connection: &Connection, table: &str, column: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2)";
    connection.query_row(sql, [table, column], |row| row.get(0))
}

fn has_table(connection: &Connection, prefix: &str, name: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1)";
    connection.query_row(sql, [format!("{prefix}{name}")], |row| row.get(0))
}
