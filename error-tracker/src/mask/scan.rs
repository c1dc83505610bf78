//! The scanner of free text: finds names with their values, and values that tell themselves.
//!
//! It reads `Debug` text, JSON, forms, URLs, headers, log lines and prose alike, as they stand
//! within one another anyway. One pass; what it looks back at is bounded by a name's length.

use std::borrow::Cow;
use std::ops::Range;

use crate::mask::class::{skip_word, DASH, DIGIT, UNDERSCORE};
use crate::mask::extent::Until;
use crate::mask::found::{Found, Rule};
use crate::mask::names::COLOUR;
use crate::mask::quotes::{quote_at, Quoted, Quotes};
use crate::mask::{decode, pattern, Masker};

/// What kind of text is scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    /// Values and prose.
    Plain,
    /// Source code: `token: &str` names a type there, and only literals are masked.
    Code,
    /// What was decoded from a word of the text: it is not decoded again.
    Decoded,
}

/// How many bytes may be looked at in vain in any text.
const LOOKED_AHEAD: usize = 16 * 1024;
/// A text of this length may have been cut without a mark.
const CUT: usize = 4 * 1024;
/// How long the label of a key is at most: `OPENSSH PRIVATE KEY`, with some room.
const LABEL: usize = 64;
/// Words shorter than this are no tokens, digits aside.
const SHORTEST_TOKEN: usize = 11;

pub(super) struct Scan<'t, 's> {
    pub(super) masker: &'s Masker,
    pub(super) text: &'t str,
    pub(super) bytes: &'t [u8],
    pub(super) kind: Text,
    pub(super) at: usize,
    /// Up to where the text is in `out`.
    pub(super) copied: usize,
    out: String,
    pub(super) found: &'s mut Found,
    pub(super) quotes: Quotes,
    /// The word that ended last, and the one before it.
    pub(super) word: Range<usize>,
    pub(super) before: Range<usize>,
    /// How many bytes may still be looked at in vain, so that the time stays in proportion.
    pub(super) ahead: usize,
    /// The string that was closed last.
    pub(super) string: Quoted,
    /// Where the value of a field `name` or `key` begins, and that value: it names the `value`.
    pub(super) label_at: Option<usize>,
    pub(super) label: Range<usize>,
}

impl<'t, 's> Scan<'t, 's> {
    pub(super) fn new(masker: &'s Masker, text: &'t str, kind: Text, found: &'s mut Found) -> Self {
        Self {
            masker,
            text,
            bytes: text.as_bytes(),
            kind,
            at: 0,
            copied: 0,
            out: String::new(),
            found,
            quotes: Quotes::default(),
            word: 0..0,
            before: 0..0,
            ahead: LOOKED_AHEAD + 2 * text.len(),
            string: Quoted::default(),
            label_at: None,
            label: 0..0,
        }
    }

