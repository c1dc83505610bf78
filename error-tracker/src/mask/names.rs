//! Where a name stands before a value, and which of them are masked.

use std::ops::Range;

use crate::mask::extent::Until;
use crate::mask::found::Rule;
use crate::mask::scan::{Scan, Text};
use crate::mask::{decode, pattern};

/// How much of a name is looked at, in bytes: its end.
const NAME: usize = 128;
/// How long the sequence is at most that sets a terminal's colour.
pub(super) const COLOUR: usize = 12;
/// How far is looked ahead for what tells how a value ends, in bytes.
pub(super) const AHEAD: usize = 512;
/// Headers whose value may be a list of pairs (RFC 6265, 4; RFC 9110, 11.6).
const HEADERS: [&str; 4] = ["authorization", "proxy-authorization", "cookie", "set-cookie"];

/// A masked name: where it stands, and what stands for its value.
pub(super) struct Named {
    pub(super) place: Range<usize>,
    pub(super) name: String,
    pub(super) mask: String,
    pub(super) rule: Rule,
    pub(super) is_quoted: bool,
}

impl Scan<'_, '_> {
    /// Asks the rule for the name that stands at a place.
    pub(super) fn ask(&self, place: Range<usize>, is_quoted: bool) -> Option<Named> {
        let from = place.end.saturating_sub(NAME).max(place.start);
        let from = (from..=place.end).find(|at| self.text.is_char_boundary(*at))?;
        let written = &self.text[from..place.end];
        let name = match written {
            "" => return None,
            text if text.contains('\\') => decode::escapes(text),
            text if text.contains('%') => decode::percent(text),
            text => text.into(),
        };
        // What was encoded may hold pairs before this one.
        let name = match is_quoted {
            true => name.trim(),
            false => {
                let last = name.rsplit(['&', '=', '?', ';', ' ']).next().unwrap_or_default();
                last.trim_matches(['"', '\'', '{', '}', '(', ')', ',', ':'])
            }
        };
        if name.is_empty() {
            return None;
        }
        let mask = self.masker.name(name)?.into_owned();
        Some(Named { place, name: name.to_owned(), mask, rule: Rule::Name, is_quoted })
    }

    /// Finds the name that ends at `at`, but for spaces.
    fn name_before(&mut self, at: usize) -> Option<Named> {
        let end = self.without_colours(at);
        let is_string = self.string.end == end && end > 0 && !self.string.content.is_empty();
        let single = self.single_quoted(end);
        let is_quoted = is_string || single.is_some();
        let place = match (is_string, single) {
            (true, _) => self.string.content.clone(),
            (_, Some(place)) => place,
            _ => self.unquoted(end),
        };
        match &self.bytes[place.clone()] {
            b"name" | b"key" => self.label_at = Some(self.skip_spaces(at + 1)),
            b"value" if !self.label.is_empty() => {
                let label = std::mem::take(&mut self.label);
                return self.ask(label, true);
            }
            _ => {}
        }
        self.ask(place, is_quoted)
    }

    /// Returns where what stands before a place ends, but for spaces and a terminal's colours.
    fn without_colours(&self, at: usize) -> usize {
        let mut before = &self.bytes[..at];
        loop {
            while let Some(rest) = before.strip_suffix(b" ") {
                before = rest;
            }
            let length = before.iter().rev().take(COLOUR).position(|byte| *byte == 0x1b);
            match length.filter(|_| before.ends_with(b"m")) {
                Some(length) => before = &before[..before.len() - length - 1],
                None => return before.len(),
            }
        }
    }

    /// Finds the name in single quotes that ends here, where it is one: in brackets.
    fn single_quoted(&self, end: usize) -> Option<Range<usize>> {
        let close = end.checked_sub(1).filter(|close| self.bytes[*close] == b'\'')?;
        let looked_at = close.saturating_sub(NAME).max(self.copied.min(close));
        let name = self.bytes[looked_at..close].iter().rev();
        let length = name.take_while(|byte| !matches!(byte, b'\'' | b'\n')).count();
        let open = close.checked_sub(length + 1).filter(|open| self.bytes[*open] == b'\'')?;
        self.quotes.in_brackets().then_some(open + 1..close)
    }

    /// Finds where the name begins that ends here and has no quotes.
    fn unquoted(&self, end: usize) -> Range<usize> {
        let word = match self.word.end == end {
            true => self.word.clone(),
            false => end..end,
        };
        let goes_on = |at: usize| {
            let is_joined = at > 0 && matches!(self.bytes[at - 1], b']' | b'[' | b'#');
            is_joined || at > 2 && self.bytes[at - 3] == b'%'
        };
        match word.is_empty() || goes_on(word.start) {
            true => self.run_before(end),
            false => word,
        }
    }

    /// Returns the run of name-like bytes that ends here: `user[password]`, `user%5Bpassword%5D`.
    fn run_before(&self, end: usize) -> Range<usize> {
        let is_part =
            |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.%[]".contains(byte) || *byte >= 0x80;
        let run = self.bytes[self.copied.min(end)..end].iter().rev();
        end - run.take(NAME).take_while(|byte| is_part(byte)).count()..end
    }

