//! Looks for many secrets in their forms at once, in time that does not depend on how many.

use std::collections::HashMap;

use crate::testing::forms::{digits, forms, is_separator, Form};

/// How many first bytes decide whether a form may stand somewhere: all have as many.
const KEY: usize = 4;
/// How many groups these bytes are sorted into, so that most places are passed by at a glance.
const GROUPS: usize = 1 << 16;

/// The forms of all secrets.
pub(super) struct Needles {
    /// Secret and form, by the form's first bytes, upper and lower case being one.
    forms: HashMap<u32, Vec<(usize, Form)>>,
    /// Whether there is a form in a group.
    groups: Vec<bool>,
    /// Secret and its digits.
    numbers: Vec<(usize, Vec<u8>)>,
}

/// A secret that was found.
#[derive(Debug, PartialEq)]
pub(super) struct Hit {
    /// Which one, from 0.
    pub(super) secret: usize,
    pub(super) form: &'static str,
    pub(super) offset: usize,
}

impl Needles {
    pub(super) fn new(secrets: &[impl AsRef<str>]) -> Self {
        let mut needles =
            Self { forms: HashMap::new(), groups: vec![false; GROUPS], numbers: Vec::new() };
        for (secret, text) in secrets.iter().map(AsRef::as_ref).enumerate() {
            for form in forms(text) {
                if let Some(key) = key(&form.bytes) {
                    needles.groups[group(key)] = true;
                    needles.forms.entry(key).or_default().push((secret, form));
                }
            }
            needles.numbers.extend(digits(text).map(|digits| (secret, digits)));
        }
        needles
    }

    /// Returns each secret that stands in the bytes, at the first place and in its plainest form there.
    #[inline]
    pub(super) fn find(&self, bytes: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        for offset in 0..bytes.len() {
            let rest = &bytes[offset..];
            let Some(key) = key(rest).filter(|key| self.groups[group(*key)]) else { continue };
            let Some(forms) = self.forms.get(&key) else { continue };
            for (secret, form) in forms.iter().filter(|(_, form)| form.begins(rest)) {
                add(&mut hits, Hit { secret: *secret, form: form.what, offset });
            }
        }
        self.find_numbers(bytes, &mut hits);
        hits
    }

    /// Finds numbers whatever groups they are written in.
    #[inline]
    fn find_numbers(&self, bytes: &[u8], hits: &mut Vec<Hit>) {
        if self.numbers.is_empty() {
            return;
        }
        let mut run: Vec<(usize, u8)> = Vec::new();
        let mut gap = 0;
        for (offset, &byte) in bytes.iter().chain([&0]).enumerate() {
            match byte {
                b'0'..=b'9' => {
                    run.push((offset, byte));
                    gap = 0;
                }
                _ if is_separator(byte) && gap == 0 => gap = 1,
                _ => {
                    self.find_in_run(&run, hits);
                    run.clear();
                }
            }
        }
    }

    #[inline]
    fn find_in_run(&self, run: &[(usize, u8)], hits: &mut Vec<Hit>) {
        for (secret, digits) in self.numbers.iter().filter(|(_, digits)| digits.len() <= run.len())
        {
            let found = run.windows(digits.len()).find(|window| {
                window.iter().zip(digits).all(|((_, digit), expected)| digit == expected)
            });
            if let Some(&(offset, _)) = found.and_then(|window| window.first()) {
                add(hits, Hit { secret: *secret, form: "in other groups of digits", offset });
            }
        }
    }
}

impl Form {
    #[inline]
    fn begins(&self, bytes: &[u8]) -> bool {
        bytes.get(..self.bytes.len()).is_some_and(|start| match self.exact {
            true => start == self.bytes,
            false => start.eq_ignore_ascii_case(&self.bytes),
        })
    }
}

#[inline]
fn add(hits: &mut Vec<Hit>, hit: Hit) {
    if !hits.iter().any(|known| known.secret == hit.secret) {
        hits.push(hit);
    }
}

/// A letter's case is one bit; that other characters become one by it does no harm.
#[inline]
fn key(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.first_chunk::<KEY>()?) | 0x2020_2020)
}

/// By multiplicative hashing, of which the upper bits are the well mixed ones.
#[inline]
fn group(key: u32) -> usize {
    (key.wrapping_mul(0x9e37_79b1) >> 16) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(secret: &str, text: &str) -> Option<(&'static str, usize)> {
        let hits = Needles::new(&[secret]).find(text.as_bytes());
        hits.first().map(|hit| (hit.form, hit.offset))
    }

    #[test]
    fn each_form_is_found_where_it_stands() {
        for (secret, text, expected) in [
            ("hunter2", "a hunter2", ("as it is", 2)),
            ("hunter2", "a HUNTER2", ("in another case", 2)),
            ("Ärger-7", "ärger-7", ("in another case", 0)),
            ("a\"b\\c", r#"x a\"b\\c"#, ("escaped", 2)),
            ("a\"b\\c", r#"x a\\\"b\\\\c"#, ("escaped", 2)),
            ("p w&d", "p+w%26d", ("percent-encoded", 0)),
            ("hunter2", "%68%75%6e%74%65%72%32", ("percent-encoded", 0)),
            ("hunter2", "eGh1bnRlcjJ5", ("in base64", 2)),
            ("hunter2", "68756E74657232", ("in hexadecimal", 0)),
            ("hunter2", "[104, 117, 110, 116, 101, 114, 50]", ("as a list of bytes", 1)),
            ("hunter2", "h\0u\0n\0t\0e\0r\x002\0", ("in UTF-16", 0)),
            ("<a&b>", "&lt;a&amp;b&gt;", ("escaped for HTML", 0)),
            ("4111 1111 1111", "n 4111-1111-1111", ("in other groups of digits", 2)),
            ("411111111111", "4111 1111 1111", ("in other groups of digits", 0)),
            ("4111 1111 1111", "n 411111111111", ("in other groups of digits", 2)),
        ] {
            assert_eq!(found(secret, text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_only_resembles_a_secret_is_not_found() {
        for (secret, text) in [
            ("hunter2", "hunter 2 hunte"),
            ("hunter2", "EGH1BNRLCJJ5"),
            ("4111 1111 1111", "4111  1111 1111 411111111112"),
        ] {
            assert_eq!(found(secret, text), None, "{text}");
        }
    }

    #[test]
    fn every_secret_is_told_once() {
        let hits = Needles::new(&["hunter2", "sesame"]).find(b"sesame hunter2 SESAME");
        assert_eq!(
            hits.iter().map(|hit| (hit.secret, hit.offset)).collect::<Vec<_>>(),
            [(1, 0), (0, 7)]
        );
    }
}
