//! The forms in which a secret may have leaked: as it is, escaped or encoded.

use std::fmt::Write as _;

/// A form of a secret, as bytes to look for.
pub(super) struct Form {
    pub(super) what: &'static str,
    pub(super) bytes: Vec<u8>,
    /// Whether upper and lower case are told apart.
    pub(super) exact: bool,
}

/// Shorter encodings are met by chance.
const SHORTEST: usize = 4;
/// The same for base64, of which any text is full.
const SHORTEST_BASE64: usize = 6;

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Returns all forms of a secret, the plainest first, none of them twice.
#[inline]
pub(super) fn forms(secret: &str) -> Vec<Form> {
    let mut forms = Forms::default();
    forms.add("as it is", secret, true);
    for text in [secret, &secret.to_lowercase(), &secret.to_uppercase()] {
        forms.add("in another case", text, false);
    }
    forms.escaped(secret);
    forms.encoded(secret);
    forms.0
}

/// Returns the digits of a secret that is a number, be it written in groups.
#[inline]
pub(super) fn digits(secret: &str) -> Option<Vec<u8>> {
    let is_number = secret.bytes().all(|byte| byte.is_ascii_digit() || is_separator(byte));
    let digits: Vec<u8> = secret.bytes().filter(u8::is_ascii_digit).collect();
    (is_number && digits.len() >= 8).then_some(digits)
}

pub(super) const fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'-')
}

#[derive(Default)]
struct Forms(Vec<Form>);

impl Forms {
    fn add(&mut self, what: &'static str, bytes: impl Into<Vec<u8>>, exact: bool) {
        let bytes = bytes.into();
        let known = |form: &Form| form.bytes == bytes && (exact || !form.exact);
        if bytes.len() >= SHORTEST && !self.0.iter().any(known) {
            self.0.push(Form { what, bytes, exact });
        }
    }

    #[inline]
    fn escaped(&mut self, secret: &str) {
        let debug = unquoted(format!("{secret:?}"));
        let json = unquoted(serde_json::Value::from(secret).to_string());
        let twice = unquoted(format!("{debug:?}"));
        let ascii: String = json.chars().map(ascii_escaped).collect();
        let slashes = json.replace('/', "\\/");
        for text in [debug, json, twice, ascii, slashes] {
            self.add("escaped", text, false);
        }
        self.add("escaped for HTML", html(secret), false);
    }

    #[inline]
    fn encoded(&mut self, secret: &str) {
        let strict =
            percent(secret, |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        self.add("percent-encoded", strict.replace("%20", "+"), false);
        self.add("percent-encoded", strict, false);
        self.add("percent-encoded", percent(secret, |_| false), false);
        for (alphabet, skip) in [STANDARD, URL].into_iter().flat_map(|a| [0, 1, 2].map(|s| (a, s)))
        {
            let text = base64(secret.as_bytes(), skip, alphabet);
            if text.len() >= SHORTEST_BASE64 {
                self.add("in base64", text, true);
            }
        }
        self.add("in hexadecimal", joined(secret, "", |byte| format!("{byte:02x}")), false);
        self.add("as a list of bytes", joined(secret, ", ", |byte| byte.to_string()), false);
        let units = || secret.encode_utf16();
        self.add("in UTF-16", units().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), false);
        self.add("in UTF-16", units().flat_map(u16::to_be_bytes).collect::<Vec<_>>(), false);
    }
}

#[inline]
fn unquoted(text: String) -> String {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(&text).to_owned()
}

#[inline]
fn ascii_escaped(character: char) -> String {
    if character.is_ascii() {
        return character.to_string();
    }
    let mut units = [0; 2];
    character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

#[inline]
fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

fn percent(text: &str, stays: impl Fn(u8) -> bool) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if stays(byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn joined(text: &str, between: &str, write: impl Fn(u8) -> String) -> String {
    text.bytes().map(write).collect::<Vec<_>>().join(between)
}

/// The characters that stand for the bytes alone where `before` other bytes precede them.
#[inline]
fn base64(bytes: &[u8], before: usize, alphabet: &[u8; 64]) -> String {
    let bits = |at: usize| {
        (at..at + 6).fold(0, |value, bit| {
            let byte = (bit / 8).checked_sub(before).and_then(|index| bytes.get(index));
            value << 1 | byte.map_or(0, |byte| usize::from(byte >> (7 - bit % 8) & 1))
        })
    };
    let (first, end) = ((before * 8).div_ceil(6), (before + bytes.len()) * 8 / 6);
    (first..end).filter_map(|index| alphabet.get(bits(index * 6))).map(|c| char::from(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(secret: &str, what: &str) -> Vec<String> {
        let of = |form: &Form| form.what == what;
        forms(secret)
            .iter()
            .filter(|form| of(form))
            .map(|form| String::from_utf8_lossy(&form.bytes).into_owned())
            .collect()
    }

    #[test]
    fn base64_keeps_what_the_secret_alone_decides() {
        // Of "hunter2", "xhunter2y" and "xxhunter2yy", as any tool encodes them.
        assert_eq!(texts("hunter2", "in base64"), ["aHVudGVyM", "h1bnRlcj", "odW50ZXIy"]);
    }

    #[test]
    fn escapes_and_encodings_are_those_of_their_formats() {
        assert_eq!(texts("a\"b&c", "escaped"), ["a\\\"b&c", "a\\\\\\\"b&c"]);
        assert_eq!(texts("a\"b&c", "escaped for HTML"), ["a&quot;b&amp;c"]);
        assert_eq!(
            texts("pä d", "percent-encoded"),
            ["p%C3%A4+d", "p%C3%A4%20d", "%70%C3%A4%20%64"]
        );
        assert_eq!(texts("p/ä9", "escaped"), ["p/\\u00e49", "p\\/ä9"]);
        assert_eq!(texts("az09", "as a list of bytes"), ["97, 122, 48, 57"]);
        assert_eq!(texts("az09", "in hexadecimal"), ["617a3039"]);
    }

    #[test]
    fn numbers_are_digits_in_groups() {
        assert_eq!(digits("4111 1111-11").as_deref(), Some(&b"4111111111"[..]));
        assert_eq!((digits("4711"), digits("4111x11111")), (None, None));
    }
}
