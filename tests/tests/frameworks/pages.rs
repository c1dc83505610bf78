//! The pages: mounted at the root, below it, and with a slash at the end.

use std::net::SocketAddr;

use error_tracker::web::Visit;
use error_tracker::{tracker, IssueState, Query};
use error_tracker_tests::LIMIT;

use crate::alone::alone;
use crate::client::{get, post, request, Answer, Connection, Request};
use crate::recorded::{begin_with, Case};
use crate::{with_actix, with_axum, with_rocket};

const MOUNTS: [&str; 3] = ["/", "/x", "/x/"];
const ISSUE: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Serves the pages in each framework, at each place; gives also what leads to what is below it.
fn each(check: impl Fn(SocketAddr, &str)) {
    for serve in [with_axum::serve_pages, with_actix::serve_pages, with_rocket::serve_pages] {
        for mount in MOUNTS {
            check(serve(mount), mount.trim_end_matches('/'));
        }
    }
}

fn case() -> Case {
    begin_with(|store| {
        let view_permission =
            |visit: &Visit| visit.get_header("authorization") == Some("Bearer ann");
        error_tracker::init! { store: store, view_permission: view_permission }
    });
    with_axum::APP.case()
}

fn send(address: SocketAddr, sent: &Request) -> Answer {
    Connection::open(address, "shop.test").send(sent)
}

#[test]
fn a_stranger_gets_the_same_for_everything_and_is_never_recorded() {
    let every = [("ERROR_TRACKER_TRACK_ALL_EXCEPTIONS", "true")];
    alone("pages::a_stranger_gets_the_same_for_everything_and_is_never_recorded", &every, || {
        let case = case();
        each(|address, base| {
            let first = send(address, &get(&format!("{base}/")));
            assert_eq!(first.status, 401);
            assert!(first.header("www-authenticate").is_some(), "{first:?}");
            let whole = if base.is_empty() { "/".to_owned() } else { base.to_owned() };
            let below = ["nowhere", ISSUE, "api/issues", "a/b/c/", "api/health?x=1", "%20"];
            let paths = below.map(|below| format!("{base}/{below}"));
            for path in [whole].iter().chain(&paths) {
                for method in ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"] {
                    let answer = send(address, &request(method, path));
                    assert_eq!(
                        (answer.status, &answer.body),
                        (401, &first.body),
                        "{method} {path}"
                    );
                    assert!(answer.header("www-authenticate").is_some(), "{method} {path}");
                }
                let large = post(path, "text/plain", vec![b'a'; 100_000]);
                assert_eq!(send(address, &large).status, 401, "{path}");
                let head = send(address, &request("HEAD", path));
                assert_eq!((head.status, head.body.as_str()), (401, ""), "{path}");
            }
        });
        assert!(case.found().is_empty());
    });
}

#[test]
fn who_may_see_and_change_does_so_wherever_the_pages_stand() {
    alone("pages::who_may_see_and_change_does_so_wherever_the_pages_stand", &[], || {
        let case = case();
        assert_eq!(case.send(&get("/tracked/7")).status, 500);
        assert!(tracker().flush(LIMIT));
        let issues = tracker().issues(Query::new()).expect("issues can be read").items;
        let issue = issues[0].fingerprint;
        each(|address, base| {
            let send = |sent: Request| send(address, &sent.header("Authorization", "Bearer ann"));
            let list = send(get(&format!("{base}/?search=disk")));
            assert_eq!(list.status, 200);
            assert!(list.body.contains(&format!("\"./{issue}")), "{}", list.body);
            assert_eq!(send(get(&format!("{base}/{issue}"))).status, 200);
            assert_eq!(send(get(&format!("{base}/nowhere"))).status, 404);
            for (action, state) in [("mute", IssueState::Muted), ("reopen", IssueState::Unresolved)]
            {
                let path = format!("{base}/{issue}/{action}");
                let changed = send(post(&path, "application/x-www-form-urlencoded", ""));
                assert_eq!(changed.status, 303, "{path}");
                let back = format!("../{issue}");
                assert_eq!(changed.header("location"), Some(&*back), "{path}");
                let found = tracker().issue(issue).expect("issues can be read");
                assert_eq!(found.map(|issue| issue.state), Some(state));
            }
            let form = "application/x-www-form-urlencoded";
            let large = post(&format!("{base}/bulk"), form, vec![b'a'; 100_000]);
            assert_eq!(send(large).status, 413);
        });
    });
}
