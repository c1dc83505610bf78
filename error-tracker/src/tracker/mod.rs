//! The assembled tracker: built from parts, asked through a handle, ended by a guard.

mod builder;
mod guard;
mod part;
mod reading;
#[cfg(all(test, feature = "sqlite"))]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use self::builder::Builder;
#[cfg(all(test, feature = "sqlite"))]
pub(crate) use self::builder::Built;
pub(crate) use self::guard::Ending;
pub use self::guard::Guard;
#[cfg(feature = "web")]
pub use self::part::PermissionPart;
pub use self::part::StorePart;
use self::reading::Reader;
use crate::config::Config;
use crate::error::{Error, ErrorKind};
#[cfg(feature = "web")]
use crate::mask::Masker;
#[cfg(feature = "web")]
use crate::model::Timestamp;
use crate::model::{
    Clock, EventId, Fingerprint, Hour, Issue, IssueState, KeptEvent, Recorded, Totals,
};
use crate::pipeline::{Health, StoreHealth, Writer};
use crate::queue::{Counters, Sink};
use crate::store::{Capabilities, Page, Query};
#[cfg(feature = "web")]
use crate::visit::ViewPermission;

/// How long a change waits for what failed before it.
const SETTLE: Duration = Duration::from_millis(500);

/// The handle of a running tracker: reads what is stored, and tells how it is doing.
///
/// Cheap to clone. Every call but [`health`](Tracker::health) and [`flush`](Tracker::flush) reads
/// the store on the calling thread, through a connection of its own where the store is a file.
///
/// The handle of a process that has no tracker reads nothing, and its health says *closed*.
#[derive(Clone)]
pub struct Tracker(Option<Arc<Inner>>);

struct Inner {
    config: Arc<Config>,
    unknown_variables: Vec<String>,
    missing_file: Option<String>,
    counters: Arc<Counters>,
    clock: Clock,
    /// None: nothing is recorded.
    writer: Option<Writer>,
    reader: Reader,
    #[cfg(feature = "web")]
    view_permission: Arc<dyn ViewPermission>,
    #[cfg(feature = "web")]
    masker: Masker,
}

impl Tracker {
    fn new(inner: Inner) -> Self {
        Self(Some(Arc::new(inner)))
    }

    /// Makes the handle of a process that has no tracker.
    pub(crate) const fn none() -> Self {
        Self(None)
    }

    /// Lists issues, last seen first.
    ///
    /// # Errors
    ///
    /// The store could not be opened or read ([`Error::is_store`]), as with all reads here.
    pub fn issues(&self, mut query: Query) -> Result<Page<Issue>, Error> {
        if let Some(inner) = &self.0 {
            query.size.get_or_insert(inner.config.list_size);
        }
        self.read(|store| match query.search.is_some() && !store.capabilities().search {
            true => Err(Error::new(ErrorKind::Store, "search for text in a store that can't")),
            false => store.list(&query),
        })
    }

    /// Returns the issue with this fingerprint, if there is one.
    ///
    /// An issue is also found by a fingerprint that it had under earlier grouping rules.
    pub fn issue(&self, fingerprint: Fingerprint) -> Result<Option<Issue>, Error> {
        self.read(|store| store.get(fingerprint))
    }

    /// Returns the events of an issue that are stored in full, newest first.
    pub fn events(&self, fingerprint: Fingerprint) -> Result<Vec<Recorded>, Error> {
        self.read(|store| store.events(fingerprint))
    }

    /// Names the events of an issue that are stored in full, newest first.
    pub fn kept_events(&self, fingerprint: Fingerprint) -> Result<Vec<KeptEvent>, Error> {
        self.read(|store| store.kept_events(fingerprint))
    }

    /// Returns the event with this id, if it is stored in full.
    pub fn event(&self, id: EventId) -> Result<Option<Recorded>, Error> {
        self.read(|store| store.event(id))
    }

    /// Returns how often an issue happened in each hour in which it did, oldest first.
    ///
    /// Stores that do not count by the hour ([`Capabilities::hours`]) give an empty list.
    pub fn hours(&self, fingerprint: Fingerprint) -> Result<Vec<Hour>, Error> {
        self.read(|store| store.hours(fingerprint))
    }

    /// The same from an hour on, which is how many have passed since 1970-01-01 00:00 UTC.
    pub fn hours_since(&self, fingerprint: Fingerprint, hour: i64) -> Result<Vec<Hour>, Error> {
        self.read(|store| store.hours_since(fingerprint, hour))
    }

