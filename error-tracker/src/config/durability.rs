//! When a capture is over.

use std::fmt;

use serde::{Deserialize, Serialize};

/// When a capture is over: at once, or when its event is safe on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Durability {
    /// At once; the event is committed at most 250 milliseconds after it left the queue.
    #[default]
    Background,
    /// When event, innermost frame and context are synced to disk, or the setting
    /// `immediate_timeout` is over.
    Immediate,
}

impl Durability {
    /// Returns the name in lower case, as settings have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Durability::Background => "background",
            Durability::Immediate => "immediate",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        let all = [Durability::Background, Durability::Immediate];
        all.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(name.trim()))
    }
}

impl fmt::Display for Durability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
