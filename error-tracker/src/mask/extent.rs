//! Where the value of a masked name ends.

use crate::mask::pairs::trim_breaks;
use crate::mask::pattern;
use crate::mask::quotes::quote_at;
use crate::mask::scan::Scan;

/// What ends a value that does not begin with a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    /// The comma or bracket that ends its element.
    Structured,
    /// The same, but for a value in single quotes, which ends with them.
    Element,
    /// Space, `&`, `;`, a comma before a space.
    Plain,
    /// `;` alone: connection strings.
    Statement,
    /// `&` or space, percent-encoded or not.
    Encoded,
    /// The end of the string that it stands in.
    Text,
}

/// What a walk over the text meets; strings and nested brackets are passed in one step.
enum Met {
    /// The closing quote of the string that the walk began in, or the text's end.
    End,
    Byte(u8),
    /// A backslash with the letter of a line break behind it.
    EscapedBreak,
}

impl Scan<'_, '_> {
    /// Walks from `from` until `stop` says so; returns where.
    fn walk(&self, from: usize, mut stop: impl FnMut(usize, Met) -> bool) -> usize {
        let base = self.quotes.depth();
        let (mut quotes, mut at) = (self.quotes.clone(), from);
        while at < self.bytes.len() {
            let byte = self.bytes[at];
            if let b'"' | b'\\' = byte {
                let Some(quote) = quote_at(self.bytes, at) else {
                    let run = self.bytes[at..].iter().take_while(|byte| **byte == b'\\').count();
                    let is_break = matches!(self.bytes.get(at + run), Some(b'n' | b'r'));
                    if is_break && quotes.depth() == base && stop(at, Met::EscapedBreak) {
                        return at;
                    }
                    at += run;
                    continue;
                };
                if quote.depth < base {
                    return quote.start;
                }
                quotes.pass(quote);
                at = quote.end;
                continue;
            }
            let character = if byte == b'\'' { self.character(at) } else { 0 };
            if character > 0 {
                at += character;
                continue;
            }
            if quotes.depth() == base && stop(at, Met::Byte(byte)) {
                return at;
            }
            at += 1;
        }
        stop(at, Met::End);
        at
    }

    /// Returns where an element of `Debug` text or JSON ends: before its comma or bracket.
    pub(super) fn structured_end(&self, from: usize) -> usize {
        let mut level = 0_usize;
        let begins_quoted = quote_at(self.bytes, from).is_some();
        let in_brackets = self.quotes.in_brackets();
        let end = self.walk(from, |_, met| match met {
            Met::Byte(b'[' | b'{' | b'(') => {
                level += 1;
                false
            }
            Met::Byte(b']' | b'}' | b')') => {
                let ends = level == 0;
                level = level.saturating_sub(1);
                ends
            }
            Met::Byte(b',') => level == 0,
            Met::Byte(b'\n') => level == 0 && (!in_brackets || begins_quoted),
            Met::EscapedBreak => level == 0 && begins_quoted,
            _ => false,
        });
        from + trim_breaks(&self.bytes[from..end]).len()
    }

    /// Returns where the line ends, or before it the element of a list with this sign.
    pub(super) fn line_end(&self, from: usize, sign: Option<u8>) -> usize {
        self.line_end_within(from, sign, usize::MAX)
    }

    /// The same, looking at so many bytes only.
    pub(super) fn line_end_within(&self, from: usize, sign: Option<u8>, room: usize) -> usize {
        let last = from.saturating_add(room);
        self.walk(from, |at, met| match met {
            _ if at >= last => true,
            Met::Byte(byte) => matches!(byte, b'\n' | b'\r') || Some(byte) == sign,
            Met::EscapedBreak => true,
            Met::End => false,
        })
    }

    /// Returns where a value ends that need not stand in brackets.
    pub(super) fn value_end(&self, from: usize, until: Until) -> usize {
        let quote = quote_at(self.bytes, from).filter(|quote| quote.start == from);
        if let Some(quote) = quote.filter(|_| until != Until::Element) {
            if quote.depth >= self.quotes.depth() {
                return self.string_end(quote.end, quote.depth);
            }
        }
        match (self.bytes.get(from), until) {
            (Some(sign @ (b'\'' | b'`')), _) => return self.marked_end(from, *sign),
            (_, Until::Structured | Until::Element) => return self.structured_end(from),
            (_, Until::Text) => return self.walk(from, |_, _| false),
            _ => {}
        }
        let end = self.bare_end(from, until);
        let is_scheme =
            pattern::is_scheme(&self.bytes[from..end]) && self.bytes.get(end) == Some(&b' ');
        match is_scheme {
            true => self.bare_end(self.skip_spaces(end), until),
            false => end,
        }
    }

    fn bare_end(&self, from: usize, until: Until) -> usize {
        let in_brackets = self.quotes.in_brackets();
        let ends_list = |at: usize| self.bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace);
        let encoded = |at: usize| {
            let end = self.bytes.get(at + 1..at + 3);
            matches!(end, Some(b"26" | b"0A" | b"0a" | b"7D" | b"7d"))
        };
        self.walk(from, |at, met| match (met, until) {
            (Met::Byte(b'\n' | b'\r') | Met::EscapedBreak, _) => true,
            (Met::Byte(b';'), Until::Statement) => true,
            (_, Until::Statement) => false,
            (Met::Byte(b'%'), Until::Encoded) => encoded(at),
            (Met::Byte(b' ' | b'\t' | b'&'), _) => true,
            (Met::Byte(b';' | b'<' | b'>' | b'|'), Until::Plain) => true,
            (Met::Byte(b','), Until::Plain) => ends_list(at),
            (Met::Byte(b']' | b'}' | b')'), Until::Plain) => in_brackets || ends_list(at),
            _ => false,
        })
    }

    /// Returns where the string ends that opened before `from`, its quote included.
    fn string_end(&self, from: usize, depth: usize) -> usize {
        let mut at = from;
        while at < self.bytes.len() {
            match quote_at(self.bytes, at) {
                Some(quote) if quote.depth < depth => return quote.start,
                Some(quote) if quote.depth == depth => return quote.end,
                Some(quote) => at = quote.end,
                None if self.bytes[at] == b'\\' => {
                    at += self.bytes[at..].iter().take_while(|byte| **byte == b'\\').count();
                }
                None => at += 1,
            }
        }
        at
    }

    /// Returns where a value between single quotes or backticks ends.
    fn marked_end(&self, from: usize, sign: u8) -> usize {
        let line = self.line_end(from + 1, None);
        let mut at = from + 1;
        while at < line {
            match self.bytes[at] {
                b'\\' => at += 1,
                byte if byte == sign => return at + 1,
                _ => {}
            }
            at += 1;
        }
        line
    }
}
