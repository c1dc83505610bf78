//! The permissions that come with the crate.

use std::fmt;

use super::{Permission, ViewPermission, Visit};

/// Lets nobody see the pages: the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nobody;

impl ViewPermission for Nobody {
    fn permission(&self, _: &Visit) -> Permission {
        Permission::Nothing
    }
}

/// Lets those manage who are on the same machine: for development.
#[derive(Clone, Copy, Debug, Default)]
pub struct LoopbackOnly;

impl ViewPermission for LoopbackOnly {
    fn permission(&self, visit: &Visit) -> Permission {
        visit.client.is_some_and(|client| client.is_loopback()).into()
    }
}

/// Lets those manage who know a name and a password.
#[derive(Clone)]
pub struct BasicAuth {
    _digest: [u8; 32],
}

impl BasicAuth {
    /// Takes the name and the password; only a digest of both is kept.
    pub fn new(_name: &str, _password: &str) -> Self {
        Self { _digest: [0; 32] }
    }
}

impl ViewPermission for BasicAuth {
    fn permission(&self, _: &Visit) -> Permission {
        Permission::Nothing
    }

    fn challenge(&self) -> &str {
        "Basic realm=\"errors\", charset=\"UTF-8\""
    }
}

impl fmt::Debug for BasicAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BasicAuth(..)")
    }
}

/// Lets those manage who know a token.
#[derive(Clone)]
pub struct BearerToken {
    _digest: [u8; 32],
}

impl BearerToken {
    /// Takes the token; only a digest of it is kept.
    pub fn new(_token: &str) -> Self {
        Self { _digest: [0; 32] }
    }
}

impl ViewPermission for BearerToken {
    fn permission(&self, _: &Visit) -> Permission {
        Permission::Nothing
    }

    fn challenge(&self) -> &str {
        "Bearer realm=\"errors\""
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken(..)")
    }
}
