//! Makes the batch that the store takes of what waits.

use std::sync::Arc;

use crate::backtrace::{InApp, Stack, Symbolizer};
use crate::model::{Event, EventId};
use crate::pipeline::facts;
use crate::pipeline::pending::{Pending, Rolled};
use crate::queue::Amendment;
use crate::store::{Amended, Batch, Delta, Kept, Origin, Store};

/// Gives stacks their names.
pub(super) struct Names<'a> {
    pub(super) symbolizer: &'a mut Symbolizer,
    pub(super) in_app: &'a InApp,
    /// Stacks are left out: naming them may be what panics.
    pub(super) is_off: bool,
    pub(super) was_asked: bool,
}

impl Names<'_> {
    fn stack(&mut self, event: &Event) -> Option<Arc<Stack>> {
        if event.addresses.is_empty() || self.is_off {
            return None;
        }
        self.was_asked = true;
        self.symbolizer.name(&event.addresses, &self.in_app.crates(event))
    }
}

/// Makes the batch without taking anything from what waits: the write may fail.
pub(super) fn batch(pending: &Pending, origin: &Arc<Origin>, names: &mut Names<'_>) -> Batch {
    let deltas = pending.issues.iter().map(|rolled| delta(rolled, origin, names)).collect();
    Batch { origin: Arc::clone(origin), deltas, ..Batch::default() }
}

fn delta(rolled: &Rolled, origin: &Origin, names: &mut Names<'_>) -> Delta {
    let mut events = Vec::with_capacity(rolled.events.len());
    for waiting in &rolled.events {
        let mut event = waiting.unseal();
        let stack = names.stack(&event);
        event.addresses = Vec::new();
        events.push(Kept { event, stack });
    }
    let facts = match events.last() {
        Some(Kept { event, stack }) => {
            let frames = stack.as_deref().map_or(&[][..], |stack| &stack.frames);
            Arc::new(facts::of_event(event, frames, origin))
        }
        None => rolled.seed.clone().unwrap_or_default(),
    };
    Delta {
        fingerprint: rolled.fingerprint,
        count: rolled.count,
        first_seen: rolled.first_seen,
        last_seen: rolled.last_seen,
        hours: rolled.hours.clone(),
        facts,
        events,
    }
}

/// Reads events that were written before, and adds what was learnt of them since.
///
/// One that can't be read is left as it is: it must not keep all others from being written. Those
/// that are not there yet are given back.
pub(super) fn amended<'a>(
    amendments: impl IntoIterator<Item = (EventId, Vec<&'a Amendment>)>,
    store: &mut dyn Store,
    origin: &Origin,
) -> (Vec<Amended>, Vec<Amendment>) {
    let (mut amended, mut missing) = (Vec::new(), Vec::new());
    for (id, list) in amendments {
        match store.event(id) {
            Ok(Some(recorded)) => {
                let mut event = recorded.event;
                list.iter().for_each(|amendment| amendment.apply(&mut event));
                let facts = facts::of_event(&event, &recorded.stack, origin);
                amended.push(Amended { event, facts });
            }
            Ok(None) => missing.extend(list.into_iter().cloned()),
            Err(_) => {}
        }
    }
    (amended, missing)
}
