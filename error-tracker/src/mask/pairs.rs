//! Names and values that stand together in ways of their own: pairs, options, XML, connection strings.

use std::ops::Range;

use crate::mask::extent::Until;
use crate::mask::found::Rule;
use crate::mask::names::{Named, AHEAD};
use crate::mask::pattern;
use crate::mask::scan::Scan;

/// Connection strings name their keys so; no word of the name rule is in them.
/// Sources: the connection strings of Azure Storage, Service Bus, and ADO.NET.
const KEYS: [&str; 4] = ["accountkey", "sharedaccesskey", "sharedaccesssignature", "pwd"];

/// How long a start tag may be, in bytes.
const TAG: usize = 256;
/// Words that follow the name of an option in prose.
const PROSE: [&[u8]; 12] =
    [b"or", b"and", b"is", b"in", b"to", b"for", b"not", b"was", b"has", b"must", b"can", b"with"];

impl Scan<'_, '_> {
    /// Finds the key of a connection string.
    pub(super) fn key_before(&self, at: usize) -> Option<Named> {
        let word = self.word.clone();
        let name = self.text.get(word.clone()).filter(|_| self.masker.values && word.end == at)?;
        let is_key = |key: &&str| name.eq_ignore_ascii_case(key);
        let is_parameter = matches!(self.bytes[..word.start], [.., b'&' | b'?']);
        let is_signature = is_parameter && is_signature(name);
        (KEYS.iter().any(is_key) || is_signature).then(|| Named {
            place: word,
            name: name.to_owned(),
            mask: self.masker.always().to_owned(),
            rule: Rule::Value("connection string"),
            is_quoted: false,
        })
    }

    /// Masks the field of a multipart body that `name="password"` begins (RFC 7578).
    pub(super) fn field_of_multipart(&mut self, at: usize) {
        if !self.bytes[..at].ends_with(b"name") || !self.bytes[at..].starts_with(b"=") {
            return;
        }
        let rest = &self.text[at + 1..];
        let unescaped = rest.trim_start_matches('\\');
        let Some(quoted) = unescaped.strip_prefix('"') else { return };
        let length = quoted.find(['"', '\\']).unwrap_or(quoted.len());
        let from = self.text.len() - quoted.len();
        let Some(named) = self.ask(from..from + length, true) else { return };
        let Some(start) = blank_line(&self.text[from..]).map(|blank| from + blank) else { return };
        let Some(body) = self.text.get(start..self.value_end(start, Until::Text)) else { return };
        let end =
            ["\n--", "\r\n--", "\\n--", "\\r\\n--"].iter().filter_map(|end| body.find(end)).min();
        let end = start + end.unwrap_or(body.len());
        self.named(&named, start..end);
    }

    /// Masks the second of a pair whose first is a masked name: `("token", "x")`, `"--token" "x"`.
    pub(super) fn pair(&mut self) {
        let string = self.string.clone();
        let opened = trim_breaks(&self.bytes[..string.opened]).last().copied();
        let is_option = self.bytes[string.content.clone()].starts_with(b"--");
        if !(is_option || matches!(opened, Some(b'(' | b'['))) {
            return;
        }
        let rest = &self.bytes[self.at..];
        let comma = usize::from(rest.first() == Some(&b','));
        let from = self.text.len() - self.skip_breaks(self.at + comma).len();
        let is_next = comma == 1 || is_option && self.bytes[from..].first() == Some(&b'"');
        if !is_next || from == self.at {
            return;
        }
        let Some(named) = self.ask(string.content, true) else { return };
        let end = match comma {
            1 => self.structured_end(from),
            _ => self.value_end(from, Until::Plain),
        };
        // A list of many may begin with a name, too.
        if opened == Some(b'[') && !is_option {
            let rest = self.skip_breaks(end).trim_start_matches(',').trim_start();
            let is_pair = rest.starts_with(']');
            self.ahead = self.ahead.saturating_sub(end - from);
            if !is_pair && self.ahead > 0 {
                return;
            }
        }
        self.named(&named, from..end);
    }

    /// Returns what follows spaces and line breaks, also where these are escaped.
    fn skip_breaks(&self, at: usize) -> &str {
        let mut rest = self.text.get(at..).unwrap_or_default();
        loop {
            let next = rest.trim_start();
            let escape = next.strip_prefix("\\n").or_else(|| next.strip_prefix("\\r"));
            match escape {
                Some(next) => rest = next,
                None => return next,
            }
        }
    }

