//! What is kept of a body, and how much of it.

use crate::client::{post, Request};
use crate::each;
use crate::recorded::App;

each! {
    a_text_is_kept_and_masked_by_what_it_is in with_axum with_actix with_rocket with_hyper;
    a_long_text_is_cut in with_axum with_actix with_rocket with_hyper;
    other_types_are_known_by_type_and_length in with_axum with_actix with_rocket with_hyper;
    of_a_file_name_type_and_size_are_kept in with_axum with_actix with_rocket with_hyper;
    what_is_not_utf8_is_shown_as_far_as_it_can_be in with_axum with_actix with_rocket with_hyper;
    a_body_that_the_handler_does_not_read_is_not_read in with_axum with_actix with_hyper;
    a_body_that_is_cut_off_is_shown_as_far_as_it_came in with_axum with_actix with_rocket with_hyper;
}

/// Returns what is kept of the body of a request that fails.
#[track_caller]
fn kept(app: &App, sent: &Request) -> String {
    let case = app.case();
    assert_eq!(case.send(sent).status, 500);
    crate::request(&case.only()).body.clone()
}

fn a_text_is_kept_and_masked_by_what_it_is(app: &App) {
    for (media_type, sent, wanted) in [
        (
            "application/json",
            r#"{"amount": 12, "card_secret": "s-1", "note": "4111111111111111"}"#,
            r#"{"amount": 12, "card_secret": *****, "note": "*****"}"#,
        ),
        (
            "application/x-www-form-urlencoded",
            "amount=12&password=hunter2&name=ann",
            "amount=12&password=*****&name=ann",
        ),
        ("text/plain; charset=utf-8", "card 4111111111111111 of ann", "card ***** of ann"),
        ("application/json", r#"{"amount": 12, "card_secret": "s-1", "no"#, ""),
    ] {
        let body = kept(app, &post("/body", media_type, sent));
        match wanted {
            "" => assert!(body.starts_with(r#"{"amount": 12"#) && !body.contains("s-1"), "{body}"),
            wanted => assert_eq!(body, wanted),
        }
    }
}

fn a_long_text_is_cut(app: &App) {
    let text = "a line of words\n".repeat(100 * 1024 / 16);
    let body = kept(app, &post("/body", "text/plain", text.as_str()));
    assert!(text.starts_with(&body), "{body}");
    match app.reads_along {
        true => assert_eq!(body.len(), 64 * 1024),
        false => assert_eq!(body.len(), 512),
    }
}

fn other_types_are_known_by_type_and_length(app: &App) {
    let image = [b"\x89PNG".as_slice(), &[7; 296]].concat();
    assert_eq!(kept(app, &post("/body", "image/png", image)), "<image/png, 300 bytes>");
}

fn of_a_file_name_type_and_size_are_kept(app: &App) {
    let body = "--B\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nmine\r\n\
                --B\r\nContent-Disposition: form-data; name=\"pin_secret\"\r\n\r\n1234\r\n\
                --B\r\nContent-Disposition: form-data; name=\"scan\"; filename=\"a.pdf\"\r\n\
                Content-Type: application/pdf\r\n\r\n%PDF-inside\r\n--B--\r\n";
    let kept = kept(app, &post("/body", "multipart/form-data; boundary=B", body));
    for wanted in ["title", "mine", "pin_secret", "scan", "a.pdf", "application/pdf", "11"] {
        assert!(kept.contains(wanted), "{wanted} is not in {kept}");
    }
    for secret in ["1234", "PDF-inside"] {
        assert!(!kept.contains(secret), "{secret} is in {kept}");
    }
}

fn what_is_not_utf8_is_shown_as_far_as_it_can_be(app: &App) {
    let body = kept(app, &post("/body", "text/plain", b"caf\xe9 au lait"));
    assert_eq!(body, "caf\u{fffd} au lait");
}

fn a_body_that_the_handler_does_not_read_is_not_read(app: &App) {
    assert_eq!(kept(app, &post("/unread", "text/plain", "a text")), "");
}

fn a_body_that_is_cut_off_is_shown_as_far_as_it_came(app: &App) {
    let case = app.case();
    let mut connection = case.connect();
    let mut sent = post("/body", "text/plain", "the beginning of more");
    sent.body.truncate(13);
    connection.begin(&sent);
    connection.cut_off();
    assert_eq!(crate::request(&case.comes()).body, "the beginning");
}
