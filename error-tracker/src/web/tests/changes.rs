//! What changes issues, and what keeps others from changing them.

use super::*;
use crate::web::route::Action;

fn state(setup: &Setup, of: Fingerprint) -> Option<IssueState> {
    setup.tracker().issue(of).unwrap().map(|issue| issue.state)
}

#[test]
fn each_action_does_what_it_says_and_goes_back_to_the_list() {
    let setup = Setup::new();
    let known = setup.fill([0]).remove(0).fingerprint;
    for (action, expected) in [
        (Action::Resolve, Some(IssueState::Resolved)),
        (Action::Reopen, Some(IssueState::Unresolved)),
        (Action::Mute, Some(IssueState::Muted)),
        (Action::Delete, None),
    ] {
        let response = setup
            .post(&format!("{known}/{}", action.as_str()), "back=%3Fsort%3Dcount%26host%3Da%252B");
        assert_eq!(response.status, 303, "{}", text(&response));
        assert_eq!(header(&response, "location"), Some("../?sort=count&host=a%2B"));
        assert_eq!(state(&setup, known), expected);
    }
    assert_eq!(setup.post(&format!("{known}/delete"), "").status, 404);
}

#[test]
fn a_form_without_a_place_goes_back_to_the_issue_or_to_the_list_when_that_is_gone() {
    let setup = Setup::new();
    let known = setup.fill([0]).remove(0).fingerprint;
    let response = setup.post(&format!("{known}/mute"), "");
    assert_eq!(header(&response, "location"), Some(&*format!("../{known}")));
    let response = setup.post(&format!("{known}/delete"), "");
    assert_eq!(header(&response, "location"), Some("../"));
}

#[test]
fn the_way_back_stays_below_the_mount() {
    let setup = Setup::new();
    let known = setup.fill([0]).remove(0).fingerprint;
    for (back, expected) in [
        ("https://evil.example/", "../".to_owned()),
        ("//evil.example", "../".to_owned()),
        ("%5C%5Cevil.example", "../".to_owned()),
        ("%0D%0ASet-Cookie:%20a=b", "../".to_owned()),
        ("%3Fa%0D%0ASet-Cookie:%20a=b", "../".to_owned()),
        ("javascript:alert(1)", "../".to_owned()),
        ("%3Fstate=%3Cscript%3E", "../".to_owned()),
        (&format!("{known}%3Fevent%3D1"), format!("../{known}?event=1")),
    ] {
        let response = setup.post(&format!("{known}/mute"), &format!("back={back}"));
        assert_eq!(header(&response, "location"), Some(&*expected), "{back}");
        assert!(response.headers.iter().all(|(_, value)| !value.contains(['\r', '\n'])));
    }
}

#[test]
fn several_are_changed_at_once_and_deleted_when_that_is_confirmed() {
    let setup = Setup::new();
    let issues = setup.fill([0, 4, 8]);
    let fields: String =
        issues[..2].iter().map(|issue| format!("&fingerprint={}", issue.fingerprint)).collect();
    let response = setup.post("bulk", &format!("action=resolve&back=%3Fsize%3D5{fields}"));
    assert_eq!((response.status, header(&response, "location")), (303, Some("./?size=5")));
    let states = |setup: &Setup| {
        issues.iter().map(|issue| state(setup, issue.fingerprint)).collect::<Vec<_>>()
    };
    let (resolved, open) = (Some(IssueState::Resolved), Some(IssueState::Unresolved));
    assert_eq!(states(&setup), [resolved, resolved, open]);
    let question = setup.post("bulk", &format!("action=delete{fields}"));
    assert_eq!(question.status, 200);
    let page = text(&question);
    assert!(page.contains("Delete 2 issues?") && page.contains("name=\"confirmed\""), "{page}");
    assert_eq!(states(&setup), [resolved, resolved, open]);
    let response = setup.post("bulk", &format!("action=delete&confirmed=1{fields}"));
    assert_eq!((response.status, states(&setup)), (303, vec![None, None, open]));
}

#[test]
fn what_a_bulk_change_can_t_do_is_said() {
    let setup = Setup::new();
    let known = setup.fill([0]).remove(0).fingerprint;
    for (form, why) in [
        (
            format!("action=burn&fingerprint={known}"),
            "action is &quot;burn&quot;; allowed are resolve",
        ),
        (format!("fingerprint={known}"), "allowed are resolve, mute, reopen and delete"),
        ("action=mute".into(), "No issue is selected."),
        ("action=mute&fingerprint=7".into(), "allowed are 64 hexadecimal digits"),
    ] {
        let response = setup.post("bulk", &form);
        assert_eq!(response.status, 400, "{form}");
        assert!(text(&response).contains(why), "{}", text(&response));
    }
    assert_eq!(state(&setup, known), Some(IssueState::Unresolved));
}

