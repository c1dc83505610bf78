//! The web request of an event: what was asked, then its parts, folded.

use super::indent::indent;
use super::values;
use super::view::{section, View};
use crate::model::{Event, Request};
use crate::web::format::{bytes, counted, start};
use crate::web::html::Html;

/// How many pairs of a query or form are shown as such.
const PAIRS: usize = 200;

/// A longer address is folded, and how much of it is shown then, in characters.
const ADDRESS: (usize, usize) = (600, 300);

pub(super) fn write(html: &mut Html, view: &View<'_>, event: &Event) {
    let Some(request) = &event.request else { return };
    section(html, "Request", |html| {
        line(html, view, request);
        facts(html, view, event, request);
        html.raw("<div class=\"folds\">");
        query(html, view, request);
        headers(html, view, request);
        cookies(html, view, request);
        body(html, view, request);
        html.raw("</div>");
    });
}

/// Writes the method and the address; the start of a long one, and all of it below.
fn line(html: &mut Html, view: &View<'_>, request: &Request) {
    let mark = if request.query.is_empty() { "" } else { "?" };
    let address = [&request.host, &request.path, mark, &request.query].concat();
    let length = address.chars().count();
    if length <= ADDRESS.0 {
        html.raw("<p class=\"url\" dir=\"auto\">");
        whole(html, view, request);
        html.raw("</p>");
        return;
    }
    html.raw("<details class=\"url\"><summary dir=\"auto\"><b>");
    view.masks().text(html, &request.method, "request.method");
    html.raw("</b> ");
    view.masks().text(html, &start(&address, ADDRESS.1), "request");
    html.raw(" <i>all ").text(&counted(length as u64, "character", "characters"));
    html.raw("</i></summary><p dir=\"auto\">");
    whole(html, view, request);
    html.raw("</p></details>");
}

fn whole(html: &mut Html, view: &View<'_>, request: &Request) {
    html.raw("<b>");
    view.masks().text(html, &request.method, "request.method");
    html.raw("</b> ");
    view.masks().text(html, &request.host, "request.host");
    html.raw("<b>");
    view.masks().text(html, &request.path, "request.path");
    html.raw("</b>");
    if !request.query.is_empty() {
        html.raw("?");
        view.masks().text(html, &request.query, "request.query");
    }
}

/// Writes which route took it, who sent it, and how it was answered.
fn facts(html: &mut Html, view: &View<'_>, event: &Event, request: &Request) {
    let status = event.status.map(|status| status.to_string()).unwrap_or_default();
    let facts =
        [("route", request.route.as_str()), ("from", &request.client), ("answered", &status)];
    let known = facts.into_iter().filter(|(_, value)| !value.is_empty());
    values::facts(html, &view.masks(), "request", known);
}

fn query(html: &mut Html, view: &View<'_>, request: &Request) {
    if request.query.is_empty() {
        return;
    }
    let pairs = form(&request.query);
    let summary = counted(pairs.len() as u64, "parameter", "parameters");
    let is_open = (2..=8).contains(&pairs.len()) && request.query.len() <= ADDRESS.0;
    fold(html, "query", &summary, is_open, |html| {
        values::pairs(html, &view.masks(), "request.query", pairs);
    });
}

fn headers(html: &mut Html, view: &View<'_>, request: &Request) {
    if request.headers.is_empty() {
        return;
    }
    let summary = request.headers.len().to_string();
    fold(html, "headers", &summary, false, |html| {
        values::pairs(html, &view.masks(), "request.headers", &request.headers);
    });
}

/// Writes the cookies one by one, where they are not masked as a whole.
fn cookies(html: &mut Html, view: &View<'_>, request: &Request) {
    let Some(header) = request.headers.get("cookie").filter(|header| header.contains('=')) else {
        return;
    };
    let pairs: Vec<(&str, &str)> =
        header.split(';').filter_map(|pair| pair.trim().split_once('=')).take(PAIRS).collect();
    fold(html, "cookies", &pairs.len().to_string(), false, |html| {
        values::pairs(html, &view.masks(), "request.headers", pairs);
    });
}

fn body(html: &mut Html, view: &View<'_>, request: &Request) {
    if request.body.is_empty() {
        return;
    }
    if let Some(note) = note(&request.body) {
        html.raw("<p class=\"alone\">body <i>");
        view.masks().text(html, note, "request.body");
        html.raw("</i></p>");
        return;
    }
    let kind = Media::of(media_type(request));
    let is_cut = request.body.ends_with('…');
    fold(html, "body", &summary(request, kind, is_cut), true, |html| {
        match kind {
            Media::Form => values::pairs(html, &view.masks(), "request.body", form(&request.body)),
            Media::Json => {
                values::block(html, &view.masks(), "request.body", &indent(&request.body));
            }
            _ => values::block(html, &view.masks(), "request.body", &request.body),
        }
        if is_cut {
            html.raw("<p class=\"note\">The body was longer: this is as far as it was kept.</p>");
        }
    });
}

fn media_type(request: &Request) -> &str {
    request.headers.get("content-type").map_or("", String::as_str)
}

