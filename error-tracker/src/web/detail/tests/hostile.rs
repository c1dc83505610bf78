//! Texts that somebody else may have written stay text.

use proptest::prelude::*;

use super::page;
use super::samples::{declined, filled_with, recorded, view};
use crate::model::Issue;
use crate::web::copy;
use crate::web::detail::view::View;

/// What a page must not run, wherever it stands.
const HOSTILE: &str = "<script>\"'&</script><img src=x onerror=alert(1)>";

/// Every text that somebody else may have written.
fn hostile_view() -> View<'static> {
    let event = filled_with(HOSTILE);
    let mut view = view(vec![recorded(event, 1)]);
    let shown = view.shown.as_mut().unwrap();
    for text in [&mut shown.release, &mut shown.environment, &mut shown.server_name] {
        *text = HOSTILE.into();
    }
    view.issue = Issue {
        exception_name: HOSTILE.into(),
        message: HOSTILE.into(),
        first_release: HOSTILE.into(),
        last_release: HOSTILE.into(),
        traceback: HOSTILE.into(),
        ..view.issue
    };
    view
}

#[test]
fn no_text_of_others_becomes_a_tag() {
    let mut view = hostile_view();
    let text = page(&view);
    assert!(text.matches("&lt;script&gt;").count() > 40, "the sample fills too little");
    view.kept.clear();
    view.shown = None;
    for text in [text, page(&view)] {
        for bad in ["<script", "<img", "onerror=alert(1)>", " style="] {
            assert!(!text.contains(bad), "{bad}\nis in\n{text}");
        }
    }
}

#[test]
fn every_quote_in_an_attribute_is_escaped() {
    let text = page(&hostile_view());
    for tag in text.split('<').skip(1) {
        let (inside, _) = tag.split_once('>').expect("a tag that ends");
        let quotes = inside.matches('"').count();
        assert!(quotes.is_multiple_of(2) && !inside.contains('\''), "<{inside}>");
    }
}

#[test]
fn every_tag_that_is_opened_is_closed() {
    assert_closed(&page(&hostile_view()));
    assert_closed(&page(&view(vec![recorded(declined(), 1)])));
}

#[track_caller]
fn assert_closed(page: &str) {
    const EMPTY: [&str; 4] = ["input", "rect", "path", "wbr"];
    let mut open: Vec<&str> = Vec::new();
    for tag in page.split('<').skip(1) {
        let name = tag.split(['>', ' ']).next().unwrap_or_default();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{open:?} {tag}"),
            None if EMPTY.contains(&name) => {}
            None => open.push(name),
        }
    }
    assert_eq!(open, [""; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_an_event_says_makes_a_page_and_a_text(text in "(?s).{0,300}") {
        let view = view(vec![recorded(filled_with(&text), 1)]);
        assert_closed(&page(&view));
        let markdown = copy::markdown(&view.issue, view.shown(), &view.sources);
        prop_assert!(markdown.contains("## Request"));
    }
}
