//! Fingerprints that this thread has made before, so that a repeat costs no SHA-256.

use crate::grouping::Facts;
use crate::model::{Fingerprint, Kind};

const ENTRIES: usize = 64;
/// Longer facts are hashed at each failure, so that the table stays small.
const LONGEST: usize = 512;
const FIELDS: usize = 6;

/// A small table from facts to fingerprints, a thread each.
///
/// Entries hold the facts themselves: two that differ are never taken for one another, so that
/// the place of an entry may be found by a hash that anyone can predict.
pub(crate) struct Cache {
    entries: Vec<Entry>,
}

#[derive(Clone, Default)]
struct Entry {
    kind: Kind,
    ends: [u16; FIELDS],
    text: String,
    fingerprint: Fingerprint,
}

impl Cache {
    pub(crate) fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// Returns the facts' fingerprint.
    pub(crate) fn fingerprint(&mut self, facts: &Facts<'_>) -> Fingerprint {
        let fields = fields(facts);
        if fields.iter().map(|field| field.len()).sum::<usize>() > LONGEST {
            return facts.fingerprint();
        }
        if self.entries.is_empty() {
            self.entries.resize(ENTRIES, Entry::default());
        }
        let entry = &mut self.entries[place(&fields)];
        if entry.fingerprint == Fingerprint::default() || !entry.holds(facts.kind, &fields) {
            entry.keep(facts, &fields);
        }
        entry.fingerprint
    }
}

impl Entry {
    fn holds(&self, kind: Kind, fields: &[&str; FIELDS]) -> bool {
        let mut start = 0;
        self.kind == kind
            && fields.iter().zip(self.ends).all(|(field, end)| {
                let known = &self.text.as_bytes()[start..usize::from(end)];
                start = usize::from(end);
                known == field.as_bytes()
            })
    }

    fn keep(&mut self, facts: &Facts<'_>, fields: &[&str; FIELDS]) {
        self.text.clear();
        for (field, end) in fields.iter().zip(&mut self.ends) {
            self.text.push_str(field);
            *end = self.text.len() as u16;
        }
        self.kind = facts.kind;
        self.fingerprint = facts.fingerprint();
    }
}

fn fields<'a>(facts: &Facts<'a>) -> [&'a str; FIELDS] {
    [facts.exception, facts.variant, facts.site, facts.expression, facts.text, facts.custom]
}

/// Finds the place by the lengths and by both ends of each field.
fn place(fields: &[&str; FIELDS]) -> usize {
    let mut hash = 0_u64;
    for field in fields {
        let bytes = field.as_bytes();
        hash = mixed(hash, bytes.len() as u64);
        match (bytes.first_chunk(), bytes.last_chunk()) {
            (Some(first), Some(last)) => {
                hash = mixed(mixed(hash, u64::from_le_bytes(*first)), u64::from_le_bytes(*last));
            }
            _ => hash = bytes.iter().fold(hash, |hash, byte| mixed(hash, u64::from(*byte))),
        }
    }
    (hash >> 32) as usize % ENTRIES
}

/// One step of FxHash, the hash that rustc uses.
fn mixed(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95)
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

    #[test]
    fn facts_in_other_fields_are_other_facts() {
        let mut cache = Cache::new();
        let one = Facts { exception: "ab", variant: "c", ..Facts::default() };
        let other = Facts { exception: "a", variant: "bc", ..Facts::default() };
        for facts in [one, other, Facts { kind: Kind::Panic, ..one }, Facts::default()] {
            assert_eq!(cache.fingerprint(&facts), facts.fingerprint());
            assert_eq!(cache.fingerprint(&facts), facts.fingerprint());
        }
    }

    #[test]
    fn long_facts_are_not_kept() {
        let mut cache = Cache::new();
        let text = "long ".repeat(200);
        let facts = Facts { text: &text, ..Facts::default() };
        assert_eq!(cache.fingerprint(&facts), facts.fingerprint());
        assert!(cache.entries.is_empty());
    }
}
