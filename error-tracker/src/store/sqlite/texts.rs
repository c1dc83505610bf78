//! The index of texts: FTS5's, by groups of three characters, where SQLite has it.
//!
//! Triggers note which issues have other texts than the index holds, and the writer brings it up to
//! date now and then, many issues at a time: FTS5 writes a piece of the index for each statement
//! that fires a trigger, which costs more than all the rest of a failure. Who searches
//! looks at the noted issues too. A program whose SQLite has no FTS5 leaves its notes to one that
//! has.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use rusqlite::types::ValueRef;
use rusqlite::{params, Connection, Row};

use crate::store::sqlite::schema::with_prefix;

/// The first SQLite with groups of three characters is 3.34.
const OLDEST: i32 = 3_034_000;
/// How often the writer looks whether it is time.
const PAUSE: Duration = Duration::from_millis(500);
/// So many issues may wait before it is: searches look at each of them.
const FEW: i64 = 2_000;
/// So long they wait at most while others are written: a busy issue has another text each time.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long the writer indexes at a time, and how many issues at once.
const LONG: Duration = Duration::from_millis(20);
const MANY: usize = 250;

/// Without places of words within a text and without its length, it is a quarter of the size: what
/// is found is compared with the text anyway.
const ADD: &str = "
CREATE VIRTUAL TABLE {p}texts USING fts5 (
    host, path, requested_path, exception_name, message, content = '{p}issues', content_rowid = 'id',
    tokenize = 'trigram', detail = none, columnsize = 0
);
-- Issues with other texts than {p}texts has, and what it has of them; NULL: nothing.
CREATE TABLE {p}texts_waiting (
    issue_id       INTEGER PRIMARY KEY,
    host           TEXT,
    path           TEXT,
    requested_path TEXT,
    exception_name TEXT,
    message        TEXT
);
INSERT INTO {p}texts_waiting (issue_id) SELECT id FROM {p}issues;

CREATE TRIGGER {p}texts_of_new AFTER INSERT ON {p}issues BEGIN
    INSERT INTO {p}texts_waiting (issue_id) VALUES (new.id) ON CONFLICT (issue_id) DO NOTHING;
END;

CREATE TRIGGER {p}texts_of_deleted AFTER DELETE ON {p}issues BEGIN
    INSERT INTO {p}texts_waiting
        VALUES (old.id, old.host, old.path, old.requested_path, old.exception_name, old.message)
        ON CONFLICT (issue_id) DO NOTHING;
END;

CREATE TRIGGER {p}texts_of_changed
AFTER UPDATE OF host, path, requested_path, exception_name, message ON {p}issues
WHEN (new.message, new.requested_path, new.host, new.path, new.exception_name)
  <> (old.message, old.requested_path, old.host, old.path, old.exception_name) BEGIN
    INSERT INTO {p}texts_waiting
        VALUES (old.id, old.host, old.path, old.requested_path, old.exception_name, old.message)
        ON CONFLICT (issue_id) DO NOTHING;
END;
";

/// Tells whether this program's SQLite can have the index.
pub(super) fn are_possible(connection: &Connection) -> bool {
    let sql = "SELECT sqlite_compileoption_used('ENABLE_FTS5')";
    let has_fts5: rusqlite::Result<bool> = connection.query_row(sql, [], |row| row.get(0));
    has_fts5.unwrap_or(false) && rusqlite::version_number() >= OLDEST
}

/// Tells whether the file has the index.
pub(super) fn are_kept(connection: &Connection, prefix: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_master
               WHERE type = 'table' AND name = ?1 || 'texts_waiting')";
    connection.prepare_cached(sql)?.query_row([prefix], |row| row.get(0))
}

/// Makes the index of all issues.
pub(super) fn add(connection: &Connection, prefix: &str) -> rusqlite::Result<()> {
    connection.execute_batch(&with_prefix(ADD, prefix))?;
    Indexing::new(connection, prefix).finish(connection)
}

