//! The permissions that come with the crate.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::secret::{are_equal, digest, random_key};
use super::{base64, Permission, ViewPermission, Visit};

/// Lets nobody see the pages: the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nobody;

impl ViewPermission for Nobody {
    fn permission(&self, _: &Visit) -> Permission {
        Permission::Nothing
    }
}

/// Lets those manage who are on the same machine: for development.
///
/// Behind a proxy everybody seems to be on the same machine. So a request that a proxy has marked
/// (`Forwarded`, `Via`, `X-Forwarded-..`, `X-Real-IP`), or that asks for another host than
/// `localhost`, `127.0.0.1` or `[::1]`, is a stranger's; so is one whose client is not known.
#[derive(Clone, Copy, Debug, Default)]
pub struct LoopbackOnly;

impl ViewPermission for LoopbackOnly {
    fn permission(&self, visit: &Visit) -> Permission {
        let is_near = visit.client.is_some_and(|client| client.to_canonical().is_loopback());
        let mut hosts = visit.headers.iter().filter(|(name, _)| name == "host").peekable();
        // A page from elsewhere can make its own name stand for this machine.
        let is_named = hosts.peek().is_some() && hosts.all(|(_, host)| is_local(host));
        let is_passed_on = visit.headers.iter().any(|(name, _)| is_of_proxy(name));
        (is_near && is_named && !is_passed_on).into()
    }
}

fn is_of_proxy(header: &str) -> bool {
    matches!(header, "forwarded" | "via" | "x-real-ip") || header.starts_with("x-forwarded-")
}

fn is_local(host: &str) -> bool {
    if let Some((name, port)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(is_number);
        return is_port && name.parse().is_ok_and(|ip: Ipv6Addr| IpAddr::V6(ip).is_loopback());
    }
    let (name, port) = host.split_once(':').unwrap_or((host, "0"));
    let is_loopback = || name.parse().is_ok_and(|ip: Ipv4Addr| ip.is_loopback());
    is_number(port) && (name.eq_ignore_ascii_case("localhost") || is_loopback())
}

fn is_number(port: &str) -> bool {
    !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit())
}

/// Lets those in who know a name and a password.
///
/// # Examples
///
/// ```
/// use error_tracker::web::{BasicAuth, Permission, ViewPermission, Visit};
///
/// let permission = BasicAuth::new("ann", "correct horse").viewer("support", "battery staple");
/// let visit = Visit::new("GET", "/dev/error", "").header("authorization", "Basic YW5uOmNvcnJlY3QgaG9yc2U=");
/// assert_eq!(permission.permission(&visit), Permission::Manage);
/// ```
#[derive(Clone)]
pub struct BasicAuth(Known);

impl BasicAuth {
    /// Takes the name and the password of somebody who may manage; only a digest of both is kept.
    pub fn new(name: &str, password: &str) -> Self {
        Self(Known::new()).and(name, password)
    }

    /// Adds somebody who may manage.
    #[must_use]
    pub fn and(mut self, name: &str, password: &str) -> Self {
        self.0.add(&[name, password], Permission::Manage);
        self
    }

    /// Adds somebody who may view.
    #[must_use]
    pub fn viewer(mut self, name: &str, password: &str) -> Self {
        self.0.add(&[name, password], Permission::View);
        self
    }
}

impl ViewPermission for BasicAuth {
    fn permission(&self, visit: &Visit) -> Permission {
        let bytes = credentials(visit, "basic").and_then(base64::decode);
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        match text.as_deref().and_then(|text| text.split_once(':')) {
            Some((name, password)) => self.0.permission(&[name, password]),
            None => Permission::Nothing,
        }
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

/// Lets those in who know a token: programs, as browsers do not ask for one.
///
/// # Examples
///
/// ```
/// use error_tracker::web::{BearerToken, Permission, ViewPermission, Visit};
///
/// let permission = BearerToken::new("t-17");
/// let visit = Visit::new("GET", "/dev/error", "").header("authorization", "Bearer t-17");
/// assert_eq!(permission.permission(&visit), Permission::Manage);
/// ```
#[derive(Clone)]
pub struct BearerToken(Known);

impl BearerToken {
    /// Takes the token of somebody who may manage; only a digest of it is kept.
    pub fn new(token: &str) -> Self {
        Self(Known::new()).and(token)
    }

    /// Adds the token of somebody who may manage.
    #[must_use]
    pub fn and(mut self, token: &str) -> Self {
        self.0.add(&[token], Permission::Manage);
        self
    }

    /// Adds the token of somebody who may view.
    #[must_use]
    pub fn viewer(mut self, token: &str) -> Self {
        self.0.add(&[token], Permission::View);
        self
    }
}

impl ViewPermission for BearerToken {
    fn permission(&self, visit: &Visit) -> Permission {
        match credentials(visit, "bearer") {
            Some(token) => self.0.permission(&[token]),
            None => Permission::Nothing,
        }
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

/// Returns what follows the scheme in the header `Authorization`.
fn credentials<'v>(visit: &'v Visit, scheme: &str) -> Option<&'v str> {
    let (given, rest) = visit.get_header("authorization")?.trim().split_once(' ')?;
    given.eq_ignore_ascii_case(scheme).then(|| rest.trim_start())
}

/// Digests of what is known, under a salt of this process.
#[derive(Clone)]
struct Known {
    salt: [u8; 32],
    digests: Vec<([u8; 32], Permission)>,
}

impl Known {
    fn new() -> Self {
        Self { salt: random_key(), digests: Vec::new() }
    }

    fn add(&mut self, parts: &[&str], permission: Permission) {
        self.digests.push((digest(&self.salt, parts), permission));
    }

    /// Looks at all of them, whichever it is.
    fn permission(&self, parts: &[&str]) -> Permission {
        let given = digest(&self.salt, parts);
        let known = self.digests.iter();
        let allowed = known.map(|(digest, permission)| match are_equal(digest, &given) {
            true => *permission,
            false => Permission::Nothing,
        });
        allowed.fold(Permission::Nothing, Permission::max)
    }
}

#[cfg(test)]
mod tests;
