//! Fingerprints that this thread has made before, so that a repeat costs no SHA-256.

use std::hash::{BuildHasher, Hasher, RandomState};

use crate::grouping::Facts;
use crate::model::Fingerprint;

const ENTRIES: usize = 64;

/// A small table from facts to fingerprints, a thread each.
pub(crate) struct Cache {
    states: [RandomState; 2],
    entries: Vec<([u64; 2], Fingerprint)>,
}

impl Cache {
    pub(crate) fn new() -> Self {
        Self { states: [RandomState::new(), RandomState::new()], entries: Vec::new() }
    }

    /// Returns the facts' fingerprint.
    pub(crate) fn fingerprint(&mut self, facts: &Facts<'_>) -> Fingerprint {
        let key = self.states.each_ref().map(|state| hash(state, facts));
        let place = key[0] as usize % ENTRIES;
        if self.entries.is_empty() {
            self.entries.resize(ENTRIES, ([0; 2], Fingerprint::default()));
        }
        match &mut self.entries[place] {
            (known, fingerprint) if *known == key => *fingerprint,
            entry => {
                *entry = (key, facts.fingerprint());
                entry.1
            }
        }
    }
}

fn hash(state: &RandomState, facts: &Facts<'_>) -> u64 {
    let mut hasher = state.build_hasher();
    for (label, text) in facts.parts() {
        hasher.write(label.as_bytes());
        hasher.write_usize(text.len());
        hasher.write(text.as_bytes());
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cached_fingerprint_is_the_made_one() {
        let mut cache = Cache::new();
        for number in 0..500 {
            let text = (number % 200).to_string();
            let facts = Facts { text: &text, ..Facts::default() };
            assert_eq!(cache.fingerprint(&facts), facts.fingerprint());
        }
    }
}
