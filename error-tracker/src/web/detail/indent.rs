//! Lays out nested text over lines: JSON, and what `Debug` writes; also where it is cut off or masked.

/// What is at most so long stays on one line, in bytes.
const SHORT: usize = 72;

/// How many levels are indented; deeper ones stand at the same column.
const LEVELS: usize = 24;

/// Lays out a text over lines by its brackets and commas. Nothing but spaces is added or left out.
pub(super) fn indent(text: &str) -> String {
    let out = String::with_capacity(text.len() * 2);
    let mut layout = Layout { out, level: 0, fills: false };
    let mut rest = text.trim();
    while !rest.is_empty() {
        rest = layout.take(rest);
    }
    layout.out
}

struct Layout {
    out: String,
    level: usize,
    /// Whether lines are filled: in a list of plain values.
    fills: bool,
}

impl Layout {
    /// Takes a piece off the text and writes it.
    fn take<'t>(&mut self, text: &'t str) -> &'t str {
        match text.as_bytes()[0] {
            b'"' => self.copy(text, string_length(text)),
            b'{' | b'[' | b'(' => match group_length(text) {
                Some(length) => self.flat(text, length),
                None => self.open(text),
            },
            b'}' | b']' | b')' => self.close(text),
            b',' if self.fills && self.column() < SHORT => {
                let rest = self.copy(text, 1).trim_start();
                self.out.push(' ');
                rest
            }
            b',' => self.next_line(text),
            b':' if self.out.ends_with('"') => self.colon(text),
            _ => self.copy(text, plain_length(text)),
        }
    }

    fn copy<'t>(&mut self, text: &'t str, length: usize) -> &'t str {
        let (piece, rest) = text.split_at(length);
        self.out.push_str(piece);
        rest
    }

    /// Writes a short group on one line, with a space after each comma and each key of JSON.
    fn flat<'t>(&mut self, text: &'t str, length: usize) -> &'t str {
        let (mut group, rest) = text.split_at(length);
        while let Some(first) = group.bytes().next() {
            group = match first {
                b'"' => self.copy(group, string_length(group)),
                b',' => {
                    let after = self.copy(group, 1).trim_start();
                    self.out.push(' ');
                    after
                }
                b':' if self.out.ends_with('"') => self.colon(group),
                b'{' | b'[' | b'(' | b'}' | b']' | b')' => self.copy(group, 1),
                _ => self.copy(group, plain_length(group)),
            };
        }
        rest
    }

    fn open<'t>(&mut self, text: &'t str) -> &'t str {
        self.level += 1;
        self.fills = text.starts_with('[') && is_plain(&text[1..]);
        self.next_line(text)
    }

    fn close<'t>(&mut self, text: &'t str) -> &'t str {
        self.level = self.level.saturating_sub(1);
        self.fills = false;
        let written = self.out.trim_end().len();
        self.out.truncate(written);
        if !self.out.ends_with(['{', '[', '(']) {
            self.break_line();
        }
        self.copy(text, 1)
    }

    /// Writes one character, and goes on below it.
    fn next_line<'t>(&mut self, text: &'t str) -> &'t str {
        let rest = self.copy(text, 1);
        self.break_line();
        rest.trim_start()
    }

    fn colon<'t>(&mut self, text: &'t str) -> &'t str {
        self.out.push_str(": ");
        text[1..].trim_start()
    }

    /// How long the last line is, in bytes.
    fn column(&self) -> usize {
        self.out.len() - self.out.rfind('\n').map_or(0, |at| at + 1)
    }

    fn break_line(&mut self) {
        self.out.push('\n');
        let width = 2 * self.level.min(LEVELS);
        self.out.extend(std::iter::repeat_n(' ', width));
    }
}

