//! Quoted text, in the quotes of programs and of several languages.

use crate::grouping::normalize::PLACEHOLDER;

/// Which quotes are known, each with what closes it.
const PAIRS: [(char, char); 9] = [
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('‘', '’'),
    ('“', '”'),
    ('„', '“'),
    ('‚', '‘'),
    ('«', '»'),
    ('「', '」'),
];

/// Finds where quoted text ends, looking over no part of the text twice in vain.
pub(super) struct Quotes {
    /// The text goes on beyond what is looked at, so that a quote may be closed there.
    is_cut: bool,
    /// One bit for each pair that is not closed any more.
    open: u16,
}

impl Quotes {
    pub(super) fn new(is_cut: bool) -> Self {
        Self { is_cut, open: 0 }
    }

    /// Returns the end of the text that is quoted from a place on; `None` if that is no quote.
    pub(super) fn end(&mut self, text: &str, at: usize, quote: char) -> Option<usize> {
        let pair = PAIRS.iter().position(|(opening, _)| *opening == quote)?;
        let before = text[..at].chars().next_back();
        let is_inside =
            before.is_some_and(char::is_alphanumeric) || text[..at].ends_with(PLACEHOLDER);
        if is_inside || self.open & (1 << pair) != 0 {
            return None;
        }
        let start = at + quote.len_utf8();
        let end = closing(text, start, PAIRS[pair].1);
        if end.is_none() {
            self.open |= 1 << pair;
        }
        end.or_else(|| self.is_cut.then_some(text.len()))
    }
}

/// A closing quote stands after what is quoted: no word goes on behind it.
fn closing(text: &str, start: usize, quote: char) -> Option<usize> {
    let mut from = start;
    loop {
        let at = from + text[from..].find(quote)?;
        from = at + quote.len_utf8();
        let is_escaped = quote == '"' && backslashes(&text[start..at]) % 2 == 1;
        let after = &text[from..];
        let goes_on = after.starts_with(char::is_alphanumeric)
            || after.starts_with(PLACEHOLDER)
            || after.starts_with("***");
        if !is_escaped && !goes_on {
            return Some(from);
        }
    }
}

fn backslashes(text: &str) -> usize {
    text.len() - text.trim_end_matches('\\').len()
}

/// Tells whether a character opens or closes a quote.
pub(super) fn is_quote(character: char) -> bool {
    PAIRS.iter().any(|(opening, closing)| character == *opening || character == *closing)
}