    /// Masks the word after an option of a command line: `--password x`.
    pub(super) fn dashes(&mut self, word: Range<usize>) {
        if self.bytes.get(word.end) != Some(&b' ') || word.len() < 3 {
            return;
        }
        let from = self.skip_spaces(word.end);
        if matches!(self.bytes.get(from), Some(b'-') | None) {
            return;
        }
        if let Some(named) = self.ask(word, false) {
            let end = self.value_end(from, Until::Plain);
            // `--token or --user`, `--password is required`.
            let is_prose = PROSE.contains(&&self.bytes[from..end]);
            if !is_prose {
                self.named(&named, from..end);
            }
        }
    }

    /// Masks the password in `-u user:password`; `-u 1000:1000` is none.
    pub(super) fn user(&mut self, from: usize) {
        if self.bytes.get(from) != Some(&b' ') {
            return;
        }
        let from = self.skip_spaces(from);
        let end = self.value_end(from, Until::Plain);
        let value = &self.bytes[from..end];
        let Some(colon) = value.iter().position(|byte| *byte == b':') else { return };
        let is_number = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        let is_password =
            colon > 0 && colon + 1 < value.len() && !value[colon..].starts_with(b"://");
        if self.masker.values
            && is_password
            && !(is_number(&value[..colon]) && is_number(&value[colon + 1..]))
        {
            self.replace_value(from + colon + 1..end, "basic credentials");
        }
    }

    /// Masks the text of an XML element: `<password>x</password>`.
    pub(super) fn element(&mut self) {
        let at = self.at;
        self.at += 1;
        let looked_at = at.saturating_sub(TAG).max(self.copied.min(at));
        let tag = &self.bytes[looked_at..at];
        let Some(open) = tag.iter().rposition(|byte| matches!(byte, b'<' | b'>')) else { return };
        let is_name =
            |byte: &u8| byte.is_ascii_alphanumeric() || b"_-:.".contains(byte) || *byte >= 0x80;
        let length = tag[open + 1..].iter().take_while(|byte| is_name(byte)).count();
        if tag[open] == b'>' || length == 0 || tag.ends_with(b"/") {
            return;
        }
        let word = looked_at + open + 1..looked_at + open + 1 + length;
        let Some(named) = self.ask(word, false) else { return };
        let end = self.value_end(at + 1, Until::Text);
        let text = &self.bytes[at + 1..end];
        let close = text.iter().position(|byte| *byte == b'<').unwrap_or(text.len());
        self.named(&named, at + 1..at + 1 + close);
    }

    /// Masks the bot token of Telegram, which has a colon in it.
    pub(super) fn bot_token(&mut self, at: usize) {
        let word = self.word.clone();
        if !self.masker.values || word.end != at || word.is_empty() {
            return;
        }
        let digits =
            self.bytes[word.clone()].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let start = at - digits;
        if let Some(length) = pattern::telegram(&self.bytes[start..at], &self.bytes[at + 1..]) {
            self.replace_value(start..at + 1 + length, "Telegram bot token");
        }
    }
}

/// Takes spaces and line breaks off the end, also where these are escaped.
pub(super) fn trim_breaks(mut bytes: &[u8]) -> &[u8] {
    loop {
        bytes = bytes.trim_ascii_end();
        match bytes {
            [before @ .., b'\\', b'n' | b'r' | b't'] => bytes = before,
            [before @ .., b'\\'] => bytes = before,
            _ => return bytes,
        }
    }
}

/// Tells whether a parameter of a URL signs it, which lets whoever has it in.
pub(super) fn is_signature(name: &str) -> bool {
    name == "sig" || name.to_ascii_lowercase().ends_with("-signature")
}

/// Returns where the text goes on behind the first blank line, raw or escaped however often.
fn blank_line(text: &str) -> Option<usize> {
    let bytes = &text.as_bytes()[..text.len().min(AHEAD)];
    let mut at = 0;
    while at < bytes.len() {
        let Some(end) = line_break(bytes, at) else {
            at += 1;
            continue;
        };
        if let Some(behind) = line_break(bytes, end) {
            return Some(behind);
        }
        at = end;
    }
    None
}

/// Returns where the line break ends that begins here.
fn line_break(bytes: &[u8], at: usize) -> Option<usize> {
    let sign = |at: usize, raw: u8, letter: u8| {
        let run = bytes.get(at..)?.iter().take_while(|byte| **byte == b'\\').count();
        let expected = if run == 0 { raw } else { letter };
        (bytes.get(at + run) == Some(&expected)).then_some(at + run + 1)
    };
    sign(sign(at, b'\r', b'r').unwrap_or(at), b'\n', b'n')
}
