//! Where events and issues are kept: the trait, what is written, and what is asked.

mod batch;
mod capabilities;
mod cursor;
mod memory;
mod merging;
#[cfg(feature = "sqlite")]
mod payload;
mod query;
mod retention;
mod shape;
mod shared;
#[cfg(feature = "sqlite")]
mod sqlite;
mod thinning;

pub(crate) use self::batch::{Amended, BatchId, Facts, Kept, Origin};
pub use self::batch::{Batch, Delta};
pub use self::capabilities::Capabilities;
pub use self::cursor::{Cursor, ParseCursorError};
pub use self::memory::Memory;
pub use self::query::{Direction, Page, Query, Sort};
pub use self::retention::{Retained, Retention, RetentionRun};
pub(crate) use self::shared::Shared;
#[cfg(feature = "sqlite")]
pub use self::sqlite::Sqlite;

use std::path::PathBuf;

use crate::config::Config;
use crate::error::Error;
#[cfg(not(feature = "sqlite"))]
use crate::error::ErrorKind;
use crate::model::{
    EventId, Fingerprint, Hour, Issue, IssueState, KeptEvent, Recorded, Timestamp, Totals,
};

/// A place where issues, and if it can the events of each, are kept.
///
/// Four methods make a store: they keep whole issues as documents. What else a store can do it
/// tells by its [`capabilities`](Store::capabilities), each of which stands for the methods that
/// name it; the tracker does without those that are missing.
///
/// The tracker's own thread calls [`write`](Store::write), [`retain`](Store::retain) and
/// [`settle`](Store::settle), some twenty times a second at most. The threads of pages and of
/// [`Tracker`](crate::Tracker) call the rest, one at a time. No method is ever called on a thread
/// that fails, so that a slow store costs the program nothing.
///
/// An error means that nothing of the call was done: what was to be written waits, on disk if it
/// takes long, and is written later. A panic counts as an error.
///
/// [`testing::store_contract`](crate::testing::store_contract) holds a store to all of this.
///
/// # Examples
///
/// A store in a map, good for tests:
///
/// ```
/// use std::collections::HashMap;
///
/// use error_tracker::store::{Page, Query, Store};
/// use error_tracker::{Error, Fingerprint, Issue};
///
/// #[derive(Default)]
/// struct Map(HashMap<Fingerprint, Issue>);
///
/// impl Store for Map {
///     fn put(&mut self, issue: &Issue) -> Result<(), Error> {
///         self.0.insert(issue.fingerprint, issue.clone());
///         Ok(())
///     }
///
///     fn list(&mut self, query: &Query) -> Result<Page<Issue>, Error> {
///         Ok(query.page_of(self.0.values().cloned()))
///     }
///
///     fn get(&mut self, fingerprint: Fingerprint) -> Result<Option<Issue>, Error> {
///         Ok(self.0.get(&fingerprint).cloned())
///     }
///
///     fn delete(&mut self, fingerprint: Fingerprint) -> Result<bool, Error> {
///         Ok(self.0.remove(&fingerprint).is_some())
///     }
/// }
///
/// error_tracker::testing::store_contract(Map::default);
/// ```
pub trait Store: Send {
    /// Keeps an issue in place of the one that has its fingerprint.
    fn put(&mut self, issue: &Issue) -> Result<(), Error>;

    /// Lists the issues that a query asks for, in its order; see [`Query::page_of`].
    fn list(&mut self, query: &Query) -> Result<Page<Issue>, Error>;

    /// Returns the issue with this fingerprint, if there is one.
    fn get(&mut self, fingerprint: Fingerprint) -> Result<Option<Issue>, Error>;

    /// Removes an issue with all that belongs to it; tells whether there was one.
    fn delete(&mut self, fingerprint: Fingerprint) -> Result<bool, Error>;

    /// Tells what this store can do beside keeping issues; unless overridden, nothing.
    fn capabilities(&self) -> Capabilities {
        Capabilities::none()
    }

    /// Writes what happened since the last batch: as a whole or not at all, where the store can.
    ///
    /// Unless overridden, each issue is read, brought up to date and [`put`](Store::put), and each
    /// event is given to [`put_event`](Store::put_event). A store that overrides it and has the
    /// capability `exactly_once` does nothing for a batch that it has written before, also before
    /// the last start: a batch whose write failed, or was cut off, comes again from disk.
    ///
    /// Without that capability a batch comes at least once. It comes twice if its write happened
    /// but gave an error, or if the program was killed between the write and the removal of the
    /// batch's file on disk.
    fn write(&mut self, batch: &Batch) -> Result<(), Error> {
        merging::write(self, batch)
    }

    /// Keeps an event in place of the one that has its id; capability `events`.
    fn put_event(&mut self, _event: &Recorded) -> Result<(), Error> {
        Ok(())
    }

