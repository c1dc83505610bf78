//! Grouping: the fingerprint, made of facts that the failing thread has without a stack.

mod cache;
mod names;
mod normalize;
#[cfg(feature = "sqlite")]
mod version1;

use sha2::{Digest, Sha256};

#[cfg(feature = "sqlite")]
use crate::model::Event;
use crate::model::{Fingerprint, Kind};

pub(crate) use self::cache::Cache;
pub(crate) use self::names::{crate_relative, plain_name, FileName};
pub(crate) use self::normalize::normalize;

/// The version of the rules; it is part of every fingerprint.
///
/// Whoever changes what a fingerprint is made of raises it, and keeps the old rules in a file of
/// their own, so that [`earlier`] finds the issues that they made.
pub(crate) const VERSION: &str = "2";

/// The facts of one failure that decide its issue.
#[derive(Clone, Copy, Default)]
pub(crate) struct Facts<'a> {
    pub(crate) kind: Kind,
    /// The error's type without generic arguments, or the leading identifier of its `Debug`.
    pub(crate) exception: &'a str,
    /// The variant of an enum.
    pub(crate) variant: &'a str,
    /// The path of the innermost annotated function, the calling function, or the file.
    pub(crate) site: &'a str,
    /// The text of the failing expression.
    pub(crate) expression: &'a str,
    /// The message without its variable parts, where the type says too little.
    pub(crate) text: &'a str,
    /// What the user gave instead of all that.
    pub(crate) custom: &'a str,
}

impl<'a> Facts<'a> {
    /// Returns the parts that count, each with its label.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&'static str, &'a str)> {
        let all = if self.custom.is_empty() {
            [
                ("kind", self.kind.as_str()),
                ("type", self.exception),
                ("variant", self.variant),
                ("site", self.site),
                ("expression", self.expression),
                ("text", self.text),
            ]
        } else {
            [("fingerprint", self.custom), ("", ""), ("", ""), ("", ""), ("", ""), ("", "")]
        };
        all.into_iter().filter(|(_, text)| !text.is_empty())
    }

    /// Hashes the parts.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        self.fingerprint_of(VERSION)
    }

    fn fingerprint_of(&self, version: &str) -> Fingerprint {
        let mut hash = Sha256::new();
        hash.update(version);
        for (label, text) in self.parts() {
            // Lengths keep neighbouring parts from running into one another.
            hash.update((label.len() as u32).to_le_bytes());
            hash.update(label);
            hash.update((text.len() as u32).to_le_bytes());
            hash.update(text);
        }
        Fingerprint::from_bytes(hash.finalize().into())
    }
}

/// Returns the fingerprints that an event had under earlier versions of the rules, newest first.
#[cfg(feature = "sqlite")]
pub(crate) fn earlier(event: &Event) -> impl Iterator<Item = Fingerprint> {
    let is_current = event.grouping.version.to_string() == VERSION;
    is_current.then(|| version1::fingerprint(event)).into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_parts_do_not_run_into_one_another() {
        let one = Facts { exception: "ab", variant: "c", ..Facts::default() };
        let other = Facts { exception: "a", variant: "bc", ..Facts::default() };
        assert_ne!(one.fingerprint(), other.fingerprint());
    }
}
