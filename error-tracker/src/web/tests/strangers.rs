//! Whoever may not see the pages learns nothing, whatever they ask for.

use super::*;
use crate::web::route::Action;

fn answered(reception: Reception) -> Response {
    match reception {
        Reception::Answered(response) => response,
        Reception::Admitted(job) => panic!("admitted: {job:?}"),
    }
}

#[test]
fn a_stranger_gets_one_answer_for_everything() {
    let setup = Setup::new();
    let known = setup.fill([1]).remove(0).fingerprint;
    let first = answered(setup.receive(visit("GET", "")));
    assert_eq!(first.status, 401);
    assert_eq!(header(&first, "www-authenticate"), Some("Private realm=\"errors\""));
    let issue = known.to_string();
    for target in [
        "",
        &issue,
        &format!("{issue}/delete"),
        "nowhere",
        "api/issues",
        "?sort=nonsense",
        "?cursor=%00",
        "../x",
        &"x".repeat(100_000),
    ] {
        for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "get", "", "\u{fffd}"] {
            let visit = visit(method, target)
                .header("origin", "https://evil.example")
                .header("content-type", "x");
            assert_eq!(answered(setup.receive(visit)), first, "{method} {target}");
        }
    }
    let head = answered(setup.receive(visit("HEAD", &issue)));
    assert_eq!((head.status, head.headers, head.body), (401, first.headers, Vec::new()));
    assert!(setup.tracker().issue(known).unwrap().is_some());
}

#[test]
fn before_the_tracker_runs_everybody_is_a_stranger() {
    let response = answered(admit(Tracker::none(), Arc::default(), &manager("GET", "")));
    let stranger = answered(Setup::new().receive(visit("GET", "")));
    assert_eq!(response, stranger);
}

#[test]
fn a_permission_that_panics_lets_nobody_in() {
    fn refuses(_: &Visit) -> bool {
        std::panic::resume_unwind(Box::new("refused"))
    }
    let setup = Setup::with(|builder| builder.view_permission(refuses));
    assert_eq!(answered(setup.receive(manager("GET", ""))).status, 401);
}

#[test]
fn who_may_view_sees_everything_and_changes_nothing() {
    let setup = Setup::new();
    let known = setup.fill([1]).remove(0).fingerprint;
    let viewer = |method: &str, target: &str| visit(method, target).header("x-role", "view");
    let list = text(&setup.send(viewer("GET", ""), ""));
    assert!(list.contains("declined, number 1"), "{list}");
    let detail = text(&setup.send(viewer("GET", &known.to_string()), ""));
    for page in [list, detail] {
        assert!(!page.contains("method=\"post\"") && !page.contains("type=\"checkbox\""), "{page}");
    }
    let token = setup.token();
    for action in Action::ALL {
        let target = format!("{known}/{}", action.as_str());
        for target in [target.clone(), format!("api/issues/{target}"), "bulk".into()] {
            let response =
                answered(setup.receive(viewer("POST", &target).header("x-csrf-token", &token)));
            assert_eq!(response.status, 403, "{target}");
            assert!(text(&response).contains("may view issues, but not change them"));
        }
    }
    assert_eq!(
        setup.tracker().issue(known).unwrap().map(|issue| issue.state),
        Some(IssueState::Resolved)
    );
}
