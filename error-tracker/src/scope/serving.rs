//! The web request that a task serves.

use std::any::Any;
use std::fmt;
use std::io::Write as _;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::model::{EventId, Fingerprint, Request};

/// How much of a body is kept, in bytes.
pub(crate) const BODY: usize = 64 * 1024;
/// How many bytes a request's head takes at most, beyond which headers are left out.
const HEAD: usize = 32 * 1024;
/// How long an address may be as a text: of IPv6 with one of IPv4 in it, and a zone.
const LONGEST_ADDRESS: usize = 64;
/// How many bytes most heads take.
const USUAL_HEAD: usize = 1_024;
/// How many failures of a request are remembered.
const FAILURES: usize = 64;

/// The web request that a task serves: its head as it came, its body as far as it was read.
///
/// It is made for every request, most of which succeed: hence one buffer, which is taken apart
/// when something fails.
#[derive(Default)]
pub(crate) struct Serving {
    head: Head,
    route: OnceLock<String>,
    body: Mutex<Body>,
    failures: Mutex<Vec<Noted>>,
    is_own: AtomicBool,
    error: Mutex<Option<Box<dyn Any + Send>>>,
}

/// The head of a request: texts one after another.
#[derive(Default)]
pub(crate) struct Head {
    texts: Vec<u8>,
    has_route: bool,
}

/// What a text of the head is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Field {
    Method,
    Path,
    Query,
    Host,
    Client,
    Route,
    Header,
}

/// What was read of the body.
#[derive(Default)]
struct Body {
    beginning: Vec<u8>,
    length: u64,
    has_ended: bool,
}

/// A failure that was recorded while the request was served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Noted {
    pub(crate) id: EventId,
    pub(crate) fingerprint: Fingerprint,
    /// Whether the event is recorded in full, not only counted.
    pub(crate) kept: bool,
    /// Whether it may be why the request failed: no message, and handled by no annotated caller.
    pub(crate) open: bool,
}

impl Head {
    pub(crate) fn new() -> Self {
        Self { texts: Vec::with_capacity(USUAL_HEAD), has_route: false }
    }

    /// Says at which address the client is.
    pub(crate) fn client(&mut self, client: IpAddr) {
        let mut text = [0; LONGEST_ADDRESS];
        let mut rest = text.as_mut_slice();
        // It is long enough.
        let _ = write!(rest, "{client}");
        let length = LONGEST_ADDRESS - rest.len();
        self.put(Field::Client, &text[..length]);
    }

    /// Says which pattern of the router's the path matched.
    pub(crate) fn route(&mut self, route: &str) {
        self.put(Field::Route, route.as_bytes());
        self.has_route = true;
    }

    /// Adds a text; what does not fit is left out.
    pub(crate) fn put(&mut self, field: Field, value: &[u8]) {
        self.pair(field, b"", value);
    }

    /// Adds a header; what does not fit is left out.
    pub(crate) fn header(&mut self, name: &[u8], value: &[u8]) {
        self.pair(Field::Header, name, value);
    }

    fn pair(&mut self, field: Field, name: &[u8], value: &[u8]) {
        if self.texts.len() + name.len() + value.len() > HEAD {
            return;
        }
        self.texts.push(field as u8);
        for text in [name, value] {
            // Both are shorter than a head.
            self.texts.extend_from_slice(&(text.len() as u32).to_le_bytes());
            self.texts.extend_from_slice(text);
        }
    }

    fn request(&self) -> Request {
        let mut request = Request::default();
        let mut rest = self.texts.as_slice();
        while let Some((&field, after)) = rest.split_first() {
            let Some((name, after)) = text(after) else { break };
            let Some((value, after)) = text(after) else { break };
            rest = after;
            let value = String::from_utf8_lossy(value);
            match field {
                f if f == Field::Method as u8 => request.method = value.into_owned(),
                f if f == Field::Path as u8 => request.path = value.into_owned(),
                f if f == Field::Query as u8 => request.query = value.into_owned(),
                f if f == Field::Host as u8 => request.host = value.into_owned(),
                f if f == Field::Client as u8 => request.client = value.into_owned(),
                f if f == Field::Route as u8 => request.route = value.into_owned(),
                _ => request = request.header(String::from_utf8_lossy(name), value),
            }
        }
        request
    }
}

