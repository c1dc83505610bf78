//! How bad an event is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How bad an event is, from least to worst.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Level {
    /// Of use while developing.
    Debug,
    /// Worth knowing.
    Info,
    /// Unexpected, but the work went on.
    Warning,
    /// The work failed; the default for errors.
    #[default]
    Error,
    /// The thread or the program can't go on; the default for panics.
    Fatal,
}

impl Level {
    /// All levels, from least to worst.
    pub const ALL: [Level; 5] =
        [Level::Debug, Level::Info, Level::Warning, Level::Error, Level::Fatal];

    /// Returns the name in lower case, as stores keep it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
            Level::Fatal => "fatal",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(text: &str) -> Result<Self, UnknownLevel> {
        Level::ALL.into_iter().find(|level| level.as_str() == text).ok_or(UnknownLevel)
    }
}

/// Says that a text is not the name of a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownLevel;

impl fmt::Display for UnknownLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("parse a level: debug, info, warning, error or fatal")
    }
}

impl std::error::Error for UnknownLevel {}
