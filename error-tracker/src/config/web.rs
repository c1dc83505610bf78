//! The settings of the pages and of the layers around a web framework.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// Which statuses of an answer the web layers record; panics are recorded in any case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TrackedStatuses {
    /// 500 to 599.
    #[default]
    ServerErrors,
    /// 400 to 599.
    AllErrors,
    /// These alone.
    Listed(Vec<u16>),
}

impl TrackedStatuses {
    /// Tells whether an answer of this status is recorded.
    pub fn contains(&self, status: u16) -> bool {
        match self {
            Self::ServerErrors => (500..600).contains(&status),
            Self::AllErrors => (400..600).contains(&status),
            Self::Listed(listed) => listed.contains(&status),
        }
    }

    pub(super) fn is_allowed(&self) -> bool {
        match self {
            Self::Listed(listed) => listed.iter().all(|status| (100..1_000).contains(status)),
            _ => true,
        }
    }

    pub(super) fn show(&self) -> String {
        match self {
            Self::ServerErrors => "false".into(),
            Self::AllErrors => "true".into(),
            Self::Listed(listed) if listed.is_empty() => "[]".into(),
            Self::Listed(listed) => listed.iter().map(u16::to_string).collect::<Vec<_>>().join(","),
        }
    }
}

/// `true` is [`TrackedStatuses::AllErrors`], `false` [`TrackedStatuses::ServerErrors`].
impl From<bool> for TrackedStatuses {
    fn from(all: bool) -> Self {
        match all {
            true => Self::AllErrors,
            false => Self::ServerErrors,
        }
    }
}

impl<const N: usize> From<[u16; N]> for TrackedStatuses {
    fn from(listed: [u16; N]) -> Self {
        Self::Listed(listed.to_vec())
    }
}

impl From<Vec<u16>> for TrackedStatuses {
    fn from(listed: Vec<u16>) -> Self {
        Self::Listed(listed)
    }
}

/// Names who may see the pages: `nobody`, `loopback`, `basic:NAME:PASSWORD` or `bearer:TOKEN`.
///
/// What is secret in it is neither shown nor serialized.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct PermissionSetting(String);

/// A permission by its name.
#[cfg_attr(not(feature = "web"), allow(dead_code, reason = "only the pages make one of it"))]
pub(crate) enum NamedPermission<'n> {
    Nobody,
    Loopback,
    Basic(&'n str, &'n str),
    Bearer(&'n str),
}

impl PermissionSetting {
    /// Says that the program gives a permission of its own.
    #[cfg(feature = "web")]
    pub(crate) fn own() -> Self {
        Self("own".into())
    }

    /// Reads the name; `None` if it is none.
    pub(crate) fn named(&self) -> Option<NamedPermission<'_>> {
        let (name, rest) = self.0.split_once(':').unwrap_or((&self.0, ""));
        match (name, rest) {
            ("nobody" | "own", "") => Some(NamedPermission::Nobody),
            ("loopback", "") => Some(NamedPermission::Loopback),
            ("basic", rest) => {
                let (name, password) = rest.split_once(':')?;
                (!password.is_empty()).then_some(NamedPermission::Basic(name, password))
            }
            ("bearer", token) if !token.is_empty() => Some(NamedPermission::Bearer(token)),
            _ => None,
        }
    }

    pub(super) fn show(&self) -> String {
        match self.named() {
            Some(NamedPermission::Nobody | NamedPermission::Loopback) => self.0.clone(),
            Some(NamedPermission::Basic(name, _)) => format!("basic:{name}:…"),
            Some(NamedPermission::Bearer(_)) => "bearer:…".into(),
            None => "…".into(),
        }
    }
}

impl Default for PermissionSetting {
    fn default() -> Self {
        Self("nobody".into())
    }
}

impl From<String> for PermissionSetting {
    fn from(name: String) -> Self {
        Self(name)
    }
}

impl From<&str> for PermissionSetting {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl Serialize for PermissionSetting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.show())
    }
}

impl fmt::Debug for PermissionSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PermissionSetting").field(&self.show()).finish()
    }
}

/// Tells whether a prefix is a path that pages can be mounted at.
pub(super) fn is_prefix(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-._~/".contains(c);
    text.starts_with('/') && text.len() <= 200 && text.chars().all(is_part) && !text.contains("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_s_secret_is_neither_shown_nor_serialized() {
        for (given, shown) in [
            ("nobody", "nobody"),
            ("loopback", "loopback"),
            ("basic:ann:hunter2", "basic:ann:…"),
            ("bearer:hunter2", "bearer:…"),
            ("basic:hunter2", "…"),
            ("hunter2", "…"),
        ] {
            let setting = PermissionSetting::from(given);
            assert_eq!(setting.show(), shown);
            let all = format!("{setting:?}{}", serde_json::to_string(&setting).unwrap());
            assert!(!all.contains("hunter2"), "{all}");
        }
    }

    #[test]
    fn a_prefix_is_a_plain_path() {
        for good in ["/", "/x", "/x/", "/dev/error", "/~ann/a.b-c_d"] {
            assert!(is_prefix(good), "{good}");
        }
        for bad in ["", "x", "//x", "/x//y", "/a b", "/é", "/x?y", "/{id}"] {
            assert!(!is_prefix(bad), "{bad}");
        }
    }
}
