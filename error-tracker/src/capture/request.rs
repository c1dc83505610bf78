//! The request of an event, masked part by part.

use serde_json::Value as Json;

use crate::capture::draft::{cut, head, Draft};
use crate::mask::{Found, Masker};
use crate::model::Request;
use crate::queue::Tag;

/// How many headers of a request are kept.
const HEADERS: usize = 100;
/// How much a request's body takes at most once it is masked, in bytes.
const BODY: usize = 64 * 1024;

impl Draft {
    /// Adds the request.
    pub(crate) fn request(&mut self, request: &Request) {
        let (masker, mut found) = (self.masker.clone(), Found::default());
        let media_type = request.headers.get("content-type").map_or("", String::as_str);
        let mut masked = |part: &str, mask: &dyn Fn(&Masker, &mut Found) -> String| {
            let text = mask(&masker, &mut found);
            self.notes(&found, ("request", part));
            found.clear();
            text
        };
        let host = masked("host", &|m, found| m.text(head(&request.host), found).into_owned());
        let path = masked("path", &|m, found| m.url(head(&request.path), found).into_owned());
        let query = masked("query", &|m, found| m.form(head(&request.query), found).into_owned());
        let body = masked("body", &|m, found| {
            cut(&m.body(media_type, &request.body, found), BODY).into_owned()
        });
        let headers = masked("headers", &|m, found| headers(m, request, found));
        let method =
            masked("method", &|m, found| m.text(head(&request.method), found).into_owned());
        self.parts.put(Tag::Request, &[&host, &method, &path, &query, &body, &headers]);
    }
}

fn headers(masker: &Masker, request: &Request, found: &mut Found) -> String {
    let masked = request.headers.iter().take(HEADERS).map(|(name, value)| {
        let value = masker.named(name, head(value), found).into_owned();
        (masker.text(head(name), found).into_owned(), Json::String(value))
    });
    Json::Object(masked.collect()).to_string()
}
