//! What strangers send is text on the pages, and nothing else, in a real browser.

use serde_json::json;

use crate::list::open_list;
use crate::page::Page;
use crate::shop::Shop;

/// One string a line, as JSON writes it.
const CORPUS: &str = include_str!("../../fixtures/injections.txt");
/// What a filter may be at most.
const LONGEST: usize = 300;

/// Notices a script that runs, whatever it calls; a dialog that opens ends the test besides.
const CANARY: &str = "for (const name of ['alert', 'confirm', 'prompt']) {
    const real = window[name]; window[name] = (...what) => { window.__hit = what; real(...what); };
}";

fn corpus() -> Vec<String> {
    let lines = CORPUS.lines().filter(|line| line.starts_with('"'));
    lines.map(|line| serde_json::from_str(line).expect("a line is a JSON string")).collect()
}

/// Sends the string in path, query, header and body; it is an argument and in the error's text then.
fn send(shop: &Shop, number: usize, text: &str) {
    let encoded = percent_encoded(text);
    let header = text.replace(|c: char| c.is_control(), " ");
    let (number, note) = (format!("number-{number}-"), header.trim());
    let headers = [("x-number", number.as_str()), ("x-note", note), ("user-agent", note)];
    let path = if encoded.is_empty() { "%20" } else { &encoded };
    let first = format!("POST /coupon/{path}?note={encoded}&{encoded}=1");
    assert_eq!(shop.send(&first, &headers, text).status, 422, "{text:?}");
}

fn percent_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[track_caller]
fn assert_nothing_ran(page: &Page, text: &str) {
    let hit = page.run("return window.__hit === undefined ? null : String(__hit)", json!([]));
    assert!(hit.is_null(), "{text:?} ran: {hit}");
    let frames = page.run("return window.length", json!([]));
    assert_eq!(frames, 0, "{text:?} opened a frame");
    let complaints = page.complaints();
    assert!(complaints.is_empty(), "{text:?}: {complaints:?}");
}

#[test]
fn no_string_of_the_corpus_is_more_than_text() {
    let (shop, page) = (Shop::start(0), Page::new());
    page.before_scripts(CANARY);
    let corpus = corpus();
    assert!(corpus.len() >= 200, "{}", corpus.len());
    send(&shop, 0, "the first");
    open_list(&shop, &page, "", 1);
    let detail = page.run("return document.querySelector('#rows .name').href", json!([]));
    let detail = detail.as_str().expect("a link has an address").to_owned();
    let mut listed = 0;
    for (number, text) in corpus.iter().enumerate() {
        let shows = format!("number-{}-", number + 1);
        // It is sent again where so many came at once that this one was only counted.
        page.until(&format!("{text:?} on its page"), || {
            send(&shop, number + 1, text);
            page.open(&detail);
            let all = page.run("return document.body.textContent", json!([]));
            all.as_str().is_some_and(|all| all.contains(&shows)).then_some(())
        });
        assert_nothing_ran(&page, text);
        // As the value of a filter, and mostly as the message of the issue that is found by it.
        let query = if text.len() <= LONGEST { percent_encoded(text) } else { String::new() };
        page.open(&shop.errors(&format!("?search={query}")));
        listed += page.count("#rows > tr");
        assert_nothing_ran(&page, text);
    }
    assert!(listed > corpus.len() / 2, "the list showed only {listed} of {}", corpus.len());
}