    /// Masks what a separator's name asks for.
    pub(super) fn named(&mut self, named: &Named, value: Range<usize>) {
        let is_code = self.kind == Text::Code && self.quotes.depth() == 0;
        if value.is_empty() || is_code && !self.is_literal(&value) {
            self.at = value.start.max(self.at);
            return;
        }
        let end = self.key_end(value.start).unwrap_or(value.end);
        self.replace(value.start..end.max(value.end), &named.mask, (&named.name, named.rule));
    }

    /// Tells whether a piece of source code holds a literal.
    fn is_literal(&self, value: &Range<usize>) -> bool {
        let value = &self.bytes[value.clone()];
        value.contains(&b'"') || value.first().is_some_and(u8::is_ascii_digit)
    }

    pub(super) fn colon(&mut self) {
        let at = self.at;
        self.at += 1;
        match self.bytes[at + 1..] {
            [b':', ..] => self.at += 1,
            [b'/', b'/', ..] => self.url(at + 3),
            _ => match self.name_before(at) {
                Some(named) => self.after_colon(&named),
                None => self.bot_token(at),
            },
        }
    }

    fn after_colon(&mut self, named: &Named) {
        let from = self.skip_spaces(self.at);
        let is_structured = named.is_quoted || self.quotes.in_brackets();
        let is_label = self.is_label(named.place.start);
        // `secrets:read`, `src/session.rs:88:14`, `arn:aws:secretsmanager:…`.
        let is_joined = from == self.at && !is_structured;
        let end = match is_label || named.is_quoted {
            true if is_structured => self.value_end(from, Until::Element),
            true if !is_joined => self.line_end(from, self.list_sign(named.place.start)),
            _ if self.is_header_of_pairs(&named.name, from) => self.line_end(from, None),
            false if is_joined => return,
            _ => {
                let end = self.value_end(from, Until::Plain);
                let word = &self.bytes[from..end];
                match pattern::looks_secret(word) && !self.is_sign(word) {
                    true => end,
                    false => return,
                }
            }
        };
        self.named(named, from..end);
    }

    /// Tells whether a header with pairs in its value stands in prose: `got Cookie: a=b; c=d`.
    fn is_header_of_pairs(&self, name: &str, from: usize) -> bool {
        let is_header = HEADERS.iter().any(|header| name.eq_ignore_ascii_case(header));
        is_header && self.bytes[from..self.line_end_within(from, None, AHEAD)].contains(&b'=')
    }

    /// Tells whether a quoted word is a sign rather than a secret: `unexpected token: "}"`.
    fn is_sign(&self, word: &[u8]) -> bool {
        word.len() < 6 && !word.iter().any(u8::is_ascii_alphanumeric)
    }

    /// Tells whether nothing of its line stands before a name, or only what separates.
    fn is_label(&self, start: usize) -> bool {
        let before = self.bytes[..start].trim_ascii_end();
        let broken = before.len() < start && self.bytes[before.len()..start].contains(&b'\n');
        match before {
            [] => true,
            [.., b'\\', b'n' | b'r' | b't'] => true,
            [.., last] => broken || b"{([,;&?|\"'`-*.!>#".contains(last),
        }
    }

    /// Returns the sign by which the list is separated that the name stands in.
    fn list_sign(&self, start: usize) -> Option<u8> {
        let before = self.bytes[..start].trim_ascii_end().last().copied();
        before.filter(|sign| matches!(sign, b',' | b';' | b'|'))
    }

    pub(super) fn equals(&mut self) {
        let at = self.at;
        self.at += 1;
        while matches!(self.bytes.get(self.at), Some(b'=' | b'>')) {
            self.at += 1;
        }
        if at > 0 && matches!(self.bytes[at - 1], b'!' | b'<' | b'>') {
            return;
        }
        let Some(named) = self.name_before(at).or_else(|| self.key_before(at)) else {
            return self.field_of_multipart(at);
        };
        let from = self.skip_spaces(self.at);
        let until = match self.list_sign(named.place.start) {
            _ if named.is_quoted && self.quotes.in_brackets() => Until::Structured,
            Some(b';') => Until::Statement,
            _ if self.is_statement(from) => Until::Statement,
            _ => Until::Plain,
        };
        let end = self.value_end(from, until);
        self.named(&named, from..end);
    }

    /// Tells whether a connection string begins here: `key=value;key=value`.
    fn is_statement(&self, from: usize) -> bool {
        let end = self.line_end_within(from, None, AHEAD);
        let Some(rest) = self.text.get(from..end) else { return false };
        rest.split_once(';').is_some_and(|(value, rest)| {
            !value.contains(['&', ',', '='])
                && rest.split(';').next().is_some_and(|next| next.contains('='))
        })
    }

    /// Masks what follows a percent-encoded `=` or `:`.
    pub(super) fn percent(&mut self) {
        let start = self.at;
        self.at += 1;
        let is_hex = |at: usize| self.bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
        let behind = if is_hex(start + 1) && is_hex(start + 2) { start + 3 } else { start + 1 };
        while self.bytes[self.at..].starts_with(b"25") {
            self.at += 2;
        }
        let is_separator =
            matches!(self.bytes.get(self.at..self.at + 2), Some(b"3D" | b"3d" | b"3A" | b"3a"));
        let asked = if is_separator { self.ask(self.run_before(start), false) } else { None };
        let Some(named) = asked else {
            self.at = behind;
            return;
        };
        let from = self.skip_spaces(self.at + 2);
        let end = self.value_end(from, Until::Encoded);
        self.named(&named, from..end);
    }
}
