//! The pages without JavaScript, and what a stranger sees.

use crate::list::{open_list, TRAFFIC};
use crate::page::Page;
use crate::shop::Shop;

#[test]
fn without_scripts_a_button_filters_and_a_page_asks_before_it_deletes() {
    let (shop, page) = (Shop::start(TRAFFIC), Page::new());
    page.without_scripts();
    open_list(&shop, &page, "?path=%2Fp", 4);
    page.type_into("[name=method]", "post");
    page.click(".go");
    page.until_count("#rows > tr", 2);
    assert!(page.url().contains("method=post"), "{}", page.url());
    page.long_picture("no-javascript");
    page.click("#rows > tr:nth-child(1) .pick input");
    page.click("#rows > tr:nth-child(2) .pick input");
    page.click("#bulk [value=delete]");
    page.until_text("h1", "Delete 2 issues?");
    page.picture("no-javascript-delete");
    page.click(".notice .danger");
    page.until_text(".notice", "No issue matches");
    assert!(page.url().contains("method=post"), "{}", page.url());
    assert_eq!(page.complaints(), [""; 0]);
}

#[test]
fn a_stranger_gets_the_same_401_whatever_is_asked_for() {
    let (shop, page) = (Shop::start(0), Page::new());
    shop.send("GET /report", &[], "");
    open_list(&shop, &page, "", 1);
    let link = page.value("#rows .name", "href");
    let fingerprint = link.as_str().and_then(|link| link.rsplit('/').next()).unwrap_or_default();
    let host = [("host", "elsewhere.example")];
    let without_date = |head: String| {
        head.lines().filter(|line| !line.starts_with("date:")).collect::<Vec<_>>().join("\n")
    };
    let expected = shop.send("GET /dev/error", &host, "");
    assert_eq!(expected.status, 401);
    let expected_head = without_date(expected.head);
    assert!(expected_head.contains("www-authenticate: "), "{expected_head}");
    for first in [
        "GET /dev/error/".to_owned(),
        "GET /dev/error?sort=nonsense".to_owned(),
        "GET /dev/error/nowhere".to_owned(),
        format!("GET /dev/error/{fingerprint}"),
        format!("POST /dev/error/{fingerprint}/delete"),
        "POST /dev/error/bulk".to_owned(),
        "GET /dev/error/api/issues".to_owned(),
        "PATCH /dev/error".to_owned(),
    ] {
        let answer = shop.send(&first, &host, "action=delete");
        assert_eq!((answer.status, &answer.body), (401, &expected.body), "{first}");
        assert_eq!(without_date(answer.head), expected_head, "{first}");
    }
    page.open(&shop.at_host("elsewhere.example", "/dev/error"));
    page.until_text("h1", "Not permitted");
    page.picture("stranger");
}
