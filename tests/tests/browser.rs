//! Holds the promises of the pages in a real browser: Chromium, driven through chromedriver.
//!
//! Pictures of what was seen are kept in `target/screenshots`, to be looked at.
#![cfg(unix)]

#[path = "browser/axe.rs"]
mod axe;
#[path = "browser/detail.rs"]
mod detail;
#[path = "browser/driver.rs"]
mod driver;
#[path = "browser/emulate.rs"]
mod emulate;
#[path = "browser/injections.rs"]
mod injections;
#[path = "browser/list.rs"]
mod list;
#[path = "browser/looks.rs"]
mod looks;
#[path = "browser/page.rs"]
mod page;
#[path = "browser/plain.rs"]
mod plain;
#[path = "browser/shop.rs"]
mod shop;

use list::KINDS;
use page::Page;
use shop::Shop;

#[test]
fn every_button_of_the_shop_on_axum_answers_as_its_text_says() {
    press_every_button("shop");
}

#[test]
fn every_button_of_the_shop_on_actix_web_answers_as_its_text_says() {
    press_every_button("shop_actix");
}

fn press_every_button(example: &str) {
    let (shop, page) = (Shop::start_as(example, 0), Page::new());
    page.open(&shop.at("/"));
    let buttons = page.count("li");
    assert!(buttons > 10);
    for item in (1..=buttons).map(|number| format!("li:nth-child({number})")) {
        page.click(&format!("{item} button"));
        let said = page.until(&item, || {
            Some(page.text(&format!("{item} output"))).filter(|said| !said.is_empty())
        });
        let promised = page.text(&format!("{item} span"));
        assert_eq!(said[..3], promised[..3], "{promised}");
        // Who gets a failure of ours is told what to ask for.
        assert_eq!(said.contains(" E-"), said.starts_with('5'), "{promised}: {said}");
    }
    page.picture(example);
    // Each kind of failure is an issue, whatever serves the shop.
    page.until("all kinds", || {
        page.open(&shop.errors("?size=100"));
        (page.count("#rows > tr") == KINDS).then_some(())
    });
}