fn text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

impl Serving {
    pub(crate) fn new(head: Head) -> Self {
        Self { head, ..Self::default() }
    }

    /// Says which pattern of the router's the path matched; the first one told stays.
    pub(crate) fn set_route(&self, route: &str) {
        // An outer router knows the whole of it.
        if !self.head.has_route {
            let _ = self.route.set(route.to_owned());
        }
    }

    /// Takes a part of the body as the handler reads it.
    pub(crate) fn read(&self, bytes: &[u8]) {
        let mut body = lock(&self.body);
        let room = BODY - body.beginning.len().min(BODY);
        body.beginning.extend_from_slice(&bytes[..bytes.len().min(room)]);
        body.length += bytes.len() as u64;
    }

    /// Says that the handler has read the body to its end.
    pub(crate) fn end_body(&self) {
        lock(&self.body).has_ended = true;
    }

    /// Takes the error that the handler answers with, for the layer to record.
    pub(crate) fn give_error(&self, error: Box<dyn Any + Send>) {
        *lock(&self.error) = Some(error);
    }

    /// Returns the error that the handler answered with.
    pub(crate) fn take_error(&self) -> Option<Box<dyn Any + Send>> {
        lock(&self.error).take()
    }

    /// Says that it is for one of the tracker's own pages, and so never recorded.
    pub(crate) fn set_own(&self) {
        self.is_own.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_own(&self) -> bool {
        self.is_own.load(Ordering::Relaxed)
    }

    /// Notes a failure.
    pub(crate) fn note(&self, failure: Noted) {
        let mut failures = lock(&self.failures);
        if failures.len() < FAILURES {
            failures.push(failure);
        }
    }

    /// Notes that failures are not why the request fails: an annotated caller went on.
    pub(crate) fn settle(&self, is_settled: impl Fn(EventId) -> bool) {
        for failure in lock(&self.failures).iter_mut().filter(|failure| is_settled(failure.id)) {
            failure.open = false;
        }
    }

    /// Returns the failure with this id, if it was noted.
    pub(crate) fn noted(&self, id: EventId) -> Option<Noted> {
        lock(&self.failures).iter().find(|failure| failure.id == id).copied()
    }

    /// Returns the newest failure that may be why the request fails.
    pub(crate) fn newest(&self) -> Option<Noted> {
        lock(&self.failures).iter().rev().find(|failure| failure.open).copied()
    }

    /// Returns the request with what was read of its body so far; not masked yet.
    pub(crate) fn request(&self) -> Request {
        let request = self.routed();
        let body = lock(&self.body);
        let media_type = request.headers.get("content-type").map_or("", String::as_str);
        match is_text(media_type) || body.length == 0 {
            true => request.body(&body.beginning),
            false => {
                let (announced, read) = (request.headers.get("content-length"), body.length);
                let length = match (announced, body.has_ended) {
                    (Some(announced), false) => format!("{announced} bytes, {read} of them read"),
                    (_, true) => format!("{read} bytes"),
                    (None, false) => format!("{read} bytes read"),
                };
                let kind = media_type.split(';').next().unwrap_or_default().trim();
                let kind = if kind.is_empty() { "no type" } else { kind };
                let shown = format!("<{kind}, {length}>");
                request.body(shown)
            }
        }
    }

    /// Returns method and route: what a status without an error is grouped by.
    pub(crate) fn place(&self) -> Option<String> {
        let Request { method, route, .. } = self.routed();
        (!route.is_empty()).then(|| format!("{method} {route}"))
    }

    fn routed(&self) -> Request {
        let request = self.head.request();
        match self.route.get() {
            Some(route) => request.route(route),
            None => request,
        }
    }
}

impl fmt::Debug for Serving {
    /// What it holds is not masked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serving").finish_non_exhaustive()
    }
}

