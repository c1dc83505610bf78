//! A tracker for one test: what its thread or future records, and nothing else; and the proof that
//! what is kept holds no secret.
//!
//! What is not generic here is `inline`: compiled with tests that use it, not with every program.

mod contract;
mod forms;
mod kept;
mod needles;
mod no_secret;
#[cfg_attr(not(feature = "sqlite"), path = "no_rows.rs")]
mod rows;

use std::future::{poll_fn, Future};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::capture::{Recorder, RecorderParts};
use crate::global;
use crate::model::Event;
use crate::queue::{Message, Sink};

pub use self::contract::store_contract;
pub use self::kept::Kept;
pub use self::no_secret::assert_no_secret;

/// Runs a closure and returns the events that its thread recorded meanwhile, in order.
///
/// Nothing is stored; masking and limits are the defaults. Threads and tasks that the closure
/// starts record with the process's tracker, if there is one.
///
/// # Examples
///
/// ```
/// use error_tracker::track_exception;
///
/// #[track_exception]
/// fn parse(number: &str) -> Result<u32, std::num::ParseIntError> {
///     number.parse()
/// }
///
/// let events = error_tracker::testing::record(|| parse("seven"));
/// assert_eq!(events[0].frames[0].locals[0].value, "\"seven\"");
/// ```
pub fn record<R>(run: impl FnOnce() -> R) -> Vec<Event> {
    let events = Arc::new(Collected::default());
    {
        let _replaced = global::replace_here(Arc::new(recorder(&events)));
        run();
    }
    events.take()
}

/// Runs a future and returns the events that were recorded while it was polled, in order.
///
/// Tasks that the future spawns record with the process's tracker, if there is one.
pub async fn record_async<F: Future>(future: F) -> Vec<Event> {
    let events = Arc::new(Collected::default());
    let recorder = Arc::new(recorder(&events));
    {
        let mut future = pin!(future);
        poll_fn(|context| {
            let _replaced = global::replace_here(Arc::clone(&recorder));
            future.as_mut().poll(context)
        })
        .await;
    }
    events.take()
}

fn recorder(events: &Arc<Collected>) -> Recorder {
    let sink = Arc::clone(events) as Arc<dyn Sink>;
    Recorder::new(RecorderParts { sink, ..RecorderParts::default() })
}

/// Events in memory, amended in place.
#[derive(Default)]
struct Collected(Mutex<Vec<Event>>);

impl Collected {
    fn take(&self) -> Vec<Event> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Sink for Collected {
    fn submit(&self, message: Message) -> Result<(), Message> {
        let mut events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match message {
            Message::Event(sealed) => events.push(sealed.unseal()),
            Message::Amend(amendment) => {
                if let Some(event) = events.iter_mut().find(|event| event.id == amendment.id) {
                    amendment.apply(event);
                }
            }
        }
        Ok(())
    }

    fn wake(&self) {}

    fn flush(&self, _: Duration) -> bool {
        true
    }
}
