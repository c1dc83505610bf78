//! The list: what a query finds, and what stands on the page.

use super::*;
use crate::model::Reference;
use crate::store::Sort;

/// The issues on a page, by their numbers.
fn numbers(page: &str) -> Vec<u8> {
    let after = page.split("declined, number ").skip(1);
    after.filter_map(|rest| rest.split('<').next()?.parse().ok()).collect()
}

fn found(setup: &Setup, query: &str) -> Vec<u8> {
    let mut numbers = numbers(&setup.text(query));
    numbers.sort_unstable();
    numbers
}

/// The link of a page that leads on or back.
fn turn(page: &str, rel: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("<a rel=\"{rel}\" href=\""))?;
    Some(rest.split('"').next()?.replace("&amp;", "&"))
}

#[test]
fn every_filter_finds_what_it_says() {
    let setup = Setup::new();
    let issues = setup.fill(0..10);
    let of = |is: fn(&Issue) -> bool| -> Vec<u8> {
        (0..10).filter(|number| is(&issues[usize::from(*number)])).collect()
    };
    for (query, expected) in [
        ("?search=NUMBER+7", vec![7]),
        ("?search=host-1", of(|issue| issue.host == "host-1:5000")),
        ("?host=T-1", of(|issue| issue.host == "host-1:5000")),
        ("?method=os", of(|issue| issue.method == "POST")),
        ("?path=%2F3", of(|issue| issue.path == "/pay/3")),
        ("?exception_name=error5", of(|issue| issue.exception_name == "shop::Error5")),
        ("?state=muted", of(|issue| issue.state == IssueState::Muted)),
        ("?state=new", vec![0]),
        ("?notification_sent=true", of(|issue| issue.notification_sent)),
        ("?ticket_raised=false", of(|issue| !issue.ticket_raised)),
        ("?count=3", of(|issue| issue.count == 3)),
        ("?count=%3E%3D6", of(|issue| issue.count >= 6)),
        ("?count=2-3", of(|issue| (2..=3).contains(&issue.count))),
        ("?last_seen=24h", vec![0, 1, 2, 3]),
        ("?last_seen=2026-11-22", vec![0, 1]),
        ("?last_seen=2026-11", (0..10).collect()),
        ("?last_seen=2025", Vec::new()),
        ("?method=GET&count=3", of(|issue| issue.method == "GET" && issue.count == 3)),
        ("?search=&host=&state=&count=&sort=&cursor=&unknown=x", (0..10).collect()),
    ] {
        assert_eq!(found(&setup, query), expected, "{query}");
    }
}

#[test]
fn a_bad_value_is_a_sentence_with_key_value_and_what_is_allowed() {
    let setup = Setup::new();
    for (query, why) in [
        ("count=many", "count is &quot;many&quot;; allowed is a number, or &gt;=10"),
        (
            "last_seen=yesterday",
            "last_seen is &quot;yesterday&quot;; allowed is a date such as 2026",
        ),
        ("last_seen=2026-02-30", "last_seen is &quot;2026-02-30&quot;"),
        ("state=open", "allowed is unresolved, resolved, muted, regressed or new."),
        ("notification_sent=1", "notification_sent is &quot;1&quot;; allowed is true or false."),
        ("ticket_raised=yes", "ticket_raised is"),
        ("sort=colour", "sort is &quot;colour&quot;; allowed is the name of a column"),
        ("size=0", "size is &quot;0&quot;; allowed is a whole number from 1 to 1000."),
        ("cursor=7", "cursor is &quot;7&quot;"),
        ("cursor=n", "cursor is &quot;n&quot;"),
    ] {
        let response = setup.get(&format!("?{query}"));
        assert_eq!(response.status, 400, "{query}");
        assert!(text(&response).contains(why), "{query}: {}", text(&response));
    }
    let long = setup.get(&format!("?search={}", "x".repeat(1_001)));
    assert!(long.status == 400 && text(&long).contains("at most 1000 are allowed"));
}

#[test]
fn pages_lead_on_and_back_in_every_order() {
    let setup = Setup::new();
    setup.fill(0..35);
    for sort in Sort::ALL {
        for sign in ["", "-"] {
            let query = format!("?sort={sign}{}", sort.as_str());
            let (mut page, mut all) = (setup.text(&query), Vec::new());
            assert_eq!(turn(&page, "prev"), None);
            let first = numbers(&page);
            for start in [1, 11, 21, 31] {
                let end = (start + 9).min(35);
                assert!(page.contains(&format!("{start}–{end} of 35")), "{query} {start}");
                all.extend(numbers(&page));
                if let Some(next) = turn(&page, "next") {
                    page = setup.text(&next);
                }
            }
            let mut each = all.clone();
            each.sort_unstable();
            assert_eq!(each, (0..35).collect::<Vec<u8>>(), "{query}");
            for start in [21, 11, 1] {
                page = setup.text(&turn(&page, "prev").unwrap());
                assert!(page.contains(&format!("{start}–{} of 35", start + 9)), "{query} {start}");
                assert_eq!(numbers(&page), all[start - 1..start + 9]);
            }
            assert_eq!((turn(&page, "prev"), numbers(&page)), (None, first));
        }
    }
}

