//! Pages and a middleware for [actix-web](https://docs.rs/actix-web).
//!
//! ```
//! use actix_web::{web, App};
//!
//! let app = App::new()
//!     .wrap(error_tracker::actix_web::Middleware)
//!     .route("/", web::get().to(|| async { "hello" }))
//!     .service(error_tracker::actix_web::pages());
//! ```
//!
//! # Where the middleware stands
//!
//! Wrapped last, so outermost: `App::wrap` wraps what was wrapped before it. There it sees the panics
//! and the answers of all other middlewares, and nothing below can take its header away. Wrapped
//! around the app and around one of its scopes, it records once.

mod middleware;
mod pages;
mod tracked;

pub use self::middleware::{Answering, Middleware, Service};
pub use self::pages::{pages, pages_at};
