//! What a framework has to send.

use serde::Serialize;

use super::html::Html;

/// What a framework has to send: whole, and ready.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers, with names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    fn of(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        Self { status, headers: vec![("content-type", content_type.to_owned())], body }
    }

    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self::of(status, "text/plain; charset=utf-8", body.as_bytes().to_vec())
    }

    pub(super) fn html(status: u16, html: Html) -> Self {
        Self::of(status, "text/html; charset=utf-8", html.into_string().into_bytes())
    }

    /// A value that can't be written as JSON is our mistake, and an answer of its own.
    pub(super) fn json(status: u16, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self::of(status, "application/json", body),
            Err(_) => {
                Self::of(500, "application/json", br#"{"error":"write the answer"}"#.to_vec())
            }
        }
    }

    /// Takes JSON that is written already.
    pub(super) fn written_json(text: &str) -> Self {
        Self::of(200, "application/json", text.as_bytes().to_vec())
    }

    /// Says that it goes on at a relative address, by GET.
    pub(super) fn see_other(location: String) -> Self {
        Self::text(303, "See the page that the header Location names.\n").with("location", location)
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Ends it: with what every response carries, and without the body where only the rest is asked.
    pub(super) fn finished(mut self, policy: &str, is_head: bool) -> Self {
        let length = self.body.len().to_string();
        let all = [
            ("content-length", length.as_str()),
            ("content-security-policy", policy),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("cache-control", "no-store"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ];
        self.headers.extend(all.map(|(name, value)| (name, value.to_owned())));
        for (_, value) in &mut self.headers {
            // What a visitor sent may come back in a header, and a line of it would be a header.
            value.retain(|c| c == ' ' || c.is_ascii_graphic());
        }
        if is_head {
            self.body.clear();
        }
        self
    }
}