    /// Returns how many issues there are; `None` if the store does not know
    /// ([`Capabilities::totals`]).
    pub fn totals(&self) -> Result<Option<Totals>, Error> {
        self.read(|store| match store.capabilities().totals {
            true => store.totals().map(Some),
            false => Ok(None),
        })
    }

    /// Tells what the store can do.
    pub fn capabilities(&self) -> Result<Capabilities, Error> {
        self.read(|store| Ok(store.capabilities()))
    }

    /// Deletes an issue with all its events; tells whether there was one.
    ///
    /// The next failure of its kind is a new issue.
    pub fn delete(&self, fingerprint: Fingerprint) -> Result<bool, Error> {
        // What failed before must not bring the issue back.
        self.flush(SETTLE);
        let current = self.current(fingerprint)?;
        let deleted = self.read(|store| store.delete(fingerprint))?;
        self.renew(&current);
        Ok(deleted)
    }

    /// Sets the state of an issue; tells whether there is such an issue.
    ///
    /// A resolved issue that happens again becomes [`IssueState::Regressed`].
    pub fn set_state(&self, fingerprint: Fingerprint, state: IssueState) -> Result<bool, Error> {
        let now = self.0.as_ref().map(|inner| inner.clock.now()).unwrap_or_default();
        let changed = self.read(|store| store.set_state(fingerprint, state, now))?;
        self.renew(&self.current(fingerprint)?);
        Ok(changed)
    }

    /// Waits until everything recorded so far is stored, at most `timeout`; returns whether it is.
    pub fn flush(&self, timeout: Duration) -> bool {
        self.writer().is_none_or(|writer| writer.flush(timeout))
    }

    /// Tells how the tracker is doing; reads no store and waits for nothing.
    pub fn health(&self) -> Health {
        let Some(inner) = &self.0 else { return Health::new(StoreHealth::Closed) };
        let health = inner.writer.as_ref().map(|writer| writer.health(&inner.counters));
        Health {
            unknown_variables: inner.unknown_variables.clone(),
            missing_config_file: inner.missing_file.clone(),
            ..health.unwrap_or_else(|| Health::new(StoreHealth::Closed))
        }
    }

    /// Returns the settings that are in force; `None` in a process that has no tracker.
    pub fn config(&self) -> Option<&Config> {
        self.0.as_ref().map(|inner| &*inner.config)
    }

    /// Returns who may see the pages; `None` in a process that has no tracker.
    #[cfg(feature = "web")]
    pub(crate) fn view_permission(&self) -> Option<&dyn ViewPermission> {
        self.0.as_ref().map(|inner| &*inner.view_permission)
    }

    /// Returns what masks what a page shows beside what is stored: lines of source files.
    #[cfg(feature = "web")]
    pub(crate) fn masker(&self) -> Masker {
        self.0.as_ref().map(|inner| inner.masker.clone()).unwrap_or_default()
    }

    /// Returns the time by the tracker's clock.
    #[cfg(feature = "web")]
    pub(crate) fn now(&self) -> Timestamp {
        self.0.as_ref().map(|inner| inner.clock.now()).unwrap_or_default()
    }

    fn writer(&self) -> Option<&Writer> {
        self.0.as_ref()?.writer.as_ref()
    }

    fn read<T>(
        &self,
        ask: impl FnOnce(&mut dyn crate::store::Store) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (reader, writer) = self.reader()?;
        reader.read(writer, ask)
    }

    fn reader(&self) -> Result<(&Reader, Option<&Writer>), Error> {
        match &self.0 {
            // Its connection and its lock belong to the parent.
            Some(inner) if inner.writer.as_ref().is_some_and(|writer| !writer.is_here()) => {
                Err(Error::new(ErrorKind::Store, "read the store in a forked process"))
            }
            Some(inner) => Ok((&inner.reader, inner.writer.as_ref())),
            None => Err(Error::new(ErrorKind::Store, "read the store of a tracker before `init!`")),
        }
    }

    /// Returns the fingerprint by which the issue is counted now: it may be asked for by an old one.
    fn current(&self, fingerprint: Fingerprint) -> Result<Fingerprint, Error> {
        let issue = self.issue(fingerprint)?;
        Ok(issue.map_or(fingerprint, |issue| issue.fingerprint))
    }

    /// The next failure is recorded in full.
    fn renew(&self, fingerprint: &Fingerprint) {
        if let Some(slot) = self.0.as_ref().and_then(|inner| inner.counters.find(fingerprint)) {
            slot.renew();
        }
    }
}

impl fmt::Debug for Tracker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tracker").field("config", &self.config()).finish_non_exhaustive()
    }
}
