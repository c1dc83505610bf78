//! The values that can be set, from code, the environment, a file or their defaults.

mod durability;
mod file;
mod host;
mod nearest;
#[cfg(test)]
mod page;
mod resolve;
mod settings;
mod store;
mod toml;
mod value;
mod web;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::durability::Durability;
#[cfg(fuzzing)]
pub(crate) use self::file::read_file;
pub(crate) use self::file::{ConfigFile, VARIABLE as CONFIG_VARIABLE};
pub(crate) use self::host::host_name;
pub(crate) use self::resolve::{resolve, Override, Resolved};
pub use self::store::StoreSetting;
#[cfg(feature = "web")]
pub(crate) use self::web::NamedPermission;
pub use self::web::{PermissionSetting, TrackedStatuses};
use crate::mask::{DEFAULT_WORDS, MASK};

/// Holds every setting as a plain value.
///
/// A value given in code wins over the environment, that over `error-tracker.toml`, that over the
/// default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Config {
    /// Whether anything is recorded.
    pub enabled: bool,
    /// Whether stacks are captured.
    pub stack: bool,
    /// The crates whose frames count as the application's; empty: found out.
    pub in_app: Vec<String>,
    /// How long the dropped guard waits for what is not stored yet.
    pub shutdown_timeout: Duration,
    /// What the names of the store's tables begin with.
    pub table_prefix: String,
    /// What stands in place of a masked value.
    pub mask_with: String,
    /// The words that make a name secret.
    pub masked_key_has: Vec<String>,
    /// Names that are harmless although they contain such a word.
    pub masked_key_except: Vec<String>,
    /// Whether secrets are found by what they look like: card numbers, tokens, keys, passwords in URLs.
    pub mask_values: bool,
    /// Whether long random strings are masked, too.
    pub mask_high_entropy: bool,
    /// How many elements of a collection are shown.
    pub max_elements: usize,
    /// How many characters of a text are shown.
    pub max_string: usize,
    /// How many levels of nested values are shown.
    pub max_depth: usize,
    /// How many bytes the locals of one event may take.
    pub max_locals: usize,
    /// Where events are stored.
    pub store: StoreSetting,
    /// Whether the start waits for the store, and fails with it.
    pub require_store: bool,
    /// The release that events carry.
    pub release: String,
    /// The environment that events carry.
    pub environment: String,
    /// The machine that events carry.
    pub server_name: String,
    /// How many events of an issue are stored in full.
    pub max_events_per_issue: usize,
    /// How many days an issue is kept after it was last seen, and its events and hours.
    pub retention_days: usize,
    /// How many bytes the store may take.
    pub max_store_size: usize,
    /// How many bytes may wait on disk while the store can't be written.
    pub spool_size: usize,
    /// When a capture is over: at once, or when its event is safe on disk.
    pub durability: Durability,
    /// How long a capture waits for that.
    pub immediate_timeout: Duration,
    /// How many issues a page holds.
    pub list_size: usize,
    /// Where the pages stand, unless a program mounts them elsewhere.
    pub url_prefix: String,
    /// Who may see the pages.
    pub view_permission: PermissionSetting,
    /// Whether issues can be selected in the list and changed together.
    pub admin: bool,
    /// Which answers the web layers record.
    pub track_all_exceptions: TrackedStatuses,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            enabled: true,
            stack: true,
            in_app: Vec::new(),
            shutdown_timeout: Duration::from_secs(2),
            table_prefix: "error_tracker_".into(),
            mask_with: MASK.into(),
            masked_key_has: DEFAULT_WORDS.map(str::to_owned).to_vec(),
            masked_key_except: Vec::new(),
            mask_values: true,
            mask_high_entropy: false,
            max_elements: 100,
            max_string: 1_000,
            max_depth: 10,
            max_locals: 16 * 1024,
            store: StoreSetting::from("sqlite:error-tracker.db"),
            require_store: false,
            release: String::new(),
            environment: "production".into(),
            server_name: String::new(),
            max_events_per_issue: 100,
            retention_days: 90,
            max_store_size: 1 << 30,
            spool_size: 64 << 20,
            durability: Durability::Background,
            immediate_timeout: Duration::from_secs(2),
            list_size: 10,
            url_prefix: "/dev/error".into(),
            view_permission: PermissionSetting::default(),
            admin: true,
            track_all_exceptions: TrackedStatuses::default(),
        }
    }
}