/// Brings the index up to date.
pub(super) struct Indexing {
    waiting: String,
    remove: String,
    add: String,
    done: String,
    count: String,
    /// When it is time again to look, and when to index however few wait.
    next: Instant,
    latest: Instant,
    /// Some of what waited is not indexed yet.
    has_begun: bool,
    is_possible: bool,
}

impl Indexing {
    pub(super) fn new(connection: &Connection, prefix: &str) -> Self {
        let sql = |text: &str| with_prefix(text, prefix);
        let is_kept = are_kept(connection, prefix).unwrap_or(false);
        Self {
            waiting: sql(
                "SELECT w.issue_id, w.host, w.path, w.requested_path, w.exception_name, w.message,
                 i.host, i.path, i.requested_path, i.exception_name, i.message
                 FROM {p}texts_waiting AS w LEFT JOIN {p}issues AS i ON i.id = w.issue_id
                 ORDER BY w.issue_id LIMIT ?1",
            ),
            remove: sql("INSERT INTO {p}texts
                 ({p}texts, rowid, host, path, requested_path, exception_name, message)
                 VALUES ('delete', ?1, ?2, ?3, ?4, ?5, ?6)"),
            add: sql(
                "INSERT INTO {p}texts (rowid, host, path, requested_path, exception_name, message)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            ),
            done: sql("DELETE FROM {p}texts_waiting WHERE issue_id <= ?1"),
            count: sql("SELECT count(*) FROM (SELECT 1 FROM {p}texts_waiting LIMIT ?1)"),
            next: Instant::now(),
            latest: Instant::now(),
            has_begun: false,
            is_possible: is_kept && are_possible(connection),
        }
    }

    /// Does a part of it if it is time, in the writer's transaction.
    pub(super) fn go_on(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let begun = Instant::now();
        if !self.is_possible || begun < self.next {
            return Ok(());
        }
        if !self.has_begun && begun < self.latest && self.waiting(connection)? < FEW {
            self.next = begun + PAUSE;
            return Ok(());
        }
        self.has_begun = true;
        while begun.elapsed() < LONG {
            if self.part(connection)? < MANY {
                let now = Instant::now();
                (self.next, self.latest, self.has_begun) = (now + PAUSE, now + PATIENCE, false);
                break;
            }
        }
        Ok(())
    }

    /// Returns how many issues wait, as far as it matters.
    fn waiting(&self, connection: &Connection) -> rusqlite::Result<i64> {
        let mut count = connection.prepare_cached(&self.count)?;
        count.query_row([FEW], |row| row.get(0))
    }

    /// Does all of it.
    pub(super) fn finish(&self, connection: &Connection) -> rusqlite::Result<()> {
        while self.part(connection)? == MANY {}
        Ok(())
    }

    fn part(&self, connection: &Connection) -> rusqlite::Result<usize> {
        let mut waiting = connection.prepare_cached(&self.waiting)?;
        let mut remove = connection.prepare_cached(&self.remove)?;
        let mut add = connection.prepare_cached(&self.add)?;
        let mut rows = waiting.query([MANY as i64])?;
        let (mut last, mut count) = (None, 0);
        while let Some(row) = rows.next()? {
            let issue: i64 = row.get(0)?;
            for (statement, at) in [(&mut remove, 1), (&mut add, 6)] {
                if let Some([host, path, requested, exception, message]) = texts(row, at)? {
                    statement.execute(params![issue, host, path, requested, exception, message])?;
                }
            }
            (last, count) = (Some(issue), count + 1);
        }
        drop(rows);
        connection.prepare_cached(&self.done)?.execute([last])?;
        Ok(count)
    }
}

/// Reads five texts; older versions of SQLite index nothing behind a NUL.
fn texts<'r>(row: &'r Row<'_>, at: usize) -> rusqlite::Result<Option<[Cow<'r, str>; 5]>> {
    let mut texts = [const { Cow::Borrowed("") }; 5];
    for (text, column) in texts.iter_mut().zip(at..) {
        let ValueRef::Text(bytes) = row.get_ref(column)? else { return Ok(None) };
        *text = String::from_utf8_lossy(bytes);
        if text.contains('\0') {
            *text = text.replace('\0', " ").into();
        }
    }
    Ok(Some(texts))
}
