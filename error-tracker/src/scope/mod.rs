//! Context of the running task: scopes, tags, the user, breadcrumbs.
//!
//! A thread holds a stack of scopes. A tracked future takes what lies above its own mark off
//! the stack whenever it returns `Pending`, and puts it back at its next poll, so that scopes
//! follow their task from thread to thread and no other task sees them.

mod data;
mod guard;
#[cfg_attr(not(feature = "watch"), allow(dead_code, reason = "only layers make one"))]
mod serving;
mod stack;
mod value;

pub use self::data::Scope;
pub(crate) use self::data::{Crumb, RING};
pub use self::guard::ScopeGuard;
pub(crate) use self::serving::Noted;
#[cfg(feature = "watch")]
pub(crate) use self::serving::{Field, Head, Serving};
#[cfg(feature = "watch")]
pub(crate) use self::stack::enter_task;
pub(crate) use self::stack::{
    collect, enter, in_root, in_task, leave, serving, suspend, Carried, Collected, Mark,
};
pub use self::value::{Plain, Value, Values};
