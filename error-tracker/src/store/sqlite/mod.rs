//! The store in a SQLite file.

mod joining;
mod read;
mod schema;
mod statements;
mod write;

#[cfg(test)]
mod tests;

use std::fs::OpenOptions;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::model::{EventId, Fingerprint, Issue, IssueState, Recorded, Timestamp};
use crate::store::{Batch, Page, Query, Store};

/// How long a statement waits for another process that writes.
const BUSY: Duration = Duration::from_secs(1);

/// Where the file is, and what it holds.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) file: PathBuf,
    pub(crate) table_prefix: String,
    pub(crate) max_events_per_issue: usize,
}

impl Options {
    pub(crate) fn new(config: &Config) -> Result<Self, Error> {
        let file = config.store.sqlite_file();
        Ok(Self {
            file: file.map_err(|refusal| Error::new(ErrorKind::Setting, refusal))?,
            table_prefix: config.table_prefix.clone(),
            max_events_per_issue: config.max_events_per_issue,
        })
    }
}

/// One connection to the file.
pub(crate) struct Sqlite {
    connection: Connection,
    options: Options,
    write: statements::Sql,
    read: read::Sql,
}

impl Sqlite {
    /// Opens the file, and makes it and its tables if they are missing.
    pub(crate) fn open(options: &Options) -> Result<Self, Error> {
        let attempted = |error| failure(options, "open", error);
        create_private(options).map_err(|error| {
            let text = format!("open the store {}", options.file.display());
            Error::new(ErrorKind::Store, text).with_source(error)
        })?;
        let mut connection = connect(options)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(attempted)?;
        schema::migrate(&mut connection, &options.table_prefix).map_err(attempted)?;
        Ok(Self::with_connection(connection, options))
    }

    /// Opens the file for reading and small changes; it must exist with its tables.
    pub(crate) fn open_existing(options: &Options) -> Result<Self, Error> {
        Ok(Self::with_connection(connect(options)?, options))
    }

    fn with_connection(connection: Connection, options: &Options) -> Self {
        connection.set_prepared_statement_cache_capacity(32);
        Self {
            connection,
            options: options.clone(),
            write: statements::Sql::new(&options.table_prefix),
            read: read::Sql::new(&options.table_prefix),
        }
    }

    fn attempt<T>(
        &mut self,
        what: &str,
        work: impl FnOnce(&mut Self) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        work(self).map_err(|error| failure(&self.options, what, error))
    }
}

fn failure(options: &Options, what: &str, error: rusqlite::Error) -> Error {
    let text = format!("{what} the store {}", options.file.display());
    Error::new(ErrorKind::Store, text).with_source(error)
}

/// Creates the file readable by its owner alone; SQLite gives WAL and index the same mode.
fn create_private(options: &Options) -> io::Result<()> {
    let mut open = OpenOptions::new();
    open.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    open.open(&options.file).map(drop)
}

fn connect(options: &Options) -> Result<Connection, Error> {
    let attempted = |error| failure(options, "open", error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&options.file, flags).map_err(attempted)?;
    connection.busy_timeout(BUSY).map_err(attempted)?;
    let found = schema::version(&connection).map_err(attempted)?;
    if found > schema::VERSION {
        let text = format!(
            "open the store {}: its tables have version {found}, this program knows up to {}",
            options.file.display(),
            schema::VERSION
        );
        return Err(Error::new(ErrorKind::Store, text));
    }
    tune(&connection).map_err(attempted)?;
    Ok(connection)
}

fn tune(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "cache_size", -1_024)?;
    // Without the stable planner each page by keyset is planned anew, at three times its cost.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

impl Store for Sqlite {
    fn write(&mut self, batch: &Batch) -> Result<(), Error> {
        self.attempt("write to", |store| {
            let transaction =
                store.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            write::Writing::new(&transaction, &store.write, &store.options)?.batch(batch)?;
            transaction.commit()
        })
    }

    fn list(&mut self, query: &Query, size: usize) -> Result<Page<Issue>, Error> {
        self.attempt("list issues of", |store| {
            read::list(&store.connection, &store.read, query, size)
        })
    }

    fn get(&mut self, fingerprint: &Fingerprint) -> Result<Option<Issue>, Error> {
        self.attempt("read an issue of", |store| {
            read::issue(&store.connection, &store.read, fingerprint)
        })
    }

    fn events(&mut self, fingerprint: &Fingerprint) -> Result<Vec<Recorded>, Error> {
        self.attempt("read events of", |store| {
            read::events(&store.connection, &store.read, fingerprint)
        })
    }

    fn event(&mut self, id: EventId) -> Result<Option<Recorded>, Error> {
        self.attempt("read an event of", |store| read::event(&store.connection, &store.read, id))
    }

    fn delete(&mut self, fingerprint: &Fingerprint) -> Result<bool, Error> {
        self.attempt("delete an issue of", |store| {
            let transaction =
                store.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let deleted = write::delete(&transaction, &store.write, fingerprint)?;
            transaction.commit()?;
            Ok(deleted)
        })
    }

    fn set_state(
        &mut self,
        fingerprint: &Fingerprint,
        state: IssueState,
        at: Timestamp,
    ) -> Result<bool, Error> {
        self.attempt("change an issue of", |store| {
            write::set_state(&store.connection, &store.write, fingerprint, (state, at))
        })
    }

    fn settle(&mut self) {
        // Readers may stand in the way; the next start or the next connection finishes it.
        let _ = self.connection.busy_timeout(Duration::ZERO);
        let _ = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        let _ = self.connection.busy_timeout(BUSY);
    }
}
