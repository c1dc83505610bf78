//! Secrets that are told by what they look like. docs/masking.md names the source of each format.

/// A token whose maker gave it a prefix.
struct Prefixed {
    prefix: &'static str,
    /// How many characters follow, at least.
    least: usize,
    form: Form,
    rule: &'static str,
}

/// What stands behind a prefix.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Letters, digits, `_`, `-`, `.`.
    Any,
    /// The same, among them a digit: the prefix alone is too common.
    Mixed,
    /// Exactly so many hexadecimal digits.
    Hex,
    /// Exactly so many capitals and digits.
    Capitals,
    /// Exactly so many letters and digits, among them a digit.
    Alphanumeric,
}

const fn token(prefix: &'static str, least: usize, form: Form, rule: &'static str) -> Prefixed {
    Prefixed { prefix, least, form, rule }
}

const AWS: &str = "AWS access key";
const GITHUB: &str = "GitHub token";
const GITLAB: &str = "GitLab token";
const GOOGLE: &str = "Google credential";
const SLACK: &str = "Slack token";
const STRIPE: &str = "Stripe key";
const SHOPIFY: &str = "Shopify token";
const DIGITALOCEAN: &str = "DigitalOcean token";
const VAULT: &str = "Vault token";
const SENTRY: &str = "Sentry token";
const ATLASSIAN: &str = "Atlassian token";
const SQUARE: &str = "Square token";
const DOPPLER: &str = "Doppler token";

use Form::{Alphanumeric, Any, Capitals, Hex, Mixed};

/// In the order of their first bytes.
#[rustfmt::skip]
static PREFIXED: [Prefixed; 79] = [
    token("AGE-SECRET-KEY-1", 20, Any, "age key"), token("ATATT3", 24, Any, ATLASSIAN),
    token("ATCTT3", 24, Any, ATLASSIAN), token("ABIA", 16, Capitals, AWS),
    token("AIza", 30, Any, GOOGLE), token("AKIA", 16, Capitals, AWS), token("ASIA", 16, Capitals, AWS),
    token("CFPAT-", 32, Any, "Contentful token"), token("EAA", 40, Mixed, "Meta or Square token"),
    token("GOCSPX-", 20, Any, GOOGLE), token("HRKU-", 30, Any, "Heroku key"),
    token("NRAK-", 20, Any, "New Relic key"), token("PMAK-", 24, Any, "Postman key"),
    token("SG.", 40, Any, "SendGrid key"), token("SK", 32, Hex, "Twilio key"),
    token("cio", 32, Alphanumeric, "crates.io token"), token("dckr_pat_", 16, Any, "Docker token"),
    token("doo_v1_", 32, Any, DIGITALOCEAN), token("dop_v1_", 32, Any, DIGITALOCEAN),
    token("dor_v1_", 32, Any, DIGITALOCEAN), token("dt0c01.", 24, Any, "Dynatrace token"),
    token("dp.ct.", 30, Any, DOPPLER), token("dp.pt.", 30, Any, DOPPLER),
    token("dp.sa.", 30, Any, DOPPLER), token("dp.st.", 30, Any, DOPPLER),
    token("dapi", 32, Hex, "Databricks token"), token("github_pat_", 20, Any, GITHUB),
    token("glsoat-", 16, Any, GITLAB), token("glcbt-", 16, Any, GITLAB),
    token("gloas-", 16, Any, GITLAB), token("glpat-", 16, Any, GITLAB),
    token("glptt-", 16, Any, GITLAB), token("gldt-", 16, Any, GITLAB), token("glft-", 16, Any, GITLAB),
    token("glrt-", 16, Any, GITLAB), token("glsa_", 24, Any, "Grafana token"),
    token("gho_", 20, Any, GITHUB), token("ghp_", 20, Any, GITHUB), token("ghr_", 20, Any, GITHUB),
    token("ghs_", 20, Any, GITHUB), token("ghu_", 20, Any, GITHUB), token("hvb.", 20, Any, VAULT),
    token("hvr.", 20, Any, VAULT), token("hvs.", 20, Any, VAULT),
    token("hf_", 30, Any, "Hugging Face token"), token("key-", 32, Hex, "Mailgun key"),
    token("lin_api_", 20, Any, "Linear key"), token("npm_", 30, Any, "npm token"),
    token("pscale_tkn_", 24, Any, "PlanetScale token"), token("pypi-", 30, Any, "PyPI token"),
    token("pul-", 40, Hex, "Pulumi token"), token("rubygems_", 32, Any, "RubyGems key"),
    token("rk_live_", 10, Any, STRIPE), token("rk_test_", 10, Any, STRIPE),
    token("sk_live_", 10, Any, STRIPE), token("sk_test_", 10, Any, STRIPE),
    token("secret_", 40, Any, "Notion token"), token("sk-ant-", 16, Any, "Anthropic key"),
    token("sntrys_", 24, Any, SENTRY), token("sntryu_", 24, Any, SENTRY),
    token("sq0atp-", 20, Any, SQUARE), token("sq0csp-", 20, Any, SQUARE),
    token("shpat_", 24, Any, SHOPIFY), token("shpca_", 24, Any, SHOPIFY),
    token("shppa_", 24, Any, SHOPIFY), token("shpss_", 24, Any, SHOPIFY),
    token("sbp_", 32, Any, "Supabase token"), token("sk-", 20, Mixed, "OpenAI key"),
    token("whsec_", 16, Any, STRIPE), token("xkeysib-", 32, Any, "Brevo key"),
    token("xapp-", 10, Any, SLACK), token("xoxa-", 10, Any, SLACK), token("xoxb-", 10, Any, SLACK),
    token("xoxe-", 10, Any, SLACK), token("xoxe.", 10, Any, SLACK), token("xoxp-", 10, Any, SLACK),
    token("xoxr-", 10, Any, SLACK), token("xoxs-", 10, Any, SLACK), token("ya29.", 20, Any, GOOGLE),
];

