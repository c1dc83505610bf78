//! The bytes of words, for skipping over them quickly.

use crate::text::all_bytes;

pub(super) const LETTER: u8 = 1;
pub(super) const DIGIT: u8 = 2;
pub(super) const DASH: u8 = 4;
pub(super) const UNDERSCORE: u8 = 8;
/// `.` and everything beyond ASCII.
pub(super) const OTHER: u8 = 16;

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'0'..=b'9' => DIGIT,
            b'-' => DASH,
            b'_' => UNDERSCORE,
            b'.' | 0x80.. => OTHER,
            _ => 0,
        };
        byte += 1;
    }
    classes
}

/// Longer texts are scanned in any case.
const PLAIN: usize = 256;

/// Tells whether a text is but words of small letters, the first one perhaps with a capital.
///
/// Nothing in such a text can be a name with its value, and no token is made so. Most messages
/// are such texts, and this look costs a fraction of a scan.
pub(super) fn is_plain(text: &[u8]) -> bool {
    let is_small =
        |byte: u8| byte.is_ascii_lowercase() | (byte == b' ') | (byte == b',') | (byte == b'.');
    let Some((first, rest)) = text.split_first() else { return true };
    text.len() <= PLAIN && first.is_ascii_alphabetic() && all_bytes(rest, is_small)
}

/// Returns where the word that begins at `at` ends, and which classes are in it.
pub(super) fn skip_word(bytes: &[u8], at: usize) -> (usize, u8) {
    let mut seen = 0;
    for (length, byte) in bytes[at..].iter().enumerate() {
        match CLASSES[usize::from(*byte)] {
            0 => return (at + length, seen),
            class => seen |= class,
        }
    }
    (bytes.len(), seen)
}
