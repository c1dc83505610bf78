//! The words that normalizing knows: units, dates, codes, names that end in digits, domains.

/// Tells whether a number after this text names a kind of failure: a status, an exit code.
pub(super) fn names_a_code(before: &str) -> bool {
    let (word, rest) = last_word(before);
    let is = |known: &str| word.eq_ignore_ascii_case(known);
    if is("status") || is("errno") || is("signal") || is("http") {
        return true;
    }
    let (earlier, _) = if is("code") || is("error") { last_word(rest) } else { ("", "") };
    let follows = |known: &[&str]| known.iter().any(|word| earlier.eq_ignore_ascii_case(word));
    match is("error") {
        true => follows(&["os"]),
        false => follows(&["error", "exit", "status", "response", "return", "reply"]),
    }
}

/// Tells whether a number after this text belongs to a name: `utf-8`, `sha-256`.
pub(super) fn names_a_standard(before: &str) -> bool {
    let Some(words) = before.strip_suffix('-') else { return false };
    let letters = words.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
    let word = &words[words.len() - letters..];
    ["utf", "ucs", "iso", "sha", "aes"].iter().any(|name| word.eq_ignore_ascii_case(name))
}

/// Splits off the last word, and what may stand between it and its value.
fn last_word(text: &str) -> (&str, &str) {
    let text = text.trim_end_matches([' ', ':', '=', '(', '-', '_']);
    let letters = text.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
    let (rest, word) = text.split_at(text.len() - letters);
    match rest.ends_with(|before: char| before.is_alphanumeric() || before == '_') {
        true => ("", rest),
        false => (word, rest),
    }
}

/// Returns where the name of a day or month begins that ends a text, if one does.
pub(super) fn date_word(text: &str) -> Option<usize> {
    let words = text.trim_end_matches([' ', ',', '-']);
    let letters = words.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
    let start = words.len() - letters;
    let stands_alone = words.len() < text.len()
        && !words[..start].ends_with(|before: char| before.is_alphanumeric() || before == '_');
    (stands_alone && is_date_word(&words[start..])).then_some(start)
}

fn is_date_word(word: &str) -> bool {
    const WORDS: [(&str, &str); 19] = [
        ("Jan", "uary"),
        ("Feb", "ruary"),
        ("Mar", "ch"),
        ("Apr", "il"),
        ("May", ""),
        ("Jun", "e"),
        ("Jul", "y"),
        ("Aug", "ust"),
        ("Sep", "tember"),
        ("Oct", "ober"),
        ("Nov", "ember"),
        ("Dec", "ember"),
        ("Mon", "day"),
        ("Tue", "sday"),
        ("Wed", "nesday"),
        ("Thu", "rsday"),
        ("Fri", "day"),
        ("Sat", "urday"),
        ("Sun", "day"),
    ];
    if !word.starts_with(|first: char| first.is_ascii_uppercase()) {
        return false;
    }
    let mut known = WORDS.iter();
    known.any(|(short, rest)| {
        word.strip_prefix(short).is_some_and(|end| end.is_empty() || end == *rest)
    })
}

/// Returns how much of a text is a unit that belongs to the number before it.
pub(super) fn unit(text: &str) -> usize {
    let Some(rest) = text.strip_prefix(' ') else { return 0 };
    let length = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
    let goes_on = rest[length..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let is_unit = matches!(
        &rest[..length],
        "ns" | "us"
            | "µs"
            | "μs"
            | "ms"
            | "s"
            | "B"
            | "kB"
            | "KB"
            | "MB"
            | "GB"
            | "TB"
            | "KiB"
            | "MiB"
            | "GiB"
            | "TiB"
            | "GMT"
            | "UTC"
            | "AM"
            | "PM"
    );
    match is_unit && !goes_on {
        true => 1 + length,
        false => 0,
    }
}

/// Tells whether digits after these letters belong to a name: `utf8`, `i32`, `sha256`, `E0308`.
pub(super) fn takes_digits(letters: &str) -> bool {
    const NAMES: [&str; 40] = [
        "u", "i", "f", "s", "k", "h", "x", "p", "e", "mp", "md", "ec", "es", "rs", "hs", "ps",
        "ed", "gb", "cp", "int", "uint", "float", "utf", "ucs", "sha", "crc", "aes", "des", "rsa",
        "tls", "ssl", "ipv", "arm", "amd", "win", "http", "base", "latin", "oauth", "sqlite",
    ];
    letters.len() <= 6 && NAMES.iter().any(|name| letters.eq_ignore_ascii_case(name))
}

/// Tells whether a dotted name is that of a host.
pub(super) fn is_domain(name: &str) -> bool {
    let mut labels = name.rsplit('.');
    let last = labels.next().unwrap_or_default();
    let others = labels.clone().count();
    let has_empty = name.split('.').any(str::is_empty);
    let sure = matches!(
        last,
        "com"
            | "org"
            | "net"
            | "edu"
            | "gov"
            | "internal"
            | "local"
            | "lan"
            | "example"
            | "eu"
            | "de"
            | "uk"
    );
    let in_context = matches!(
        last,
        "io" | "dev"
            | "app"
            | "info"
            | "cloud"
            | "test"
            | "invalid"
            | "us"
            | "fr"
            | "ch"
            | "at"
            | "nl"
            | "se"
            | "jp"
            | "cn"
            | "ru"
            | "br"
            | "au"
            | "ca"
            | "co"
            | "ai"
            | "svc"
    );
    !has_empty && (others >= 1 && sure || others >= 2 && in_context)
}

/// Tells whether backquoted text is code that a library repeats, as `assert_eq!` and `unwrap` do.
pub(super) fn is_code(before: &str, quoted: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphabetic() || b"_:=!<>(). `".contains(&byte);
    (before.ends_with("called ") || before.ends_with("assertion "))
        && quoted.bytes().all(plain)
        && !quoted.contains("  ")
}
