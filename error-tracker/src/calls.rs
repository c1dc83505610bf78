//! The public functions that record, report, and add context.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::future::Future;
use std::io;
use std::panic::Location;

use serde::Serialize;

use crate::__private;
use crate::fault::Failure;
use crate::global;
use crate::model::EventId;
use crate::scope::{self, Scope, Value};

/// Records an error in hand, and returns its event's id: nil when nothing was recorded.
///
/// An error that an annotated callee recorded, or that was captured before, stays one event. The
/// annotated functions it is captured in add their arguments when they exit. The type of a
/// `dyn Error` can't be known: it is grouped by the name that its `Debug` begins with and by its
/// text; [`capture_exception!`](crate::capture_exception!) knows the type.
///
/// # Examples
///
/// ```
/// let events = error_tracker::testing::record(|| {
///     let error = "seven".parse::<u32>().unwrap_err();
///     error_tracker::capture_exception(&error)
/// });
/// assert_eq!(events[0].exception_name, "ParseIntError");
/// ```
#[track_caller]
pub fn capture_exception(error: &(dyn StdError + '_)) -> EventId {
    __private::capture_failure(Failure::from_dyn(error), |_| {}, Location::caller())
}

/// Writes the masked report of an error to a writer, recording nothing.
///
/// Works before [`init!`](crate::init!) too, with default masking. Names of the stack are looked
/// up on the calling thread, which takes milliseconds the first time.
///
/// # Errors
///
/// Those of the writer.
#[track_caller]
pub fn print_exception(
    error: &(dyn StdError + '_),
    writer: &mut (impl io::Write + ?Sized),
) -> io::Result<()> {
    __private::print_failure(Failure::from_dyn(error), writer)
}

/// Returns the masked report of an error, recording nothing.
///
/// # Examples
///
/// ```
/// let error = "seven".parse::<u32>().unwrap_err();
/// let report = error_tracker::format_exception(&error);
/// assert!(report.contains("invalid digit found in string"));
/// ```
#[track_caller]
pub fn format_exception(error: &(dyn StdError + '_)) -> String {
    global::report(&Failure::from_dyn(error), Location::caller())
}

/// Adds a value to the innermost scope of the running task.
pub fn set_extra(key: impl Into<Cow<'static, str>>, value: impl Serialize) {
    let (key, value) = (key.into(), Value::json(&value));
    scope::in_task(|scope| scope.put(key, value));
}

/// Adds a searchable pair to the innermost scope of the running task.
pub fn set_tag(key: impl Into<Cow<'static, str>>, value: impl Serialize) {
    let (key, value) = (key.into(), Value::json(&value));
    scope::in_task(|scope| scope.tag(key, value));
}

/// Says whom the running task serves.
pub fn set_user(id: impl ToString) {
    let id = id.to_string();
    scope::in_task(|scope| scope.user = Some(id));
}

/// Runs futures in a scope.
pub trait InScope: Future + Sized {
    /// Runs the future in a scope, on whichever thread it is polled.
    fn in_scope(self, scope: impl Into<Scope>) -> impl Future<Output = Self::Output> {
        __private::scoped(scope.into(), self)
    }

    /// Runs the future in the context that applies where this is called: for a task that works for
    /// the running one, whose web request its events then belong to.
    ///
    /// # Examples
    ///
    /// ```
    /// use error_tracker::{set_extra, InScope as _};
    ///
    /// async fn send_receipt() {
    ///     error_tracker::capture_message!("no receipt was sent");
    /// }
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// set_extra("user_id", 7);
    /// let receipt = error_tracker::testing::record_async(send_receipt().in_current_scope());
    /// let events = tokio::spawn(receipt).await.unwrap();
    /// assert_eq!(events[0].context["user_id"], 7);
    /// # });
    /// ```
    fn in_current_scope(self) -> impl Future<Output = Self::Output> {
        self.in_scope(Scope::current())
    }
}

impl<F: Future> InScope for F {}
