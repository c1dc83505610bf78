//! The list of issues, as somebody works with it.

use serde_json::json;

use crate::page::Page;
use crate::shop::Shop;

/// How many kinds of failures the shop's traffic has.
pub const KINDS: usize = 12;
/// Enough that each happens.
pub const TRAFFIC: u32 = 60;
/// How many issues a page holds.
const PAGE: usize = 10;
const ROWS: &str = "#rows > tr";

/// Opens the list once all that failed is stored.
pub fn open_list(shop: &Shop, page: &Page, query: &str, rows: usize) {
    page.until("everything is stored", || {
        page.open(&shop.errors(query));
        (page.count(ROWS) == rows).then_some(())
    });
}

fn shop_and_list() -> (Shop, Page) {
    let (shop, page) = (Shop::start(TRAFFIC), Page::new());
    page.until("everything is stored", || {
        page.open(&shop.errors(""));
        page.texts(".pages span").iter().any(|text| text.contains("of 12")).then_some(())
    });
    (shop, page)
}

/// Leaves a mark that a reload would wipe out.
fn mark(page: &Page) {
    page.run("window.marked = true", json!([]));
}

#[track_caller]
fn assert_not_reloaded(page: &Page) {
    assert_eq!(page.run("return window.marked === true", json!([])), true, "it was reloaded");
}

fn names(page: &Page) -> Vec<String> {
    page.texts("#rows .name")
}

fn counts(page: &Page) -> Vec<u64> {
    let texts = page.texts("#rows td.count");
    texts.iter().map(|text| text.trim().parse().expect("a count is a number")).collect()
}

#[test]
fn the_list_tells_what_failed_where_and_how_often() {
    let (shop, page) = shop_and_list();
    assert_eq!(page.count(ROWS), PAGE);
    open_list(&shop, &page, "?exception_name=IssuerError", 1);
    let row = page.text(ROWS);
    for part in [
        "IssuerError",
        "card declined by its issuer: insufficient funds",
        "NEW",
        "issuer",
        "shop/domain/checkout.rs:",
        "shop.example",
        "POST",
        "/pay/{order}",
        "Unresolved",
    ] {
        assert!(row.contains(part), "{part} is missing: {row}");
    }
    assert!(counts(&page)[0] > 0);
    let title = page.value("#rows .last time", "title");
    assert!(title.as_str().is_some_and(|title| title.ends_with(" UTC")), "{title}");
    assert_eq!(page.complaints(), [""; 0]);
}

#[test]
fn a_filter_narrows_as_you_type_without_a_reload() {
    let (_shop, page) = shop_and_list();
    mark(&page);
    page.type_into("[name=exception_name]", "photo");
    page.until_count(ROWS, 1);
    assert_eq!(names(&page), ["PhotoError"]);
    assert!(page.url().ends_with("?exception_name=photo"), "{}", page.url());
    page.click("#reset a");
    page.until_count(ROWS, PAGE);
    page.type_into("#search", "UNIQUE constraint");
    page.until_count(ROWS, 1);
    page.type_into("#search", "nothing says this");
    page.until_text(".notice", "No issue matches");
    page.click("#reset a");
    page.until_count(ROWS, PAGE);
    // Until it is written to its end, a number is not asked for.
    page.type_into("[name=count]", ">=");
    page.until_text("#said", "A number, or >=10");
    page.type_into("[name=count]", ">=1000");
    page.until_text(".notice", "No issue matches");
    page.until_count("#said:empty", 1);
    assert_not_reloaded(&page);
    assert_eq!(page.complaints(), [""; 0]);
}

#[test]
fn a_bookmark_with_a_bad_value_says_what_is_allowed() {
    let (shop, page) = (Shop::start(0), Page::new());
    page.open(&shop.errors("?count=many"));
    page.until_text(".notice", "count is \"many\"; allowed is a number");
    page.click(".notice a");
    page.until_text(".notice", "Nothing failed yet");
}

#[test]
fn a_click_on_a_column_sorts_and_back_restores_the_order() {
    let (_shop, page) = shop_and_list();
    let newest_first = names(&page);
    page.click("th.count a");
    page.until_count("th.count[aria-sort=descending]", 1);
    let sorted = counts(&page);
    assert!(sorted.is_sorted_by(|a, b| a >= b), "{sorted:?}");
    page.click("th.count a");
    page.until_count("th.count[aria-sort=ascending]", 1);
    let sorted = counts(&page);
    assert!(sorted.is_sorted(), "{sorted:?}");
    page.back();
    page.until_count("th.count[aria-sort=descending]", 1);
    page.back();
    page.until_count("th.last[aria-sort=descending]", 1);
    assert_eq!(names(&page), newest_first);
    assert_eq!(page.complaints(), [""; 0]);
}

