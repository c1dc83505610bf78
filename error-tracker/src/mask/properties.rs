//! What masking promises of any text of a known form.

use std::borrow::Cow;

use proptest::prelude::*;
use serde_json::{json, Value};

use super::{Found, Masker};

/// Stands in no generated text by chance.
const SECRET: &str = "kanarienvogel-7391";

fn masked(text: &str) -> String {
    Masker::default().text(text, &mut Found::default()).into_owned()
}

fn name() -> impl Strategy<Value = &'static str> {
    let names = ["password", "card_secret", "X-Api-Key", "access_token", "SESSION", "Set-Cookie"];
    proptest::sample::select(names.to_vec())
}

/// Words, short numbers and signs: nothing between a name and a value, no groups of a card number.
fn harmless() -> impl Strategy<Value = String> {
    "[a-z]{1,8}( [a-z]{1,8}|, [a-z]{1,6}| [0-9]{1,2}){0,6}"
}

fn any_text() -> impl Strategy<Value = String> {
    "(.{0,12}[:=\"'{}()\\[\\]&%@\\\\<>,; \n]){0,12}"
}

/// JSON of any shape, with the secret under a masked key somewhere in it.
fn with_secret() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any_text().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ];
    let inner = leaf.prop_recursive(4, 24, 4, |inner| {
        let keys = "[a-z]{1,6}";
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map(keys, inner, 0..4)
                .prop_map(|map| map.into_iter().collect()),
        ]
    });
    (inner.clone(), name(), inner).prop_map(|(before, name, after)| {
        json!({ "a": before, name: [SECRET, { "b": SECRET }], "z": [after, [name, SECRET]] })
    })
}

/// Shows JSON as Rust's `Debug` would show a structure.
#[derive(Debug)]
#[allow(dead_code, reason = "shown through Debug")]
struct Login<'v> {
    id: u32,
    note: &'v str,
    password: (&'v str, Option<&'v str>),
    pairs: Vec<(&'v str, &'v str)>,
    last: Option<Box<Login<'v>>>,
}

fn settings() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) }
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn text_without_names_and_values_stays_byte_for_byte(text in harmless()) {
        let mut found = Found::default();
        prop_assert!(matches!(Masker::default().text(&text, &mut found), Cow::Borrowed(_)), "{text}");
        prop_assert!(found.is_empty());
    }

    #[test]
    fn no_text_grows_beyond_its_bound(text in any_text()) {
        let masked = masked(&text);
        prop_assert!(masked.len() <= 2 * text.len() + 8, "{text:?} became {masked:?}");
    }

    #[test]
    fn a_secret_in_json_is_gone_however_it_is_shown(value in with_secret()) {
        let (plain, pretty) = (value.to_string(), format!("{value:#}"));
        let within = json!({ "body": plain }).to_string();
        let shown = format!("{plain:?}");
        for text in [plain, pretty, within, shown] {
            let masked = masked(&text);
            prop_assert!(!masked.contains(SECRET), "{text} became {masked}");
        }
        let kept = Masker::default().json("value", value, &mut Found::default()).to_string();
        prop_assert!(!kept.contains(SECRET), "{kept}");
    }

    #[test]
    fn a_secret_in_debug_text_is_gone_and_its_name_is_told(
        note in any_text(), key in name(), beside in any_text(),
    ) {
        let login = |last| Login {
            id: 7,
            note: &note,
            password: (&beside, Some(SECRET)),
            pairs: vec![("id", &beside), (key, SECRET)],
            last,
        };
        let nested = login(Some(Box::new(login(None))));
        for text in [format!("{nested:?}"), format!("{nested:#?}")] {
            let mut found = Found::default();
            let masked = Masker::default().text(&text, &mut found).into_owned();
            prop_assert!(!masked.contains(SECRET), "{text} became {masked}");
            prop_assert!(found.iter().any(|(name, rule)| (name, rule.as_str()) == ("password", "name")));
            prop_assert!(found.iter().all(|(name, _)| !name.contains(SECRET)));
        }
    }

    #[test]
    fn a_secret_in_a_form_a_url_or_a_header_is_gone(
        before in "[a-z]{1,5}=[a-z0-9%+;,\"']{0,9}", name in name(), after in "[a-z]{0,5}=[^&]{0,9}",
    ) {
        let (masker, mut found) = (Masker::default(), Found::default());
        let form = format!("{before}&{name}={SECRET}&{after}");
        let url = format!("https://bob:{SECRET}@example.org/pay?{form}");
        let header = format!("Accept: */*\r\n{name}: {SECRET}; {before}\r\nHost: h");
        for masked in [
            masker.form(&form, &mut found),
            masker.url(&url, &mut found),
            masker.text(&header, &mut found),
        ] {
            prop_assert!(!masked.contains(SECRET), "{masked}");
        }
    }

    #[test]
    fn a_secret_in_a_multipart_body_is_gone(
        boundary in "[a-zA-Z0-9]{1,20}", name in name(), content in any_text(),
    ) {
        let content = content.replace(&boundary, "");
        let part = |name: &str, content: &str| format!(
            "--x{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n"
        );
        let secret = part(name, &format!("{content}{SECRET}"));
        let body = format!("{}{secret}--x{boundary}--\r\n", part("note", &content));
        let media_type = format!("multipart/form-data; boundary=x{boundary}");
        let masked = Masker::default().body(&media_type, &body, &mut Found::default()).into_owned();
        prop_assert!(!masked.contains(SECRET), "{body} became {masked}");
    }

    #[test]
    fn masking_once_more_changes_nothing(
        note in harmless(), name in name(), secret in "[a-zA-Z0-9!]{1,12}", number in any::<u32>(),
    ) {
        let (quoted, json) = (format!("{note:?}"), json!({ "note": note, name: secret }));
        for text in [
            format!("Login {{ id: {number}, note: {quoted}, password: {secret:?}, last: {number} }}"),
            format!("{json}"),
            format!("{json:#}"),
            format!("{:?}", json.to_string()),
            format!("{name}={secret}&id={number}"),
            format!("{note} {name}={secret} {note}"),
            format!("{name}: {secret}\nnote: {note}"),
            format!("https://bob:{secret}@example.org/{number}?{name}={secret}"),
            format!("{note}: card 4111 1111 1111 1111, {note}, Bearer {secret}a1B2c3"),
        ] {
            let once = masked(&text);
            prop_assert_eq!(masked(&once), once, "of {}", text);
        }
    }
}
