//! Errors to fail with.

use std::error::Error;
use std::fmt;

/// The error of a sector: where failures begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk(pub u32);

impl fmt::Display for Disk {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "disk {}", self.0)
    }
}

impl Error for Disk {}

/// Wraps the cause, as `#[from]` does, without repeating its text.
#[derive(Debug)]
pub struct Load(pub Disk);

impl fmt::Display for Load {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("loading failed")
    }
}

impl Error for Load {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

impl From<Disk> for Load {
    fn from(disk: Disk) -> Self {
        Self(disk)
    }
}

/// Shows its cause as itself, as `#[error(transparent)]` does.
#[derive(Debug)]
pub struct Transparent(pub Box<dyn Error + Send + Sync>);

impl fmt::Display for Transparent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl Error for Transparent {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// An error that says nothing of its cause.
#[derive(Debug, Default)]
pub struct Gone;

impl fmt::Display for Gone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("it is gone")
    }
}

impl Error for Gone {}