#[test]
fn without_admin_nothing_is_selected_but_rows_keep_their_button() {
    let setup = Setup::with(|builder| builder.admin(false));
    let known = setup.fill([0]).remove(0).fingerprint;
    let page = setup.text("");
    assert!(!page.contains("type=\"checkbox\"") && !page.contains("name=\"action\""), "{page}");
    assert!(page.contains(&format!("formaction=\"./error/{known}/delete\"")), "{page}");
    let response = setup.post("bulk", &format!("action=delete&confirmed=1&fingerprint={known}"));
    assert_eq!(response.status, 403);
    assert_eq!(setup.post(&format!("{known}/delete"), "").status, 303);
}

#[test]
fn a_change_needs_the_token_of_its_own_visitor() {
    let setup = Setup::new();
    let known = setup.fill([0]).remove(0).fingerprint;
    let target = format!("{known}/mute");
    let ann = manager("GET", "api/issues").header("authorization", "Basic YW5u");
    let token = between(&text(&setup.send(ann, "")), "\"csrf\":\"", "\"");
    let by = |value: &str| manager("POST", &target).header("authorization", value);
    for (visit, body) in [
        (by("Basic YW5u"), ""),
        (by("Basic YW5u"), "csrf=x"),
        (by("Basic Ym9i").header("x-csrf-token", &token), ""),
        (manager("POST", &target).header("x-csrf-token", &token), ""),
        (by("Basic YW5u").header("x-csrf-token", "").header("cookie", &token), ""),
    ] {
        let response = setup.send(visit, body);
        assert_eq!(response.status, 403);
        assert!(text(&response).contains("its token is missing or not yours"));
    }
    assert_eq!(state(&setup, known), Some(IssueState::Unresolved));
    let response = setup.send(by("Basic YW5u").header("x-csrf-token", &token), "");
    assert_eq!((response.status, state(&setup, known)), (303, Some(IssueState::Muted)));
}

#[test]
fn another_site_s_form_is_refused_even_with_the_token() {
    let setup = Setup::new();
    let known = setup.fill([0]).remove(0).fingerprint;
    let token = setup.token();
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let visit = manager("POST", &format!("{known}/delete"))
            .header("x-csrf-token", &token)
            .header(name, value);
        assert_eq!(setup.send(visit, "").status, 403, "{name}: {value}");
    }
    assert!(state(&setup, known).is_some());
}

/// A page that gives no referrer gives no origin either.
#[test]
fn a_form_of_our_own_page_may_hide_its_origin_but_not_its_token() {
    let setup = Setup::new();
    let known = setup.fill([0]).remove(0).fingerprint;
    let visit = || {
        let visit = manager("POST", &format!("{known}/mute")).header("origin", "null");
        visit.header("sec-fetch-site", "same-origin")
    };
    assert_eq!(setup.send(visit(), "").status, 403);
    let response = setup.send(visit().header("x-csrf-token", setup.token()), "");
    assert_eq!((response.status, state(&setup, known)), (303, Some(IssueState::Muted)));
}

#[test]
fn a_program_with_a_bearer_token_needs_no_other() {
    let setup = Setup::new();
    let known = setup.fill([0]).remove(0).fingerprint;
    let visit =
        manager("POST", &format!("api/issues/{known}/resolve")).header("authorization", "Bearer t");
    assert_eq!(setup.send(visit, "").status, 200);
    assert_eq!(state(&setup, known), Some(IssueState::Resolved));
}

#[test]
fn a_body_is_of_a_known_kind_and_not_too_large() {
    let setup = Setup::new();
    let known = setup.fill([0]).remove(0).fingerprint;
    let target = format!("{known}/mute");
    for kind in ["text/plain", "multipart/form-data; boundary=x", "application/json"] {
        let visit = manager("POST", &target).header("content-type", kind);
        assert_eq!(setup.send(visit, "").status, 415, "{kind}");
    }
    let job = setup.job(manager("POST", &target));
    assert_eq!(job.body_limit(), 64 * 1024);
    assert_eq!(job.too_large().status, 413);
    assert_eq!(setup.post(&target, &"x=1&".repeat(20_000)).status, 413);
    assert_eq!(setup.post(&target, &format!("x={}", "y".repeat(1_001))).status, 400);
    assert_eq!(setup.job(manager("GET", "")).body_limit(), 0);
    assert_eq!(state(&setup, known), Some(IssueState::Unresolved));
}
