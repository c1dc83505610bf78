//! The one opaque error of this crate.

use std::error::Error as StdError;
use std::fmt;

/// Says what the tracker attempted in vain, and why.
///
/// The text is what was attempted; the reason, where there is one, is the [`source`](StdError::source).
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    attempted: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    AlreadyInitialized,
    Setting,
    /// What failed could not be kept on disk either.
    Spool,
    Store,
    /// A store of ours that can't be read any more.
    StoreCorrupt,
    Writer,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, attempted: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, attempted: attempted.into(), source: None }))
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Makes the error of a [`Store`](crate::Store) of one's own: what was attempted, and why not.
    ///
    /// # Examples
    ///
    /// ```
    /// use error_tracker::Error;
    ///
    /// let refused = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
    /// let error = Error::store("write issues/4bf9.json", refused);
    /// assert!(error.is_store());
    /// ```
    pub fn store(
        attempted: impl Into<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self::new(ErrorKind::Store, attempted).with_source(source)
    }

    /// Tells whether a tracker runs already in this process.
    pub fn is_already_initialized(&self) -> bool {
        self.0.kind == ErrorKind::AlreadyInitialized
    }

    /// Tells whether a setting is unusable; the text names it, its source and what is allowed.
    pub fn is_setting(&self) -> bool {
        self.0.kind == ErrorKind::Setting
    }

    /// Tells whether the store could not be opened, read or written.
    pub fn is_store(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Store | ErrorKind::StoreCorrupt)
    }

    /// Tells whether the store is damaged, and ours to replace.
    pub(crate) fn is_corrupt_store(&self) -> bool {
        self.0.kind == ErrorKind::StoreCorrupt
    }

    /// Tells whether the writer thread could not be started or did not answer in time.
    pub fn is_writer(&self) -> bool {
        self.0.kind == ErrorKind::Writer
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.attempted)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("attempted", &self.0.attempted)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
