//! A token, which is a word with all that sticks to it, replaced as a whole or part by part.

use crate::grouping::normalize::shapes::{self, COLON, DIGIT, FOREIGN, JOINT, LETTER, SLASH};
use crate::grouping::normalize::{words, Scan, PLACEHOLDER};

impl Scan<'_, '_> {
    /// Takes the token that begins here, as a whole or part by part.
    pub(super) fn token(&mut self) {
        let (end, seen) = shapes::extent(self.text, self.at);
        if seen & !(LETTER | FOREIGN | JOINT) == 0 {
            return self.plain(end);
        }
        if seen == DIGIT {
            return self.part(end);
        }
        let stop = self.at + shapes::trimmed(&self.text[self.at..end]).len();
        if stop == self.at {
            self.at = end;
            return;
        }
        if self.touches(end, seen & SLASH != 0) || !self.whole(stop, seen) {
            self.parts(stop, seen);
        }
    }

    /// Replaces the token as a whole, if that is what it is.
    fn whole(&mut self, end: usize, seen: u8) -> bool {
        if seen & COLON != 0 {
            while let Some(label) = shapes::label(&self.text[self.at..end]) {
                self.at += label;
            }
        }
        let token = &self.text[self.at..end];
        if seen & (SLASH | COLON) != 0 && shapes::is_place(token, seen) {
            self.replace(shapes::place_end(self.text, self.at, end));
            return true;
        }
        let is_value = shapes::is_value(token, seen);
        if is_value {
            self.replace(end + shapes::padding(&self.text[end..]));
        }
        is_value
    }

    /// Words without digits, and dotted or joined words.
    fn plain(&mut self, end: usize) {
        if end - self.at == 9
            && &self.text[self.at..end] == "localhost"
            && !self.touches(end, false)
        {
            return self.replace(end);
        }
        self.at = end;
    }

    /// Tells whether a variable part follows at once: then this is a part of something, and it
    /// is not read as a whole. Paths and URLs go on over what is masked in them.
    fn touches(&self, end: usize, may_go_on: bool) -> bool {
        let after = &self.text[end..];
        after.starts_with(PLACEHOLDER) || !may_go_on && after.starts_with("***")
    }

    /// What sticks to a variable part is not read as a whole either.
    pub(super) fn rest_of_token(&mut self) {
        let (end, seen) = shapes::extent(self.text, self.at);
        self.parts(end, seen);
    }

    /// Replaces the numbers of a token, run of letters and digits by run.
    fn parts(&mut self, end: usize, seen: u8) {
        if seen & DIGIT == 0 {
            self.at = end;
        }
        while self.at < end {
            let run = self.text[self.at..end].bytes().take_while(u8::is_ascii_alphanumeric).count();
            if run == 0 {
                let other = self.text[self.at..end].chars().next().map_or(1, char::len_utf8);
                self.at += other;
                continue;
            }
            self.part(self.at + run);
        }
    }

    fn part(&mut self, end: usize) {
        let run = &self.text[self.at..end];
        let digits = run.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return self.part_with_letters_first(end);
        }
        self.keep_up_to(self.at);
        let before = self.out.written();
        let is_name = words::names_a_standard(before)
            || (digits <= 5 && digits == run.len() || shapes::is_long_code(run))
                && words::names_a_code(before);
        match is_name {
            true => self.at = end,
            false => self.number(end),
        }
    }

    fn part_with_letters_first(&mut self, end: usize) {
        let run = &self.text[self.at..end];
        let letters = run.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (name, tail) = run.split_at(letters);
        let is_numbered = !tail.is_empty() && tail.bytes().all(|byte| byte.is_ascii_digit());
        if is_numbered && tail.len() <= 5 && words::takes_digits(name) {
            self.at = end;
        } else if is_numbered && matches!(name, "v" | "V") || shapes::is_short_id(run) {
            self.number(end);
        } else if is_numbered {
            self.at += letters;
            self.number(end);
        } else {
            self.inner_numbers(end);
        }
    }

    /// Digits between letters are part of a name, as in `k8s`, unless there are many.
    fn inner_numbers(&mut self, end: usize) {
        let is_digit = |byte: u8| byte.is_ascii_digit();
        let run = &self.text.as_bytes()[self.at..end];
        if !run.windows(4).any(|four| four.iter().copied().all(is_digit)) {
            self.at = end;
        }
        while self.at < end {
            let run = &self.text[self.at..end];
            match run.bytes().take_while(|byte| is_digit(*byte)).count() {
                0 => self.at += run.bytes().take_while(|byte| !is_digit(*byte)).count(),
                digits => self.number(self.at + digits),
            }
        }
    }

    /// Replaces a number with the unit behind it.
    fn number(&mut self, end: usize) {
        self.keep_up_to(self.at);
        self.out.number();
        let micro = ["µs", "μs"].iter().find(|unit| self.text[end..].starts_with(**unit));
        let end = end + micro.map_or(0, |unit| unit.len());
        self.skip(end + words::unit(&self.text[end..]));
    }
}
