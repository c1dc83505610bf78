//! What a store can do beside keeping issues.

use serde::{Deserialize, Serialize};

/// Tells what a store can do beside keeping issues.
///
/// # Examples
///
/// ```
/// use error_tracker::store::Capabilities;
///
/// let mut can = Capabilities::none();
/// can.events = true;
/// assert_ne!(can, Capabilities::none());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Capabilities {
    /// It keeps events in full: `put_event`, `events`, `event`, `drop_event`.
    pub events: bool,
    /// It counts by the hour: `put_hour`, `hours`.
    pub hours: bool,
    /// Its `list` looks for text: [`Query::search`](crate::Query::search).
    pub search: bool,
    /// It knows how many issues there are: `totals`.
    pub totals: bool,
    /// It removes what is too old or too much: `retain`.
    pub retention: bool,
    /// A batch that is written twice counts once, whatever happens between.
    pub exactly_once: bool,
}

impl Capabilities {
    /// A store of the four methods alone.
    pub const fn none() -> Self {
        Self {
            events: false,
            hours: false,
            search: false,
            totals: false,
            retention: false,
            exactly_once: false,
        }
    }

    /// A store that can do everything.
    pub const fn all() -> Self {
        Self {
            events: true,
            hours: true,
            search: true,
            totals: true,
            retention: true,
            exactly_once: true,
        }
    }
}