/// Where in the table the prefixes with a first byte begin and end.
static BY_FIRST: [(u8, u8); 128] = by_first();

const fn by_first() -> [(u8, u8); 128] {
    let mut index = [(0, 0); 128];
    let mut at = 0;
    while at < PREFIXED.len() {
        let first = PREFIXED[at].prefix.as_bytes()[0] as usize;
        if index[first].1 == 0 {
            index[first].0 = at as u8;
        }
        index[first].1 = at as u8 + 1;
        at += 1;
    }
    index
}

/// Hosts at which a path is a secret: whoever knows it may post.
const SECRET_PATHS: [(&str, &str, &str); 5] = [
    ("hooks.slack.com", "/services/", "Slack webhook"),
    ("hooks.slack.com", "/workflows/", "Slack webhook"),
    ("discord.com", "/api/webhooks/", "Discord webhook"),
    ("discordapp.com", "/api/webhooks/", "Discord webhook"),
    ("webhook.office.com", "/webhookb2/", "Teams webhook"),
];

/// Finds the token that a word is; returns how long it is and what it is.
///
/// `cut` says that the word may go on behind the end of the text: then any length will do.
pub(super) fn token_of(word: &[u8], cut: bool) -> Option<(usize, &'static str)> {
    let length = word.iter().take_while(|byte| is_token(**byte)).count();
    let word = &word[..length];
    if is_jwt(word, cut) {
        return Some((length, "JSON web token"));
    }
    if word.len() >= 60 && word.windows(9).any(|part| part == b".atlasv1.") {
        return Some((length, "Terraform token"));
    }
    let (from, to) = BY_FIRST[usize::from(*word.first()? & 0x7f)];
    let candidates = &PREFIXED[usize::from(from)..usize::from(to)];
    let known = candidates.iter().find(|known| known.is(word, cut))?;
    Some((length, known.rule))
}

