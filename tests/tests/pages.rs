//! The pages as a framework asks for them: one tracker of this process, with its SQLite file.
//!
//! The core's own tests hold every status and filter, each with a tracker of its own; here stands
//! what crosses from a failure to a page. Tests keep apart by the hosts of their issues.

mod html;

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::time::Duration;

use error_tracker::store::{Sqlite, Store};
use error_tracker::web::{receive, Permission, Reception, Response, Visit};
use error_tracker::{
    capture_message, track_exception, Breadcrumb, Builder, Cause, Event, Fingerprint, Frame, Guard,
    Issue, IssueState, Local, Recorded, Request, Timestamp,
};
use html::Tag;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(20);

struct Pages {
    folder: TempDir,
    _guard: Guard,
}

fn pages() -> &'static Pages {
    static PAGES: OnceLock<Pages> = OnceLock::new();
    PAGES.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let builder = Builder::new().store(folder.path().join("errors.db"));
        let builder = builder.require_store(true).view_permission(permission);
        Pages { _guard: builder.init().expect("the tracker starts"), folder }
    })
}

/// It fails at each visit, which is nobody's business.
fn permission(visit: &Visit) -> Permission {
    let _ = look_up(visit.path());
    match visit.get_header("x-role") {
        Some("manage") => Permission::Manage,
        _ => Permission::Nothing,
    }
}

#[track_exception]
fn look_up(who: &str) -> Result<u32, std::num::ParseIntError> {
    format!("no number: {who}").parse()
}

fn store() -> Sqlite {
    Sqlite::new(pages().folder.path().join("errors.db")).expect("the store opens")
}

fn visit(method: &str, below: &str, query: &str) -> Visit {
    let path = format!("/dev/error/{below}");
    Visit::new(method, path, below).query(query).header("x-role", "manage").header("host", "h")
}

fn send(visit: Visit, body: impl Into<Vec<u8>>) -> Response {
    pages();
    match receive(visit) {
        Reception::Answered(response) => response,
        Reception::Admitted(job) => job.body(body).run(),
    }
}

fn get(below: &str, query: &str) -> Response {
    send(visit("GET", below, query), "")
}

fn text(response: &Response) -> String {
    String::from_utf8(response.body.clone()).expect("pages are UTF-8")
}

fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    let found = response.headers.iter().find(|(known, _)| *known == name);
    found.map_or("", |(_, value)| value)
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

fn post(below: &str, form: &str) -> Response {
    static TOKEN: OnceLock<String> = OnceLock::new();
    let token = TOKEN.get_or_init(|| {
        let page = text(&get("api/issues", "size=1"));
        let (_, rest) = page.split_once("\"csrf\":\"").expect("the list has a token");
        encoded(rest.split('"').next().unwrap_or_default())
    });
    send(visit("POST", below, ""), format!("csrf={token}&{form}"))
}

/// What strangers have sent to others, by the classes that are known; each line is a JSON string.
fn injections() -> Vec<String> {
    let lines = include_str!("../fixtures/injections.txt").lines();
    let texts: Vec<String> =
        lines.map(|line| serde_json::from_str(line).expect("a JSON string")).collect();
    assert!(texts.len() >= 200, "{}", texts.len());
    texts
}

fn fingerprint(number: usize) -> Fingerprint {
    format!("{number:064x}").parse().expect("64 digits")
}

/// An issue in which all that a stranger can say is said.
fn issue_of(injection: &str, number: usize) -> Issue {
    let mut issue = Issue::default();
    issue.fingerprint = fingerprint(number);
    for field in [
        &mut issue.host,
        &mut issue.path,
        &mut issue.method,
        &mut issue.exception_name,
        &mut issue.message,
        &mut issue.culprit,
        &mut issue.location,
        &mut issue.traceback,
        &mut issue.first_release,
        &mut issue.last_release,
    ] {
        injection.clone_into(field);
    }
    issue.request_data.insert(injection.to_owned(), injection.into());
    issue.grouping.parts.push((injection.to_owned(), injection.to_owned()));
    (issue.count, issue.kept, issue.last_seen) = (2, 1, Timestamp::from_micros(1));
    issue
}

