//! What a scope holds.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;

use serde::Serialize;

use crate::model::{Level, Request, Timestamp};
use crate::scope::serving::Serving;
use crate::scope::stack::{self, Carried, Mark};
use crate::scope::value::Value;

/// How many breadcrumbs of a task are kept.
pub(crate) const RING: usize = 100;

/// Context for everything that is recorded while it is entered.
///
/// # Examples
///
/// ```
/// use error_tracker::{InScope as _, Scope};
///
/// # async fn load() {}
/// let scope = Scope::new().with("user_id", 7).with("email", "a@example.com");
/// let future = load().in_scope(scope);
/// # drop(future);
/// ```
#[derive(Clone, Default)]
#[must_use = "a scope has no effect until something is run in it"]
pub struct Scope {
    pub(crate) extras: Vec<(Cow<'static, str>, Value)>,
    pub(crate) tags: Vec<(Cow<'static, str>, Value)>,
    pub(crate) user: Option<String>,
    pub(crate) request: Option<Request>,
    /// The request of a layer around a web framework.
    pub(crate) serving: Option<Arc<Serving>>,
}

impl Scope {
    /// Makes an empty scope.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value, which keeps its JSON type.
    pub fn with(mut self, key: impl Into<Cow<'static, str>>, value: impl Serialize) -> Self {
        self.put(key.into(), Value::json(&value));
        self
    }

    /// Takes the context that applies here: all scopes with their tags, the user, and the web request
    /// that the running task serves.
    ///
    /// For work that another thread does: [`run`](Scope::run) it there. A future takes it along by
    /// [`in_current_scope`](crate::InScope::in_current_scope). What is added later, on either side,
    /// does not reach the other.
    pub fn current() -> Self {
        stack::current()
    }

    /// Runs a closure in this scope, on whichever thread it is called.
    ///
    /// What it adds by [`set_extra`](crate::set_extra) and the like, and its breadcrumbs, end with it.
    ///
    /// # Examples
    ///
    /// ```
    /// use error_tracker::{set_extra, Scope};
    ///
    /// set_extra("user_id", 7);
    /// let scope = Scope::current();
    /// let resize = move || scope.run(|| error_tracker::capture_message!("no memory left"));
    /// let worker = std::thread::spawn(|| error_tracker::testing::record(resize));
    /// assert_eq!(worker.join().unwrap()[0].context["user_id"], 7);
    /// ```
    pub fn run<R>(self, run: impl FnOnce() -> R) -> R {
        let _running = Running(stack::enter_task(Carried::of_task(self)));
        run()
    }

    /// Puts this scope around another, which is nearer.
    pub(super) fn within(mut self, inner: &Scope) -> Self {
        let copy = |pairs: &[(Cow<'static, str>, Value)]| pairs.to_vec();
        copy(&inner.extras).into_iter().for_each(|(key, value)| self.put(key, value));
        copy(&inner.tags).into_iter().for_each(|(key, value)| self.tag(key, value));
        self.user = inner.user.clone().or(self.user);
        self.request = inner.request.clone().or(self.request);
        self.serving = inner.serving.clone().or(self.serving);
        self
    }

    #[doc(hidden)]
    pub fn set(&mut self, key: &'static str, value: Value) {
        self.put(Cow::Borrowed(key), value);
    }

    #[doc(hidden)]
    pub fn set_request(&mut self, request: impl Into<Request>) {
        self.request = Some(request.into());
    }

    pub(crate) fn put(&mut self, key: Cow<'static, str>, value: Value) {
        put(&mut self.extras, key, value);
    }

    pub(crate) fn tag(&mut self, key: Cow<'static, str>, value: Value) {
        put(&mut self.tags, key, value);
    }
}

/// Leaves the scope of a closure when it ends, by returning or by unwinding.
struct Running(Mark);

impl Drop for Running {
    fn drop(&mut self) {
        stack::leave(self.0);
    }
}

fn put(pairs: &mut Vec<(Cow<'static, str>, Value)>, key: Cow<'static, str>, value: Value) {
    match pairs.iter_mut().find(|(known, _)| *known == key) {
        Some((_, old)) => *old = value,
        None => pairs.push((key, value)),
    }
}

impl<K: Into<Cow<'static, str>>, V: Serialize, const N: usize> From<[(K, V); N]> for Scope {
    fn from(pairs: [(K, V); N]) -> Self {
        pairs.into_iter().fold(Self::new(), |scope, (key, value)| scope.with(key, value))
    }
}

/// Something that happened before; not masked yet.
#[derive(Clone)]
pub(crate) struct Crumb {
    pub(crate) at: Timestamp,
    pub(crate) level: Level,
    pub(crate) message: String,
    pub(crate) data: Vec<(&'static str, Value)>,
}

/// What belongs to a whole task.
#[derive(Default)]
pub(crate) struct Root {
    /// Its `serving` is the request that the task serves.
    pub(crate) scope: Scope,
    pub(crate) crumbs: VecDeque<Crumb>,
}

impl Root {
    pub(crate) fn crumb(&mut self, crumb: Crumb) {
        if self.crumbs.len() == RING {
            self.crumbs.pop_front();
        }
        self.crumbs.push_back(crumb);
    }
}
