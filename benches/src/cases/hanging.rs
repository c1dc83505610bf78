//! A store that never comes back from writing.

use std::sync::mpsc::{channel, Sender};
use std::thread;
use std::time::{Duration, Instant};

use error_tracker::store::{Batch, Page, Query, Store};
use error_tracker::{Error, Fingerprint, Issue};

use crate::cases::{cold, say, Case};
use crate::subjects;

pub(crate) const CASES: &[Case] = &[("hanging", |_| {
    let (entered, writes) = channel();
    let built = error_tracker::init! { store: Hanging(entered) };
    let Ok(guard) = built else { return };
    cold::fails(subjects::two_ours);
    if writes.recv_timeout(Duration::from_secs(60)).is_err() {
        return;
    }
    let begun = Instant::now();
    drop(guard);
    say("first", begun.elapsed().as_nanos());
})];

/// Tells that it was asked to write, and hangs.
struct Hanging(Sender<()>);

impl Store for Hanging {
    fn write(&mut self, _: &Batch) -> Result<(), Error> {
        // Who waits for this may have gone.
        let _ = self.0.send(());
        loop {
            thread::park();
        }
    }

    fn put(&mut self, _: &Issue) -> Result<(), Error> {
        Ok(())
    }

    fn list(&mut self, query: &Query) -> Result<Page<Issue>, Error> {
        Ok(query.page_of([]))
    }

    fn get(&mut self, _: Fingerprint) -> Result<Option<Issue>, Error> {
        Ok(None)
    }

    fn delete(&mut self, _: Fingerprint) -> Result<bool, Error> {
        Ok(false)
    }
}
