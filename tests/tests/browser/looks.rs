//! How the pages look: in both themes, on a phone, with odd texts; and that everybody can use them.

use serde_json::{json, Value};

use crate::detail::open_detail;
use crate::list::{open_list, TRAFFIC};
use crate::page::Page;
use crate::shop::Shop;

const PAGE: usize = 10;

#[track_caller]
fn assert_usable(page: &Page) {
    let violations = page.axe();
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[track_caller]
fn assert_narrow(page: &Page) {
    let width = page.run("return document.scrollingElement.scrollWidth", json!([]));
    assert!(width.as_u64().is_some_and(|width| width <= 320), "it scrolls sideways: {width}");
}

fn background(page: &Page) -> Value {
    page.run("return getComputedStyle(document.body).backgroundColor", json!([]))
}

#[test]
fn the_list_looks_well_in_both_themes_and_on_a_phone() {
    let (shop, page) = (Shop::start(TRAFFIC), Page::new());
    open_list(&shop, &page, "", PAGE);
    // This and the one of the detail page are in the README.
    page.top_picture("list", 650);
    assert_usable(&page);
    page.dark(true);
    page.picture("list-dark");
    assert_usable(&page);
    page.phone();
    page.long_picture("list-phone-dark");
    assert_narrow(&page);
    page.dark(false);
    page.long_picture("list-phone");
    assert_narrow(&page);
    assert_usable(&page);
    page.click(".more summary");
    page.long_picture("list-phone-filters");
    assert_narrow(&page);
    assert_usable(&page);
}

#[test]
fn the_detail_looks_well_in_both_themes_and_on_a_phone() {
    let (shop, page) = (Shop::start(TRAFFIC), Page::new());
    open_detail(&shop, &page, "?exception_name=IssuerError");
    page.picture("detail");
    page.long_picture("detail-long");
    assert_usable(&page);
    page.dark(true);
    page.picture("detail-dark");
    assert_usable(&page);
    page.dark(false);
    page.phone();
    page.long_picture("detail-phone");
    assert_narrow(&page);
    assert_usable(&page);
}

#[test]
fn a_panic_a_message_and_a_bare_status_have_their_pages() {
    let (shop, page) = (Shop::start(TRAFFIC), Page::new());
    for (name, query) in [
        ("panic", "?exception_name=panic"),
        ("message", "?exception_name=message"),
        ("status", "?exception_name=503"),
        ("upload", "?exception_name=PhotoError"),
    ] {
        open_detail(&shop, &page, query);
        page.long_picture(&format!("detail-{name}"));
        assert_usable(&page);
    }
}

#[test]
fn the_theme_is_switched_and_kept() {
    let (shop, page) = (Shop::start(0), Page::new());
    page.open(&shop.errors(""));
    let light = background(&page);
    page.click("#theme");
    let dark = background(&page);
    assert_ne!(dark, light);
    page.open(&shop.errors("?sort=count"));
    assert_eq!(background(&page), dark);
    page.click("#theme");
    assert_eq!(background(&page), light);
    // What was chosen by hand holds against what the system says.
    page.dark(true);
    assert_eq!(background(&page), light);
}

#[test]
fn an_empty_list_says_what_to_do() {
    let (shop, page) = (Shop::start(0), Page::new());
    page.open(&shop.errors(""));
    page.until_text(".notice", "Nothing failed yet");
    page.picture("empty");
    assert_usable(&page);
    page.phone();
    assert_narrow(&page);
}

#[test]
fn odd_texts_stay_within_their_places() {
    let (shop, page) = (Shop::start(0), Page::new());
    let long = "abcdefghi ".repeat(1_000).replace(' ', "%20");
    let right_to_left = "%D7%A9%D7%9C%D7%95%D7%9D%20%D8%A7%D9%84%D8%AF%D9%81%D8%B9%20%2842%29";
    shop.send(&format!("POST /coupon/{long}"), &[], "a note");
    open_detail(&shop, &page, "?exception_name=CouponError");
    page.picture("long-message");
    page.phone();
    page.long_picture("long-message-phone");
    assert_narrow(&page);
    page.desktop();
    shop.send(&format!("POST /coupon/{right_to_left}"), &[], "הערה");
    page.until("the newest event", || {
        open_detail(&shop, &page, "?exception_name=CouponError");
        page.text(".message").contains("שלום").then_some(())
    });
    page.picture("right-to-left");
    page.open(&shop.errors(""));
    page.picture("right-to-left-list");
    assert_usable(&page);
}

#[test]
fn sixty_calls_fit_on_a_page() {
    let (shop, page) = (Shop::start(0), Page::new());
    assert_eq!(shop.send("GET /category/mugs", &[], "").status, 500);
    open_detail(&shop, &page, "?exception_name=CategoryError");
    page.long_picture("sixty-frames");
    assert_eq!(page.count(".frame"), 61);
    assert_usable(&page);
    page.phone();
    assert_narrow(&page);
}
