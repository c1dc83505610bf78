//! Digests of secrets, and how they are compared.

use std::hash::{BuildHasher, RandomState};

use sha2::{Digest, Sha256};

/// Makes a key that differs from process to process.
///
/// The standard library seeds its hashers with 128 bits from the system, which is all there is in a
/// key; without knowing them the hash of a number can't be guessed.
pub(crate) fn random_key() -> [u8; 32] {
    let seeded = RandomState::new();
    let mut hash = Sha256::new();
    for number in 0..8_u64 {
        hash.update(seeded.hash_one(number).to_ne_bytes());
    }
    hash.finalize().into()
}

/// Returns the digest of some parts under a salt; where one part ends belongs to it.
pub(super) fn digest(salt: &[u8; 32], parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(salt);
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Compares two digests in the same time wherever they differ.
pub(crate) fn are_equal(one: &[u8; 32], other: &[u8; 32]) -> bool {
    let differs = one.iter().zip(other).fold(0, |differs, (one, other)| differs | (one ^ other));
    std::hint::black_box(differs) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_and_parts_do_not_run_together() {
        assert_ne!(random_key(), random_key());
        let salt = random_key();
        assert!(are_equal(&digest(&salt, &["a", "bc"]), &digest(&salt, &["a", "bc"])));
        assert!(!are_equal(&digest(&salt, &["a", "bc"]), &digest(&salt, &["ab", "c"])));
        assert!(!are_equal(&digest(&salt, &["a"]), &digest(&random_key(), &["a"])));
    }
}
