//! The functions that fail, each in a way of its own.

use std::hint::black_box;

use error_tracker::track_exception;

/// How many issues fail all the time.
pub(crate) const STEADY: usize = 300;
/// How many a wide storm is spread over.
pub(crate) const WIDE: usize = 2_000;

/// What goes wrong, and which one of its kind.
#[derive(Debug)]
pub(crate) enum Failure {
    Steady(usize),
    Wide(usize),
    Narrow,
    Passing(u64),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Steady(number) => write!(out, "steady {number}"),
            Self::Wide(number) => write!(out, "wide {number}"),
            Self::Narrow => out.write_str("narrow"),
            Self::Passing(number) => write!(out, "passing {number}"),
        }
    }
}

impl std::error::Error for Failure {}

#[track_exception]
#[inline(never)]
pub(crate) fn happy(number: u64, text: &str) -> Result<u64, Failure> {
    let first = u64::try_from(text.len()).map_err(|_| Failure::Narrow)?;
    Ok(black_box(first + number))
}

macro_rules! sites {
    ($($site:ident)*) => {
        $(
            #[track_exception(fingerprint = number)]
            #[inline(never)]
            fn $site(number: usize, customer: &str, card_number: &str) -> Result<u64, Failure> {
                match black_box(number) {
                    usize::MAX => Ok(customer.len() as u64 + card_number.len() as u64),
                    _ => Err(Failure::Steady(number)),
                }
            }
        )*
        const SITES: &[fn(usize, &str, &str) -> Result<u64, Failure>] = &[$($site),*];
    };
}

sites! { charge ship weigh refund quote login logout search upload resize }

/// Fails at one of ten sites, as one of thirty issues of it.
#[track_exception]
pub(crate) fn steady(number: usize) -> Result<u64, Failure> {
    SITES[number % SITES.len()](number, "joe@example.com", "4111 1111 1111 1111")
}

#[track_exception(fingerprint = 10_000 + number)]
#[inline(never)]
pub(crate) fn wide(number: usize) -> Result<u64, Failure> {
    Err(Failure::Wide(black_box(number)))
}

#[track_exception]
#[inline(never)]
pub(crate) fn narrow(number: u64) -> Result<u64, Failure> {
    match black_box(number) {
        u64::MAX => Ok(0),
        _ => Err(Failure::Narrow),
    }
}

/// Fails as an issue that is deleted afterwards.
#[track_exception(fingerprint = 100_000 + number)]
#[inline(never)]
pub(crate) fn passing(number: u64) -> Result<u64, Failure> {
    Err(Failure::Passing(black_box(number)))
}

#[track_exception]
#[inline(never)]
pub(crate) fn panicking(number: u64) -> u64 {
    assert!(black_box(number) == u64::MAX, "a worker gave up");
    number
}
