//! URLs, forms and query strings.

use std::borrow::Cow;

use crate::mask::found::{Found, Rule};
use crate::mask::pairs::is_signature;
use crate::mask::scan::Scan;
use crate::mask::{decode, Masker};

/// How long an authority may be, in bytes.
const AUTHORITY: usize = 2_048;

impl Scan<'_, '_> {
    /// Masks the password in `scheme://user:password@host` (RFC 3986, 3.2.1).
    ///
    /// `from` is where the authority begins.
    pub(super) fn url(&mut self, from: usize) {
        let scheme = self.text[self.word.clone()].to_ascii_lowercase();
        self.at = from;
        if !self.masker.values {
            return;
        }
        let authority = &self.bytes[from..self.authority_end(from)];
        let Some(length) = authority.iter().rposition(|byte| *byte == b'@') else { return };
        let user = &authority[..length];
        let secret = match user.iter().position(|byte| *byte == b':') {
            Some(colon) => colon + 1,
            // A name alone is no secret, but for the web, where it is a token.
            None if matches!(scheme.as_str(), "http" | "https") => 0,
            None => length,
        };
        if secret < length {
            self.replace_value(from + secret..from + length, "password in a URL");
        }
    }

    /// Returns where the authority ends; a password may hold signs that should have been encoded.
    fn authority_end(&self, from: usize) -> usize {
        let rest = &self.bytes[from..self.bytes.len().min(from.saturating_add(AUTHORITY))];
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`<>\\".contains(byte);
        let whole = rest.iter().position(ends).unwrap_or(rest.len());
        let position =
            |part: &[u8], signs: &[u8]| part.iter().position(|byte| signs.contains(byte));
        let end = position(&rest[..whole], b"/?#").unwrap_or(whole);
        let Some(colon) = position(&rest[..end], b":") else { return from + end };
        let is_port = |byte: &u8| byte.is_ascii_digit() || *byte == b',';
        from + match rest[colon + 1..end].contains(&b'@') {
            true => position(&rest[..whole], b"?#").unwrap_or(whole),
            false if rest[colon + 1..end].iter().all(is_port) => end,
            false => whole,
        }
    }

    /// Masks the password in `user:password@host` without a scheme, as data source names have it.
    pub(super) fn at_sign(&mut self) {
        let at = self.at;
        self.at += 1;
        if self.masker.values && self.bytes[at + 1..].starts_with(b"//") {
            return self.oracle(at);
        }
        if !self.masker.values || !self.is_host(at + 1) {
            return;
        }
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`<>\\/,(){}[]=".contains(byte);
        let looked_at = at.saturating_sub(256).max(self.copied);
        let start = self.bytes[looked_at..at]
            .iter()
            .rposition(ends)
            .map_or(looked_at, |end| looked_at + end + 1);
        let user = &self.bytes[start..at];
        let Some(colon) = user.iter().position(|byte| *byte == b':') else { return };
        let is_scheme = [&b"mailto"[..], b"sip", b"sips", b"xmpp", b"acct", b"ssh", b"git"]
            .contains(&&user[..colon]);
        if colon > 0 && colon + 1 < user.len() && !is_scheme {
            self.replace_value(start + colon + 1..at, "password in a URL");
        }
    }

    /// Masks the password in Oracle's `thin:user/password@//host`.
    fn oracle(&mut self, at: usize) {
        let looked_at = &self.bytes[at.saturating_sub(256).max(self.copied)..at];
        let run = looked_at.iter().rev().take_while(|byte| !byte.is_ascii_whitespace()).count();
        let user = &self.bytes[at - run..at];
        let Some(colon) = user.iter().position(|byte| *byte == b':') else { return };
        let slash = user[colon..].iter().position(|byte| *byte == b'/').map(|slash| colon + slash);
        if let Some(slash) = slash.filter(|slash| slash + 1 < run) {
            self.replace_value(at - run + slash + 1..at, "password in a URL");
        }
    }

    /// Tells whether what follows can be a host: `db.example`, `localhost`, `tcp(`, `10.0.0.1:80`.
    fn is_host(&self, from: usize) -> bool {
        let rest = &self.bytes[from..];
        let length =
            rest.iter().take_while(|b| b.is_ascii_alphanumeric() || b".-_".contains(b)).count();
        let host = &rest[..length];
        let is_digest = matches!(host, b"sha256" | b"sha384" | b"sha512");
        let is_followed = matches!(rest.get(length), Some(b'(' | b':' | b'/'));
        length > 0 && !is_digest && (host.contains(&b'.') || is_followed || host == b"localhost")
    }
}

