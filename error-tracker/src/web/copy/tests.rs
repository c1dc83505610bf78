use std::process::Command;

use super::*;
use crate::model::{Breadcrumb, Cause, Timestamp};

/// What a shell makes of a word.
fn through_sh(word: &str) -> String {
    let output = Command::new("sh").arg("-c").arg(format!("printf %s {word}")).output().unwrap();
    assert!(output.status.success(), "{word}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The words of a command, as a shell splits it.
fn words(command: &str) -> Vec<String> {
    let listed = command.replacen("curl", "printf '%s\\0'", 1);
    let output = Command::new("sh").arg("-c").arg(listed).output().unwrap();
    assert!(output.status.success(), "{command}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

fn sources() -> Sources {
    Sources::new(Vec::new(), None)
}

#[test]
fn a_quoted_word_is_what_the_shell_sees() {
    for text in [
        "",
        "plain",
        "it's",
        "'; rm -rf ~ #",
        "$(id) `id` $HOME \\ \" ! * ~",
        "two\nlines\tand tab",
        "'''",
        "--output=/etc/passwd",
        "ünïcödé مرحبا",
    ] {
        assert_eq!(through_sh(&quoted(text)), text, "{text:?}");
    }
}

#[test]
fn what_a_terminal_would_obey_is_replaced() {
    assert_eq!(quoted("a\u{1b}[201~b\0"), "'a\u{fffd}[201~b\u{fffd}'");
}

#[test]
fn a_request_is_a_command_that_sends_it_again() {
    let request = Request::new("shop:5000", "POST", "/pay/[7]?coupon=it's&token=*****")
        .header("content-type", "application/json")
        .header("content-length", "17")
        .header("host", "shop:5000")
        .header("x-empty", "")
        .header("x-bad", "one\r\nx-injected: two")
        .header("authorization", "*****")
        .header("x-forwarded-proto", "https")
        .body(br#"{"note": "it's"}"#);
    let expected = [
        "-g",
        "-X",
        "POST",
        "https://shop:5000/pay/[7]?coupon=it's&token=*****",
        "-H",
        "authorization: *****",
        "-H",
        "content-type: application/json",
        "-H",
        "x-bad: one  x-injected: two",
        "-H",
        "x-empty;",
        "-H",
        "x-forwarded-proto: https",
        "--data-raw",
        r#"{"note": "it's"}"#,
    ];
    assert_eq!(words(&curl(&request)), expected);
}

#[test]
fn the_shortest_request_is_a_command_too() {
    assert_eq!(words(&curl(&Request::default())), ["-g", "http://localhost/"]);
    let head = Request::new("h", "HEAD", "a");
    assert_eq!(words(&curl(&head)), ["-g", "--head", "http://h/a"]);
    let cut = Request::new("h", "GET", "/").body("a…");
    assert!(curl(&cut).starts_with("# The body is longer"), "{}", curl(&cut));
    assert_eq!(words(&curl(&cut))[1..3], ["-X", "GET"]);
}

#[test]
fn nothing_in_a_text_ends_its_fence() {
    let mut out = String::new();
    fence(&mut out, "text", "a\n````\n# b\n```\n");
    assert_eq!(out, "`````text\na\n````\n# b\n```\n`````\n\n");
    assert_eq!(span("a``b\nc"), "```a``b c```");
    assert_eq!(span("`a"), "`` `a ``");
}

#[test]
fn an_event_as_markdown_tells_all_that_the_page_does() {
    let mut recorded = Recorded::default();
    let event = &mut recorded.event;
    event.message = "declined".into();
    event.chain = vec![Cause { message: "status 402".into() }];
    event.frames = vec![Frame {
        function: "shop::charge".into(),
        file: "src/pay.rs".into(),
        line: 88,
        source: Some("fn charge() {\n    pay()?;\n}".into()),
        source_line: 87,
        says: "charging user 7".into(),
        locals: vec![Local {
            name: "card".into(),
            value: "*****".into(),
            masked: Some("name".into()),
        }],
        ..Frame::default()
    }];
    event.request = Some(Request::new("shop", "POST", "/pay").header("accept", "*/*"));
    event.context.insert("user_id".into(), 7.into());
    event.breadcrumbs = vec![Breadcrumb {
        at: Timestamp::from_micros(1_795_342_272_123_000),
        level: crate::model::Level::Info,
        message: "cart loaded".into(),
        ..Breadcrumb::default()
    }];
    let issue = Issue { exception_name: "shop::Declined".into(), count: 132, ..Issue::default() };
    let text = markdown(&issue, Some(&recorded), &sources());
    for part in [
        "# `shop::Declined`\n\n```text\ndeclined\n```\n",
        "- Happened: `132 times, first ",
        "## Caused by\n\n```text\nstatus 402\n```",
        "`shop::charge` at `src/pay.rs:88`",
        "    87 | fn charge() {\n>   88 |     pay()?;\n",
        "left as: charging user 7",
        "card = *****",
        "## Request\n\n```http\nPOST http://shop/pay\naccept: */*\n```",
        "```json\n{\n  \"user_id\": 7\n}\n```",
        "10:11:12.123 info cart loaded",
    ] {
        assert!(text.contains(part), "{part}\n---\n{text}");
    }
    let issue = Issue { traceback: "the report".into(), message: "said".into(), ..issue };
    let text = markdown(&issue, None, &sources());
    assert!(text.contains("said") && text.contains("## Report\n\n```text\nthe report"), "{text}");
}
