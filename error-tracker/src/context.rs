//! What an event keeps of a web request, where the program decides itself.

use serde_json::{Map, Value};

use crate::model::Request;

/// Decides what an event keeps of the web request that it belongs to.
///
/// It is called for every event that is recorded in full, on the thread that fails: it must not
/// block. What it returns is masked, by the names of keys at any depth and by what values look
/// like, and becomes [`Event::request_data`](crate::Event::request_data). Host, method, path and
/// route are kept in any case, as the list shows them; query, headers and body only as the builder
/// gives them. A panic in it costs its part of the event and nothing else.
///
/// # Examples
///
/// All that is kept by default, without the headers:
///
/// ```
/// use error_tracker::{ContextBuilder, DefaultContextBuilder, Request};
/// use serde_json::{Map, Value};
///
/// struct WithoutHeaders;
///
/// impl ContextBuilder for WithoutHeaders {
///     fn build(&self, request: Option<&Request>) -> Map<String, Value> {
///         let mut data = DefaultContextBuilder.build(request);
///         data.remove("headers");
///         data
///     }
/// }
///
/// let request = Request::new("shop.example", "GET", "/pay?coupon=X").header("accept", "*/*");
/// let data = WithoutHeaders.build(Some(&request));
/// assert_eq!(data["query"], "coupon=X");
/// assert!(!data.contains_key("headers"));
/// ```
pub trait ContextBuilder: Send + Sync {
    /// Returns what is kept; `request` is `None` for an event that belongs to none.
    fn build(&self, request: Option<&Request>) -> Map<String, Value>;
}

impl<F> ContextBuilder for F
where
    F: Fn(Option<&Request>) -> Map<String, Value> + Send + Sync,
{
    fn build(&self, request: Option<&Request>) -> Map<String, Value> {
        self(request)
    }
}

/// Keeps all of a request: `method`, `url`, `route`, `client`, `query`, `headers`, `body`; a body that is a JSON
/// document as such, others as text. What is empty is left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct DefaultContextBuilder;

impl ContextBuilder for DefaultContextBuilder {
    fn build(&self, request: Option<&Request>) -> Map<String, Value> {
        let Some(request) = request else { return Map::new() };
        let body = serde_json::from_slice(request.body.as_bytes());
        let body = body.unwrap_or_else(|_| Value::from(request.body.as_str()));
        let headers =
            request.headers.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
        let pairs = [
            ("method", Value::from(request.method.as_str())),
            ("url", Value::from(format!("{}{}", request.host, request.path))),
            ("route", Value::from(request.route.as_str())),
            ("client", Value::from(request.client.as_str())),
            ("query", Value::from(request.query.as_str())),
            ("headers", Value::Object(headers.collect())),
            ("body", body),
        ];
        let is_empty = |value: &Value| match value {
            Value::String(text) => text.is_empty(),
            Value::Object(map) => map.is_empty(),
            _ => false,
        };
        let told = pairs.into_iter().filter(|(_, value)| !is_empty(value));
        told.map(|(key, value)| (key.to_owned(), value)).collect()
    }
}
