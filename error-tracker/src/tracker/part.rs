//! What `store` takes: the name of a store, or a store.

use std::fmt;
use std::path::{Path, PathBuf};
#[cfg(feature = "web")]
use std::sync::Arc;

#[cfg(feature = "web")]
use crate::config::PermissionSetting;
use crate::config::StoreSetting;
use crate::store::Store;
#[cfg(feature = "web")]
use crate::visit::ViewPermission;

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

/// What the setting `view_permission` takes in code: a [`PermissionSetting`](crate::PermissionSetting), which names a ready-made
/// permission, or any [`ViewPermission`](crate::ViewPermission).
#[cfg(feature = "web")]
pub struct PermissionPart(PermissionSetting, Option<Arc<dyn ViewPermission>>);

#[cfg(feature = "web")]
impl PermissionPart {
    /// Returns what the settings show, and the permission if it was given as such.
    pub(super) fn take(self) -> (PermissionSetting, Option<Arc<dyn ViewPermission>>) {
        (self.0, self.1)
    }
}

#[cfg(feature = "web")]
impl<P: ViewPermission + 'static> From<P> for PermissionPart {
    fn from(permission: P) -> Self {
        Self(PermissionSetting::own(), Some(Arc::new(permission)))
    }
}

#[cfg(feature = "web")]
impl From<PermissionSetting> for PermissionPart {
    fn from(named: PermissionSetting) -> Self {
        Self(named, None)
    }
}

#[cfg(feature = "web")]
impl fmt::Debug for PermissionPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PermissionPart").field(&self.0).finish()
    }
}
