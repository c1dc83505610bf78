//! What masking promises, case by case.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::json;

use super::{Found, Masker, Masking, Rule};

fn masked(text: &str) -> String {
    Masker::default().text(text, &mut Found::default()).into_owned()
}

fn rules(text: &str) -> Vec<(String, &'static str)> {
    let mut found = Found::default();
    Masker::default().text(text, &mut found);
    found.iter().map(|(name, rule)| (name.to_owned(), rule.as_str())).collect()
}

/// Each pair: a text, and what is left of it.
fn all(pairs: &[(&str, &str)]) {
    for (text, expected) in pairs {
        assert_eq!(masked(text), *expected, "of {text}");
        assert_eq!(masked(expected), *expected, "once more");
    }
}

#[test]
fn fields_are_masked_to_the_end_of_their_value() {
    all(&[
        (
            r#"User { id: 7, password: "a, } \" b", age: 3 }"#,
            "User { id: 7, password: *****, age: 3 }",
        ),
        (
            "Login { secret: Some(Inner { a: [1, 2] }), ok: true }",
            "Login { secret: *****, ok: true }",
        ),
        ("T { token: 1 }", "T { token: ***** }"),
        ("T { token: '\"', b: 1 }", "T { token: *****, b: 1 }"),
        ("T { r#token: ('}', 2), b: 1 }", "T { r#token: *****, b: 1 }"),
        (
            "User {\n    password: \"x\",\n    id: 7,\n}",
            "User {\n    password: *****,\n    id: 7,\n}",
        ),
    ]);
}