fn event_of(injection: &str, number: usize) -> Recorded {
    let said = || injection.to_owned();
    let mut local = Local::default();
    (local.name, local.value, local.masked) = (said(), said(), number.is_multiple_of(2).then(said));
    let mut frame = Frame::default();
    (frame.function, frame.file, frame.expression, frame.says) = (said(), said(), said(), said());
    (frame.locals, frame.globals, frame.source) = (vec![local.clone()], vec![local], Some(said()));
    frame.in_app = true;
    let mut request =
        Request::new(injection, injection, injection).query(injection).body(injection);
    request.headers.insert(said(), said());
    request.headers.insert("content-type".into(), "application/json".into());
    let (mut cause, mut crumb) = (Cause::default(), Breadcrumb::default());
    cause.message = said();
    crumb.message = said();
    crumb.data.insert(said(), injection.into());
    let mut event = Event::default();
    event.id = format!("{number:032x}").parse().expect("32 digits");
    event.fingerprint = fingerprint(number);
    (event.exception_name, event.message, event.thread) = (said(), said(), said());
    (event.location, event.user, event.lent_backtrace) = (said(), Some(said()), Some(said()));
    (event.chain, event.frames, event.breadcrumbs) =
        (vec![cause], vec![frame.clone()], vec![crumb]);
    event.context.insert(said(), injection.into());
    event.tags.insert(said(), injection.into());
    event.request = Some(request);
    let mut recorded = Recorded::default();
    (recorded.event, recorded.stack, recorded.number) = (event, vec![frame], 1);
    (recorded.release, recorded.environment, recorded.server_name) = (said(), said(), said());
    recorded
}

/// All attributes that our pages use; a handler or a style is none of them.
fn is_harmless(tag: &Tag) -> bool {
    const LEADING: [&str; 4] = ["href", "action", "formaction", "src"];
    tag.attributes.iter().all(|(name, value)| {
        let is_ours = !LEADING.contains(&name.as_str()) || value.starts_with(['.', '?', '#']);
        is_ours && !name.starts_with("on") && name != "style" && name != "srcdoc"
    })
}

/// A page's tags are those of our own source, with one style and one script, both as ever.
fn assert_is_ours(page: &str, what: &str) {
    static FIXED: OnceLock<Vec<String>> = OnceLock::new();
    const KNOWN: &str = "a article aside b body br button caption code dd desc details dfn div dl dt em \
        fieldset figcaption figure footer form g h1 h2 h3 h4 head header html i input kbd label legend \
        li line main mark meta nav ol option p path pre rect s samp script section select small span \
        strong style sub summary svg table tbody td text tfoot th thead time title tr ul var wbr";
    let known: BTreeSet<&str> = KNOWN.split_whitespace().collect();
    let parsed = html::parse(page);
    for tag in &parsed.tags {
        assert!(known.contains(tag.name.as_str()), "{what}: <{}>", tag.name);
        assert!(is_harmless(tag), "{what}: {tag:?}");
    }
    let fixed = FIXED.get_or_init(|| html::parse(&text(&get("", ""))).raw);
    assert_eq!((fixed.len(), &parsed.raw), (3, fixed), "{what}");
}

fn assert_headers_are_ours(response: &Response, what: &str) {
    const KNOWN: [&str; 13] = [
        "allow",
        "cache-control",
        "content-length",
        "content-security-policy",
        "content-type",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "location",
        "referrer-policy",
        "retry-after",
        "www-authenticate",
        "x-content-type-options",
        "x-frame-options",
    ];
    for (name, value) in &response.headers {
        assert!(KNOWN.contains(name), "{what}: {name}");
        assert!(
            value.chars().all(|c| c == ' ' || c.is_ascii_graphic()),
            "{what}: {name}: {value:?}"
        );
    }
    assert_eq!(header(response, "x-content-type-options"), "nosniff", "{what}");
}

#[test]
fn nothing_that_a_stranger_stores_is_more_than_text() {
    let injections = injections();
    let mut store = store();
    for (number, injection) in injections.iter().enumerate() {
        let number = number + 1;
        store.put(&issue_of(injection, number)).expect("the issue is kept");
        store.put_event(&event_of(injection, number)).expect("the event is kept");
    }
    drop(store);
    for (number, injection) in injections.iter().enumerate() {
        let issue = fingerprint(number + 1).to_string();
        let page = get(&issue, "");
        assert_eq!(page.status, 200, "{injection:?}");
        assert_headers_are_ours(&page, injection);
        assert_is_ours(&text(&page), injection);
        for below in ["markdown", "curl"] {
            let response = get(&format!("{issue}/{below}"), "");
            assert_headers_are_ours(&response, injection);
            assert_eq!(header(&response, "content-type"), "text/plain; charset=utf-8");
        }
    }
    let mut query = "size=50&sort=last_seen&last_seen=1970".to_owned();
    let mut seen = 0;
    loop {
        let page = text(&get("", &query));
        assert_is_ours(&page, &query);
        seen += html::parse(&page)
            .tags
            .iter()
            .filter(|tag| tag.is("tr") && tag.has("class", "unresolved"))
            .count();
        let Some(next) = html::parse(&page).tags.into_iter().find(|tag| tag.has("rel", "next"))
        else {
            break;
        };
        query = next.value("href").trim_start_matches('?').to_owned();
    }
    assert_eq!(seen, injections.len());
}

