//! Whether a change is asked for by one of our own pages, and in the name of the visitor who saw it.

use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use crate::visit::secret::{are_equal, random_key};
use crate::visit::{base64, Visit};

/// What a SHA-256 takes in at once, in bytes.
const BLOCK: usize = 64;

/// Returns the token that forms of this visitor carry: it ends with the process.
pub(super) fn token(visitor: &str) -> String {
    static KEY: OnceLock<[u8; 32]> = OnceLock::new();
    base64::encode(&hmac(KEY.get_or_init(random_key), visitor.as_bytes()))
}

/// Tells whether the token is the one expected, in the same time wherever it differs.
pub(super) fn is_token(given: &str, expected: &str) -> bool {
    let digest = |text: &str| -> [u8; 32] { Sha256::digest(text).into() };
    are_equal(&digest(given), &digest(expected))
}

/// HMAC-SHA256, <https://www.rfc-editor.org/rfc/rfc2104>.
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0; BLOCK];
    match key.len() {
        0..=BLOCK => block[..key.len()].copy_from_slice(key),
        _ => block[..32].copy_from_slice(&Sha256::digest(key)),
    }
    let padded = |pad: u8| block.map(|byte| byte ^ pad);
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().into()
}

/// Tells why a browser may have sent this from somebody else's page; `None` if all is well.
///
/// Programs send neither header.
pub(super) fn is_foreign(visit: &Visit) -> Option<&'static str> {
    let site = visit.get_header("sec-fetch-site");
    if site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return Some("The request comes from a page of another site (Sec-Fetch-Site).");
    }
    let origin = visit.get_header("origin")?;
    // A page that gives no referrer gives no origin either, to itself as well; ours asks for an
    // exception (layout.rs), which not every browser knows.
    if origin == "null" && site == Some("same-origin") {
        return None;
    }
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    // A proxy may have put its own name in place of the host's; a page of somebody else can't set
    // that header.
    let hosts = [visit.get_header("host"), visit.get_header("x-forwarded-host")];
    let is_own =
        |authority: &str| hosts.iter().flatten().any(|host| host.eq_ignore_ascii_case(authority));
    match authority {
        Some(authority) if is_own(authority) => None,
        _ => Some("The request comes from a page of another host (Origin)."),
    }
}

/// Tells whether the request carries what no browser adds by itself: a bearer token.
pub(super) fn is_of_a_program(visit: &Visit) -> bool {
    let scheme = visit.get_header("authorization").and_then(|value| value.trim().split(' ').next());
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// <https://www.rfc-editor.org/rfc/rfc4231>, cases 1, 2 and 6.
    #[test]
    fn the_vectors_of_the_rfc_hold() {
        for (key, message, expected) in [
            (
                vec![0x0b; 20],
                "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe".to_vec(),
                "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                vec![0xaa; 131],
                "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            assert_eq!(hex(&hmac(&key, message.as_bytes())), expected);
        }
    }

    #[test]
    fn a_token_is_of_one_visitor() {
        assert_eq!(token("ann"), token("ann"));
        assert!(is_token(&token("ann"), &token("ann")));
        assert!(!is_token(&token("ann"), &token("bob")) && !is_token("", &token("")));
    }

    #[test]
    fn another_site_or_host_is_foreign() {
        let visit = |headers: &[(&str, &str)]| {
            let visit = Visit::new("POST", "/x/bulk", "bulk").header("host", "shop.example:5000");
            headers.iter().fold(visit, |visit, (name, value)| visit.header(name, *value))
        };
        for own in [
            &[][..],
            &[("origin", "http://shop.example:5000")],
            &[("origin", "https://SHOP.example:5000"), ("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
            &[("origin", "null"), ("sec-fetch-site", "same-origin")],
            &[("origin", "https://errors.example"), ("x-forwarded-host", "errors.example")],
        ] {
            assert_eq!(is_foreign(&visit(own)), None, "{own:?}");
        }
        for foreign in [
            &[("origin", "null")][..],
            &[("origin", "null"), ("sec-fetch-site", "none")],
            &[("origin", "null"), ("sec-fetch-site", "cross-site")],
            &[("origin", "")],
            &[("origin", "http://shop.example")],
            &[("origin", "http://shop.example:5000.evil.example")],
            &[("origin", "http://evil.example"), ("sec-fetch-site", "same-origin")],
            &[("origin", "http://shop.example:5000"), ("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "")],
        ] {
            assert!(is_foreign(&visit(foreign)).is_some(), "{foreign:?}");
        }
    }

    #[test]
    fn only_a_bearer_token_is_of_a_program() {
        let of = |value: &str| {
            is_of_a_program(&Visit::new("POST", "/", "").header("authorization", value))
        };
        assert!(of("Bearer t") && of("bearer t"));
        assert!(!of("Basic t") && !of("Bearerx t") && !of(""));
        assert!(!is_of_a_program(&Visit::new("POST", "/", "")));
    }
}