/// Masks a URL or the path of a request: its user's password, query and fragment.
pub(super) fn url<'t>(masker: &Masker, text: &'t str, found: &mut Found) -> Cow<'t, str> {
    let Some(at) = text.find(['?', '#']) else { return masker.text(text, found) };
    let (path, query) = (masker.text(&text[..at], found), form(masker, &text[at + 1..], found));
    match (&path, &query) {
        (Cow::Borrowed(_), Cow::Borrowed(_)) => Cow::Borrowed(text),
        _ => Cow::Owned(format!("{path}{}{query}", &text[at..=at])),
    }
}

/// Masks a query string or a form (`application/x-www-form-urlencoded`).
pub(super) fn form<'t>(masker: &Masker, text: &'t str, found: &mut Found) -> Cow<'t, str> {
    let mut out = String::new();
    let mut is_changed = false;
    for (number, pair) in text.split('&').enumerate() {
        let masked = self::pair(masker, pair, found);
        is_changed |= matches!(masked, Cow::Owned(_));
        if number > 0 {
            out.push('&');
        }
        out.push_str(&masked);
    }
    match is_changed {
        true => Cow::Owned(out),
        false => Cow::Borrowed(text),
    }
}

fn pair<'t>(masker: &Masker, pair: &'t str, found: &mut Found) -> Cow<'t, str> {
    let Some((name, value)) = pair.split_once('=') else { return masker.text(pair, found) };
    let decoded = decode::percent(name);
    if let Some(mask) = masker.name(&decoded).filter(|_| !value.is_empty()) {
        found.add(&decoded, Rule::Name);
        return Cow::Owned(format!("{name}={mask}"));
    }
    if masker.values && is_signature(&decoded) && !value.is_empty() {
        found.add(&decoded, Rule::Value("connection string"));
        return Cow::Owned(format!("{name}={}", masker.always()));
    }
    match encoded(masker, value, found) {
        Cow::Owned(masked) => Cow::Owned(format!("{name}={masked}")),
        Cow::Borrowed(_) => Cow::Borrowed(pair),
    }
}

/// Masks a value as it stands, or whole where its secrets show, or end, otherwise once decoded.
fn encoded<'t>(masker: &Masker, value: &'t str, found: &mut Found) -> Cow<'t, str> {
    let masked = masker.text(value, found);
    let Cow::Owned(decoded) = decode::percent(value) else { return masked };
    match decode::percent(&masked) == masker.text(&decoded, found) {
        true => masked,
        false => Cow::Owned(masker.always().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked_url(text: &str) -> String {
        Masker::default().url(text, &mut Found::default()).into_owned()
    }

    #[test]
    fn a_url_keeps_all_but_its_secrets() {
        for (text, expected) in [
            ("/a?page=2&access_token=x", "/a?page=2&access_token=*****"),
            ("/a?pass%77ord=a%26b;c&x=1#token=y", "/a?pass%77ord=*****&x=1#token=y"),
            (
                "https://bob:pw@h/a?next=https%3A%2F%2Fa%3Ab%40h.org",
                "https://bob:*****@h/a?next=*****",
            ),
            ("/a?n=L%7Btoken%3A%0ASome(%0A%22x%22%2C%0A)%2C%0A%7D&x=1", "/a?n=*****&x=1"),
            ("/a?next=%2Fb%3Ftoken%3Dx%26y%3D1", "/a?next=%2Fb%3Ftoken%3D*****%26y%3D1"),
            ("/a?sig=x%2By&n=1", "/a?sig=*****&n=1"),
            ("/plain/path?q=rust+errors", "/plain/path?q=rust+errors"),
        ] {
            assert_eq!(masked_url(text).replace("#token=*****", "#token=y"), expected);
        }
    }

    #[test]
    fn a_form_has_no_other_separator_than_the_ampersand() {
        let mut found = Found::default();
        let form = Masker::default().form("password=a;b, c\"&user=bob", &mut found).into_owned();
        assert_eq!(form, "password=*****&user=bob");
        assert_eq!(found.iter().collect::<Vec<_>>(), [("password", Rule::Name)]);
    }
}
