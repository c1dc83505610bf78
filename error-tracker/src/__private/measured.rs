//! Batches as the writer makes them, for measurements of stores.

use std::collections::HashMap;
use std::sync::Arc;

use crate::backtrace::Stack;
use crate::model::{Fingerprint, Hour, Recorded};
use crate::pipeline::facts_of;
use crate::store::{Batch, BatchId, Delta, Kept, Origin};

/// Makes a batch of events, oldest first, with their stacks; all are to be kept.
pub fn batch(number: u64, events: Vec<Recorded>) -> Batch {
    let origin = Origin {
        release: "shop@1.4.2".into(),
        environment: "production".into(),
        server_name: "web-1".into(),
    };
    let mut deltas: Vec<Delta> = Vec::new();
    let mut places: HashMap<Fingerprint, usize> = HashMap::new();
    for Recorded { event, stack, .. } in events {
        let facts = Arc::new(facts_of(&event, &stack, &origin));
        let place = *places.entry(event.fingerprint).or_insert(deltas.len());
        if place == deltas.len() {
            deltas.push(Delta {
                fingerprint: event.fingerprint,
                count: 0,
                first_seen: event.at,
                last_seen: event.at,
                hours: vec![(event.at.as_micros().div_euclid(Hour::MICROS), 0)],
                facts: facts.clone(),
                events: Vec::new(),
            });
        }
        let delta = &mut deltas[place];
        delta.count += 1;
        delta.hours[0].1 += 1;
        (delta.last_seen, delta.facts) = (event.at, facts);
        delta.events.push(Kept { event, stack: Stack::new(stack) });
    }
    let id = Some(BatchId { run: 1, number });
    Batch { id, origin: Arc::new(origin), max_events: usize::MAX, deltas, ..Batch::default() }
}
