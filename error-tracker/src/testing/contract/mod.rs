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
    let mut check = |part: Part| part(&mut make());
    documents::PARTS.iter().for_each(|part| check(*part));
    lists::PARTS.iter().for_each(|part| check(*part));
    let can = make().capabilities();
    let abilities: [(bool, &[Part]); 6] = [
        (can.events, &abilities::EVENTS),
        (can.hours, &abilities::HOURS),
        (can.search, &abilities::SEARCH),
        (can.totals, &abilities::TOTALS),
        (can.retention, &abilities::RETENTION),
        (can.exactly_once, &abilities::EXACTLY_ONCE),
    ];
    for (_, parts) in abilities.iter().filter(|(is_claimed, _)| *is_claimed) {
        parts.iter().for_each(|part| part(&mut make()));
    }
}

/// One part of the contract; it gets a store that is empty.
type Part = fn(&mut dyn Store);

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