/// The length of a quoted text, with its quotes; all of the rest if it does not end.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of a group of brackets with all that is in it, if it is short.
fn group_length(text: &str) -> Option<usize> {
    let (mut at, mut level) = (0, 0_usize);
    while at < text.len().min(SHORT) {
        match text.as_bytes()[at] {
            b'"' => at += string_length(&text[at..]) - 1,
            b'{' | b'[' | b'(' => level += 1,
            b'}' | b']' | b')' if level == 1 => return Some(at + 1),
            b'}' | b']' | b')' => level -= 1,
            _ => {}
        }
        at += 1;
    }
    None
}

/// Tells whether a list holds no further groups, as far as a few lines reach.
fn is_plain(text: &str) -> bool {
    let mut rest = text;
    while text.len() - rest.len() < 4 * SHORT {
        match rest.bytes().next() {
            None | Some(b'}' | b']' | b')') => return true,
            Some(b'{' | b'[' | b'(') => return false,
            Some(b'"') => rest = &rest[string_length(rest)..],
            Some(b',' | b':') => rest = &rest[1..],
            Some(_) => rest = &rest[plain_length(rest)..],
        }
    }
    true
}

/// The length of what has no meaning for the layout.
fn plain_length(text: &str) -> usize {
    let first = text.chars().next().map_or(1, char::len_utf8);
    let is_special = |c: char| "\"{}[](),:".contains(c);
    text[first..].find(is_special).map_or(text.len(), |at| first + at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_short_stays_on_one_line() {
        for text in [r#"{"amount": 12}"#, "Card { brand: \"visa\" }", "[]", "7", "a::b(\"x, y\")"] {
            assert_eq!(indent(text), text);
        }
        assert_eq!(indent(r#"{"a":1,"b":["x,y:",*****]}"#), r#"{"a": 1, "b": ["x,y:", *****]}"#);
    }

    #[test]
    fn masked_json_is_laid_out_though_it_is_none() {
        let text = format!(
            r#"{{"amount":12,"card_secret":*****,"items":[{{"name":"{}","tags":["a, b","c"]}}]}}"#,
            "long ".repeat(12)
        );
        let expected = format!(
            r#"{{
  "amount": 12,
  "card_secret": *****,
  "items": [
    {{
      "name": "{}",
      "tags": ["a, b", "c"]
    }}
  ]
}}"#,
            "long ".repeat(12)
        );
        assert_eq!(indent(&text), expected);
    }

    #[test]
    fn debug_text_is_laid_out() {
        let text =
            format!("Order {{ id: 7, note: Some(\"{}\"), at: std::time::X }}", "x".repeat(60));
        let expected = format!(
            "Order {{\n  id: 7,\n  note: Some(\"{}\"),\n  at: std::time::X\n}}",
            "x".repeat(60)
        );
        assert_eq!(indent(&text), expected);
    }

    #[test]
    fn a_list_of_plain_values_fills_its_lines() {
        let text = format!("[{}]", vec!["127"; 40].join(", "));
        let laid_out = indent(&text);
        assert!(laid_out.lines().count() < 6 && laid_out.lines().all(|line| line.len() < 80));
        let groups = format!("[{}]", vec!["(1, 2)"; 20].join(", "));
        assert_eq!(indent(&groups).lines().count(), 22);
    }

    #[test]
    fn a_text_that_is_cut_off_is_laid_out_as_far_as_it_came() {
        let text = format!("{{\"list\":[1,{{\"a\":\"{}", "y".repeat(80));
        let expected =
            format!("{{\n  \"list\": [\n    1,\n    {{\n      \"a\": \"{}", "y".repeat(80));
        assert_eq!(indent(&text), expected);
    }

    #[test]
    fn deep_nesting_neither_overflows_nor_grows_without_bound() {
        let text = "[".repeat(50_000);
        assert!(indent(&text).len() < text.len() * (2 * LEVELS + 3));
        assert_eq!(indent(&"]".repeat(3)), "\n]\n]\n]");
    }

    proptest! {
        #[test]
        fn nothing_but_spaces_is_added_or_left_out(text in "[a-z\"\\\\{}\\[\\](),: é…*]{0,200}") {
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(bare(&indent(&text)), bare(&text));
        }
    }
}
