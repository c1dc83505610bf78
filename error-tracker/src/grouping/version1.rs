//! The rules of version 1, as they were: an issue that they made is found again by them.

use crate::grouping::Facts;
use crate::model::{Event, Fingerprint, Kind};

const VERSION: &str = "1";

/// How much of a message takes part in grouping, in bytes.
const LIMIT: usize = 1_000;

/// Returns the fingerprint that these rules give to an event of today.
///
/// What an event keeps of itself is enough: names as they were before they were made plain, and
/// the message. An event that was masked by other rules than today's may have had another one.
pub(super) fn fingerprint(event: &Event) -> Fingerprint {
    let part = |label: &str| {
        let mut parts = event.grouping.parts.iter();
        parts.find(|(known, _)| known == label).map_or("", |(_, text)| text.as_str())
    };
    let mut text = String::new();
    match event.kind {
        Kind::Message => text.push_str(part("text")),
        _ if !part("text").is_empty() => normalize(&event.message, &mut text),
        _ => {}
    }
    let exception = match part("type") {
        "" => "",
        _ => plain_type_name(&event.exception_name),
    };
    let facts = Facts {
        kind: event.kind,
        exception,
        variant: part("variant"),
        site: site(event).unwrap_or(part("site")),
        expression: part("expression"),
        text: &text,
        custom: part("fingerprint"),
    };
    facts.fingerprint_of(VERSION)
}

/// The file of a panic or of a capture by hand, else the path of the innermost annotated function.
fn site(event: &Event) -> Option<&str> {
    if event.kind == Kind::Message {
        return None;
    }
    match event.location.rsplit_once(':') {
        Some((file, _)) => Some(crate_relative(file)),
        None => event.innermost().map(|frame| frame.function.as_str()),
    }
}

/// Returns a type's name without its generic arguments, closures' and references' marks.
fn plain_type_name(name: &str) -> &str {
    let name = name.trim_start_matches(['&', '*']);
    let name = name.strip_prefix("mut ").unwrap_or(name);
    match name.find('<') {
        Some(0) | None => name,
        Some(at) => &name[..at],
    }
}

/// Returns a file's path below its crate: from the last `src/`, `tests/`, `examples/` or `benches/`.
fn crate_relative(file: &str) -> &str {
    let mut end = file.len();
    while let Some(slash) = file[..end].rfind(['/', '\\']) {
        let start = file[..slash].rfind(['/', '\\']).map_or(0, |before| before + 1);
        if matches!(&file[start..slash], "src" | "tests" | "examples" | "benches") {
            return &file[start..];
        }
        end = slash;
    }
    file
}

/// Appends `text` to `out` with its variable parts replaced by `<n>`, `<id>`, `<q>`, `<path>`, `<url>`.
fn normalize(text: &str, out: &mut String) {
    let mut rest = &text[..crate::text::floor_char_boundary(text, LIMIT)];
    let mut previous = ' ';
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' | '`' => quoted(rest, first, previous, out),
            _ if first.is_whitespace() => space(rest, out),
            _ if is_word(first) || matches!(first, '/' | '~' | '.' | '<') => word(rest, out),
            _ => {
                out.push(first);
                first.len_utf8()
            }
        };
        previous = rest[..length].chars().next_back().unwrap_or(' ');
        rest = &rest[length..];
    }
}

fn quoted(rest: &str, quote: char, previous: char, out: &mut String) -> usize {
    let close = rest[1..].find(quote).filter(|_| !previous.is_alphanumeric());
    match close {
        Some(at) => {
            out.push_str("<q>");
            at + 2
        }
        None => {
            out.push(quote);
            1
        }
    }
}

fn space(rest: &str, out: &mut String) -> usize {
    out.push(' ');
    rest.len() - rest.trim_start().len()
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// What may stand inside a number, an id, a path or a URL.
fn is_inner(character: char) -> bool {
    is_word(character)
        || matches!(
            character,
            '/' | '.' | '-' | ':' | '~' | '%' | '@' | '?' | '=' | '&' | '+' | '#' | '\\'
        )
}

fn word(rest: &str, out: &mut String) -> usize {
    let length = rest.find(|character| !is_inner(character)).unwrap_or(rest.len());
    let token = rest[..length].trim_end_matches(['.', ':', '?', '-']);
    if token.is_empty() {
        let first = rest.chars().next().map_or(1, char::len_utf8);
        out.push_str(&rest[..first]);
        return first;
    }
    if token.contains("://") {
        out.push_str("<url>");
    } else if is_path(token) {
        out.push_str("<path>");
    } else if is_id(token) {
        out.push_str("<id>");
    } else {
        numbers(token, out);
    }
    token.len()
}

fn is_path(token: &str) -> bool {
    let separators = token.bytes().filter(|byte| matches!(byte, b'/' | b'\\')).count();
    let starts = token.starts_with(['/', '~', '.']) || token.get(1..3) == Some(":\\");
    (starts && separators > 0 && token.len() > 1) || separators > 1
}

/// UUIDs, hashes, addresses: hexadecimal, eight digits or more, at least one of them decimal.
fn is_id(token: &str) -> bool {
    if let Some(digits) = token.strip_prefix("0x") {
        return !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    token.len() >= 8
        && token.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
        && token.bytes().any(|byte| byte.is_ascii_digit())
        && token.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Replaces runs of digits, but for those that end a name such as `utf8`, `i32`, `sha256`.
fn numbers(token: &str, out: &mut String) {
    let mut rest = token;
    let mut after_letter = false;
    while let Some(first) = rest.chars().next() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            out.push(first);
            after_letter = first.is_alphabetic();
            rest = &rest[first.len_utf8()..];
        } else if after_letter && digits <= 3 && !rest[digits..].starts_with(is_word) {
            out.push_str(&rest[..digits]);
            rest = &rest[digits..];
        } else {
            out.push_str("<n>");
            rest = &rest[number_length(rest)..];
            after_letter = false;
        }
    }
}

/// A number, date, time or address in dotted form: digits and what joins them.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let joins = |at: usize| {
        matches!(bytes[at], b'.' | b'-' | b':' | b'_' | b'+' | b'T')
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
    };
    (0..bytes.len()).find(|&at| !bytes[at].is_ascii_digit() && !joins(at)).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(text: &str) -> String {
        let mut out = String::new();
        normalize(text, &mut out);
        out
    }

    #[test]
    fn variable_parts_are_taken_out() {
        for (text, expected) in [
            (
                "index out of bounds: the len is 3 but the index is 7",
                "index out of bounds: the len is <n> but the index is <n>",
            ),
            ("user 550e8400-e29b-41d4-a716-446655440000 not found", "user <id> not found"),
            (
                "open /var/lib/x.db: No such file or directory (os error 2)",
                "open <path>: No such file or directory (os error <n>)",
            ),
            ("can't parse 'abc' as \"date\"", "can't parse <q> as <q>"),
            ("get https://x.org/a?b=1 failed", "get <url> failed"),
            ("at 2026-11-22T10:00:00Z, 10.0.0.1:80", "at <n>Z, <n>"),
            ("invalid utf8 in i32 at 0x7ffe12", "invalid utf8 in i32 at <id>"),
            ("took  12ms", "took <n>ms"),
        ] {
            assert_eq!(normal(text), expected);
        }
    }

    #[test]
    fn a_normal_text_stays_as_it_is() {
        for text in ["at <n>Z, <n>", "open <path>: x", "<q> <id> <url>"] {
            assert_eq!(normal(text), text);
        }
    }
}
