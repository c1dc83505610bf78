//! One open record, and how a new error is known to be the same.

use std::panic::Location;

use crate::model::EventId;

/// How a record was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// By a failing frame or a capture of an error.
    Error,
    /// By a panic; frames above `floor` belong to an outer panic that is still unwinding.
    Panic { floor: u32 },
    /// By a panic that was caught on its way.
    Caught,
    /// By a message.
    Message,
}

/// A failure whose way out is not over yet.
pub(crate) struct Record {
    pub(crate) id: EventId,
    /// The depth of the frame that last had to do with it.
    pub(crate) depth: u32,
    pub(crate) origin: Origin,
    /// Whether the event was queued; else nothing can be added to it.
    pub(crate) kept: bool,
    /// How many bytes of locals the event has room for yet.
    pub(crate) room: usize,
    /// How many frames the event has.
    pub(crate) frames: u32,
    /// How many frames were left out since the last one.
    pub(crate) left_out: u32,
    /// Whether frames that don't fail add themselves too: it was captured by hand.
    pub(crate) by_hand: bool,
    /// What the error last said.
    pub(crate) text: String,
    /// Where the error object lives; 0 if that tells nothing.
    pub(crate) address: usize,
    /// The depth of the first frame that was entered while this panic was unwinding; 0 if none.
    pub(crate) entered_meanwhile: u32,
    /// Where it was captured by hand.
    pub(crate) captured_at: Vec<&'static Location<'static>>,
}

/// How a new error presents itself.
pub(crate) struct Presented<'a> {
    pub(crate) text: &'a str,
    pub(crate) causes: &'a [String],
    pub(crate) address: usize,
}

/// The shortest text that is looked for inside another.
const TELLING: usize = 4;

/// How many frames of an event are kept from its start on, and how many nearest to the outermost.
const FRAMES: [u32; 2] = [48, 16];

impl Record {
    /// Tells whether one more frame is kept: with how many left out before it.
    pub(crate) fn takes_frame(&mut self, depth: u32) -> Option<u32> {
        if self.frames >= FRAMES[0] && depth > FRAMES[1] {
            self.left_out += 1;
            return None;
        }
        self.frames += 1;
        Some(std::mem::take(&mut self.left_out))
    }

    /// Tells whether this error is the recorded one, further out.
    pub(crate) fn is_same(&self, new: &Presented<'_>) -> bool {
        self.origin == Origin::Error
            && (self.text == new.text
                || new.causes.contains(&self.text)
                || contains_words(new.text, &self.text))
    }
}

/// Tells whether `text` contains `part` on word boundaries.
fn contains_words(text: &str, part: &str) -> bool {
    if part.len() < TELLING {
        return false;
    }
    let is_word = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    text.match_indices(part).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + part.len()..].chars().next();
        let starts = !is_word(before) || !is_word(part.chars().next());
        starts && (!is_word(after) || !is_word(part.chars().next_back()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_text_is_found_on_word_boundaries_only() {
        assert!(contains_words("bad: disk 1", "disk 1"));
        assert!(contains_words("loading (disk 1)", "disk 1"));
        assert!(!contains_words("disk 12", "disk 1"));
        assert!(!contains_words("a bad b", "bad"));
    }
}
