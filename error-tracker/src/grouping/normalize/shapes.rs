//! What a token is by its shape: an id, a path, an address, a host.

use crate::grouping::normalize::{quotes, words};

pub(super) const LETTER: u8 = 1;
pub(super) const DIGIT: u8 = 2;
pub(super) const SLASH: u8 = 4;
const DOT: u8 = 8;
pub(super) const COLON: u8 = 16;
const AT: u8 = 32;
pub(super) const JOINT: u8 = 64;
pub(super) const FOREIGN: u8 = 128;

/// What each byte is inside of a token; 0: it ends there.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'0'..=b'9' => DIGIT,
            b'/' | b'\\' => SLASH,
            b'.' => DOT,
            b':' => COLON,
            b'@' => AT,
            b'-' | b'+' | b'_' | b'~' | b'%' => JOINT,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// An address of eight groups, one of them dotted, with the name of an interface.
const LONGEST_ADDRESS: usize = 64;
/// Ids are seven digits or longer: so short are git's.
const SHORTEST_ID: usize = 7;

/// Returns where the token ends, and what it consists of.
pub(super) fn extent(text: &str, start: usize) -> (usize, u8) {
    let (mut end, mut seen) = (start, 0);
    loop {
        for byte in &text.as_bytes()[end..] {
            let class = CLASSES[usize::from(*byte)];
            if class == 0 {
                break;
            }
            seen |= class;
            end += 1;
        }
        if text.as_bytes().get(end).is_none_or(u8::is_ascii) {
            return (end, seen);
        }
        match text[end..].chars().next().filter(|character| character.is_alphabetic()) {
            Some(character) => (end, seen) = (end + character.len_utf8(), seen | FOREIGN),
            None => return (end, seen),
        }
    }
}

/// Base64 may be filled up.
pub(super) fn padding(after: &str) -> usize {
    after.bytes().take_while(|byte| *byte == b'=').count().min(2)
}

/// Tells whether a character may stand inside of a token.
pub(super) fn is_part(character: char) -> bool {
    match u8::try_from(character) {
        Ok(byte) if byte < 0x80 => CLASSES[usize::from(byte)] != 0,
        _ => character.is_alphanumeric(),
    }
}

/// Marks at the end belong to the sentence.
pub(super) fn trimmed(token: &str) -> &str {
    token.trim_end_matches(['.', ':', '-', '+', '~', '%', '\\'])
}

/// Returns the length of `path:` in `path:/var/lib`: words before a colon say what a value is.
pub(super) fn label(token: &str) -> Option<usize> {
    let (word, value) = token.split_once(':')?;
    let is_word = word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_part = value.is_empty()
        || value.starts_with("//")
        || value.starts_with(':')
        || matches!(word, "localhost" | "arn" | "urn")
        || is_colon_address(token);
    (is_word && !is_part).then_some(word.len() + 1)
}

/// Paths, URLs, resource names, addresses with colons.
pub(super) fn is_place(token: &str, seen: u8) -> bool {
    if seen & SLASH == 0 {
        return is_colon_address(token) || token.starts_with("arn:") || token.starts_with("urn:");
    }
    let last = token.rsplit(['/', '\\']).next().unwrap_or_default();
    let extension = last.rsplit_once('.').map_or("", |(_, extension)| extension);
    let slashes = token.bytes().filter(|byte| *byte == b'/').count();
    let host = token.split(['/', ':']).next().unwrap_or_default();
    token.contains("://")
        || token.starts_with("arn:")
        || slashes > 1
        || token.len() > 1 && token.starts_with(['/', '~', '.'])
        || has_backslash(token)
        || extension.starts_with(|first: char| first.is_ascii_alphabetic())
        || words::is_domain(host)
}

/// A backslash before a name: of a Windows path, or a domain's user.
fn has_backslash(token: &str) -> bool {
    let bytes = token.as_bytes();
    bytes
        .windows(2)
        .any(|pair| pair[0] == b'\\' && (pair[1].is_ascii_alphanumeric() || pair[1] == b'\\'))
}

/// IPv6 and MAC addresses: groups of up to four hexadecimal digits.
fn is_colon_address(token: &str) -> bool {
    if token.len() > LONGEST_ADDRESS {
        return false;
    }
    let groups = token.split(['%', '.']).next().unwrap_or_default();
    let colons = groups.bytes().filter(|byte| *byte == b':').count();
    let is_time = groups.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
    colons >= 2
        && (!is_time || groups.contains("::"))
        && groups.bytes().any(|byte| byte.is_ascii_digit())
        && groups.split(':').all(|group| group.len() <= 4 && is_hex(group))
}

