//! Raw text of the user's values, bounded in size while it is written.

use std::fmt::{self, Write};

/// How much of a value is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Elements of one collection.
    pub(crate) elements: usize,
    /// Characters of one string.
    pub(crate) string: usize,
    /// Levels of nesting.
    pub(crate) depth: usize,
    /// Bytes of all locals of an event.
    pub(crate) locals: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { elements: 100, string: 1_000, depth: 10, locals: 16 * 1024 }
    }
}

/// Text that may hold secrets: it has neither `Debug` nor `Display`, and only masking opens it.
#[derive(Default)]
pub(crate) struct Raw(String);

impl Raw {
    /// Opens the text, for masking and for comparing.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Writes at most `limit` bytes of what `write` gives; the rest is cut and marked.
    pub(crate) fn write_bounded(&mut self, limit: usize, write: impl FnOnce(&mut Bounded<'_>)) {
        let end = self.0.len().saturating_add(limit);
        let mut bounded = Bounded { text: &mut self.0, end, cut: false };
        write(&mut bounded);
        if bounded.cut {
            self.0.push('…');
        }
    }
}

/// A writer that refuses what goes beyond its end.
pub(crate) struct Bounded<'a> {
    text: &'a mut String,
    end: usize,
    cut: bool,
}

impl Bounded<'_> {
    pub(crate) fn is_cut(&self) -> bool {
        self.cut
    }
}

impl Write for Bounded<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.cut {
            return Err(fmt::Error);
        }
        let room = self.end.saturating_sub(self.text.len());
        if text.len() <= room {
            self.text.push_str(text);
            return Ok(());
        }
        self.text.push_str(&text[..floor_char_boundary(text, room)]);
        self.cut = true;
        Err(fmt::Error)
    }
}