/// Returns what the tracker says of a body that it does not show: `image/png, 4 bytes`.
fn note(body: &str) -> Option<&str> {
    let inner = body.strip_prefix('<')?.strip_suffix('>')?;
    let ends = [" bytes", " bytes read", " of them read", " bytes, not readable"];
    let is_note = ends.iter().any(|end| inner.ends_with(end)) && inner.contains(", ");
    (is_note && !inner.contains(['<', '>', '\n'])).then_some(inner)
}

/// Tells what a body is, and how long. Of a multipart one there is but a list of its parts, so only the
/// request can tell its length.
fn summary(request: &Request, kind: Media, is_cut: bool) -> String {
    let mut told = vec![kind.name().to_owned()];
    if kind == Media::Multipart {
        let essence = media_type(request).split(';').next().unwrap_or_default();
        told[0] = essence.trim().to_ascii_lowercase();
        let lines = request.body.lines();
        // A value of several lines could pass for several parts.
        if !is_cut && lines.clone().all(|line| line.contains(" = ")) {
            told.push(counted(lines.count() as u64, "part", "parts"));
        }
        let length = request.headers.get("content-length").and_then(|length| length.parse().ok());
        told.extend(length.map(bytes));
    } else {
        told.push(bytes(request.body.len() as u64));
    }
    if is_cut {
        told.push("cut off".to_owned());
    }
    told.join(", ")
}

fn fold(
    html: &mut Html,
    name: &'static str,
    summary: &str,
    is_open: bool,
    write: impl FnOnce(&mut Html),
) {
    html.raw(if is_open { "<details open>" } else { "<details>" });
    html.raw("<summary>").raw(name).raw(" <i>").text(summary).raw("</i></summary>");
    write(html);
    html.raw("</details>");
}

/// What a body is.
#[derive(Clone, Copy, PartialEq)]
enum Media {
    Json,
    Form,
    Multipart,
    Other,
}

impl Media {
    fn of(media_type: &str) -> Self {
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "application/x-www-form-urlencoded" => Self::Form,
            "application/json" => Self::Json,
            other if other.ends_with("+json") => Self::Json,
            other if other.starts_with("multipart/") => Self::Multipart,
            _ => Self::Other,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Form => "form",
            Self::Multipart => "multipart",
            Self::Other => "text",
        }
    }
}

/// Splits a query or form into its decoded pairs.
fn form(text: &str) -> Vec<(String, String)> {
    let parts = text.split('&').filter(|part| !part.is_empty()).take(PAIRS);
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (decoded(name), decoded(value))
    };
    parts.map(pair).collect()
}

/// Decodes what a form encodes; what is no code stays as it is.
fn decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'+', _) => out.push(b' '),
            (b'%', [high, low, after @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    out.push(high * 16 + low);
                    rest = after;
                }
                _ => out.push(b'%'),
            },
            _ => out.push(*first),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_decoded_and_what_is_no_code_stays() {
        let pairs = form("a=1+2&b=%C3%bc&c=100%&d=%zz&token=*****&&e&f=%e2%82");
        let expected = [
            ("a", "1 2"),
            ("b", "ü"),
            ("c", "100%"),
            ("d", "%zz"),
            ("token", "*****"),
            ("e", ""),
            ("f", "\u{fffd}"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(pairs, expected);
    }

    #[test]
    fn what_the_tracker_says_of_a_body_is_told_from_a_body() {
        for (body, expected) in [
            ("<image/png, 4 bytes>", Some("image/png, 4 bytes")),
            ("<no type, 8 bytes read>", Some("no type, 8 bytes read")),
            ("<a/b, 9 bytes, 3 of them read>", Some("a/b, 9 bytes, 3 of them read")),
            ("<multipart, 7 bytes, not readable>", Some("multipart, 7 bytes, not readable")),
            ("<size>4, 4 bytes</size>", None),
            ("<p>", None),
        ] {
            assert_eq!(note(body), expected);
        }
    }

    #[test]
    fn a_multipart_body_says_its_parts_and_the_length_that_was_sent() {
        let request = Request::new("h", "POST", "/")
            .header("content-type", "multipart/form-data; boundary=x")
            .body("a = 1\nphoto = <file \"a.png\", image/png, 7 bytes>\n");
        let told = |request: &Request| summary(request, Media::Multipart, false);
        assert_eq!(told(&request), "multipart/form-data, 2 parts");
        let request = request.header("content-length", "285");
        assert_eq!(told(&request), "multipart/form-data, 2 parts, 285 bytes");
        assert_eq!(told(&request.body("a = two\nlines\n")), "multipart/form-data, 285 bytes");
    }

    #[test]
    fn a_body_is_read_by_its_media_type() {
        for (media_type, name) in [
            ("application/json; charset=utf-8", "JSON"),
            ("application/problem+json", "JSON"),
            ("Application/X-WWW-Form-Urlencoded", "form"),
            ("multipart/form-data; boundary=x", "multipart"),
            ("", "text"),
        ] {
            assert_eq!(Media::of(media_type).name(), name);
        }
    }
}