impl Prefixed {
    fn is(&self, word: &[u8], cut: bool) -> bool {
        let Some(rest) = word.strip_prefix(self.prefix.as_bytes()) else { return false };
        let is_long = match self.form {
            Hex | Capitals | Alphanumeric => rest.len() == self.least,
            Any | Mixed => rest.len() >= self.least,
        };
        let is_distinct = self.prefix.len() >= 4 && self.form == Any;
        (is_long || cut && is_distinct && rest.len() >= 4) && self.form.is(rest)
    }
}

impl Form {
    fn is(self, rest: &[u8]) -> bool {
        let has_digit = || rest.iter().any(u8::is_ascii_digit);
        match self {
            Any => true,
            Mixed => has_digit(),
            Hex => rest.iter().all(u8::is_ascii_hexdigit),
            Capitals => rest.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()),
            Alphanumeric => rest.iter().all(u8::is_ascii_alphanumeric) && has_digit(),
        }
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// RFC 7519: base64url parts with dots between; the first one is JSON, so it begins with `{"`.
fn is_jwt(word: &[u8], cut: bool) -> bool {
    word.starts_with(b"eyJ") && word.len() >= 16 && (cut || word.contains(&b'.'))
}

/// Finds what makes a path a secret; returns where the secret begins behind the host.
pub(super) fn secret_path(word: &str, rest: &str) -> Option<(usize, &'static str)> {
    let known = SECRET_PATHS
        .iter()
        .find(|(host, path, _)| word.ends_with(host) && rest.starts_with(path))?;
    Some((known.1.len(), known.2))
}

/// Tells whether a bot token of Telegram stands around a colon: digits, `:`, 35 characters.
pub(super) fn telegram(number: &[u8], rest: &[u8]) -> Option<usize> {
    let length = rest.iter().take_while(|byte| is_token(**byte)).count();
    let is_number = (8..=10).contains(&number.len()) && number.iter().all(u8::is_ascii_digit);
    (is_number && (34..=36).contains(&length) && rest.starts_with(b"AA")).then_some(length)
}

/// How many digits a card number has (ISO/IEC 7812).
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 13..=19;

/// Finds a card number at the start: digits in one run, or in groups joined by one space, `-`, `_` or `+`.
///
/// Returns how long it is. Its first digits must be those of a known issuer, and the last one
/// must be its check digit: one number in ten has that by chance.
pub(super) fn card(text: &[u8]) -> Option<usize> {
    let (mut digits, mut count, mut group, mut separator) = ([0_u8; 20], 0, 0, None);
    let (mut at, mut end) = (0, 0);
    while let Some(&byte) = text.get(at) {
        let length = if text[at..].starts_with(b"%20") { 3 } else { 1 };
        match byte {
            b'0'..=b'9' if count < digits.len() => {
                digits[count] = byte - b'0';
                (count, group, end) = (count + 1, group + 1, at + 1);
            }
            b' ' | b'-' | b'_' | b'+' | b'%' if (3..=8).contains(&group) => {
                if separator.is_some_and(|known| known != byte) || byte == b'%' && length == 1 {
                    break;
                }
                (separator, group) = (Some(byte), 0);
            }
            _ => break,
        }
        at += length;
    }
    let digits = &digits[..count];
    (CARD_DIGITS.contains(&count) && is_issued(digits) && has_check_digit(digits)).then_some(end)
}

/// Tells whether the leading digits and the length are those of a card network.
fn is_issued(digits: &[u8]) -> bool {
    let leading = |n: usize| digits.iter().take(n).fold(0_u32, |sum, d| sum * 10 + u32::from(*d));
    let length = digits.len();
    match leading(4) {
        4000..=4999 => matches!(length, 13 | 16 | 19),
        5100..=5599 | 2221..=2720 => length == 16,
        3400..=3499 | 3700..=3799 => length == 15,
        3000..=3059 | 3095 | 3600..=3699 | 3800..=3999 => (14..=19).contains(&length),
        3528..=3589 | 6011 | 6440..=6599 | 6200..=6299 => (16..=19).contains(&length),
        2200..=2204 => (16..=19).contains(&length),
        5000..=5099 | 5600..=5899 | 6000..=6999 => CARD_DIGITS.contains(&length),
        _ => false,
    }
}

/// The check of ISO/IEC 7812-1, annex B (Luhn).
fn has_check_digit(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| match (place % 2, u32::from(digit) * 2) {
            (0, _) => u32::from(digit),
            (_, doubled @ 10..) => doubled - 9,
            (_, doubled) => doubled,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Tells whether a word is the name of a scheme of credentials, as in `Bearer abc`.
pub(super) fn is_scheme(word: &[u8]) -> bool {
    ["bearer", "basic", "digest", "negotiate", "apikey", "token"]
        .iter()
        .any(|scheme| word.eq_ignore_ascii_case(scheme.as_bytes()))
}

/// Tells whether a word of prose looks more like a secret than like a word.
pub(super) fn looks_secret(word: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| word.iter().any(is);
    let inner_capital =
        word.iter().skip(1).any(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let symbol =
        word.iter().any(|byte| matches!(byte, b'!' | b'@' | b'#' | b'$' | b'*' | b'^' | b'='));
    word.len() >= 4 && (has(u8::is_ascii_digit) || inner_capital || symbol || word.len() >= 24)
}

/// The entropy from which on a word counts as random, in bits a character (after detect-secrets:
/// 4.5 for base64, 3 for hexadecimal).
pub(super) fn is_random(word: &[u8]) -> bool {
    if word.len() < 20 {
        return false;
    }
    let is_hex = word.iter().all(u8::is_ascii_hexdigit);
    entropy(word) > if is_hex { 3.0 } else { 4.5 }
}

fn entropy(word: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    word.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
    let length = word.len() as f64;
    let bits = |count: u32| {
        let share = f64::from(count) / length;
        -share * share.log2()
    };
    counts.iter().filter(|count| **count > 0).map(|count| bits(*count)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(word: &str) -> Option<&'static str> {
        token_of(word.as_bytes(), false).map(|(_, rule)| rule)
    }

    #[test]
    fn tokens_are_told_by_prefix_length_and_characters() {
        assert_eq!(rule(&format!("ghp_{}", "a1".repeat(18))), Some(GITHUB));
        assert_eq!(rule(&format!("AKIA{}", "ABCD2345".repeat(2))), Some(AWS));
        assert_eq!(rule(&format!("SK{}", "0a".repeat(16))), Some("Twilio key"));
        for harmless in
            ["ghp_short", "AKIAabcdefghijklmnop", "key-value", "sk-learn-is-a-fine-package-name"]
        {
            assert_eq!(rule(harmless), None, "{harmless}");
        }
    }

    #[test]
    fn the_table_is_in_the_order_of_first_bytes() {
        assert!(PREFIXED.is_sorted_by_key(|known| known.prefix.as_bytes()[0]));
    }

    #[test]
    fn a_token_that_the_end_of_the_text_cuts_is_one_still() {
        assert!(
            token_of(b"ghp_abcde", true).is_some() && token_of(b"eyJhbGciOiJIUzI1", true).is_some()
        );
        assert!(token_of(b"key-value", true).is_none());
    }

    #[test]
    fn card_numbers_need_an_issuer_a_length_and_a_check_digit() {
        for (number, length) in [
            ("4111111111111111", 16),
            ("4111 1111 1111 1111 was declined", 19),
            ("5555-5555-5555-4444", 19),
            ("378282246310005", 15),
            ("3782 822463 10005", 17),
            ("4111_1111_1111_1111u64", 19),
            ("6011000990139424", 16),
        ] {
            assert_eq!(card(number.as_bytes()), Some(length), "{number}");
        }
        for number in ["4111111111111112", "1763856000000000", "41111111111111", "4 1 1 1", ""] {
            assert_eq!(card(number.as_bytes()), None, "{number}");
        }
    }

    #[test]
    fn random_words_have_more_entropy_than_names() {
        assert!(is_random(b"q8Zt2LxV9bKpW4nRsYc7Dg3MhJ5f"));
        assert!(is_random(b"9f86d081884c7d659a2feaa0c55ad015"));
        assert!(!is_random(b"a_rather_long_but_ordinary_identifier"));
    }
}
