//! Takes the variable parts out of a message: one pass over its bytes, each becoming `<*>`.

mod output;
mod quotes;
mod shapes;
mod token;
mod words;

use self::output::Output;
use self::quotes::Quotes;
use crate::text::floor_char_boundary;

/// How much of a message is looked at, in bytes: variable parts may be long.
const LOOKED_AT: usize = 4_096;
/// How much of it takes part in grouping, in bytes.
const LIMIT: usize = 1_000;
/// What stands for a variable part.
const PLACEHOLDER: &str = "<*>";

/// Appends `text` to `out` with its variable parts replaced by `<*>`.
///
/// What is normal already comes out as it went in.
pub(crate) fn normalize(text: &str, out: &mut String) {
    let window = window(text);
    let mut scan = Scan {
        text: window,
        at: 0,
        copied: 0,
        quotes: Quotes::new(window.len() < text.len()),
        out: Output::new(out),
    };
    scan.run();
}

/// Cuts a long text where a word ends.
fn window(text: &str) -> &str {
    if text.len() <= LOOKED_AT {
        return text;
    }
    let window = &text[..floor_char_boundary(text, LOOKED_AT)];
    let end = window.rfind(char::is_whitespace).filter(|end| *end > LIMIT);
    &window[..end.unwrap_or(window.len())]
}

/// A pass over a text. What stays as it is is copied in runs.
struct Scan<'t, 'o> {
    text: &'t str,
    at: usize,
    /// Where the run that is not copied yet begins.
    copied: usize,
    quotes: Quotes,
    out: Output<'o>,
}

impl Scan<'_, '_> {
    fn run(&mut self) {
        while let Some(byte) = self.byte(self.at) {
            match byte {
                b' ' if !self.byte(self.at + 1).is_some_and(is_space) => self.at += 1,
                _ if is_space(byte) => self.space(),
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => self.token(),
                b'"' | b'\'' | b'`' => self.quoted(char::from(byte)),
                0x80.. => self.foreign(),
                _ => self.mark(byte),
            }
            if self.out.is_full() {
                return;
            }
        }
        self.keep_up_to(self.text.len());
        self.out.trim();
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Copies what stays up to a place.
    fn keep_up_to(&mut self, end: usize) {
        self.out.push(self.text.get(self.copied..end).unwrap_or_default());
        self.copied = end;
    }

    /// Replaces what stands from here to a place.
    fn replace(&mut self, end: usize) {
        self.keep_up_to(self.at);
        self.out.variable();
        self.skip(end);
        self.rest_of_token();
    }

    fn skip(&mut self, end: usize) {
        (self.at, self.copied) = (end, end);
    }

    /// Any white space is one space, none at the start.
    fn space(&mut self) {
        let rest = self.rest().trim_start();
        let end = self.text.len() - rest.len();
        if rest.starts_with("left: ") && self.out.written().starts_with("assertion") {
            return self.compared_values();
        }
        self.keep_up_to(self.at);
        self.out.space();
        self.skip(end);
    }

    /// What `assert_eq!` compared is `Debug` text of any shape, up to the message's end.
    fn compared_values(&mut self) {
        self.keep_up_to(self.at);
        self.out.push(" left: ");
        self.out.variable();
        self.skip(self.text.len());
    }

    fn quoted(&mut self, quote: char) {
        match self.quotes.end(self.text, self.at, quote) {
            Some(end) if quote == '`' && self.is_code(end) => self.at = end,
            Some(end) => {
                // So std marks that it has cut what it quotes.
                let is_cut = self.text[end..].starts_with("[...]");
                self.replace(end + if is_cut { "[...]".len() } else { 0 });
            }
            None => self.at += quote.len_utf8(),
        }
    }

    fn is_code(&mut self, end: usize) -> bool {
        self.keep_up_to(self.at);
        words::is_code(self.out.written(), &self.text[self.at..end])
    }

    /// A character beyond ASCII: of a word, a quote, a space, a digit, or a mark.
    fn foreign(&mut self) {
        let Some(character) = self.rest().chars().next() else { return };
        if character.is_alphabetic() {
            self.token();
        } else if character.is_numeric() {
            let digits = |character: char| !character.is_numeric() && !character.is_ascii_digit();
            self.replace(self.at + self.rest().find(digits).unwrap_or(self.rest().len()));
        } else if character.is_whitespace() {
            self.space();
        } else {
            self.quoted(character);
        }
    }

    fn mark(&mut self, byte: u8) {
        let next = self.byte(self.at + 1).unwrap_or(b' ');
        match byte {
            b'<' if self.rest().starts_with(PLACEHOLDER) => self.replace(self.at + 3),
            b'*' if self.rest().starts_with("***") => {
                let stars = self.rest().bytes().take_while(|byte| *byte == b'*').count();
                self.replace(self.at + stars);
            }
            b'/' | b'~' | b'.' | b'\\' | b':' if self.begins_a_place(byte, next) => self.token(),
            b'[' if next.is_ascii_hexdigit() || next == b':' => self.bracketed(),
            b'-' | b'+' | b'#' if next.is_ascii_digit() && self.is_free() => self.signed(),
            _ => self.at += 1,
        }
    }

    /// `/var/lib`, `~/x`, `./x`, `../x`, `\\\\server`, `::1`
    fn begins_a_place(&self, byte: u8, next: u8) -> bool {
        let before = &self.text[..self.at];
        let goes_on = before.ends_with(shapes::is_part);
        let begins = match byte {
            b'/' => next.is_ascii_alphanumeric() || matches!(next, b'.' | b'_'),
            b'.' => self.rest().starts_with("./") || self.rest().starts_with("../"),
            b'~' => next == b'/',
            mark => next == mark,
        };
        begins && !goes_on
    }

    /// `[::1]:80`
    fn bracketed(&mut self) {
        match shapes::bracketed_address(self.rest()) {
            Some(length) => self.replace(self.at + length),
            None => self.at += 1,
        }
    }

    /// Tells whether nothing that belongs to a word or a value stands right before.
    fn is_free(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|before| self.byte(before));
        before.is_none_or(|before| is_space(before) || b"([{=,:;<".contains(&before))
    }

    /// A sign belongs to its number, but for that of a code, which is a name.
    fn signed(&mut self) {
        self.keep_up_to(self.at);
        match words::names_a_code(self.out.written()) {
            true => self.at += 1,
            false => self.skip(self.at + 1),
        }
    }
}

fn is_space(byte: u8) -> bool {
    byte == b' ' || matches!(byte, 0x09..=0x0d)
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
