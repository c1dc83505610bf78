//! Pages and a fairing for [Rocket](https://docs.rs/rocket).
//!
//! ```
//! use error_tracker::rocket::{fairing, pages, track};
//! use rocket::{get, routes};
//!
//! #[get("/")]
//! fn hello() -> &'static str {
//!     "hello"
//! }
//!
//! let app = rocket::build()
//!     .mount("/", track(routes![hello]))
//!     .mount("/dev/error", pages())
//!     .attach(fairing());
//! ```
//!
//! # What Rocket lets a fairing see
//!
//! A fairing sees a request before and after its handler, but not around it: so [`track`] wraps the
//! handlers. Those of other routes run outside of the request's scope: of them the fairing records
//! statuses alone, and what annotated functions record there knows no request. Catchers run outside
//! of it, too. Attached last, the fairing sees what the others make of an answer.
//!
//! A body can't be read along. Of it is kept what has arrived when the handler begins, at most
//! 512 bytes, whether the handler reads it or not; nothing is waited for.

mod fairing;
mod pages;
mod tracked;

pub use self::fairing::{fairing, track, Fairing};
pub use self::pages::{pages, routes, Pages};
