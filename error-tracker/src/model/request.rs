//! The web request that an event belongs to.

use serde::{Deserialize, Serialize};

/// The web request that an event belongs to; empty fields where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Request {
    /// The `Host` header with its port.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub host: String,
    /// The method, in capitals.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub method: String,
    /// The path as requested, without the query.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
}

impl Request {
    /// Makes a request by hand.
    pub fn new(
        host: impl Into<String>,
        method: impl Into<String>,
        path: impl Into<String>,
    ) -> Self {
        Self { host: host.into(), method: method.into(), path: path.into() }
    }
}

impl From<&Request> for Request {
    fn from(request: &Request) -> Self {
        request.clone()
    }
}
