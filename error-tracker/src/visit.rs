//! A request for one of the tracker's own pages, and who may see them.

pub(crate) mod base64;
mod ready_made;
pub(crate) mod secret;

use std::any::Any;
use std::fmt;
use std::net::IpAddr;

pub use self::ready_made::{BasicAuth, BearerToken, LoopbackOnly, Nobody};

/// A request for one of the tracker's own pages, whatever framework brought it.
///
/// [`ViewPermission`] decides by it; an adapter for a framework makes it.
#[derive(Default)]
pub struct Visit {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) below: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) client: Option<IpAddr>,
    framework: Option<Box<dyn Any>>,
}

impl Visit {
    /// Makes a visit of `path` as the client asked for it, and `below` as the part of it that follows
    /// the place at which the pages are mounted; both without the query.
    ///
    /// # Examples
    ///
    /// ```
    /// use error_tracker::web::Visit;
    ///
    /// let visit = Visit::new("GET", "/dev/error/api/issues", "api/issues")
    ///     .query("sort=count")
    ///     .header("Accept", "application/json");
    /// assert_eq!(visit.get_header("accept"), Some("application/json"));
    /// ```
    pub fn new(
        method: impl Into<String>,
        path: impl Into<String>,
        below: impl Into<String>,
    ) -> Self {
        Self { method: method.into(), path: path.into(), below: below.into(), ..Self::default() }
    }

    /// Sets the query, without its question mark, as it was sent.
    #[must_use]
    pub fn query(mut self, query: impl Into<String>) -> Self {
        self.query = query.into();
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl AsRef<str>, value: impl Into<String>) -> Self {
        self.headers.push((name.as_ref().to_ascii_lowercase(), value.into()));
        self
    }

    /// Sets the address at the other end of the connection: of the client, or of a proxy.
    #[must_use]
    pub fn client(mut self, client: impl Into<Option<IpAddr>>) -> Self {
        self.client = client.into();
        self
    }

    /// Hands on what the framework has beside the request: for axum and tower its
    /// `http::Extensions`, for actix-web its `HttpRequest`.
    #[must_use]
    pub fn with_framework(self, framework: impl Any) -> Self {
        self.with_boxed(Box::new(framework))
    }

    pub(crate) fn with_boxed(mut self, framework: Box<dyn Any>) -> Self {
        self.framework = Some(framework);
        self
    }

    /// Returns what the framework has beside the request, if it is of this type.
    ///
    /// So a permission asks for the user whom the host's login put there:
    /// `visit.framework::<http::Extensions>()?.get::<User>()` with axum and tower,
    /// `visit.framework::<actix_web::HttpRequest>()?.extensions().get::<User>()` with actix-web, and
    /// with Rocket the value that `Pages::visitor` made.
    pub fn framework<T: Any>(&self) -> Option<&T> {
        self.framework.as_deref()?.downcast_ref()
    }

    /// Returns the method, in capitals.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Returns the path as the client asked for it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the query as it was sent.
    pub fn get_query(&self) -> &str {
        &self.query
    }

    /// Returns the first header of this name, which is compared without regard to case.
    pub fn get_header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Returns the address at the other end of the connection, if the framework tells it.
    pub fn client_address(&self) -> Option<IpAddr> {
        self.client
    }
}

impl fmt::Debug for Visit {
    /// Headers may hold passwords: only their names are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Visit")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("below", &self.below)
            .field("headers", &names)
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

/// What a visitor of the pages may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Permission {
    /// Not even know whether an issue exists.
    #[default]
    Nothing,
    /// See everything, change nothing.
    View,
    /// See and change everything.
    Manage,
}

/// `true` is [`Permission::Manage`]: who may view the pages may delete, unless told apart.
impl From<bool> for Permission {
    fn from(may: bool) -> Self {
        match may {
            true => Permission::Manage,
            false => Permission::Nothing,
        }
    }
}

/// Decides who may see the pages, and who may change issues there; without one, nobody.
///
/// It is asked once for each request, on the thread that serves it, so it must not block. A
/// closure will do, which returns a [`Permission`] or a `bool`; ready-made ones are [`LoopbackOnly`],
/// [`BasicAuth`] and [`BearerToken`].
///
/// # Examples
///
/// ```
/// use error_tracker::web::{Permission, ViewPermission, Visit};
///
/// let permission = |visit: &Visit| match visit.get_header("x-role") {
///     Some("admin") => Permission::Manage,
///     Some("support") => Permission::View,
///     _ => Permission::Nothing,
/// };
/// let visit = Visit::new("GET", "/dev/error", "").header("x-role", "support");
/// assert_eq!(permission.permission(&visit), Permission::View);
/// ```
pub trait ViewPermission: Send + Sync {
    /// Tells what this visitor may do.
    fn permission(&self, visit: &Visit) -> Permission;

    /// Names the visitor: the form of one can't be sent in the name of another.
    ///
    /// Unless overridden, it is the `Authorization` header, else nothing.
    fn visitor(&self, visit: &Visit) -> String {
        visit.get_header("authorization").unwrap_or_default().to_owned()
    }

    /// Tells a stranger how to identify themselves: the value of the header `WWW-Authenticate`.
    fn challenge(&self) -> &str {
        "Private realm=\"errors\""
    }
}

impl<F, P> ViewPermission for F
where
    F: Fn(&Visit) -> P + Send + Sync,
    P: Into<Permission>,
{
    fn permission(&self, visit: &Visit) -> Permission {
        self(visit).into()
    }
}
