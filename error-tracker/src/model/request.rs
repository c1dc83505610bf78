//! The web request that an event belongs to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How much of a body is kept, in bytes.
const BODY: usize = 64 * 1024;

/// The web request that an event belongs to; empty fields where there is none.
///
/// All of it is masked when it is recorded: the query and forms by their parameters' names,
/// headers by theirs, JSON and multipart bodies by those of their fields. A body is read by its
/// `content-type` header; of a file in a multipart body only name, type and size are kept.
///
/// # Examples
///
/// ```
/// use error_tracker::Request;
///
/// let request = Request::new("shop.example", "POST", "/pay")
///     .query("coupon=A1&token=t-17")
///     .header("content-type", "application/json")
///     .body(br#"{"amount": 12, "card_secret": "1234"}"#);
/// let events = error_tracker::testing::record(|| {
///     error_tracker::capture_message!(request = &request; "declined")
/// });
/// let recorded = events[0].request.as_ref().unwrap();
/// assert_eq!(recorded.query, "coupon=A1&token=*****");
/// assert_eq!(recorded.body, r#"{"amount": 12, "card_secret": *****}"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Request {
    /// The `Host` header with its port.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub host: String,
    /// The method, in capitals.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub method: String,
    /// The path as requested, without the query.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// The pattern of the router that the path matched, such as `/pay/{id}`; empty if not known.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub route: String,
    /// The address at the other end of the connection: of the client, or of a proxy.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub client: String,
    /// The query, without its question mark.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub query: String,
    /// The headers, their names in lower case; values of one name are joined by `, `.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body's first 64 KiB as text; of a body that is no text, its type and length.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub body: String,
}

impl Request {
    /// Makes a request by hand; a query in `path` is taken off and kept as such.
    pub fn new(
        host: impl Into<String>,
        method: impl Into<String>,
        path: impl Into<String>,
    ) -> Self {
        let request =
            Self { host: host.into(), method: method.into(), path: path.into(), ..Self::default() };
        match request.path.split_once('?') {
            Some((path, query)) => {
                let (path, query) = (path.to_owned(), query.to_owned());
                Self { path, query, ..request }
            }
            None => request,
        }
    }

    /// Sets the query, without its question mark.
    #[must_use]
    pub fn query(mut self, query: impl Into<String>) -> Self {
        self.query = query.into();
        self
    }

    /// Sets the pattern of the router that the path matched.
    #[must_use]
    pub fn route(mut self, route: impl Into<String>) -> Self {
        self.route = route.into();
        self
    }

    /// Sets the address at the other end of the connection.
    #[must_use]
    pub fn client(mut self, client: impl Into<String>) -> Self {
        self.client = client.into();
        self
    }

    /// Returns the pattern that the path matched, else the path itself.
    pub fn shown_path(&self) -> &str {
        match self.route.as_str() {
            "" => &self.path,
            route => route,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        let values = self.headers.entry(name.as_ref().to_ascii_lowercase()).or_default();
        if !values.is_empty() {
            values.push_str(", ");
        }
        values.push_str(value.as_ref());
        self
    }

    /// Sets the body, of which the first 64 KiB are kept; what is not UTF-8 is replaced.
    #[must_use]
    pub fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        self.body = String::from_utf8_lossy(&body[..body.len().min(BODY)]).into_owned();
        self
    }
}

impl From<&Request> for Request {
    fn from(request: &Request) -> Self {
        request.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_in_the_path_is_taken_off() {
        let request = Request::new("h", "GET", "/a?b=1?c");
        assert_eq!((request.path.as_str(), request.query.as_str()), ("/a", "b=1?c"));
    }

    #[test]
    fn headers_of_one_name_are_joined_whatever_its_case() {
        let request = Request::default().header("Accept", "a").header("ACCEPT", "b");
        assert_eq!(request.headers["accept"], "a, b");
    }

    #[test]
    fn a_body_is_cut_and_may_be_no_text() {
        let request = Request::default().body(vec![0xff; BODY + 1]);
        assert_eq!(request.body.chars().count(), BODY);
    }
}
