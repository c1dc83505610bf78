//! Harmless values and secrets from the tables of the tests: what stays, and what goes.

use std::borrow::Cow;
use std::fs;
use std::path::PathBuf;

use super::{Found, Masker};

/// Reads the rows of a table, its escapes undone.
pub(crate) fn rows(file: &str) -> Vec<Vec<String>> {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/masking").join(file);
    let text = fs::read_to_string(&path).unwrap();
    let is_row = |line: &&str| !line.is_empty() && !line.starts_with("# ");
    text.lines().filter(is_row).map(|line| line.split('\t').map(unescaped).collect()).collect()
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, character == '\\') {
            (_, true) => match characters.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some('&') | None => {}
                Some(other) => out.push(other),
            },
            (other, false) => out.push(other),
        }
    }
    out
}

fn masked<'v>(masker: &'v Masker, name: &str, value: &'v str) -> Cow<'v, str> {
    masker.named(name, value, &mut Found::default())
}

#[test]
fn of_harmless_values_at_most_one_in_fifty_is_masked() {
    let masker = Masker::default();
    let rows = rows("harmless.tsv");
    assert!(rows.len() >= 300, "{}", rows.len());
    let mut lost = Vec::new();
    for row in &rows {
        let quoted = format!("{:?}", row[1]);
        for value in [&row[1], &quoted] {
            let masked = masked(&masker, &row[0], value);
            if masked != value.as_str() {
                lost.push(format!("{} = {value} -> {masked}", row[0]));
                break;
            }
        }
    }
    assert!(
        lost.len() * 50 <= rows.len(),
        "{} of {}:\n{}",
        lost.len(),
        rows.len(),
        lost.join("\n")
    );
}

#[test]
fn of_secrets_nothing_is_left() {
    let masker = Masker::default();
    let mut left = Vec::new();
    for row in rows("secrets.tsv") {
        let (rule, name, value, secret) = (&row[0], &row[1], &row[2], &row[3]);
        let in_debug = format!("{value:?}");
        let in_struct = format!("Event {{ id: 7, body: {value:?}, count: 3 }}");
        let in_json = serde_json::json!({ "id": 7, "body": value }).to_string();
        let mut forms = vec![value, &in_debug];
        if name.is_empty() {
            forms.extend([&in_struct, &in_json]);
        }
        for form in forms {
            let masked = masked(&masker, name, form);
            let quoted = format!("{secret:?}");
            let secrets = [secret.as_str(), &quoted[1..quoted.len() - 1]];
            if secrets.iter().any(|secret| masked.contains(secret)) {
                left.push(format!("{rule}: {name} = {form} -> {masked}"));
            }
        }
    }
    assert!(left.is_empty(), "{}:\n{}", left.len(), left.join("\n"));
}

/// The page for users shows texts in code marks, and what is kept of each beside it.
#[test]
fn the_page_about_masking_keeps_its_word() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/masking.md");
    let page = fs::read_to_string(path).unwrap();
    let rows: Vec<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.strip_suffix("` |")?.split_once("` | `"))
        .collect();
    assert!(rows.len() > 15, "{}", rows.len());
    for (text, kept) in rows {
        assert_eq!(masked(&Masker::default(), "", text), kept, "of {text}");
    }
}
