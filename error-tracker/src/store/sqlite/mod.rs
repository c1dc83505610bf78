//! The store in a SQLite file.

mod batches;
mod documents;
mod file;
mod filter;
mod indexing;
mod joining;
mod listing;
mod packing;
mod place;
mod read;
mod retain;
mod schema;
mod stacks;
mod statements;
mod texts;
mod totals;
mod write;

#[cfg(test)]
mod tests;

use std::fs::OpenOptions;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::config::{Config, Durability};
use crate::error::{Error, ErrorKind};
use crate::model::{
    EventId, Fingerprint, Hour, Issue, IssueState, KeptEvent, Recorded, Timestamp, Totals,
};
pub(crate) use crate::store::sqlite::file::set_aside;
use crate::store::sqlite::packing::{Packing, Unpacker};
use crate::store::{Batch, Capabilities, Page, Query, Retained, Retention, RetentionRun, Store};

/// How long a statement waits for another process that writes.
const BUSY: Duration = Duration::from_secs(1);
/// How long a change that a person asked for waits for the writer: a busy one leaves short gaps.
const PATIENCE: Duration = Duration::from_secs(2);

/// After how many pages the WAL goes into the file: 16 MiB.
const WAL_PAGES: i64 = 4_000;

/// Where the file is, and what it holds.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) file: PathBuf,
    pub(crate) table_prefix: String,
    /// Whether a commit waits for the disk.
    pub(crate) durability: Durability,
}

impl Options {
    #[cfg(test)]
    fn of(file: impl Into<PathBuf>, table_prefix: &str) -> Self {
        let (file, table_prefix) = (file.into(), table_prefix.into());
        Self { file, table_prefix, durability: Durability::Background }
    }

    pub(crate) fn new(config: &Config) -> Result<Self, Error> {
        let file = config.store.sqlite_file();
        Ok(Self {
            file: file.map_err(|refusal| Error::new(ErrorKind::Setting, refusal))?,
            table_prefix: config.table_prefix.clone(),
            durability: config.durability,
        })
    }
}

/// The default store: issues and events in a SQLite file of its own.
///
/// [`init!`](crate::init!) makes one from the settings. A store that wraps it makes its own with
/// [`Sqlite::new`].
pub struct Sqlite {
    connection: Connection,
    options: Options,
    write: statements::Sql,
    read: read::Sql,
    lists: listing::Sql,
    totals: totals::Sql,
    texts: texts::Indexing,
    limits: listing::Limits,
    /// Which file was opened, and whether it may be made if it is missing.
    identity: file::Identity,
    is_made: bool,
    batches: batches::Sql,
    packing: Packing,
    stacks: stacks::Stacks,
    retaining: retain::Retaining,
}

impl Sqlite {
    /// Opens a file, and makes it and its tables if they are missing; else as by default.
    ///
    /// # Errors
    ///
    /// The file can't be opened or made, is no database, or was written by a newer version
    /// ([`Error::is_store`]).
    pub fn new(file: impl Into<PathBuf>) -> Result<Self, Error> {
        let config = Config { store: file.into().into(), ..Config::default() };
        Self::open_for(&config)
    }

    /// Opens the file that the settings name, and makes it and its tables if they are missing.
    pub(crate) fn open_for(config: &Config) -> Result<Self, Error> {
        Self::open(&Options::new(config)?)
    }

    /// Opens the file that the settings name; it must exist with its tables.
    pub(crate) fn open_existing(config: &Config) -> Result<Self, Error> {
        let options = Options::new(config)?;
        Self::connected(&options)
    }

    fn connected(options: &Options) -> Result<Self, Error> {
        let connection = connect(options)?;
        connection.busy_timeout(PATIENCE).map_err(|error| failure(options, "open", error))?;
        Ok(Self { is_made: false, ..Self::with_connection(connection, options) })
    }

