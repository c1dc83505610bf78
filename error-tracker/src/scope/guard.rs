//! The guard of a scope in synchronous code.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::Serialize;

use crate::model::Request;
use crate::scope::data::Scope;
use crate::scope::stack;
use crate::scope::value::Value;

/// Adds context to everything that is recorded in this task until it drops.
///
/// Made by [`scope!`](crate::scope!). It stays on its thread:
///
/// ```compile_fail,E0277
/// fn is_send<T: Send>(_: T) {}
/// is_send(error_tracker::scope!(user_id = 7));
/// ```
#[must_use = "the scope ends when this guard drops"]
pub struct ScopeGuard {
    id: Option<u64>,
    not_send: PhantomData<*const ()>,
}

impl ScopeGuard {
    #[doc(hidden)]
    pub fn new() -> Self {
        Self::enter(Scope::new())
    }

    pub(crate) fn enter(scope: Scope) -> Self {
        Self { id: stack::push(scope), not_send: PhantomData }
    }

    /// Adds a value; it keeps its JSON type, and replaces an older one of the same key.
    pub fn set_extra(&self, key: impl Into<Cow<'static, str>>, value: impl Serialize) {
        let (key, value) = (key.into(), Value::json(&value));
        self.change(|scope| scope.put(key, value));
    }

    #[doc(hidden)]
    pub fn set(&mut self, key: &'static str, value: Value) {
        self.change(|scope| scope.set(key, value));
    }

    #[doc(hidden)]
    pub fn set_request(&mut self, request: impl Into<Request>) {
        let request = request.into();
        self.change(|scope| scope.request = Some(request));
    }

    fn change(&self, change: impl FnOnce(&mut Scope)) {
        if let Some(id) = self.id {
            stack::change(id, change);
        }
    }
}

impl Drop for ScopeGuard {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            stack::pop(id);
        }
    }
}