    /// Returns the kept events of an issue, newest first; capability `events`.
    fn events(&mut self, _fingerprint: Fingerprint) -> Result<Vec<Recorded>, Error> {
        Ok(Vec::new())
    }

    /// Names the kept events of an issue, newest first; capability `events`.
    ///
    /// Unless overridden, the events are read in whole for it.
    fn kept_events(&mut self, fingerprint: Fingerprint) -> Result<Vec<KeptEvent>, Error> {
        Ok(self.events(fingerprint)?.iter().map(KeptEvent::from).collect())
    }

    /// Returns the event with this id; capability `events`.
    fn event(&mut self, _id: EventId) -> Result<Option<Recorded>, Error> {
        Ok(None)
    }

    /// Removes one event; capability `events`.
    fn drop_event(&mut self, _id: EventId) -> Result<(), Error> {
        Ok(())
    }

    /// Adds to how often an issue happened in an hour; capability `hours`.
    fn put_hour(&mut self, _fingerprint: Fingerprint, _hour: Hour) -> Result<(), Error> {
        Ok(())
    }

    /// Returns how often an issue happened in each hour in which it did, oldest first; capability
    /// `hours`.
    fn hours(&mut self, _fingerprint: Fingerprint) -> Result<Vec<Hour>, Error> {
        Ok(Vec::new())
    }

    /// The same from an hour on; capability `hours`.
    ///
    /// Unless overridden, all hours are read: a list asks for the last day of each of its issues.
    fn hours_since(&mut self, fingerprint: Fingerprint, hour: i64) -> Result<Vec<Hour>, Error> {
        let mut hours = self.hours(fingerprint)?;
        hours.retain(|known| known.hour >= hour);
        Ok(hours)
    }

    /// Returns how many issues there are; capability `totals`.
    fn totals(&mut self) -> Result<Totals, Error> {
        Ok(Totals::default())
    }

    /// Sets an issue's state as of a time; tells whether there is such an issue.
    ///
    /// Unless overridden, the issue is read and [`put`](Store::put).
    fn set_state(
        &mut self,
        fingerprint: Fingerprint,
        state: IssueState,
        at: Timestamp,
    ) -> Result<bool, Error> {
        let Some(mut issue) = self.get(fingerprint)? else { return Ok(false) };
        (issue.state, issue.state_changed) = (state, at);
        self.put(&issue).map(|()| true)
    }

    /// Removes some of what is older or more than allowed, in 50 milliseconds at most; capability
    /// `retention`.
    ///
    /// It is called again while [`Retained::more`] says that there is more to do.
    fn retain(&mut self, _rules: &Retention) -> Result<Retained, Error> {
        Ok(Retained::default())
    }

    /// Tells when retention ran last, and what it removed; capability `retention`.
    fn last_retention(&mut self) -> Result<Option<RetentionRun>, Error> {
        Ok(None)
    }

    /// Brings all to where it stays, as the program ends; unless overridden, does nothing.
    fn settle(&mut self) {}
}

/// Opens the store that the settings name, and makes it if it is missing.
#[cfg(feature = "sqlite")]
pub(crate) fn open(config: &Config) -> Result<Box<dyn Store>, Error> {
    Ok(Box::new(Sqlite::open_for(config)?))
}

/// Opens the store for reading and small changes; it must exist.
#[cfg(feature = "sqlite")]
pub(crate) fn open_existing(config: &Config) -> Result<Box<dyn Store>, Error> {
    Ok(Box::new(Sqlite::open_existing(config)?))
}

/// Tells whether the store that the settings name is compiled in.
#[cfg(feature = "sqlite")]
pub(crate) fn check(config: &Config) -> Result<(), Error> {
    sqlite::Options::new(config).map(drop)
}

/// Puts a damaged store out of the way; returns where it is now, or nothing if it is not damaged.
#[cfg(feature = "sqlite")]
pub(crate) fn set_aside(config: &Config) -> Result<Option<PathBuf>, Error> {
    sqlite::set_aside(&sqlite::Options::new(config)?)
}

#[cfg(not(feature = "sqlite"))]
pub(crate) fn set_aside(config: &Config) -> Result<Option<PathBuf>, Error> {
    check(config).and(Err(Error::new(ErrorKind::Store, "set a store aside: none is compiled in")))
}

#[cfg(not(feature = "sqlite"))]
pub(crate) fn open(config: &Config) -> Result<Box<dyn Store>, Error> {
    open_existing(config)
}

#[cfg(not(feature = "sqlite"))]
pub(crate) fn open_existing(config: &Config) -> Result<Box<dyn Store>, Error> {
    check(config).and(Err(Error::new(ErrorKind::Store, "open a store: none is compiled in")))
}

#[cfg(not(feature = "sqlite"))]
pub(crate) fn check(config: &Config) -> Result<(), Error> {
    let text = format!(
        "use setting store: \"{}\" needs the feature `sqlite`, which is not compiled in",
        config.store.show()
    );
    Err(Error::new(ErrorKind::Setting, text))
}
