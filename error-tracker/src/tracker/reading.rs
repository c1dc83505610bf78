//! The connection that reads what the writer stores.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::pipeline::Writer;
use crate::store::{self, Shared, Store};

/// How long the first read waits for the writer to make the store.
const OPENING: Duration = Duration::from_secs(2);

/// Where the connection is while nobody reads.
type Place<'a> = MutexGuard<'a, Option<Box<dyn Store>>>;

/// A connection that is opened at the first read, and anew after an error.
pub(super) struct Reader {
    config: Arc<Config>,
    /// The user's own store, if there is one.
    own: Option<Shared>,
    /// Readers wait for each other; the writer and failing threads never come here.
    store: Mutex<Option<Box<dyn Store>>>,
}

impl Reader {
    pub(super) fn new(config: Arc<Config>, own: Option<Shared>) -> Self {
        Self { config, own, store: Mutex::new(None) }
    }

    pub(super) fn read<T>(
        &self,
        writer: Option<&Writer>,
        ask: impl FnOnce(&mut dyn Store) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (mut place, mut store) = self.lend(writer)?;
        let answer = ask(store.as_mut())?;
        *place = Some(store);
        Ok(answer)
    }

    fn lend(&self, writer: Option<&Writer>) -> Result<(Place<'_>, Box<dyn Store>), Error> {
        let mut place = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let store = match place.take() {
            Some(store) => store,
            None => self.open(writer)?,
        };
        Ok((place, store))
    }

    fn open(&self, writer: Option<&Writer>) -> Result<Box<dyn Store>, Error> {
        if let Some(writer) = writer {
            writer.wait_for_opening(OPENING);
        }
        if let Some(own) = &self.own {
            return Ok(Box::new(own.reader()));
        }
        store::open_existing(&self.config).map_err(|error| {
            match writer.and_then(Writer::waiting_for) {
                Some(reason) => Error::new(ErrorKind::Store, reason).with_source(error),
                None => error,
            }
        })
    }
}
