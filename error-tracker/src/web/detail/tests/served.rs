//! From a failure in this file to its page, through a store.

use std::sync::Arc;
use std::time::Duration;

use crate::capture::Recorder;
use crate::model::{Fingerprint, Request};
use crate::store::Query;
use crate::tracker::{Builder, Tracker};
use crate::visit::Permission;
use crate::web::context::Context;
use crate::web::detail::{curl, markdown, respond};
use crate::web::params::Params;
use crate::web::response::Response;
use crate::{capture_exception, global, track_exception};

#[track_exception(source)]
fn embedded(user_id: u64, card_secret: &str) -> Result<u32, std::num::ParseIntError> {
    let digits = card_secret.parse::<u32>()?; // embedded, here
    Ok(digits + user_id as u32)
}

#[track_exception]
fn on_disk(amount: &str) -> Result<u32, std::num::ParseIntError> {
    amount.parse::<u32>() // on disk, here
}

/// A store in a folder, and what is read of it.
struct Served {
    tracker: Tracker,
    fingerprint: Fingerprint,
    _folder: tempfile::TempDir,
}

impl Served {
    /// Stores what fails meanwhile.
    fn after(fail: impl FnOnce()) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let built = Builder::with_environment(Vec::new())
            .application(Some("shop"), Some("1.2.0"), "shop::main")
            .store(folder.path().join("errors.db"))
            .build()
            .unwrap();
        run(&built.recorder, fail);
        assert!(built.tracker.flush(Duration::from_secs(20)));
        let issues = built.tracker.issues(Query::new()).unwrap().items;
        let fingerprint = issues[0].fingerprint;
        Self { tracker: built.tracker, fingerprint, _folder: folder }
    }

    fn asked<R>(&self, ask: impl FnOnce(&Context<'_>) -> R) -> R {
        ask(&Context {
            tracker: &self.tracker,
            permission: Permission::Manage,
            base: "./",
            csrf: "token-1",
            now: self.tracker.now(),
            admin: true,
            params: &Params::default(),
        })
    }

    fn page(&self) -> String {
        text(self.asked(|context| respond(context, self.fingerprint, None).unwrap()))
    }
}

fn run(recorder: &Arc<Recorder>, fail: impl FnOnce()) {
    let _replaced = global::replace_here(Arc::clone(recorder));
    fail();
}

fn text(response: Response) -> String {
    assert_eq!(response.status, 200);
    String::from_utf8(response.body).unwrap()
}

#[test]
fn the_failing_line_of_an_embedded_source_is_marked() {
    let page = Served::after(|| drop(embedded(7, "none"))).page();
    let marked = page.split("<mark>").nth(1).and_then(|rest| rest.split("</mark>").next());
    let marked = marked.unwrap_or_else(|| panic!("no line is marked in\n{page}"));
    assert!(marked.ends_with("// embedded, here"), "{marked}");
    assert!(page.contains(">7</dd>") && page.contains(">masked</span>"), "{page}");
}

#[test]
fn without_an_embedded_source_the_line_comes_from_the_file() {
    let page = Served::after(|| drop(on_disk("none"))).page();
    let marked = page.split("<mark>").nth(1).and_then(|rest| rest.split("</mark>").next());
    let marked = marked.unwrap_or_else(|| panic!("no line is marked in\n{page}"));
    assert!(marked.ends_with("// on disk, here"), "{marked}");
}

#[test]
fn the_event_that_is_asked_for_is_shown() {
    let served = Served::after(|| {
        drop(on_disk("first"));
        drop(on_disk("second"));
    });
    let events = served.tracker.events(served.fingerprint).unwrap();
    for recorded in &events {
        let id = Some(recorded.event.id);
        let page = served.asked(|context| respond(context, served.fingerprint, id).unwrap());
        let expected = recorded.event.frames[0].locals[0].value.trim_matches('"');
        assert!(text(page).contains(&format!("&quot;{expected}&quot;</dd>")), "{expected}");
    }
    assert_eq!(events.len(), 2);
}

#[test]
fn an_event_is_copied_as_markdown_and_its_request_as_a_command() {
    let served = Served::after(|| {
        let request = Request::new("shop:5000", "POST", "/pay").query("token=t-17&a=1");
        let error = std::io::Error::other("declined");
        capture_exception!(&error, request = &request);
    });
    let of = served.fingerprint;
    let markdown = text(served.asked(|context| markdown(context, of, None).unwrap()));
    assert!(markdown.contains("declined") && markdown.contains("POST http://shop:5000/pay"));
    let command = text(served.asked(|context| curl(context, of, None).unwrap()));
    assert_eq!(command, "curl -g -X 'POST' 'http://shop:5000/pay?token=*****&a=1'\n");
}

#[test]
fn an_unknown_issue_and_a_missing_request_are_404() {
    let served = Served::after(|| drop(on_disk("none")));
    let unknown: Fingerprint = "0f".repeat(32).parse().unwrap();
    let status = |response: Result<Response, crate::error::Error>| response.unwrap().status;
    served.asked(|context| {
        assert_eq!(status(respond(context, unknown, None)), 404);
        assert_eq!(status(markdown(context, unknown, None)), 404);
        assert_eq!(status(curl(context, unknown, None)), 404);
        assert_eq!(status(curl(context, served.fingerprint, None)), 404);
    });
}