    /// Opens the file, and makes it and its tables if they are missing.
    pub(crate) fn open(options: &Options) -> Result<Self, Error> {
        let attempted = |error| failure(options, "open", error);
        create_private(options).map_err(|error| {
            let text = format!("open the store {}", options.file.display());
            Error::new(ErrorKind::Store, text).with_source(error)
        })?;
        let mut connection = connect(options)?;
        // Takes effect in a new file only.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL").map_err(attempted)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(attempted)?;
        schema::migrate(&mut connection, &options.table_prefix).map_err(attempted)?;
        // Triggers make SQLite keep the pages that a statement changes until it is over: a dozen a
        // failure. In a file, that is most of what is written at all.
        connection.pragma_update(None, "temp_store", "MEMORY").map_err(attempted)?;
        Ok(Self::with_connection(connection, options))
    }

    fn with_connection(connection: Connection, options: &Options) -> Self {
        connection.set_prepared_statement_cache_capacity(32);
        let prefix = &options.table_prefix;
        Self {
            options: options.clone(),
            write: statements::Sql::new(prefix),
            read: read::Sql::new(prefix),
            lists: listing::Sql::new(prefix, &connection),
            totals: totals::Sql::new(prefix),
            texts: texts::Indexing::new(&connection, prefix),
            limits: listing::Limits::DEFAULT,
            batches: batches::Sql::new(prefix),
            packing: Packing::new(prefix),
            stacks: stacks::Stacks::default(),
            retaining: retain::Retaining::new(prefix),
            identity: file::Identity::of(&options.file),
            is_made: true,
            connection,
        }
    }

    /// Opens anew if the file is gone or another one: what is written to it would be lost.
    fn follow(&mut self) -> Result<(), Error> {
        if !self.identity.is_current(&self.options.file) {
            self.identity.leave(&self.options.file);
            *self = match self.is_made {
                true => Self::open(&self.options)?,
                false => Self::connected(&self.options)?,
            };
        }
        Ok(())
    }

    fn write_once(&mut self, batch: &Batch) -> rusqlite::Result<()> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if let Some(id) = batch.id {
            if batches::note(&transaction, &self.batches, id, Timestamp::now())? {
                return transaction.commit();
            }
        }
        self.packing.prepare(&transaction)?;
        self.stacks.prepare(&transaction)?;
        let parts = (&mut self.packing, &mut self.stacks);
        write::Writing::new(&transaction, &self.write, parts, batch)?.batch(batch)?;
        self.texts.go_on(&transaction)?;
        transaction.commit()
    }

    fn attempt<T>(
        &mut self,
        what: &str,
        work: impl FnOnce(&mut Self) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        self.follow()?;
        work(self).map_err(|error| failure(&self.options, what, error))
    }
}

fn failure(options: &Options, what: &str, error: rusqlite::Error) -> Error {
    let text = format!("{what} the store {}", options.file.display());
    let kind = match file::is_damage(&options.file, &error) {
        true => ErrorKind::StoreCorrupt,
        false => ErrorKind::Store,
    };
    Error::new(kind, text).with_source(error)
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
    tune(&connection, options.durability).map_err(attempted)?;
    Ok(connection)
}