/// Tells whether a body of this type is text, or made of parts of which some are.
///
/// Without a type it may be anything.
fn is_text(media_type: &str) -> bool {
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (kind, subtype) = media_type.split_once('/').unwrap_or_default();
    let suffixes = ["json", "xml", "yaml", "x-www-form-urlencoded", "javascript", "graphql"];
    kind == "text" || media_type == "multipart/form-data" || {
        kind == "application" && suffixes.iter().any(|suffix| subtype.ends_with(suffix))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serving(media_type: &str) -> Serving {
        let mut head = Head::new();
        head.put(Field::Method, b"POST");
        head.put(Field::Path, b"/pay/7");
        head.put(Field::Query, b"coupon=X");
        head.put(Field::Host, b"shop:5000");
        head.client([10, 1, 2, 3].into());
        head.header(b"content-type", media_type.as_bytes());
        head.header(b"x-odd", b"\xff");
        Serving::new(head)
    }

    #[test]
    fn a_head_reads_back_what_was_put() {
        let request = serving("text/plain").request();
        let told = [&request.method, &request.path, &request.query, &request.host, &request.client];
        assert_eq!(told, ["POST", "/pay/7", "coupon=X", "shop:5000", "10.1.2.3"]);
        assert_eq!(request.headers["x-odd"], "\u{fffd}");
    }

    #[test]
    fn the_first_pattern_that_is_told_of_a_request_stays() {
        let late = serving("");
        assert_eq!((late.request().route.as_str(), late.place()), ("", None));
        late.set_route("/pay/{id}");
        late.set_route("/{id}");
        let mut head = Head::new();
        head.route("/pay/{id}");
        head.client("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff".parse().unwrap());
        let early = Serving::new(head);
        early.set_route("/{id}");
        assert_eq!([late.request().route, early.request().route], ["/pay/{id}"; 2]);
        assert_eq!(early.request().client, "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff");
        assert_eq!(late.place().as_deref(), Some("POST /pay/{id}"));
    }

    #[test]
    fn a_head_that_is_too_large_keeps_what_fits() {
        let mut head = Head::new();
        head.header(b"x-large", &[b'a'; HEAD]);
        head.header(b"x-small", b"1");
        let request = head.request();
        assert_eq!(request.headers.keys().collect::<Vec<_>>(), ["x-small"]);
    }

    #[test]
    fn the_beginning_of_a_text_is_kept_as_it_is_read() {
        let serving = serving("application/json; charset=utf-8");
        serving.read(b"{\"a\": ");
        serving.read(b"1");
        assert_eq!(serving.request().body, "{\"a\": 1");
        serving.read(&vec![b' '; 2 * BODY]);
        assert_eq!(serving.request().body.len(), BODY);
    }

    #[test]
    fn of_other_bodies_type_and_length_are_kept() {
        let image = serving("image/png");
        assert_eq!(image.request().body, "");
        image.read(b"\x89PNG");
        assert_eq!(image.request().body, "<image/png, 4 bytes read>");
        image.end_body();
        assert_eq!(image.request().body, "<image/png, 4 bytes>");
        let untyped = serving("");
        untyped.read(b"x");
        assert_eq!(untyped.request().body, "<no type, 1 bytes read>");
    }

    #[test]
    fn the_newest_failure_that_nobody_handled_is_why_a_request_fails() {
        let serving = serving("");
        let noted = |number: u8| Noted {
            id: EventId::from_bytes([number; 16]),
            fingerprint: Fingerprint::default(),
            kept: true,
            open: number != 3,
        };
        (1..=3).for_each(|number| serving.note(noted(number)));
        assert_eq!(serving.newest(), Some(noted(2)));
        serving.settle(|id| id == noted(2).id);
        assert_eq!(serving.newest(), Some(noted(1)));
    }
}
