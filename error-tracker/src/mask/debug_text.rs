//! Masks the values of fields and keys inside `Debug` text.

use crate::mask::Masker;

/// Copies `text` to `out`; what follows a masked `name:`, `"key":` or `("key",` is replaced.
pub(super) fn mask(masker: &Masker, text: &str, out: &mut String) {
    let mut rest = text;
    while let Some((name, end)) = next_name(rest) {
        let (before, after) = rest.split_at(end);
        out.push_str(before);
        rest = after;
        if let Some(replacement) = masker.name(name) {
            out.push_str(&replacement);
            rest = &rest[value_length(rest)..];
        }
    }
    out.push_str(rest);
}

/// Finds the next name that stands before a value: the name, and where its value begins.
fn next_name(text: &str) -> Option<(&str, usize)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let (name, end) = match bytes[at] {
            b'"' => {
                let end = at + string_length(&text[at..]);
                (text.get(at + 1..end - 1).unwrap_or_default(), end)
            }
            byte if is_name(byte) => {
                let length = bytes[at..].iter().take_while(|byte| is_name(**byte)).count();
                (&text[at..at + length], at + length)
            }
            _ => {
                at += 1;
                continue;
            }
        };
        let in_tuple = bytes[at] == b'"' && at > 0 && bytes[at - 1] == b'(';
        if let Some(gap) = separator(&bytes[end..], in_tuple) {
            return Some((name, end + gap));
        }
        at = end;
    }
    None
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Returns how long the separator is that makes the text before it a name.
fn separator(rest: &[u8], in_tuple: bool) -> Option<usize> {
    let length = match rest {
        [b':', b':', ..] => return None,
        [b':', b' ', ..] => 2,
        [b',', b' ', ..] if in_tuple => 2,
        [b',', b'\n', ..] if in_tuple => 2,
        [b':', ..] => 1,
        _ => return None,
    };
    Some(length)
}

/// Returns how long the string is that starts here, quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Returns how long the value is: up to the end of its nesting level.
fn value_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut level) = (0, 0usize);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at += string_length(&text[at..]);
                continue;
            }
            b'[' | b'{' | b'(' => level += 1,
            b']' | b'}' | b')' if level == 0 => break,
            b']' | b'}' | b')' => level -= 1,
            b',' if level == 0 => break,
            b' ' if level == 0 && bytes[at + 1..].starts_with(b"}") => break,
            _ => {}
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        let mut out = String::new();
        mask(&Masker::default(), text, &mut out);
        out
    }

    #[test]
    fn fields_are_masked_to_the_end_of_their_value() {
        assert_eq!(
            masked(r#"User { id: 7, password: "a, } \" b", age: 3 }"#),
            "User { id: 7, password: *****, age: 3 }"
        );
        assert_eq!(
            masked("Login { secret: Some(Inner { a: [1, 2] }), ok: true }"),
            "Login { secret: *****, ok: true }"
        );
        assert_eq!(masked("T { token: 1 }"), "T { token: ***** }");
    }

    #[test]
    fn pretty_printed_fields_are_masked() {
        assert_eq!(
            masked("User {\n    password: \"x\",\n    id: 7,\n}"),
            "User {\n    password: *****,\n    id: 7,\n}"
        );
    }

    #[test]
    fn keys_of_maps_and_pairs_are_masked() {
        assert_eq!(masked(r#"{"api_key": "x", "id": 7}"#), r#"{"api_key": *****, "id": 7}"#);
        assert_eq!(
            masked(r#"[("password", "x"), ("id", "7")]"#),
            r#"[("password", *****), ("id", "7")]"#
        );
    }

    #[test]
    fn paths_and_text_inside_strings_stay() {
        let text = r#"Err(secret::Kind, "token in text")"#;
        assert_eq!(masked(text), text);
    }

    #[test]
    fn text_that_is_cut_in_a_value_is_masked_to_its_end() {
        assert_eq!(masked(r#"User { password: "abc"#), "User { password: *****");
    }

    #[test]
    fn masking_twice_changes_nothing_more() {
        let once = masked(r#"{"token": {"a": [1, "}"]}, "b": 2}"#);
        assert_eq!(masked(&once), once);
    }
}
