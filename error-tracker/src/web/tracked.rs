//! An error as the answer of a handler.

use std::error::Error as StdError;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use crate::capture::Snapshot;
use crate::fault::Failure;
use crate::global;
use crate::scope::Serving;

/// An error as the answer of a handler, which the layer records if its status is one that is recorded.
///
/// `Tracked` alone takes any error by `?` and answers with status 500 and no detail. `Tracked<E>`
/// answers as `E` does: with axum as its `IntoResponse`, with actix-web as its `ResponseError`,
/// with Rocket as its `Responder`. An error that an annotated function has recorded before stays
/// one event.
///
/// # Examples
///
/// ```
/// use error_tracker::{track_exception, Tracked};
///
/// #[track_exception]
/// fn price(item: &str) -> Result<u32, std::num::ParseIntError> {
///     item.parse()
/// }
///
/// async fn pay() -> Result<String, Tracked> {
///     Ok(format!("paid {}", price("12a")?))
/// }
/// ```
pub struct Tracked<E = AnyError> {
    error: E,
    location: &'static Location<'static>,
}

/// Any error, in a [`Tracked`]: only what it says, and its type's name if that was known.
pub struct AnyError {
    error: Box<dyn StdError + Send + Sync>,
    type_name: &'static str,
}

impl<E> Tracked<E> {
    /// Takes the error back out.
    pub fn into_inner(self) -> E {
        self.error
    }

    /// Returns the error.
    pub fn get_ref(&self) -> &E {
        &self.error
    }
}

impl<E: StdError> Tracked<E> {
    /// Hands the error to the layer that watches the request; without one, records it.
    pub(crate) fn hand_over(&self, serving: Option<Arc<Serving>>) {
        let type_name = std::any::type_name::<E>();
        hand_over(serving, &Failure::typed(&self.error, type_name), self.location);
    }
}

impl Tracked<AnyError> {
    /// Hands the error to the layer that watches the request; without one, records it.
    pub(crate) fn hand_over(&self, serving: Option<Arc<Serving>>) {
        let type_name = self.error.type_name;
        hand_over(serving, &Failure::typed(&*self.error.error, type_name), self.location);
    }
}

fn hand_over(
    serving: Option<Arc<Serving>>,
    failure: &Failure<'_>,
    location: &'static Location<'static>,
) {
    match serving {
        Some(serving) => {
            let snapshot = Snapshot::of(failure, failure.type_name(), Some(location));
            serving.give_error(Box::new(snapshot));
        }
        None => {
            let place = crate::capture::Place { location, handler: false };
            let extras = crate::capture::Extras::default();
            global::with_recorder(|recorder| recorder.by_hand(*failure, extras, place));
        }
    }
}

impl<E> From<E> for Tracked<E> {
    #[track_caller]
    fn from(error: E) -> Self {
        Self { error, location: Location::caller() }
    }
}

impl<X: Into<Box<dyn StdError + Send + Sync>>> From<X> for Tracked<AnyError> {
    #[track_caller]
    fn from(error: X) -> Self {
        let error =
            AnyError { error: error.into(), type_name: telling(std::any::type_name::<X>()) };
        Self { error, location: Location::caller() }
    }
}

/// Returns the name of a type that says which error it is: a box and a text don't.
fn telling(type_name: &'static str) -> &'static str {
    let hides = [
        "anyhow::",
        "eyre::",
        "alloc::boxed::Box<",
        "alloc::string::String",
        "&",
        "alloc::borrow::Cow<",
    ];
    match hides.iter().any(|prefix| type_name.starts_with(prefix)) {
        true => "",
        false => type_name,
    }
}

impl<E: fmt::Display> fmt::Display for Tracked<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<E: fmt::Debug> fmt::Debug for Tracked<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl fmt::Display for AnyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl fmt::Debug for AnyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}