/// Returns the largest index up to `index` at which `text` can be cut.
pub(crate) fn floor_char_boundary(text: &str, index: usize) -> usize {
    if index >= text.len() {
        return text.len();
    }
    (0..=index).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// Tells whether all bytes are of a kind.
///
/// Sixteen at a time and, if `is` has no branch either, without one, so that they are compared in
/// a few vector instructions.
pub(crate) fn all_bytes(bytes: &[u8], is: impl Fn(u8) -> bool) -> bool {
    let all = |chunk: &[u8; 16]| chunk.iter().fold(true, |all, byte| all & is(*byte));
    match bytes.last_chunk() {
        // The last sixteen overlap with those before.
        Some(last) => bytes.as_chunks().0.iter().all(all) && all(last),
        None => bytes.iter().all(|byte| is(*byte)),
    }
}

/// Tells whether a text holds another one, whose first byte is seldom in it.
pub(crate) fn holds(text: &str, rare: &str) -> bool {
    let first = rare.as_bytes().first();
    first.is_none_or(|first| text.as_bytes().contains(first)) && text.contains(rare)
}

/// How much of a value's own `Debug` text is read before the rest is given up.
const READ_LIMIT: usize = 256 * 1024;
const LEVELS: usize = 64;
/// How deep a value may be nested until the rest of it is given up.
const DEEPEST: usize = 256;

/// Cuts `Debug` text as it streams by: long strings, long collections, deep nesting.
pub(crate) struct Limiter<'a, 'b> {
    out: &'a mut Bounded<'b>,
    limits: Limits,
    read: usize,
    level: usize,
    /// Elements seen so far, a level each.
    elements: [u32; LEVELS],
    /// The level whose end ends the skipping.
    skip_to: Option<usize>,
    string: Option<InString>,
    previous: char,
}

#[derive(Clone, Copy, Default)]
struct InString {
    characters: usize,
    escaped: bool,
}

impl<'a, 'b> Limiter<'a, 'b> {
    pub(crate) fn new(out: &'a mut Bounded<'b>, limits: Limits) -> Self {
        Self {
            out,
            limits,
            read: 0,
            level: 0,
            elements: [0; LEVELS],
            skip_to: None,
            string: None,
            previous: ' ',
        }
    }

    fn emit(&mut self, character: char) -> fmt::Result {
        match self.skip_to {
            Some(_) => Ok(()),
            None => self.out.write_char(character),
        }
    }

    fn in_string(&mut self, character: char, mut string: InString) -> fmt::Result {
        string.characters += 1;
        let ends = character == '"' && !string.escaped;
        string.escaped = character == '\\' && !string.escaped;
        self.string = (!ends).then_some(string);
        let cut = string.characters.saturating_sub(self.limits.string);
        if ends {
            if cut > 1 && self.skip_to.is_none() {
                write!(self.out, "…+{}", cut - 1)?;
            }
            return self.emit(character);
        }
        if cut > 0 {
            Ok(())
        } else {
            self.emit(character)
        }
    }

    fn open(&mut self, character: char) -> fmt::Result {
        self.emit(character)?;
        self.level += 1;
        if let Some(elements) = self.elements.get_mut(self.level) {
            *elements = 0;
        }
        if self.level > self.limits.depth && self.skip_to.is_none() {
            self.out.write_char('…')?;
            self.skip_to = Some(self.level);
        }
        if self.level > DEEPEST {
            // What is nested so deep would overflow the stack before it ends.
            self.out.cut = true;
            return Err(fmt::Error);
        }
        Ok(())
    }

    fn close(&mut self, character: char) -> fmt::Result {
        if self.skip_to == Some(self.level) {
            self.skip_to = None;
        }
        self.level = self.level.saturating_sub(1);
        self.emit(character)
    }

    fn comma(&mut self) -> fmt::Result {
        self.emit(',')?;
        if self.level == 0 {
            return Ok(());
        }
        let Some(elements) = self.elements.get_mut(self.level) else { return Ok(()) };
        *elements += 1;
        if *elements as usize >= self.limits.elements && self.skip_to.is_none() {
            self.out.write_str(" …")?;
            self.skip_to = Some(self.level);
        }
        Ok(())
    }
}

impl Write for Limiter<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.read += text.len();
        if self.read > READ_LIMIT {
            self.out.cut = true;
            return Err(fmt::Error);
        }
        for character in text.chars() {
            match (self.string, character) {
                (Some(string), _) => self.in_string(character, string)?,
                (None, _) if self.previous == '\'' => self.emit(character)?,
                (None, '"') => {
                    self.string = Some(InString::default());
                    self.emit('"')?;
                }
                (None, '[' | '{' | '(') => self.open(character)?,
                (None, ']' | '}' | ')') => self.close(character)?,
                (None, ',') => self.comma()?,
                (None, _) => self.emit(character)?,
            }
            self.previous = character;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limited(limits: Limits, value: &dyn fmt::Debug) -> String {
        let mut raw = Raw::default();
        raw.write_bounded(limits.locals, |out| {
            let _ = write!(Limiter::new(out, limits), "{value:?}");
        });
        raw.0
    }

    #[test]
    fn all_bytes_are_looked_at_whatever_their_number() {
        let small = |byte: u8| byte.is_ascii_lowercase();
        for length in 0..40 {
            assert!(all_bytes(&vec![b'a'; length], small), "{length}");
            for at in 0..length {
                let mut bytes = vec![b'a'; length];
                bytes[at] = b'A';
                assert!(!all_bytes(&bytes, small), "{at} of {length}");
            }
        }
    }

    #[test]
    fn a_text_holds_what_it_contains() {
        for (text, part) in [("a ** b", "***"), ("a *** b", "***"), ("", ""), ("a", ""), ("", "*")]
        {
            assert_eq!(holds(text, part), text.contains(part), "{text}");
        }
    }

    #[test]
    fn a_long_string_is_cut_and_says_by_how_much() {
        let limits = Limits { string: 5, ..Limits::default() };
        assert_eq!(limited(limits, &"1234567"), "\"12345…+2\"");
        assert_eq!(limited(limits, &"12345"), "\"12345\"");
    }

    #[test]
    fn a_long_collection_is_cut() {
        let limits = Limits { elements: 3, ..Limits::default() };
        assert_eq!(limited(limits, &[[1, 2, 3, 4], [5, 6, 7, 8]]), "[[1, 2, 3, …], [5, 6, 7, …]]");
    }

    #[test]
    fn deep_nesting_is_cut() {
        let limits = Limits { depth: 2, ..Limits::default() };
        assert_eq!(limited(limits, &[[[[1]]], [[[2]]]]), "[[[…]], [[…]]]");
    }

    #[test]
    fn a_value_nested_without_end_is_given_up() {
        struct Endless;
        impl fmt::Debug for Endless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple("E").field(self).finish()
            }
        }
        let limits = Limits { depth: 2, ..Limits::default() };
        assert_eq!(limited(limits, &Endless), "E(E(E(……");
    }

    #[test]
    fn brackets_and_quotes_inside_strings_do_not_count() {
        let limits = Limits { depth: 1, ..Limits::default() };
        assert_eq!(limited(limits, &["a\"[[", "]"]), r#"["a\"[[", "]"]"#);
        assert_eq!(limited(limits, &['"', '[']), r#"['"', '[']"#);
    }

    #[test]
    fn no_text_grows_beyond_its_limit() {
        let limits = Limits { locals: 10, ..Limits::default() };
        assert_eq!(limited(limits, &"ü".repeat(400)), "\"üüüü…");
    }
}
