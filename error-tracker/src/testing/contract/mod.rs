//! What every store must do: the public contract test.

mod abilities;
mod documents;
mod lists;
mod samples;

use crate::store::Store;

/// Holds a store to what the tracker asks of it; `make` gives an empty store each time.
///
/// The four methods, `set_state` and `write` are checked for every store; of what else there is,
/// each capability that the store claims. Call it from a test.
///
/// # Examples
///
/// ```
/// use error_tracker::store::Memory;
///
/// error_tracker::testing::store_contract(Memory::new);
/// ```
///
/// # Panics
///
/// The store breaks a rule; the text says which.
pub fn store_contract<S: Store>(mut make: impl FnMut() -> S) {
    let mut check = |part: Part<S>| part(&mut make());
    documents::parts().into_iter().for_each(&mut check);
    lists::parts().into_iter().for_each(&mut check);
    let can = make().capabilities();
    let abilities = [
        (can.events, abilities::events_parts()),
        (can.hours, abilities::hours_parts()),
        (can.search, abilities::search_parts()),
        (can.totals, abilities::totals_parts()),
        (can.retention, abilities::retention_parts()),
        (can.exactly_once, abilities::exactly_once_parts()),
    ];
    for (_, parts) in abilities.into_iter().filter(|(is_claimed, _)| *is_claimed) {
        parts.into_iter().for_each(|part: Part<S>| part(&mut make()));
    }
}

/// One part of the contract; it gets a store that is empty.
///
/// Generic, so that it is compiled in tests alone and not with every program.
type Part<S> = fn(&mut S);

/// Takes the value, or says which rule was broken.
#[track_caller]
fn works<T>(rule: &str, result: Result<T, crate::error::Error>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("store contract: {rule}: {error:?}"),
    }
}

#[track_caller]
fn holds<T: PartialEq + std::fmt::Debug>(rule: &str, found: T, expected: T) {
    assert!(
        found == expected,
        "store contract: {rule}:\n   found {found:?}\nexpected {expected:?}"
    );
}

#[cfg(test)]
mod tests;