#[test]
fn coming_back_to_a_first_page_that_has_grown_gives_a_whole_one() {
    let setup = Setup::new();
    setup.fill(0..12);
    let second = setup.text(&turn(&setup.text("?size=4"), "next").unwrap());
    setup.tracker().delete(fingerprint(0)).unwrap();
    let first = setup.text(&turn(&second, "prev").unwrap());
    assert_eq!(numbers(&first), [1, 2, 3, 4]);
    assert!(first.contains("1–4 of 11"), "{first}");
}

#[test]
fn links_and_forms_are_relative_to_wherever_the_pages_are_mounted() {
    let setup = Setup::new();
    let known = setup.fill([1]).remove(0).fingerprint;
    for (path, base) in
        [("/", "./"), ("/x", "./x/"), ("/x/", "./"), ("/a/b", "./b/"), ("/a:b", "./a:b/")]
    {
        let visit = Visit::new("GET", path, "").header("x-role", "manage");
        let page = text(&setup.send(visit, ""));
        assert!(page.contains(&format!("href=\"{base}{known}\"")), "{path}: {page}");
        assert!(page.contains(&format!("action=\"{base}bulk\"")), "{path}: {page}");
        let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        for link in
            links.chain(page.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next()))
        {
            assert!(link.starts_with(['.', '?', '#']), "{path}: {link}");
        }
    }
}

#[test]
fn a_reference_opens_its_event_or_its_issue_or_lists_the_issues_it_may_mean() {
    let setup = Setup::new();
    let of = setup.fill([1, 2]).remove(0).fingerprint;
    setup.store().put_event(&event(7, of)).unwrap();
    let kept = Reference::new(of, EventId::from_bytes([7; 16])).to_string();
    let lost = Reference::new(of, EventId::from_bytes([8; 16])).to_string();
    let location = |search: &str| {
        let response = setup.get(&format!("?search={search}"));
        (response.status, header(&response, "location").map(str::to_owned))
    };
    let expected = format!("./error/{of}?event={}", EventId::from_bytes([7; 16]));
    for written in [kept.clone(), kept.to_lowercase(), kept[2..].to_owned()] {
        assert_eq!(location(&written), (303, Some(expected.clone())), "{written}");
    }
    assert_eq!(location(&lost), (303, Some(format!("./error/{of}?missing={lost}"))));
    assert!(setup
        .text(&format!("{of}?missing={lost}"))
        .contains(&format!("<b>{lost}</b> was not kept in full")));
    assert!(!setup.text(&format!("{of}?missing=nonsense")).contains("was not kept in full"));
    assert_eq!(location("E-00000-00000"), (200, None));
    assert!(setup.text("?search=E-00000-00000").contains("No issue matches."));
    let mut twin = *of.as_bytes();
    twin[31] ^= 1;
    let twin = Issue { fingerprint: Fingerprint::from_bytes(twin), ..issue(3) };
    setup.store().put(&twin).unwrap();
    assert_eq!(found(&setup, &format!("?search={lost}")), [1, 3]);
}

#[test]
fn the_page_says_what_to_do_when_there_is_nothing() {
    let setup = Setup::new();
    let page = setup.text("");
    assert!(
        page.contains("Nothing failed yet.") && page.contains("#[error_tracker::track_exception]")
    );
    setup.fill([1]);
    let page = setup.text("?host=nowhere");
    assert!(page.contains("No issue matches.") && page.contains(">Reset</a>"), "{page}");
}

#[test]
fn a_row_says_what_is_known_of_its_issue() {
    let setup = Setup::new();
    let of = Issue { kept: 2, message: "<b>\"oh\"</b> & more".into(), ..issue(4) };
    let mut store = setup.store();
    store.put(&of).unwrap();
    store.put_hour(of.fingerprint, hour(2)).unwrap();
    let page = setup.text("");
    for part in [
        "title=\"shop::Error4\">Error4</a>",
        "&lt;b&gt;&quot;oh&quot;&lt;/b&gt; &amp; more",
        ">host-1:5000<",
        ">/pay/4<",
        "2026-11-21 06:11:12.000 UTC\">1 d ago</time>",
        ">5</span>",
        "kept 2",
        "3 times in the last 24 hours",
        "</span> told</span>",
        "Delete Error4 with its 5 events?",
        "retention 90 d",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains(">NEW<") && !page.contains("<b>\"oh"), "{page}");
    setup.tracker().set_state(of.fingerprint, IssueState::Regressed).unwrap();
    assert!(setup.text("").contains(">REGRESSED<"));
}