#[test]
fn keys_of_maps_and_pairs_are_masked() {
    all(&[
        (r#"{"api_key": "x", "id": 7}"#, r#"{"api_key": *****, "id": 7}"#),
        (r#"[("password", "x"), ("id", "7")]"#, r#"[("password", *****), ("id", "7")]"#),
        ("(\n    \"password\",\n    \"x\",\n)", "(\n    \"password\",\n    *****,\n)"),
        (r#"["password","x"]"#, r#"["password",*****]"#),
        (r#"["password", "token", "id"]"#, r#"["password", "token", "id"]"#),
        (
            &format!(r#"["token", {{"a": "{}", "b": 1}}]"#, "x ".repeat(1_000)),
            r#"["token", *****]"#,
        ),
        (r#""curl" "--password" "x" "-v""#, r#""curl" "--password" ***** "-v""#),
    ]);
}

#[test]
fn names_in_single_quotes_elements_and_colours_are_read() {
    all(&[
        (r"failed: {'password': 'it\'s, me', 'id': 7}", "failed: {'password': *****, 'id': 7}"),
        ("unknown key 'token': expected one of", "unknown key 'token': expected one of"),
        ("<Password type=\"x\">abc</Password>", "<Password type=\"x\">*****</Password>"),
        (
            "\u{1b}[3mtoken\u{1b}[0m\u{1b}[2m=\u{1b}[0mabc x",
            "\u{1b}[3mtoken\u{1b}[0m\u{1b}[2m=\u{1b}[0m***** x",
        ),
        ("set --token or --user, --secret abc", "set --token or --user, --secret *****"),
        (
            r"private_key = -----BEGIN PRIVATE KEY-----\nMI\n-----END PRIVATE KEY-----, x",
            "private_key = *****, x",
        ),
    ]);
}

#[test]
fn json_is_masked_also_inside_of_strings() {
    all(&[
        (r#"{"pass\u0077ord":"x","a":1}"#, r#"{"pass\u0077ord":*****,"a":1}"#),
        (
            r#"Body("{\"password\": \"a\\\"b\", \"id\": 7}")"#,
            r#"Body("{\"password\": *****, \"id\": 7}")"#,
        ),
        (
            r#""{\"a\":\"{\\\"token\\\":\\\"x\\\",\\\"b\\\":1}\"}""#,
            r#""{\"a\":\"{\\\"token\\\":*****,\\\"b\\\":1}\"}""#,
        ),
    ]);
}

#[test]
fn assignments_are_masked_to_the_end_of_their_word() {
    all(&[
        (
            "login failed for user=bob password=hunter2 at 10:00",
            "login failed for user=bob password=***** at 10:00",
        ),
        ("?user=bob&access_token=abc&x=1", "?user=bob&access_token=*****&x=1"),
        ("user[password]=x&a=b", "user[password]=*****&a=b"),
        ("pass%77ord=x&a=b", "pass%77ord=*****&a=b"),
        ("next=%2Fa%3Ftoken%3Dabc%26b%3D1", "next=%2Fa%3Ftoken%3D*****%26b%3D1"),
        (
            "Server=db;User Id=sa;Password=p w,d;Encrypt=true",
            "Server=db;User Id=sa;Password=*****;Encrypt=true",
        ),
        ("set password = 'it is' where id = 3", "set password = ***** where id = 3"),
        ("--password hunter2 --verbose", "--password ***** --verbose"),
        ("authorization=Bearer abc def", "authorization=***** def"),
    ]);
}

#[test]
fn headers_are_masked_to_the_end_of_their_line() {
    all(&[
        (
            "Host: a\nAuthorization: Digest a=\"b\", c=\"d\"\nAccept: */*",
            "Host: a\nAuthorization: *****\nAccept: */*",
        ),
        ("Cookie: a=b; c=d\r\nX-Api-Key: k", "Cookie: *****\r\nX-Api-Key: *****"),
        ("session=abc; theme=dark", "session=*****; theme=dark"),
        ("sent Cookie: a=b; sid=c", "sent Cookie: *****"),
        ("got authorization: Digest a=\"b\", r=\"c\"", "got authorization: *****"),
        (r#""Cookie: a=b\nHost: c""#, r#""Cookie: *****\nHost: c""#),
    ]);
}

#[test]
fn prose_that_speaks_of_tokens_stays() {
    for text in [
        "invalid token: unexpected end of file",
        "unexpected token: `}` at line 3 column 4",
        "password must have 8 characters",
        "session expired",
        r#"Err(secret::Kind, "token in text")"#,
        "C:\\token\\x",
        "a == b, c != d",
        "mailto:bob@example.com, repo:tag@sha256:abc, git@github.com:org/repo",
    ] {
        assert_eq!(masked(text), text);
    }
    assert_eq!(masked("wrong password: hunter2"), "wrong password: *****");
    assert_eq!(masked("password: correct horse"), "password: *****");
}

#[test]
fn passwords_in_urls_are_masked() {
    all(&[
        (
            "open postgres://app:p@ss/w@db:5432/x?y=z failed",
            "open postgres://app:*****@db:5432/x?y=z failed",
        ),
        ("redis://:pw@h:1/0", "redis://:*****@h:1/0"),
        ("https://tok@h.org/a", "https://*****@h.org/a"),
        ("ssh://git@h.org/a mongodb://a:1,b:2/c", "ssh://git@h.org/a mongodb://a:1,b:2/c"),
        ("app:pw@tcp(db:3306)/x", "app:*****@tcp(db:3306)/x"),
        ("/a/jdbc:oracle:thin:scott/pw@//db:1521/o", "/a/jdbc:oracle:thin:scott/*****@//db:1521/o"),
        ("/confirm/eyJ1c2VyIjoiYSIsInRva2VuIjoiYiJ9/now", "/confirm/*****/now"),
    ]);
}

#[test]
fn values_that_tell_themselves_are_masked_and_named() {
    let github = format!("ghp_{}", "a1B2".repeat(9));
    for (text, rule) in [
        ("card 4111 1111 1111 1111 declined".to_owned(), "card number"),
        ("Bearer abc.def1".to_owned(), "bearer token"),
        ("basic dXNlcjpwYXNz".to_owned(), "basic credentials"),
        (format!("got {github}."), "GitHub token"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln".to_owned(), "JSON web token"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----".to_owned(),
            "private key",
        ),
        ("x cGFzc3dvcmQ9aHVudGVyMg== y".to_owned(), "base64"),
        ("12345678:AAabcdefghijklmnopqrstuvwxyz0123456".to_owned(), "Telegram bot token"),
        ("https://hooks.slack.com/services/T0/B0/abc".to_owned(), "Slack webhook"),
        ("EndpointUrl=a;AccountKey=abc==;b=c".to_owned(), "connection string"),
    ] {
        assert_eq!(
            rules(&text),
            [(String::new(), rule)].map(|(name, rule)| (
                if rule == "connection string" { "AccountKey".into() } else { name },
                rule
            )),
            "{text}"
        );
        assert!(masked(&text).contains("*****"));
    }
}

#[test]
fn a_private_key_is_masked_to_its_end_or_that_of_its_string() {
    let (begin, end) = ("-----BEGIN OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----");
    assert_eq!(masked(&format!("a {begin}\nb\n{end} c")), "a ***** c");
    assert_eq!(masked(&format!("{:?} c", format!("{begin}\nb"))), "\"*****\" c");
    let public = "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----";
    assert_eq!(masked(public), public);
}

#[test]
fn multipart_fields_are_masked_in_any_text() {
    let body = "--X\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nhunter2\r\n--X--";
    assert_eq!(masked(body), body.replace("hunter2", "*****"));
    let once = format!("{body:?}");
    for body in [&once, &format!("{once:?}")] {
        assert!(!masked(body).contains("hunter2"), "{}", masked(body));
    }
}

#[test]
fn text_that_is_cut_in_a_value_is_masked_to_its_end() {
    all(&[
        (r#"User { password: "abc"#, "User { password: *****"),
        (r#"{"token": {"a": [1, "}"#, r#"{"token": *****"#),
        ("?token=ab", "?token=*****"),
    ]);
}

#[test]
fn source_code_keeps_its_types_and_loses_its_literals() {
    let masker = Masker::default();
    let code = |text: &str| masker.code(text, &mut Found::default()).into_owned();
    let function = "fn login(token: &str, id: u32) { call(Auth { password: token }) }";
    assert_eq!(code(function), function);
    assert_eq!(
        code(r#"login(Auth { password: "x".into(), id })"#),
        "login(Auth { password: *****, id })"
    );
    assert_eq!(code(r#"refuse("user=a&password=b")?"#), r#"refuse("user=a&password=*****")?"#);
    assert_eq!(code(r#"open("postgres://a:pw@h/x")?"#), r#"open("postgres://a:*****@h/x")?"#);
}

#[test]
fn a_key_that_is_made_of_values_is_told_masked() {
    let (masker, mut found) = (Masker::default(), Found::default());
    let key = "password=hunter2";
    assert_eq!(masker.json(key, json!(1), &mut found), json!("*****"));
    masker.json("a", json!([{ key: 1 }]), &mut found);
    assert!(found.iter().all(|(name, _)| !name.contains("hunter2")), "{found:?}");
}

#[test]
fn json_values_are_masked_at_any_depth() {
    let (masker, mut found) = (Masker::default(), Found::default());
    let value = json!({"items": [{"Api-Key": 1, "id": 2}, ["password", "x"]], "card": 4111111111111111_u64});
    let expected =
        json!({"items": [{"Api-Key": "*****", "id": 2}, ["password", "*****"]], "card": "*****"});
    assert_eq!(masker.json("order", value, &mut found), expected);
    let told: Vec<_> = found.iter().collect();
    let card = ("", Rule::Value("card number"));
    assert_eq!(told, [card, ("Api-Key", Rule::Name), ("password", Rule::Name)]);
}

#[test]
fn a_rule_that_panics_masks() {
    struct Broken;
    impl Masking for Broken {
        fn mask(&self, _: &str) -> Option<Cow<'_, str>> {
            panic!("broken rule")
        }
    }
    let masker = Masker::new(Arc::new(Broken), "###");
    assert_eq!(masker.name("id").as_deref(), Some("###"));
    assert_eq!(masker.text("A { id: 7 }", &mut Found::default()), "A { id: ### }");
}

#[test]
fn hostile_texts_take_time_in_proportion() {
    let long = |part: &str| part.repeat(30_000 / part.len());
    for text in [
        long("["),
        long("{\""),
        long("\\"),
        long("\\\""),
        long("a="),
        long("token="),
        long("token: "),
        long("\"token\": "),
        long(":"),
        long("://"),
        long("a:b@"),
        long("%3D"),
        long("%25"),
        long("-----BEGIN PRIVATE KEY-----"),
        long("--a "),
        long("name=\"password\""),
        long("eyJ"),
        long("ghp_"),
        long("4111 "),
        long("Bearer "),
        long("(\"token\", "),
        long("a;b="),
        long("пароль="),
        long("'"),
        long("x.y/"),
        long("aGVsbG8gd29ybGQg"),
        long("\u{1}\u{fffd}…"),
    ] {
        masked(&text);
    }
}
