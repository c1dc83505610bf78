//! A store of the user's own, lent to the writer and to readers in turn.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::error::{Error, ErrorKind};
use crate::model::{
    EventId, Fingerprint, Hour, Issue, IssueState, KeptEvent, Recorded, Timestamp, Totals,
};
use crate::store::{Batch, Capabilities, Page, Query, Retained, Retention, RetentionRun, Store};

/// How long a reader waits for its turn.
const TURN: Duration = Duration::from_secs(2);

/// A store of the user's own, lent to the writer and to readers in turn.
///
/// The writer waits as long as it takes; a reader gives up, so that a page can say so.
#[derive(Clone)]
pub(crate) struct Shared {
    desk: Arc<Desk>,
    capabilities: Capabilities,
    patience: Option<Duration>,
}

struct Desk {
    store: Mutex<Option<Box<dyn Store>>>,
    back: Condvar,
}

impl Shared {
    /// Makes the writer's handle.
    pub(crate) fn new(store: Box<dyn Store>) -> Self {
        let capabilities = store.capabilities();
        let desk = Desk { store: Mutex::new(Some(store)), back: Condvar::new() };
        Self { desk: Arc::new(desk), capabilities, patience: None }
    }

    /// Makes a reader's handle.
    pub(crate) fn reader(&self) -> Self {
        Self { patience: Some(TURN), ..self.clone() }
    }

    fn with<T>(&self, ask: impl FnOnce(&mut dyn Store) -> Result<T, Error>) -> Result<T, Error> {
        let mut borrowed = self.borrow()?;
        match &mut borrowed.store {
            Some(store) => ask(store.as_mut()),
            None => Err(busy()),
        }
    }

    fn borrow(&self) -> Result<Borrowed<'_>, Error> {
        let place = self.desk.store.lock().unwrap_or_else(PoisonError::into_inner);
        let is_lent = |place: &mut Option<Box<dyn Store>>| place.is_none();
        let mut place = match self.patience {
            None => {
                self.desk.back.wait_while(place, is_lent).unwrap_or_else(PoisonError::into_inner)
            }
            Some(limit) => {
                let waited = self.desk.back.wait_timeout_while(place, limit, is_lent);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        match place.take() {
            Some(store) => Ok(Borrowed { desk: &self.desk, store: Some(store) }),
            None => Err(busy()),
        }
    }
}

fn busy() -> Error {
    Error::new(ErrorKind::Store, "use the store: it is busy")
}

/// The store while somebody has it; it goes back even if its user panics.
struct Borrowed<'d> {
    desk: &'d Desk,
    store: Option<Box<dyn Store>>,
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let mut place = self.desk.store.lock().unwrap_or_else(PoisonError::into_inner);
        *place = self.store.take();
        self.desk.back.notify_one();
    }
}

impl Store for Shared {
    fn put(&mut self, issue: &Issue) -> Result<(), Error> {
        self.with(|store| store.put(issue))
    }

    fn list(&mut self, query: &Query) -> Result<Page<Issue>, Error> {
        self.with(|store| store.list(query))
    }

    fn get(&mut self, fingerprint: Fingerprint) -> Result<Option<Issue>, Error> {
        self.with(|store| store.get(fingerprint))
    }

    fn delete(&mut self, fingerprint: Fingerprint) -> Result<bool, Error> {
        self.with(|store| store.delete(fingerprint))
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn write(&mut self, batch: &Batch) -> Result<(), Error> {
        self.with(|store| store.write(batch))
    }

    fn put_event(&mut self, event: &Recorded) -> Result<(), Error> {
        self.with(|store| store.put_event(event))
    }

    fn events(&mut self, fingerprint: Fingerprint) -> Result<Vec<Recorded>, Error> {
        self.with(|store| store.events(fingerprint))
    }

    fn kept_events(&mut self, fingerprint: Fingerprint) -> Result<Vec<KeptEvent>, Error> {
        self.with(|store| store.kept_events(fingerprint))
    }

    fn event(&mut self, id: EventId) -> Result<Option<Recorded>, Error> {
        self.with(|store| store.event(id))
    }

    fn drop_event(&mut self, id: EventId) -> Result<(), Error> {
        self.with(|store| store.drop_event(id))
    }

    fn put_hour(&mut self, fingerprint: Fingerprint, hour: Hour) -> Result<(), Error> {
        self.with(|store| store.put_hour(fingerprint, hour))
    }

    fn hours(&mut self, fingerprint: Fingerprint) -> Result<Vec<Hour>, Error> {
        self.with(|store| store.hours(fingerprint))
    }

    fn hours_since(&mut self, fingerprint: Fingerprint, hour: i64) -> Result<Vec<Hour>, Error> {
        self.with(|store| store.hours_since(fingerprint, hour))
    }

    fn totals(&mut self) -> Result<Totals, Error> {
        self.with(|store| store.totals())
    }

    fn set_state(
        &mut self,
        fingerprint: Fingerprint,
        state: IssueState,
        at: Timestamp,
    ) -> Result<bool, Error> {
        self.with(|store| store.set_state(fingerprint, state, at))
    }

    fn retain(&mut self, rules: &Retention) -> Result<Retained, Error> {
        self.with(|store| store.retain(rules))
    }

    fn last_retention(&mut self) -> Result<Option<RetentionRun>, Error> {
        self.with(|store| store.last_retention())
    }

    fn settle(&mut self) {
        // Nobody waits for a store that somebody else uses at the end.
        let _ = self.with(|store| {
            store.settle();
            Ok(())
        });
    }
}