    /// Returns the text with its secrets replaced.
    pub(super) fn run(mut self) -> Cow<'t, str> {
        while self.at < self.bytes.len() {
            let start = self.at;
            let seen;
            (self.at, seen) = skip_word(self.bytes, start);
            if self.at > start {
                self.end_word(start, seen);
            } else {
                self.step();
            }
        }
        if self.copied == 0 {
            return Cow::Borrowed(self.text);
        }
        self.out.push_str(&self.text[self.copied..]);
        Cow::Owned(self.out)
    }

    /// Passes a byte that belongs to no word.
    fn step(&mut self) {
        match self.bytes[self.at] {
            b'"' | b'\\' => self.quote_or_escape(),
            b':' => self.colon(),
            b'=' => self.equals(),
            b'%' => self.percent(),
            b'@' => self.at_sign(),
            b'>' => self.element(),
            b'[' | b'{' | b'(' => {
                self.quotes.open_bracket();
                self.at += 1;
            }
            b']' | b'}' | b')' => {
                self.quotes.close_bracket();
                self.at += 1;
            }
            b'\'' => self.at += self.character(self.at).max(1),
            _ => self.at += 1,
        }
    }

    /// Returns how long the character literal at `at` is, 0 if there is none.
    pub(super) fn character(&self, at: usize) -> usize {
        match self.bytes.get(at + 1..) {
            Some([b'\\', _, b'\'', ..]) => 4,
            Some(
                [b'"' | b'[' | b']' | b'{' | b'}' | b'(' | b')' | b',' | b':' | b'=', b'\'', ..],
            ) => 3,
            _ => 0,
        }
    }

    /// Replaces a part of the text and goes on behind it.
    pub(super) fn replace(&mut self, part: Range<usize>, with: &str, (name, rule): (&str, Rule)) {
        let start = part.start.max(self.copied);
        self.out.push_str(&self.text[self.copied..start]);
        self.out.push_str(with);
        self.copied = part.end.max(start);
        self.at = self.copied;
        self.word = self.at..self.at;
        self.before = self.word.clone();
        self.found.add(name, rule);
    }

    pub(super) fn replace_value(&mut self, part: Range<usize>, what: &'static str) {
        let masker = self.masker;
        self.replace(part, masker.always(), ("", Rule::Value(what)));
    }

    fn quote_or_escape(&mut self) {
        let Some(quote) = quote_at(self.bytes, self.at) else {
            let run = self.bytes[self.at..].iter().take_while(|byte| **byte == b'\\').count();
            let is_break = matches!(self.bytes.get(self.at + run), Some(b'n' | b'r' | b't'));
            self.at += run + usize::from(is_break);
            return;
        };
        self.at = quote.end;
        self.word = self.at..self.at;
        if let Some(closed) = self.quotes.pass(quote) {
            if self.label_at == Some(closed.opened) {
                self.label = closed.content.clone();
            }
            self.string = closed;
            self.pair();
        }
    }

    fn end_word(&mut self, start: usize, seen: u8) {
        let end = self.at;
        self.before = std::mem::replace(&mut self.word, start..end);
        let word = &self.bytes[start..end];
        match word {
            [b'-', b'-', b'-', b'-', b'-', ..] => self.private_key(start..end),
            b"-u" | b"--user" => self.user(end),
            [b'-', b'-', ..] => self.dashes(start..end),
            _ => {}
        }
        if self.at == end {
            self.value_of_word(start..end, seen);
        }
    }

    /// Masks a word that tells by itself that it is a secret.
    fn value_of_word(&mut self, place: Range<usize>, seen: u8) {
        let word = &self.bytes[place.clone()];
        if self.masker.values {
            let is_number = seen & DIGIT != 0 && seen & !(DIGIT | DASH | UNDERSCORE) == 0;
            if is_number && (3..24).contains(&word.len()) {
                if let Some(length) = pattern::card(&self.bytes[place.start..]) {
                    return self.replace_value(place.start..place.start + length, "card number");
                }
            }
            if matches!(word.len(), 5 | 6) && matches!(word[0], b'b' | b'B') {
                self.credentials(place.clone());
            }
        }
        if word.len() >= SHORTEST_TOKEN {
            self.long_word(place);
        }
    }

    /// Masks what follows `Bearer` or `Basic` (RFC 7235, 6750, 7617).
    fn credentials(&mut self, scheme: Range<usize>) {
        let word = &self.bytes[scheme.clone()];
        let what = match () {
            () if word.eq_ignore_ascii_case(b"bearer") => "bearer token",
            () if word.eq_ignore_ascii_case(b"basic") => "basic credentials",
            () => return,
        };
        let from = self.skip_spaces(scheme.end);
        let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"-._~+/=%".contains(*byte);
        let length = self.bytes[from..].iter().take_while(is_part).count();
        let credential = &self.bytes[from..from + length];
        // `Basic realm="shop"` is a challenge, not its answer.
        let is_parameter =
            |word: &[u8]| word.iter().all(|b| b.is_ascii_lowercase() || b"-=".contains(b));
        let is_challenge = is_parameter(credential) && self.bytes.get(from + length) == Some(&b'"');
        let is_long = from > scheme.end && length >= 6;
        if is_long && !is_challenge && pattern::looks_secret(credential) {
            self.replace_value(from..from + length, what);
        }
    }

    /// Skips spaces, also where they are percent-encoded, and a terminal's colours.
    pub(super) fn skip_spaces(&self, mut at: usize) -> usize {
        loop {
            match self.bytes.get(at..) {
                Some([b' ' | b'\t', ..]) => at += 1,
                Some([b'%', b'2', b'0', ..]) => at += 3,
                Some([0x1b, b'[', rest @ ..]) => {
                    match rest.iter().take(COLOUR).position(|b| *b == b'm') {
                        Some(length) => at += length + 3,
                        None => return at,
                    }
                }
                _ => return at,
            }
        }
    }

    fn long_word(&mut self, word: Range<usize>) {
        if !self.masker.values || !self.token(&word) {
            self.encoded(word);
        }
    }

    /// Masks a word that is a token, or a host whose path is one; tells whether it did.
    fn token(&mut self, word: &Range<usize>) -> bool {
        let rest = &self.text[word.end..];
        let is_cut =
            self.text[word.clone()].ends_with('…') || rest.is_empty() && self.text.len() >= CUT;
        if let Some((length, what)) = pattern::token_of(&self.bytes[word.clone()], is_cut) {
            self.replace_value(word.start..word.start + length, what);
            return true;
        }
        let Some((length, what)) = pattern::secret_path(&self.text[word.clone()], rest) else {
            return false;
        };
        let ends = [' ', '"', '\'', '\\', '<', '>', '\n'];
        let length_of_path = rest[length..].find(ends).unwrap_or(rest.len() - length);
        self.replace_value(word.end + length..word.end + length + length_of_path, what);
        true
    }

    /// Masks a private key up to its end line, or all that is there of it.
    fn private_key(&mut self, word: Range<usize>) {
        if let Some(end) = self.key_end(word.start).filter(|_| self.masker.values) {
            self.replace_value(word.start..end, "private key");
        }
    }

    /// Returns where the private key ends that begins here (RFC 7468, RFC 9580).
    pub(super) fn key_end(&self, from: usize) -> Option<usize> {
        let label = self.text.get(from..)?.strip_prefix("-----BEGIN ")?;
        let end = label.find("-----").unwrap_or(label.len()).min(LABEL);
        if !label.as_bytes()[..end].windows(11).any(|part| part == b"PRIVATE KEY") {
            return None;
        }
        let rest = self.text.get(from..self.value_end(from, Until::Text))?;
        let end = rest.find("-----END ").map(|at| at + 9).and_then(|end| {
            let close = rest[end..].find("-----")?;
            Some(end + close + 5)
        });
        Some(from + end.unwrap_or(rest.len()))
    }

    /// Masks a word that hides a secret in base64, or one that is random, if that is asked for.
    fn encoded(&mut self, word: Range<usize>) {
        let before = word.start.checked_sub(1).map(|before| self.bytes[before]);
        // Behind a slash it is a part of a word that was looked into, or of a path.
        let signs: &[u8] = if before == Some(b'/') { b"-_=" } else { b"+/-_=" };
        let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || signs.contains(byte);
        if before == Some(b'+') {
            return;
        }
        let rest = &self.bytes[word.start..];
        let length =
            rest.iter().take(decode::LOOKED_INTO).take_while(|byte| is_inner(byte)).count();
        let run = &rest[..length];
        let is_random = self.masker.high_entropy && pattern::is_random(run);
        if is_random
            || self.kind != Text::Decoded
                && length >= 16
                && self.masker.values
                && self.hides_secret(run)
        {
            let whole = rest.iter().take_while(|byte| is_inner(byte)).count();
            let what = if is_random { "high entropy" } else { "base64" };
            self.replace_value(word.start..word.start + whole, what);
        }
    }

    fn hides_secret(&self, run: &[u8]) -> bool {
        let Some(text) = decode::base64(run) else { return false };
        let mut found = Found::default();
        let masked = Scan::new(self.masker, &text, Text::Decoded, &mut found).run();
        matches!(masked, Cow::Owned(_))
    }
}
