//! The pages, for any web framework: a request in, a response out.
//!
//! Routing, permission, escaping, headers and status codes are decided here and only here. The
//! adapters ([`axum`](crate::axum), [`actix_web`](crate::actix_web), [`rocket`](crate::rocket))
//! convert; one for another framework takes the same three steps:
//!
//! 1. make a [`Visit`] and give it to [`receive`], on the thread that serves the request;
//! 2. read as much of the body as [`Job::body_limit`] says, and give it to [`Job::body`], or end with
//!    [`Job::too_large`];
//! 3. call [`Job::run`] where blocking is allowed: it reads the store, and returns within 2 seconds.

mod actions;
mod answer;
mod api;
mod assets;
mod chart;
mod context;
mod copy;
mod csrf;
mod detail;
mod fence;
mod format;
mod html;
#[cfg(feature = "watch")]
pub(crate) mod layer;
mod layout;
mod list;
mod params;
mod refusal;
mod response;
mod route;
mod source;
#[cfg(all(test, feature = "sqlite"))]
mod tests;
#[cfg(feature = "watch")]
mod tracked;
#[cfg(feature = "watch")]
pub(crate) mod watch;

pub use self::answer::{receive, Job, Reception};
#[cfg(feature = "watch")]
pub use self::layer::set_route;
pub use self::response::Response;
#[cfg(feature = "watch")]
pub use self::tracked::{AnyError, Tracked};
pub use crate::visit::{
    BasicAuth, BearerToken, LoopbackOnly, Nobody, Permission, ViewPermission, Visit,
};