fn tune(connection: &Connection, durability: Durability) -> rusqlite::Result<()> {
    let synchronous = match durability {
        Durability::Background => "NORMAL",
        Durability::Immediate => "FULL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "cache_size", -1_024)?;
    // Pages that change with every batch go to the file once in several batches.
    connection.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", WAL_PAGES * 4_096)?;
    // Without the stable planner each page by keyset is planned anew, at three times its cost.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

impl Store for Sqlite {
    fn put(&mut self, issue: &Issue) -> Result<(), Error> {
        self.attempt("write an issue to", |store| {
            documents::put(&store.connection, &store.write, issue)
        })
    }

    fn list(&mut self, query: &Query) -> Result<Page<Issue>, Error> {
        self.attempt("list issues of", |store| {
            listing::list(&store.connection, &store.lists, (query, &store.limits))
        })
    }

    fn get(&mut self, fingerprint: Fingerprint) -> Result<Option<Issue>, Error> {
        self.attempt("read an issue of", |store| {
            read::issue(&store.connection, &store.read, &fingerprint)
        })
    }

    fn delete(&mut self, fingerprint: Fingerprint) -> Result<bool, Error> {
        self.attempt("delete an issue of", |store| {
            let transaction =
                store.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            store.stacks.forget();
            let deleted = documents::delete(&transaction, &store.write, &fingerprint)?;
            transaction.commit()?;
            Ok(deleted)
        })
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::all()
    }

    fn write(&mut self, batch: &Batch) -> Result<(), Error> {
        let written = self.attempt("write to", |store| store.write_once(batch));
        if written.is_err() {
            self.packing.forget();
            self.stacks.forget();
        }
        written
    }

    fn put_event(&mut self, event: &Recorded) -> Result<(), Error> {
        self.attempt("write an event to", |store| {
            let connection = &store.connection;
            documents::put_event(connection, &store.write, &mut store.packing, event)
        })
    }

    fn events(&mut self, fingerprint: Fingerprint) -> Result<Vec<Recorded>, Error> {
        self.attempt("read events of", |store| {
            let unpacker = Unpacker::new(&store.packing, &store.connection);
            read::events(&store.connection, &store.read, &unpacker, &fingerprint)
        })
    }

    fn kept_events(&mut self, fingerprint: Fingerprint) -> Result<Vec<KeptEvent>, Error> {
        self.attempt("read events of", |store| {
            read::kept_events(&store.connection, &store.read, &fingerprint)
        })
    }

    fn event(&mut self, id: EventId) -> Result<Option<Recorded>, Error> {
        self.attempt("read an event of", |store| {
            let unpacker = Unpacker::new(&store.packing, &store.connection);
            read::event(&store.connection, &store.read, &unpacker, id)
        })
    }

    fn drop_event(&mut self, id: EventId) -> Result<(), Error> {
        self.attempt("delete an event of", |store| {
            documents::drop_event(&store.connection, &store.write, id)
        })
    }

    fn put_hour(&mut self, fingerprint: Fingerprint, hour: Hour) -> Result<(), Error> {
        self.attempt("count in", |store| {
            documents::put_hour(&store.connection, &store.write, &fingerprint, hour)
        })
    }

    fn hours(&mut self, fingerprint: Fingerprint) -> Result<Vec<Hour>, Error> {
        self.attempt("read the hours of", |store| {
            read::hours(&store.connection, &store.read, (&fingerprint, i64::MIN))
        })
    }

    fn hours_since(&mut self, fingerprint: Fingerprint, hour: i64) -> Result<Vec<Hour>, Error> {
        self.attempt("read the hours of", |store| {
            read::hours(&store.connection, &store.read, (&fingerprint, hour))
        })
    }

    fn totals(&mut self) -> Result<Totals, Error> {
        self.attempt("count issues of", |store| totals::read(&store.connection, &store.totals))
    }

    fn set_state(
        &mut self,
        fingerprint: Fingerprint,
        state: IssueState,
        at: Timestamp,
    ) -> Result<bool, Error> {
        self.attempt("change an issue of", |store| {
            documents::set_state(&store.connection, &store.write, &fingerprint, (state, at))
        })
    }

    fn retain(&mut self, rules: &Retention) -> Result<Retained, Error> {
        self.attempt("remove what is too old from", |store| {
            store.stacks.forget();
            store.retaining.step(&mut store.connection, rules)
        })
    }

    fn last_retention(&mut self) -> Result<Option<RetentionRun>, Error> {
        self.attempt("read of", |store| store.retaining.last(&store.connection))
    }

    fn settle(&mut self) {
        // Readers may stand in the way; the next start or the next connection finishes it.
        let _ = self.connection.busy_timeout(Duration::ZERO);
        let _ = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        let _ = self.connection.busy_timeout(BUSY);
    }
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sqlite").field("file", &self.options.file).finish_non_exhaustive()
    }
}