#[test]
fn nothing_that_a_stranger_sends_comes_back_as_more_than_text() {
    for injection in injections() {
        let value = encoded(&injection);
        for (below, query) in [
            ("", format!("search={value}")),
            ("", format!("host={value}&method={value}&path={value}&exception_name={value}")),
            ("", format!("count={value}")),
            ("", format!("last_seen={value}&sort={value}")),
            ("", format!("sort=path&cursor={value}")),
            ("", format!("{value}={value}")),
            ("", injection.clone()),
            (&value, String::new()),
            (&injection, String::new()),
        ] {
            let response = get(below, &query);
            assert!(
                matches!(response.status, 200 | 303 | 400 | 404),
                "{injection:?} {}",
                response.status
            );
            assert_headers_are_ours(&response, &injection);
            if header(&response, "content-type").starts_with("text/html") {
                assert_is_ours(&text(&response), &injection);
            }
        }
        for (below, form) in [
            ("bulk", format!("action={value}&back={value}&fingerprint={value}")),
            ("bulk", format!("action=delete&back={value}&fingerprint={}", fingerprint(0))),
            ("bulk", format!("action=mute&back={value}&fingerprint={}", fingerprint(0))),
            ("bulk", format!("action=mute&back=%3F{value}&fingerprint={}", fingerprint(0))),
        ] {
            let response = post(below, &form);
            assert!(
                matches!(response.status, 200 | 303 | 400),
                "{injection:?} {}",
                response.status
            );
            assert_headers_are_ours(&response, &injection);
            let location = header(&response, "location");
            assert!(location.is_empty() || location.starts_with("./"), "{location}");
            if header(&response, "content-type").starts_with("text/html") {
                assert_is_ours(&text(&response), &injection);
            }
        }
    }
}

#[test]
fn a_failure_shows_in_the_list_is_resolved_and_comes_back() {
    pages();
    let fail =
        || capture_message!(request = &Request::new("seen.test", "POST", "/pay/7"); "declined");
    let list = || text(&get("", "host=seen.test"));
    assert!(!fail().is_nil() && error_tracker::flush(LIMIT));
    let page = list();
    assert!(page.contains(">declined<") && page.contains(">NEW<"), "{page}");
    let link = html::parse(&page).tags.into_iter().find(|tag| tag.has("class", "name"));
    let issue = link.expect("the row has a link").value("href").trim_start_matches("./").to_owned();
    assert!(text(&get(&issue, "")).contains("declined"));
    let response = post(&format!("{issue}/resolve"), "back=%3Fhost%3Dseen.test");
    assert_eq!((response.status, header(&response, "location")), (303, "../?host=seen.test"));
    assert!(list().contains(">Resolved<"));
    assert!(!fail().is_nil() && error_tracker::flush(LIMIT));
    assert!(list().contains(">REGRESSED<"));
    assert_eq!(post(&format!("{issue}/delete"), "back=").status, 303);
    assert!(list().contains("No issue matches."));
}

#[test]
fn what_fails_while_a_page_is_asked_for_is_never_recorded() {
    for below in ["", "api/issues", "nowhere"] {
        get(below, "");
    }
    assert!(error_tracker::flush(LIMIT));
    assert!(text(&get("", "search=no+number:")).contains("No issue matches."));
    // It would be, elsewhere.
    let events = error_tracker::testing::record(|| look_up("here"));
    assert_eq!(events.len(), 1);
}

#[test]
fn states_of_issues_are_what_the_api_says() {
    let mut issue = issue_of("plain", 900_001);
    issue.host = "api.test".into();
    store().put(&issue).expect("the issue is kept");
    for (action, state) in [("mute", IssueState::Muted), ("reopen", IssueState::Unresolved)] {
        assert_eq!(post(&format!("api/issues/{}/{action}", issue.fingerprint), "").status, 200);
        let known = error_tracker::tracker().issue(issue.fingerprint).expect("the store is read");
        assert_eq!(known.map(|issue| issue.state), Some(state));
    }
}