#[test]
fn pages_turn_forth_and_back() {
    let (_shop, page) = shop_and_list();
    let first = names(&page);
    page.click("a[rel=next]");
    page.until_text(".pages", "11–12 of 12");
    page.until_count(ROWS, KINDS - PAGE);
    assert!(names(&page).iter().all(|name| !first.contains(name)), "{first:?}");
    page.click("a[rel=prev]");
    page.until_text(".pages", "1–10 of 12");
    assert_eq!(names(&page), first);
    page.back();
    page.until_text(".pages", "11–12 of 12");
    assert_eq!(page.complaints(), [""; 0]);
}

#[test]
fn a_row_is_deleted_after_a_question_and_the_filter_stays() {
    let (shop, page) = shop_and_list();
    open_list(&shop, &page, "?path=%2Fp", 4);
    let doomed = names(&page)[0].clone();
    page.click("#rows .act button");
    page.until_text("dialog", &format!("Delete {doomed} with its "));
    page.press(ESCAPE);
    page.until_count("dialog", 0);
    assert_eq!(page.count(ROWS), 4);
    page.click("#rows .act button");
    page.click("dialog .danger");
    page.until_count(ROWS, 3);
    assert!(!names(&page).contains(&doomed), "{doomed}");
    assert!(page.url().ends_with("?path=%2Fp"), "{}", page.url());
    assert_eq!(page.complaints(), [""; 0]);
}

#[test]
fn selected_issues_are_changed_together() {
    let (shop, page) = shop_and_list();
    assert!(!page.shows("#bulk"));
    page.click("#all");
    page.until_text("#picked", "10 selected");
    page.click("#bulk [value=resolve]");
    page.until_text("#states", "Resolved 10");
    open_list(&shop, &page, "?state=resolved", PAGE);
    page.click("#rows > tr:nth-child(1) .pick input");
    page.click("#rows > tr:nth-child(2) .pick input");
    page.click("#bulk [value=reopen]");
    page.until_text("#states", "Unresolved 4");
    assert!(page.url().ends_with("?state=resolved"), "{}", page.url());
    assert_eq!(page.count(ROWS), 8);
    page.click("#rows > tr:nth-child(1) .pick input");
    page.click("#rows > tr:nth-child(2) .pick input");
    page.click("#bulk [value=delete]");
    page.until_text("dialog", "Delete 2 issues");
    page.click("dialog .danger");
    page.until_count(ROWS, 6);
    page.until_text("#states", "All 10");
    assert_eq!(page.complaints(), [""; 0]);
}

const ESCAPE: &str = "\u{e00c}";

#[test]
fn the_list_is_used_by_keyboard() {
    let (shop, page) = shop_and_list();
    let marked = || {
        page.run("return [...document.querySelectorAll('#rows > tr')].findIndex(row => row.matches('.at'))", json!([]))
    };
    page.press("j");
    page.press("j");
    assert_eq!(marked(), 1);
    page.press("k");
    assert_eq!(marked(), 0);
    let link = page.value("#rows .name", "href");
    page.press("/");
    let focused = || page.run("return document.activeElement.id", json!([]));
    assert_eq!(focused(), "search");
    page.press("j");
    assert_eq!(page.run("return document.activeElement.value", json!([])), "j");
    page.press(ESCAPE);
    page.press("?");
    page.until_text("dialog", "j");
    page.press(ESCAPE);
    page.until_count("dialog", 0);
    open_list(&shop, &page, "", PAGE);
    page.press("j");
    page.press("o");
    let below = link.as_str().and_then(|link| link.rsplit('/').next()).unwrap_or_default();
    page.until("the page of the issue", || page.url().contains(below).then_some(()));
    assert_eq!(page.complaints(), [""; 0]);
}

#[test]
fn what_fails_now_shows_by_itself_unless_paused() {
    let (shop, page) = (Shop::start(0), Page::new());
    // Time passes when the test says so.
    page.before_scripts(
        "window.ticks = []; window.setInterval = tick => ticks.push(tick);
         window.asked = 0; const real = fetch; window.fetch = (...what) => (asked++, real(...what));",
    );
    shop.send("GET /report", &[], "");
    open_list(&shop, &page, "", 1);
    mark(&page);
    let tick = || page.run("ticks.forEach(tick => tick()); return asked", json!([]));
    assert_eq!(shop.send("GET /category/mugs", &[], "").status, 500);
    page.until("the second issue", || {
        tick();
        (page.count(ROWS) == 2).then_some(())
    });
    page.until_count("body[aria-busy]", 0);
    page.click("#live");
    assert_eq!(page.value("#live", "aria-pressed"), "false");
    let asked = page.run("return asked", json!([]));
    assert_eq!(tick(), asked, "it asks though it is paused");
    page.click("#live");
    assert_ne!(tick(), asked);
    assert_not_reloaded(&page);
    assert_eq!(page.complaints(), [""; 0]);
}
