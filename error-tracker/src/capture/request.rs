//! The request of an event, masked part by part.

use serde_json::Value as Json;

use crate::capture::draft::{cut, fenced, head, Draft};
use crate::capture::Recorder;
use crate::mask::{Found, Masker};
use crate::model::Request;
use crate::queue::Tag;
use crate::scope::Value;

/// How many headers of a request are kept.
const HEADERS: usize = 100;
/// How much a request's body takes at most once it is masked, in bytes.
const BODY: usize = 64 * 1024;

impl Recorder {
    /// Adds the request that the event belongs to, or what the program makes of it.
    pub(super) fn request(&self, draft: &mut Draft) {
        let request = draft.request.take();
        let Some(builder) = &self.parts.context_builder else {
            return request.iter().for_each(|request| draft.whole_request(request));
        };
        if let Some(request) = &request {
            draft.head_of_request(request);
        }
        let built = fenced(|| builder.build(request.as_ref())).unwrap_or_default();
        for (key, value) in built {
            draft.pair(Tag::RequestData, &key, Value::json(&value));
        }
    }
}

impl Draft {
    fn whole_request(&mut self, request: &Request) {
        let media_type = request.headers.get("content-type").map_or("", String::as_str);
        let query = self.part("query", |m, found| m.form(head(&request.query), found).into_owned());
        let body = self.part("body", |m, found| {
            cut(&m.body(media_type, &request.body, found), BODY).into_owned()
        });
        let headers = self.part("headers", |m, found| headers(m, request, found));
        self.put_request(request, [&query, &body, &headers]);
    }

    fn head_of_request(&mut self, request: &Request) {
        self.put_request(request, ["", "", "{}"]);
    }

    fn put_request(&mut self, request: &Request, [query, body, headers]: [&str; 3]) {
        let text =
            |value: &str, m: &Masker, found: &mut Found| m.text(head(value), found).into_owned();
        let host = self.part("host", |m, found| text(&request.host, m, found));
        let path = self.part("path", |m, found| m.url(head(&request.path), found).into_owned());
        let method = self.part("method", |m, found| text(&request.method, m, found));
        self.parts.put(Tag::Request, &[&host, &method, &path, query, body, headers]);
        let route = self.part("route", |m, found| text(&request.route, m, found));
        let client = self.part("client", |m, found| text(&request.client, m, found));
        if !route.is_empty() || !client.is_empty() {
            self.parts.put(Tag::Route, &[&route, &client]);
        }
    }

    /// Masks a part of the request, and notes what was found in it.
    fn part(&mut self, name: &str, mask: impl FnOnce(&Masker, &mut Found) -> String) -> String {
        let (masker, mut found) = (self.masker.clone(), Found::default());
        let text = mask(&masker, &mut found);
        self.notes(&found, ("request", name));
        text
    }
}

fn headers(masker: &Masker, request: &Request, found: &mut Found) -> String {
    let mut masked = serde_json::Map::new();
    for (name, value) in request.headers.iter().take(HEADERS) {
        let value = masker.named(name, head(value), found).into_owned();
        masked.insert(masker.text(head(name), found).into_owned(), Json::String(value));
    }
    Json::Object(masked).to_string()
}
