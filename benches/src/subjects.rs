//! The functions under measurement: twins with one body, bare, ours, and the peer's.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::hint::black_box;
use std::io;
use std::pin::{pin, Pin};
use std::task::{Context, Poll, Waker};

use error_tracker::track_exception;
#[cfg(feature = "peers")]
use tracing::instrument;

/// What the functions fail with: an enum with a source, as programs have them.
#[derive(Debug)]
pub(crate) enum Failure {
    Negative(io::Error),
    TooLong(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Negative(_) => "the number is negative",
            Self::TooLong(_) => "the text is too long",
        })
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Negative(source) | Self::TooLong(source) => Some(source),
        }
    }
}

#[inline(always)]
fn positive(number: i32) -> Result<u64, Failure> {
    u64::try_from(number).map_err(|_| Failure::Negative(io::ErrorKind::InvalidInput.into()))
}

#[inline(always)]
fn short(text: &str) -> Result<u64, Failure> {
    match text.len() {
        0..1_000 => Ok(text.len() as u64),
        _ => Err(Failure::TooLong(io::ErrorKind::InvalidData.into())),
    }
}

macro_rules! two {
    ($(#[$attribute:meta])* $name:ident) => {
        $(#[$attribute])*
        #[inline(never)]
        pub(crate) fn $name(number: i32, text: &str) -> Result<u64, Failure> {
            let first = positive(number)?;
            let second = short(text)?;
            Ok(first + second)
        }
    };
}

macro_rules! six {
    ($(#[$attribute:meta])* $name:ident) => {
        $(#[$attribute])*
        #[inline(never)]
        pub(crate) fn $name(
            number: i32,
            text: &str,
            large: u64,
            bytes: &[u8],
            maybe: Option<u32>,
            owned: String,
        ) -> Result<(u64, String), Failure> {
            let first = positive(number)?;
            let second = short(text)?;
            let rest = large + bytes.len() as u64 + u64::from(maybe.unwrap_or_default());
            Ok((first + second + rest, owned))
        }
    };
}

macro_rules! two_async {
    ($(#[$attribute:meta])* $name:ident, $polled:ident) => {
        $(#[$attribute])*
        async fn $name(number: i32, text: &str) -> Result<u64, Failure> {
            let first = positive(number)?;
            let second = short(text)?;
            Ok(first + second)
        }

        #[inline(never)]
        pub(crate) fn $polled(number: i32, text: &str) -> Result<u64, Failure> {
            poll_once($name(number, text))
        }
    };
}

macro_rules! panicking {
    ($(#[$attribute:meta])* $name:ident) => {
        $(#[$attribute])*
        #[inline(never)]
        pub(crate) fn $name(number: i32, text: &str) -> u64 {
            assert!(number >= 0, "the number is negative");
            text.len() as u64
        }
    };
}

two! { two }
two! { #[track_exception] two_ours }
six! { six }
six! { #[track_exception] six_ours }
two_async! { two_async, two_polled }
two_async! { #[track_exception] two_async_ours, two_polled_ours }
panicking! { panicking }
panicking! { #[track_exception] panicking_ours }

/// The same as `two_ours`, an issue for each number.
#[track_exception(fingerprint = number)]
#[inline(never)]
pub(crate) fn many_ours(number: i32, text: &str) -> Result<u64, Failure> {
    let first = positive(number)?;
    let second = short(text)?;
    Ok(first + second)
}

#[cfg(feature = "peers")]
two! { #[instrument(err)] two_peer }
#[cfg(feature = "peers")]
six! { #[instrument(err)] six_peer }
#[cfg(feature = "peers")]
two_async! { #[instrument(err)] two_async_peer, two_polled_peer }

/// Polls as executors do: through a pointer to a task of some type.
fn poll_once<T>(future: impl Future<Output = T>) -> T {
    let future: Pin<&mut dyn Future<Output = T>> = pin!(future);
    let future = black_box(future);
    let mut context = Context::from_waker(Waker::noop());
    match future.poll(&mut context) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("the bodies wait for nothing"),
    }
}
