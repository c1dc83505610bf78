//! Undoes the encodings under which a name or a secret may hide: percent, base64, JSON escapes.

use std::borrow::Cow;

/// Decodes `%41` and `+`; what is no encoding stays.
pub(super) fn percent(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let pair =
            (bytes.get(at + 1).copied().and_then(hex), bytes.get(at + 2).copied().and_then(hex));
        match (bytes[at], pair) {
            (b'%', (Some(high), Some(low))) => {
                decoded.push(high << 4 | low);
                at += 3;
                continue;
            }
            (b'+', _) => decoded.push(b' '),
            (byte, _) => decoded.push(byte),
        }
        at += 1;
    }
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

/// How often an escape may have been escaped itself.
const ESCAPED: usize = 3;

/// Undoes the escapes of JSON and `Debug` strings: `\u0041`, `\u{41}`, `\x41`, `\"`.
pub(super) fn escapes(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..ESCAPED {
        if !text.contains('\\') {
            break;
        }
        text = Cow::Owned(escapes_once(&text));
    }
    text
}

fn escapes_once(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        decoded.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let (character, length) = escape_of(escape);
        decoded.extend(character);
        rest = &escape[length..];
    }
    decoded.push_str(rest);
    decoded
}

/// Returns what an escape stands for, and how long it is after its backslash.
fn escape_of(escape: &str) -> (Option<char>, usize) {
    let code = |digits: &str| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
    let short = |length: usize| escape.get(1..length).and_then(code).map(|c| (Some(c), length));
    match escape.as_bytes().first() {
        Some(b'u') if escape.as_bytes().get(1) == Some(&b'{') => {
            let end = escape.find('}').filter(|end| *end <= 10);
            let found = end.and_then(|end| code(&escape[2..end]).map(|c| (Some(c), end + 1)));
            found.unwrap_or((None, 1))
        }
        Some(b'u') => short(5).unwrap_or((None, 1)),
        Some(b'x') => short(3).unwrap_or((None, 1)),
        Some(b'n' | b'r' | b't') => (Some(' '), 1),
        _ => match escape.chars().next() {
            Some(character) => (Some(character), character.len_utf8()),
            None => (None, 0),
        },
    }
}

/// How much of base64 is looked into, in bytes.
pub(super) const LOOKED_INTO: usize = 4 * 1024;
/// Shorter texts hide no name with its value.
const SHORTEST: usize = 12;

/// Decodes base64 (either alphabet) that holds printable text; `None` for anything else.
///
/// Most words that look like base64 are not: their first bytes tell.
pub(super) fn base64(word: &[u8]) -> Option<String> {
    let mut decoded = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for &byte in word.iter().take(LOOKED_INTO) {
        if byte == b'=' {
            break;
        }
        bits = bits << 6 | u32::from(sextet(byte)?);
        held += 6;
        if held >= 8 {
            held -= 8;
            let value = (bits >> held) as u8;
            if value < b' ' && !matches!(value, b'\n' | b'\r' | b'\t') || value == 0x7f {
                return None;
            }
            decoded.push(value);
        }
    }
    let text = match String::from_utf8(decoded) {
        Ok(text) => text,
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let mut bytes = error.into_bytes();
            // A cut may have split the last character.
            if bytes.len() - valid > 3 {
                return None;
            }
            bytes.truncate(valid);
            String::from_utf8(bytes).ok()?
        }
    };
    (text.len() >= SHORTEST).then_some(text)
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

fn hex(byte: u8) -> Option<u8> {
    (byte as char).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_and_plus_are_decoded_and_the_rest_stays() {
        assert_eq!(percent("pass%77ord+a%20b"), "password a b");
        assert_eq!(percent("100%, %zz, %4"), "100%, %zz, %4");
        assert_eq!(percent("%ff%D0%BF"), "\u{fffd}п");
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(escapes(r#"pass\u0077ord \u{77}\x77\""#), "password ww\"");
        assert_eq!(escapes(r"pass\\u0077ord"), "password");
        assert_eq!(escapes(r"\u00 \u{ \"), "00 { ");
    }

    #[test]
    fn base64_of_text_is_decoded_and_that_of_bytes_is_not() {
        assert_eq!(base64(b"cGFzc3dvcmQ9aHVudGVyMg==").as_deref(), Some("password=hunter2"));
        assert_eq!(base64(b"cGFzc3dvcmQ9aHVudGVyMg").as_deref(), Some("password=hunter2"));
        assert_eq!(base64(b"AAECAwQFBgcICQoLDA0ODw=="), None);
        assert_eq!(base64(b"internationalization"), None);
    }
}
