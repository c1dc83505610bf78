//! Strings within strings: which quotes open and close where, told by the backslashes before them.

use std::ops::Range;

/// How many strings within one another are told apart; deeper ones count as the deepest.
const DEEPEST: usize = 8;

/// A string that was just closed.
#[derive(Clone, Debug, Default)]
pub(super) struct Quoted {
    /// Where its opening quote begins, backslashes included.
    pub(super) opened: usize,
    /// What stands between its quotes.
    pub(super) content: Range<usize>,
    /// Behind its closing quote.
    pub(super) end: usize,
}

/// The strings that are open at a place of a text, and the brackets that are open in each.
#[derive(Clone, Debug, Default)]
pub(super) struct Quotes {
    /// How many strings are open; what stands in none has depth 0.
    open: usize,
    starts: [(usize, usize); DEEPEST + 1],
    brackets: [u16; DEEPEST + 1],
}

/// A quote, with the backslashes that belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quote {
    /// How many strings it stands in: each of them has escaped it once more.
    pub(super) depth: usize,
    /// Where it begins, its own backslashes included.
    pub(super) start: usize,
    /// Behind it.
    pub(super) end: usize,
}

/// Reads the quote that begins at or behind a run of backslashes, if there is one.
///
/// Each string around a quote turns `n` backslashes before it into `2n + 1`. So the ones at the
/// end of `n` in binary tell how often it was escaped, and what is left was there before.
pub(super) fn quote_at(bytes: &[u8], at: usize) -> Option<Quote> {
    let run = bytes[at..].iter().take_while(|byte| **byte == b'\\').count();
    if bytes.get(at + run) != Some(&b'"') {
        return None;
    }
    let depth = (run.trailing_ones() as usize).min(DEEPEST - 1);
    let own = (1_usize << depth) - 1;
    Some(Quote { depth, start: at + run - own, end: at + run + 1 })
}

impl Quotes {
    /// Passes a quote; returns the string that it closes, if it closes one.
    pub(super) fn pass(&mut self, quote: Quote) -> Option<Quoted> {
        if quote.depth < self.open {
            self.open = quote.depth;
            let (opened, from) = self.starts[quote.depth];
            return Some(Quoted { opened, content: from..quote.start.max(from), end: quote.end });
        }
        self.open = quote.depth + 1;
        self.starts[quote.depth] = (quote.start, quote.end);
        self.brackets[self.open] = 0;
        None
    }

    pub(super) fn depth(&self) -> usize {
        self.open
    }

    pub(super) fn open_bracket(&mut self) {
        self.brackets[self.open] = self.brackets[self.open].saturating_add(1);
    }

    pub(super) fn close_bracket(&mut self) {
        self.brackets[self.open] = self.brackets[self.open].saturating_sub(1);
    }

    /// Tells whether a bracket is open in the innermost string.
    pub(super) fn in_brackets(&self) -> bool {
        self.brackets[self.open] > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(text: &str) -> Vec<&str> {
        let (mut quotes, mut at, mut found) = (Quotes::default(), 0, Vec::new());
        while at < text.len() {
            match quote_at(text.as_bytes(), at) {
                Some(quote) => {
                    at = quote.end;
                    found.extend(quotes.pass(quote).map(|quoted| &text[quoted.content]));
                }
                None => at += text[at..].bytes().take_while(|b| *b == b'\\').count().max(1),
            }
        }
        found
    }

    #[test]
    fn strings_within_strings_are_told_apart() {
        let inner = format!("{:?}", "say \"hi\" \\");
        assert_eq!(strings(&inner), [r#"hi"#, r#"say \"hi\" \\"#]);
        let twice = format!("{inner:?}");
        assert_eq!(strings(&twice).first(), Some(&"hi"));
        assert_eq!(strings(&twice).last().copied(), Some(&twice[1..twice.len() - 1]));
    }

    #[test]
    fn quotes_that_are_cut_off_or_too_deep_harm_nothing() {
        for text in [
            "\"",
            "\\\"a\"b\\\\\\\"",
            "\"\"\"",
            &"\\".repeat(100_000),
            &format!("{}\"", "\\".repeat(255)),
        ] {
            strings(text);
        }
    }
}
