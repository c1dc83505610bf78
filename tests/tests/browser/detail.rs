//! The page of an issue, as somebody reads it.

use crate::list::{open_list, TRAFFIC};
use crate::page::Page;
use crate::shop::Shop;

const PAY: &str = r#"{"user_id": 7, "cents": 1200, "card_number": "4000 0000 0000 0002"}"#;

fn pay(shop: &Shop, order: u32) {
    let json = [("content-type", "application/json"), ("user-agent", "a person")];
    assert_eq!(shop.send(&format!("POST /pay/{order}"), &json, PAY).status, 402);
}

/// Opens the page of the only issue that the query finds.
pub fn open_detail(shop: &Shop, page: &Page, query: &str) {
    open_list(shop, page, query, 1);
    page.click("#rows .name");
    page.until_count(".detail", 1);
}

#[test]
fn the_detail_shows_the_failing_line_its_values_and_what_is_masked() {
    let (shop, page) = (Shop::start(0), Page::new());
    pay(&shop, 991);
    open_detail(&shop, &page, "?exception_name=IssuerError");
    let failing = page.text(".frame mark");
    assert!(failing.contains("return Err(IssuerError::InsufficientFunds);"), "{failing}");
    let innermost = page.text(".frame");
    assert!(innermost.contains("cents") && innermost.contains("1200"), "{innermost}");
    let masked = page.value(".frame .mask", "title");
    assert!(masked.as_str().is_some_and(|why| why.contains("masked because")), "{masked}");
    let all = page.text("body");
    for part in
        ["IssuerError", "insufficient funds", "order 991 can't be paid", "/pay/991", "/pay/{order}"]
    {
        assert!(all.contains(part), "{part} is missing: {all}");
    }
    assert!(!page
        .run("return document.documentElement.outerHTML", serde_json::json!([]))
        .to_string()
        .contains("0000 0000"));
    assert_eq!(page.complaints(), [""; 0]);
}

#[test]
fn each_kept_event_is_reached_from_the_one_beside_it() {
    let (shop, page) = (Shop::start(0), Page::new());
    for order in [11, 12, 13] {
        pay(&shop, order);
    }
    page.until("three events", || {
        open_detail(&shop, &page, "?exception_name=IssuerError");
        page.text(".steps").contains("event 3 of 3").then_some(())
    });
    let shows = |order: &str| page.until_text(".detail", &format!("/pay/{order}"));
    shows("13");
    page.click(".steps [title='older event']");
    page.until_text(".steps", "event 2 of 3");
    shows("12");
    page.click(".steps [title='older event']");
    page.until_text(".steps", "event 1 of 3");
    shows("11");
    assert!(page.url().contains("?event="), "{}", page.url());
    page.back();
    page.until_text(".steps", "event 2 of 3");
    page.click(".steps [title='newest kept event']");
    page.until_text(".steps", "event 3 of 3");
    assert_eq!(page.complaints(), [""; 0]);
}

#[test]
fn an_issue_is_resolved_reopened_muted_and_deleted_from_its_page() {
    let (shop, page) = (Shop::start(TRAFFIC), Page::new());
    open_detail(&shop, &page, "?exception_name=PhotoError");
    let act = |action: &str, state: &str| {
        page.click(&format!("form[action$='/{action}'] > button"));
        page.until_text(".detail .state", state);
    };
    act("resolve", "resolved");
    act("reopen", "unresolved");
    act("mute", "muted");
    act("reopen", "unresolved");
    act("resolve", "resolved");
    page.click(".menu:has(.danger) summary");
    page.click(".menu .danger");
    page.until("the list", || (page.count("#rows > tr") > 0).then_some(()));
    open_list(&shop, &page, "?exception_name=PhotoError", 0);
    assert_eq!(page.complaints(), [""; 0]);
}

#[test]
fn a_resolved_issue_that_happens_again_says_so() {
    let (shop, page) = (Shop::start(0), Page::new());
    pay(&shop, 1);
    open_detail(&shop, &page, "?exception_name=IssuerError");
    page.click("form[action$='/resolve'] > button");
    page.until_text(".detail .state", "resolved");
    pay(&shop, 2);
    page.until("the issue is back", || {
        page.open(&page.url());
        let mut states = page.texts(".detail .state").into_iter();
        states.any(|state| state.eq_ignore_ascii_case("regressed")).then_some(())
    });
    page.open(&shop.errors(""));
    page.until_text("#rows", "REGRESSED");
    assert_eq!(page.complaints(), [""; 0]);
}

#[test]
fn a_reference_that_a_client_was_given_leads_to_its_event() {
    let (shop, page) = (Shop::start(0), Page::new());
    let answer = shop.send("GET /category/mugs", &[], "");
    let reference = answer.head.lines().find_map(|line| line.strip_prefix("x-error-reference: "));
    let reference = reference.expect("a 500 carries a reference");
    page.until("the event is stored", || {
        page.open(&shop.errors(&format!("?search={reference}")));
        (page.count(".detail") == 1).then_some(())
    });
    page.until_text(".steps", reference);
    page.open(&shop.errors(""));
    page.type_into("#search", reference);
    page.until_text(".steps", reference);
    assert_eq!(page.complaints(), [""; 0]);
}
