//! What `store` takes: the name of a store, or a store.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::config::StoreSetting;
use crate::store::Store;

/// What the setting `store` takes in code: the URL or path of a ready-made store, or any
/// [`Store`](crate::Store).
pub struct StorePart(Given);

enum Given {
    Named(StoreSetting),
    Own(Box<dyn Store>),
}

impl StorePart {
    /// Returns what the settings show, and the store if it was given as such.
    pub(super) fn take(self) -> (StoreSetting, Option<Box<dyn Store>>) {
        match self.0 {
            Given::Named(setting) => (setting, None),
            Given::Own(store) => (StoreSetting::own(), Some(store)),
        }
    }
}

impl<S: Store + 'static> From<S> for StorePart {
    fn from(store: S) -> Self {
        Self(Given::Own(Box::new(store)))
    }
}

macro_rules! from_names {
    ($($name:ty),*) => {
        $(impl From<$name> for StorePart {
            fn from(name: $name) -> Self {
                Self(Given::Named(name.into()))
            }
        })*
    };
}

from_names!(&str, String, PathBuf, &PathBuf, &Path, StoreSetting);

impl fmt::Debug for StorePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Given::Named(setting) => write!(f, "StorePart({})", setting.show()),
            Given::Own(_) => f.write_str("StorePart(a store of the program's own)"),
        }
    }
}
