//! Multipart bodies: fields by name, files by name, type and size.

use std::fmt::Write as _;

use crate::mask::found::{Found, Rule};
use crate::mask::Masker;

/// How many parts are shown.
const PARTS: usize = 100;

/// Tells a multipart body (RFC 7578) a line a part, masked; a file's content is never shown.
///
/// What can't be read as multipart is told by its size.
pub(super) fn multipart(masker: &Masker, boundary: &str, body: &str, found: &mut Found) -> String {
    let mut out = String::new();
    let delimiter = match boundary {
        "" => body
            .split(['\r', '\n'])
            .next()
            .filter(|line| line.len() > 2)
            .unwrap_or_default()
            .to_owned(),
        boundary => format!("--{boundary}"),
    };
    if !delimiter.starts_with("--") || !body.contains(&delimiter) {
        return format!("<multipart, {} bytes, not readable>", body.len());
    }
    for part in body.split(&delimiter).skip(1).take(PARTS) {
        if part.starts_with("--") {
            break;
        }
        self::part(masker, part, &mut out, found);
    }
    out
}

fn part(masker: &Masker, part: &str, out: &mut String, found: &mut Found) {
    let part = part.trim_start_matches(['\r', '\n']);
    let (head, content) =
        part.split_once("\r\n\r\n").or_else(|| part.split_once("\n\n")).unwrap_or((part, ""));
    let content = content.strip_suffix("\r\n").or(content.strip_suffix('\n')).unwrap_or(content);
    let name = parameter(head, "name").unwrap_or_default();
    // Writing to a String does not fail.
    let _ = match (parameter(head, "filename"), masker.name(name)) {
        (_, Some(mask)) => {
            found.add(name, Rule::Name);
            writeln!(out, "{name} = {mask}")
        }
        (Some(file), None) => {
            let kind = header(head, "content-type").unwrap_or("application/octet-stream");
            let (file, kind) = (masker.text(file, found), masker.text(kind, found));
            writeln!(out, "{name} = <file {file:?}, {kind}, {} bytes>", content.len())
        }
        (None, None) => writeln!(out, "{name} = {}", masker.text(content, found)),
    };
}

/// Returns a header of a part.
fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// Returns a parameter of the part's `Content-Disposition`.
fn parameter<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    parameter_of(header(head, "content-disposition")?, name)
}

/// Returns a parameter of a header's value: `form-data; name="a"`.
pub(super) fn parameter_of<'h>(value: &'h str, name: &str) -> Option<&'h str> {
    let mut rest = value.split_once(';')?.1;
    loop {
        let (key, after) = rest.trim_start().split_once('=')?;
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => (after.split(';').next().unwrap_or_default().trim_end(), after),
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = next.split_once(';')?.1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "--X\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nbob\r\n\
        --X\r\ncontent-disposition: form-data; name=\"password\"\r\n\r\nhunter2\r\n--not the end\r\n\
        --X\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\n\
        Content-Type: image/png\r\n\r\n\u{1}\u{2}\r\n--X--\r\n";

    #[test]
    fn fields_are_told_by_name_and_files_by_size() {
        let expected =
            "user = bob\npassword = *****\nphoto = <file \"a.png\", image/png, 2 bytes>\n";
        let masker = Masker::default();
        assert_eq!(multipart(&masker, "X", BODY, &mut Found::default()), expected);
        assert_eq!(multipart(&masker, "", BODY, &mut Found::default()), expected);
    }

    #[test]
    fn a_body_that_is_no_multipart_is_told_by_its_size() {
        for body in ["password=x", "", "--", "\r\n--X\r\n"] {
            let told = multipart(&Masker::default(), "Y", body, &mut Found::default());
            assert_eq!(told, format!("<multipart, {} bytes, not readable>", body.len()));
        }
    }

    #[test]
    fn a_part_that_is_cut_is_masked_to_its_end() {
        let cut = &BODY[..BODY.find("unter2").unwrap_or(0)];
        assert!(multipart(&Masker::default(), "X", cut, &mut Found::default())
            .ends_with("password = *****\n"));
    }

    #[test]
    fn parameters_may_be_quoted_or_not() {
        assert_eq!(parameter_of("a/b; x=1;boundary=\"q;r\" ; c=d", "boundary"), Some("q;r"));
        assert_eq!(parameter_of("a/b; x=\"; boundary=no\"; boundary=yes", "boundary"), Some("yes"));
        assert_eq!(parameter_of("a/b", "boundary"), None);
    }
}
