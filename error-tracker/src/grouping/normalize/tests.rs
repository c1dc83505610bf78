//! Normalizing, by examples and by real messages.

use super::*;
use crate::grouping::Facts;
use crate::model::{Fingerprint, Kind};
use std::collections::HashMap;

const MESSAGES: &str = include_str!("../../../../tests/fixtures/grouping/messages.tsv");

pub(super) fn normal(text: &str) -> String {
    let mut out = String::new();
    normalize(text, &mut out);
    out
}

struct Row {
    group: &'static str,
    kind: Kind,
    message: String,
}

fn rows() -> Vec<Row> {
    let lines = MESSAGES.lines().filter(|line| !line.starts_with('#')).skip(1);
    let row = |line: &'static str| match line.split('\t').collect::<Vec<_>>()[..] {
        [group, _, kind, message] => Row {
            group,
            kind: if kind == "panic" { Kind::Panic } else { Kind::Error },
            message: message.replace('␤', "\n"),
        },
        _ => panic!("{line}"),
    };
    lines.map(row).collect()
}

fn fingerprint(row: &Row) -> Fingerprint {
    let text = normal(&row.message);
    Facts { kind: row.kind, text: &text, ..Facts::default() }.fingerprint()
}

#[test]
fn real_messages_of_one_group_have_one_fingerprint() {
    let mut known: HashMap<&str, (Fingerprint, String)> = HashMap::new();
    let mut torn = Vec::new();
    for row in rows() {
        let made = (fingerprint(&row), normal(&row.message));
        let first = known.entry(row.group).or_insert_with(|| made.clone());
        if first.0 != made.0 {
            torn.push(format!("{}\n    {}\n    {}", row.group, first.1, made.1));
        }
    }
    assert!(torn.is_empty(), "{} torn apart:\n{}", torn.len(), torn.join("\n"));
}

#[test]
fn real_messages_of_two_groups_have_two_fingerprints() {
    let mut known: HashMap<Fingerprint, &str> = HashMap::new();
    let mut mixed = Vec::new();
    for row in rows() {
        let group = known.entry(fingerprint(&row)).or_insert(row.group);
        if *group != row.group {
            mixed.push(format!("{} and {}: {}", group, row.group, normal(&row.message)));
        }
    }
    assert!(mixed.is_empty(), "{} mixed up:\n{}", mixed.len(), mixed.join("\n"));
}

#[test]
fn a_normal_message_stays_as_it_is() {
    for row in rows() {
        let once = normal(&row.message);
        assert_eq!(normal(&once), once, "{}", row.message);
    }
}

#[test]
fn names_that_end_in_digits_stay() {
    for text in [
        "invalid utf8 in i32",
        "utf-8 is not utf-16",
        "error[E0308]",
        "needs oauth2 and sqlite3",
        "k8s on x86",
        "ed25519 or sha-256",
        "HTTP 404",
        "exit code: 0xc0000005",
        "api v1beta1",
    ] {
        assert_eq!(normal(text), text);
    }
}

#[test]
fn a_label_before_a_value_stays() {
    assert_eq!(normal("failed:ssl/statem/clnt.c:1889: bad"), "failed:<*>: bad");
    assert_eq!(normal("order:550e8400-e29b-41d4-a716-446655440000"), "order:<*>");
}

#[test]
fn a_long_text_is_cut_where_a_word_ends() {
    let long = "word ".repeat(10_000);
    let cut = normal(&long);
    assert!(cut.len() <= LIMIT && cut.ends_with("word"), "{cut}");
    assert_eq!(normal(&format!("{long} 7")), cut);
}

#[test]
fn a_quote_that_ends_beyond_the_cut_is_variable() {
    let quoted = |length: usize| format!("cannot read \"{}\" as a date", "x y ".repeat(length));
    assert_eq!(normal(&quoted(2_000)), "cannot read <*>");
    assert_eq!(normal(&quoted(3_000)), normal(&quoted(2_000)));
}

#[test]
fn what_follows_a_long_variable_part_still_counts() {
    let text = |tail: &str| format!("cannot read '{}': {tail}", "x".repeat(2_000));
    assert_eq!(normal(&text("too long")), "cannot read <*>: too long");
    assert_ne!(normal(&text("too long")), normal(&text("not a date")));
}

#[test]
fn a_huge_text_is_looked_at_in_part() {
    let odd =
        ["aa:", "'a", "\"a\\", "[", "\nleft: ", "1-", "a1", "/", "::", "***", "é1", "“", "1 or "];
    for piece in odd {
        let text = piece.repeat(10_000_000 / piece.len());
        assert!(normal(&text).len() <= LIMIT, "{piece}");
    }
}

/// The page for users shows texts, and what counts of each behind it.
#[test]
fn the_page_about_grouping_keeps_its_word() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/grouping.md");
    let page = std::fs::read_to_string(path).unwrap();
    let shown = page.split("```").nth(1).unwrap_or_default().lines().skip(1);
    let rows: Vec<_> = shown.filter_map(|line| line.split_once("    ")).collect();
    assert_eq!(rows.len(), 3);
    for (text, counts) in rows {
        let mut out = String::new();
        normalize(text, &mut out);
        assert_eq!(out, counts.trim(), "of {text}");
    }
    for kept in ["os error 2", "status code 404"] {
        let mut out = String::new();
        normalize(kept, &mut out);
        assert_eq!(out, kept);
    }
}
