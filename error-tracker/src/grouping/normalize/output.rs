//! What normalizing writes: bounded, and neighbouring variable parts are one.

use crate::grouping::normalize::{words, LIMIT, PLACEHOLDER};

/// How long a text between two variable parts may be that joins them.
const LONGEST_JOINT: usize = 7;

/// A bounded text of words and placeholders.
pub(super) struct Output<'o> {
    text: &'o mut String,
    start: usize,
    /// Where the last placeholder ends; `start` if there is none.
    placed: usize,
    is_full: bool,
}

impl<'o> Output<'o> {
    pub(super) fn new(text: &'o mut String) -> Self {
        let start = text.len();
        Self { text, start, placed: start, is_full: false }
    }

    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// Appends what stays; what does not fit is cut where a word ends.
    pub(super) fn push(&mut self, text: &str) {
        let room = (self.start + LIMIT).saturating_sub(self.text.len());
        if self.is_full || text.len() <= room {
            if !self.is_full {
                self.text.push_str(text);
            }
            return;
        }
        self.text.push_str(&text[..crate::text::floor_char_boundary(text, room)]);
        self.end_at_a_word();
    }

    fn end_at_a_word(&mut self) {
        self.is_full = true;
        let words = self.text[self.start..].trim_end_matches(|c: char| c != ' ').trim_end();
        let end = self.start + words.len();
        if end > self.start {
            self.text.truncate(end);
        }
        self.placed = self.start;
    }

    pub(super) fn space(&mut self) {
        if self.text.len() > self.start && !self.text.ends_with(' ') {
            self.push(" ");
        }
    }

    pub(super) fn trim(&mut self) {
        let end = self.start + self.text[self.start..].trim_end().len();
        self.text.truncate(end);
    }

    /// Appends a placeholder, unless one stands there that this one belongs to.
    pub(super) fn variable(&mut self) {
        if self.is_full {
            return;
        }
        let between = &self.text[self.placed..];
        let is_first = self.placed == self.start;
        if between.ends_with(" one of ") || is_first && between == "one of " {
            self.text.truncate(self.text.len() - "one of ".len());
        }
        let between = &self.text[self.placed..];
        if !is_first && between.len() <= LONGEST_JOINT && joins(between) {
            self.text.truncate(self.placed);
            return;
        }
        if self.text.len() + PLACEHOLDER.len() > self.start + LIMIT {
            return self.end_at_a_word();
        }
        self.text.push_str(PLACEHOLDER);
        self.placed = self.text.len();
    }

    /// The same for a number: the names of a day and a month before it belong to it.
    pub(super) fn number(&mut self) {
        while let Some(end) = words::date_word(&self.text[self.placed..]) {
            self.text.truncate(self.placed + end);
        }
        self.variable();
    }

    /// What was written so far.
    pub(super) fn written(&self) -> &str {
        &self.text[self.start..]
    }
}

/// Lists, dates and times, versions, ranges, addresses with their ports are one variable part.
fn joins(between: &str) -> bool {
    between.bytes().all(|byte| b" ,;:./-+_=#|".contains(&byte))
        || matches!(
            between,
            " or " | ", or " | " and " | ", and " | "-rc." | "-beta." | "-alpha." | "-pre."
        )
}