#[test]
fn a_row_of_an_issue_without_a_place_has_no_line_for_it() {
    let setup = Setup::new();
    let of = |kept| Issue {
        culprit: String::new(),
        location: String::new(),
        notification_sent: false,
        kept,
        ..issue(3)
    };
    setup.store().put(&of(4)).unwrap();
    let row = between(&setup.text(""), "<td class=\"what\">", "</td>");
    assert!(!row.contains("class=\"sub\""), "{row}");
    setup.store().put(&of(2)).unwrap();
    let row = between(&setup.text(""), "<td class=\"what\">", "</td>");
    let kept =
        "<div class=\"sub\"><span title=\"Events that are stored in full\">kept 2</span></div>";
    assert!(row.ends_with(kept), "{row}");
}

#[test]
fn the_chosen_date_leads_to_the_months_and_days_in_which_something_was_seen() {
    let setup = Setup::new();
    let old = Timestamp::from_micros(NOW - 40 * 24 * HOUR);
    setup.store().put(&Issue { last_seen: old, created_on: old, ..issue(1) }).unwrap();
    setup.fill([0]);
    assert!(setup.text("").contains("<a href=\"?last_seen=2026\">2026</a>"));
    let year = setup.text("?last_seen=2026");
    for month in ["2026-10\">Oct", "2026-11\">Nov"] {
        assert!(year.contains(month), "{month} in {year}");
    }
    assert!(!year.contains("2026-09") && !year.contains("2026-12"), "{year}");
    let month = setup.text("?last_seen=2026-10&sort=count");
    assert!(month.contains("?sort=count&amp;last_seen=2026-10-31\">31</a>"), "{month}");
    assert!(
        month.contains("./error/api/issues?last_seen=2026-10&amp;sort=count\">JSON"),
        "{month}"
    );
    assert!(!month.contains("2026-10-12\">"), "{month}");
}

#[test]
fn head_is_get_without_the_body() {
    let setup = Setup::new();
    setup.settle();
    let known = setup.fill([1]).remove(0).fingerprint;
    for target in [
        "",
        &known.to_string(),
        "api/health",
        "api/openapi.json",
        "nowhere",
        "?sort=x",
        &format!("{known}/mute"),
    ] {
        let (head, get) = (setup.send(manager("HEAD", target), ""), setup.get(target));
        assert_eq!((head.status, &head.headers), (get.status, &get.headers), "{target}");
        assert!(
            head.body.is_empty()
                && header(&head, "content-length") == Some(&get.body.len().to_string())
        );
    }
}

#[test]
fn unknown_paths_are_404_and_wrong_methods_405() {
    let setup = Setup::new();
    let known = setup.fill([1]).remove(0).fingerprint;
    for target in ["nowhere", "api", "api/nowhere", "bulk/x", &"0".repeat(63)] {
        assert_eq!(setup.get(target).status, 404, "{target}");
    }
    for target in [
        fingerprint(9).to_string(),
        format!("api/issues/{}", fingerprint(9)),
        "api/events/".to_owned() + &"0".repeat(32),
    ] {
        assert_eq!(setup.get(&target).status, 404, "{target}");
    }
    for (method, target, allowed) in [
        ("POST", String::new(), "GET, HEAD"),
        ("PUT", known.to_string(), "GET, HEAD"),
        ("GET", format!("{known}/delete"), "POST"),
        ("HEAD", "bulk".into(), "POST"),
        ("DELETE", format!("api/issues/{known}"), "GET, HEAD"),
        ("OPTIONS", format!("api/issues/{known}/mute"), "POST"),
    ] {
        let response = setup.send(manager(method, &target), "");
        assert_eq!(
            (response.status, header(&response, "allow")),
            (405, Some(allowed)),
            "{method} {target}"
        );
    }
}

#[test]
fn every_response_is_guarded() {
    let setup = Setup::new();
    let known = setup.fill([1]).remove(0).fingerprint;
    let all = [
        setup.send(visit("GET", ""), ""),
        setup.get(""),
        setup.get(&known.to_string()),
        setup.get(&format!("{known}/markdown")),
        setup.get("nowhere"),
        setup.get("?sort=x"),
        setup.get("api/issues"),
        setup.post(&format!("{known}/mute"), ""),
        setup.send(manager("POST", "bulk"), ""),
        setup.job(manager("POST", "bulk")).too_large(),
    ];
    for response in all {
        let of = |name: &str| header(&response, name).unwrap_or_default().to_owned();
        let policy = of("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(
            !policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("cache-control", "no-store"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(of(name), value, "{}", response.status);
        }
        let body = text(&response);
        for inline in [" style=", " onclick=", " onload=", "javascript:"] {
            assert!(!body.contains(inline), "{inline} in {body}");
        }
        assert!(header(&response, "set-cookie").is_none());
    }
}

#[test]
fn a_page_is_small() {
    let setup = Setup::new();
    setup.fill(0..35);
    let bytes = setup.get("").body.len();
    assert!(bytes <= 60 * 1024, "{bytes} bytes");
}
