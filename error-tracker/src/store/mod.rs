//! Where events and issues are kept: the trait, what is written, and what is asked.

#[cfg_attr(not(feature = "sqlite"), expect(dead_code, reason = "only stores read it"))]
mod batch;
#[cfg(feature = "sqlite")]
mod payload;
mod query;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(feature = "sqlite")]
mod thinning;

pub(crate) use self::batch::{Amended, Batch, Delta, Facts, Kept, Origin};
pub use self::query::{Cursor, Page, ParseCursorError, Query};

#[cfg(feature = "sqlite")]
use crate::config::Config;
use crate::error::Error;
use crate::model::{EventId, Fingerprint, Issue, IssueState, Recorded, Timestamp};

/// A place where events and issues are kept.
///
/// The writer owns one and calls `write` on its own thread; readers own another one.
/// An error means that nothing of the call was done.
pub(crate) trait Store: Send {
    /// Writes a batch as a whole or not at all.
    fn write(&mut self, batch: &Batch) -> Result<(), Error>;

    /// Lists issues, last seen first.
    fn list(&mut self, query: &Query, size: usize) -> Result<Page<Issue>, Error>;

    fn get(&mut self, fingerprint: &Fingerprint) -> Result<Option<Issue>, Error>;

    /// Returns the kept events of an issue, newest first.
    fn events(&mut self, fingerprint: &Fingerprint) -> Result<Vec<Recorded>, Error>;

    fn event(&mut self, id: EventId) -> Result<Option<Recorded>, Error>;

    /// Removes an issue with all that belongs to it; tells whether there was one.
    fn delete(&mut self, fingerprint: &Fingerprint) -> Result<bool, Error>;

    /// Sets an issue's state as of a time; tells whether there is such an issue.
    fn set_state(
        &mut self,
        fingerprint: &Fingerprint,
        state: IssueState,
        at: Timestamp,
    ) -> Result<bool, Error>;

    /// Brings all into the main file, if that is at once possible.
    fn settle(&mut self);
}

/// Opens the store that the settings name, and makes it if it is missing.
#[cfg(feature = "sqlite")]
pub(crate) fn open(config: &Config) -> Result<Box<dyn Store>, Error> {
    Ok(Box::new(sqlite::Sqlite::open(&sqlite::Options::new(config)?)?))
}

/// Opens the store for reading and small changes; it must exist.
#[cfg(feature = "sqlite")]
pub(crate) fn open_existing(config: &Config) -> Result<Box<dyn Store>, Error> {
    Ok(Box::new(sqlite::Sqlite::open_existing(&sqlite::Options::new(config)?)?))
}

/// Tells whether the store that the settings name is compiled in.
#[cfg(feature = "sqlite")]
pub(crate) fn check(config: &Config) -> Result<(), Error> {
    sqlite::Options::new(config).map(drop)
}

#[cfg(not(feature = "sqlite"))]
mod none {
    //! Stands in when no store is compiled in.

    use crate::config::Config;
    use crate::error::{Error, ErrorKind};
    use crate::store::Store;

    pub(crate) fn open(config: &Config) -> Result<Box<dyn Store>, Error> {
        open_existing(config)
    }

    pub(crate) fn open_existing(config: &Config) -> Result<Box<dyn Store>, Error> {
        Err(refusal(config))
    }

    pub(crate) fn check(config: &Config) -> Result<(), Error> {
        Err(refusal(config))
    }

    fn refusal(config: &Config) -> Error {
        let text = format!(
            "use setting store: \"{}\" needs the feature `sqlite`, which is not compiled in",
            config.store.show()
        );
        Error::new(ErrorKind::Setting, text)
    }
}

#[cfg(not(feature = "sqlite"))]
pub(crate) use self::none::{check, open, open_existing};