/// Returns the length of `[::1]:80`, if a text begins with such an address.
pub(super) fn bracketed_address(text: &str) -> Option<usize> {
    let close = text.bytes().take(LONGEST_ADDRESS).position(|byte| byte == b']')?;
    if !is_colon_address(text.get(1..close)?) {
        return None;
    }
    let rest = &text[close + 1..];
    let digits = rest
        .strip_prefix(':')
        .map_or(0, |port| port.bytes().take_while(u8::is_ascii_digit).count());
    Some(close + 1 + if digits > 0 { digits + 1 } else { 0 })
}

/// Paths and URLs go on over marks that end other tokens, as far as brackets close.
pub(super) fn place_end(text: &str, start: usize, end: usize) -> usize {
    let mut open = 0_usize;
    let mut stop = text.len();
    for (at, character) in text[end..].char_indices() {
        match character {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' if open > 0 => open -= 1,
            ')' | ']' | '}' | '"' | '\'' | '`' | '<' | '>' | '|' => {
                stop = end + at;
                break;
            }
            _ if character.is_whitespace() || quotes::is_quote(character) => {
                stop = end + at;
                break;
            }
            _ => {}
        }
    }
    let place =
        text[start..stop].trim_end_matches(['.', ':', ',', ';', '?', '!', '(', '[', '{', '\\']);
    start + place.len()
}

/// Ids, mail addresses, hosts.
pub(super) fn is_value(token: &str, seen: u8) -> bool {
    let inner = token.get(1..token.len().saturating_sub(1)).unwrap_or_default();
    (seen & AT != 0 && inner.contains('@'))
        || (seen & DIGIT != 0 && is_id(token))
        || (seen & DOT != 0 && is_host(token))
        || (seen & COLON != 0 && token.starts_with("localhost:"))
        || token.len() >= 24 && is_random(token)
}

/// UUIDs, hashes, and what holds a part that looks random.
fn is_id(token: &str) -> bool {
    let is_dashed_hex = token.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
        && token.len() >= SHORTEST_ID
        && token.bytes().any(|byte| byte.is_ascii_alphabetic());
    (is_dashed_hex && digits_in(token) >= 2 && !ends_in_known_digits(token))
        || token.split(|c: char| !c.is_ascii_alphanumeric()).any(is_random_part)
}

/// A part that is hexadecimal and no word.
pub(super) fn is_short_id(part: &str) -> bool {
    part.len() >= 4 && is_hex(part) && digits_in(part) >= 2
}

/// `ed25519` is no id.
fn ends_in_known_digits(token: &str) -> bool {
    let letters = token.trim_end_matches(|c: char| c.is_ascii_digit());
    words::takes_digits(letters)
}

fn is_random_part(part: &str) -> bool {
    let long_hex = part.len() >= SHORTEST_ID
        && is_hex(part)
        && digits_in(part) >= 2
        && digits_in(part) < part.len()
        && !ends_in_known_digits(part);
    let kind = |byte: u8| byte.is_ascii_digit();
    let turns = part.as_bytes().windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count();
    long_hex || turns >= 4 || is_random(part)
}

/// Base64 and the like: capitals, small letters and digits by turns, as in no name.
fn is_random(part: &str) -> bool {
    if part.len() < 16 {
        return false;
    }
    let kind = |byte: u8| match byte {
        b'0'..=b'9' => 0,
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        _ => 3,
    };
    let turns = part.as_bytes().windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count();
    match digits_in(part) {
        0 => {
            part.len() >= 24
                && turns * 2 >= part.len()
                && part.bytes().all(|b| b.is_ascii_alphabetic())
        }
        _ => turns * 3 >= part.len(),
    }
}

/// A dotted name with a port, or one that ends like a domain.
fn is_host(token: &str) -> bool {
    let (name, port) = token.rsplit_once(':').unwrap_or((token, ""));
    let is_name = name.contains('.')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
        && name.bytes().any(|byte| byte.is_ascii_alphabetic());
    let has_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let looks_like_a_file = name.rsplit_once('.').is_some_and(|(_, end)| {
        matches!(end, "rs" | "c" | "h" | "cc" | "cpp" | "py" | "js" | "ts" | "go" | "java" | "toml")
    });
    is_name && (has_port && !looks_like_a_file || port.is_empty() && words::is_domain(name))
}

/// `0xc0000005`: how Windows names the end of a program.
pub(super) fn is_long_code(run: &str) -> bool {
    run.len() == 10 && run.strip_prefix("0x").is_some_and(is_hex)
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn digits_in(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}
