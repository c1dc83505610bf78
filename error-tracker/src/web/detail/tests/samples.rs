//! Events and issues to show.

use serde_json::json;

use super::super::view::View;
use crate::model::{
    Breadcrumb, Cause, Event, EventId, Fingerprint, Frame, Grouping, Hour, Issue, IssueState,
    KeptEvent, Level, Local, MaskNote, Recorded, Request, Timestamp,
};
use crate::web::source::Sources;

/// 2026-11-22 10:11:12 UTC.
pub(super) const NOW: Timestamp = Timestamp::from_micros(1_795_342_272_000_000);

fn before(micros: i64) -> Timestamp {
    Timestamp::from_micros(NOW.as_micros() - micros)
}

pub(super) fn frame(function: &str, file: &str) -> Frame {
    Frame {
        function: function.into(),
        file: file.into(),
        in_app: function.starts_with("shop"),
        ..Frame::default()
    }
}

pub(super) fn frame_at(function: &str, line: u32) -> Frame {
    let locals = vec![local("depth", &line.to_string())];
    Frame { line, failed: true, locals, ..frame(function, "src/deep.rs") }
}

fn local(name: &str, value: &str) -> Local {
    Local { name: name.into(), value: value.into(), masked: None }
}

fn masked(name: &str, rule: &str) -> Local {
    Local { masked: Some(rule.into()), ..local(name, "*****") }
}

fn note(place: &str, rule: &str) -> MaskNote {
    MaskNote { place: place.into(), rule: rule.into() }
}

fn crumb(micros: i64, level: Level, message: &str) -> Breadcrumb {
    let mut crumb =
        Breadcrumb { at: before(micros), level, message: message.into(), ..Breadcrumb::default() };
    crumb.data.insert("items".into(), 3.into());
    crumb
}

/// An event with nothing but its id.
pub(super) fn numbered(number: u8) -> Event {
    Event {
        id: EventId::from_bytes([number + 1; 16]),
        at: before(12_000_000 + i64::from(number)),
        ..Event::default()
    }
}

pub(super) fn during() -> Event {
    Event { during: Some(numbered(1).id), ..numbered(0) }
}

const SOURCE: &str =
    "pub fn charge(user_id: u64, amount: u32, card_token: Token) -> Result<Receipt, CardDeclined> {
    let vault = vault::open()?;
    let card = vault.card(card_token)?;
    let gateway = Gateway::of(&card);
    let receipt = gateway.charge(&card, amount)?;
    ledger::write(user_id, &receipt);
    Ok(receipt)
}";

fn calls() -> Vec<Frame> {
    let charge = Frame {
        line: 88,
        expression: "gateway.charge(&card,amount)".into(),
        failed: true,
        locals: vec![
            local("user_id", "7"),
            local("amount", "1200"),
            masked("card_token", "name"),
            local("card", "&Card { brand: \"visa\", number: *****, holder: \"J. Doe\" }"),
        ],
        source: Some(SOURCE.into()),
        source_line: 84,
        ..frame("shop::pay::charge", "src/pay.rs")
    };
    let checkout = Frame {
        line: 41,
        expression: "charge(user.id,cart.total(),token)".into(),
        says: "checkout of cart 7".into(),
        failed: true,
        locals: vec![local("cart", "Cart { items: 3 }")],
        ..frame("shop::checkout", "src/shop.rs")
    };
    vec![charge, checkout]
}

fn request() -> Request {
    Request::new("shop:5000", "POST", "/pay/991")
        .query("coupon=X")
        .route("/pay/{id}")
        .client("10.1.2.3")
        .header("content-type", "application/json")
        .header("authorization", "*****")
        .header("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
        .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        .body(br#"{"amount":1200,"currency":"EUR","card_secret":*****,"items":[{"sku":"A-1","count":2},{"sku":"B-7","count":1}]}"#)
}

/// An event in which every field says something.
pub(super) fn declined() -> Event {
    let mut event = Event {
        exception_name: "shop::pay::CardDeclined".into(),
        message: "card number refused by issuer".into(),
        chain: ["gateway answered 402", "unexpected end of file"]
            .map(|message| Cause { message: message.into() })
            .into(),
        frames: calls(),
        user: Some("u-7".into()),
        breadcrumbs: vec![
            crumb(14_100_000, Level::Info, "cart loaded"),
            crumb(12_400_000, Level::Warning, "retrying gateway"),
        ],
        globals: vec![local("LIMITS", "Limits { per_hour: 60 }")],
        request: Some(request()),
        thread: "tokio-runtime-worker".into(),
        grouping: grouping(),
        masked: vec![
            note("locals.card_token", "name"),
            note("locals.card", "card number"),
            note("request.body.card_secret", "name"),
            note("request.headers.authorization", "name"),
        ],
        ..numbered(0)
    };
    event.at = before(12_000_000);
    event.context = object(json!({"user_id": 7, "email": "a@example.com", "cart": {"items": 3}}));
    event.status = Some(502);
    event.request_data = object(json!({"tenant": "acme"}));
    event.tags = object(json!({"tenant": "acme", "region": "eu-1"}));
    event
}

fn grouping() -> Grouping {
    let part = |(label, text): (&str, &str)| (label.to_owned(), text.to_owned());
    let parts = [
        ("kind", "error"),
        ("type", "shop::pay::CardDeclined"),
        ("site", "shop::pay::charge"),
        ("expression", "gateway.charge(&card,amount)"),
    ];
    Grouping { version: 2, parts: parts.map(part).into() }
}

fn object(value: serde_json::Value) -> serde_json::Map<String, serde_json::Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn stack() -> Vec<Frame> {
    let library = "/home/u/.cargo/registry/src/index.crates.io-6f17d22bba15001f";
    vec![
        Frame { line: 88, ..frame("shop::pay::charge::{{closure}}", "src/pay.rs") },
        Frame { line: 41, ..frame("shop::checkout", "src/shop.rs") },
        Frame { line: 7, ..frame("axum::serve", &format!("{library}/axum-0.8.4/src/serve.rs")) },
        Frame { line: 9, ..frame("hyper::poll", &format!("{library}/hyper-1.6.0/src/poll.rs")) },
        Frame { line: 12, ..frame("shop::main", "src/main.rs") },
    ]
}

pub(super) fn recorded(event: Event, number: u64) -> Recorded {
    let has_calls = !event.frames.is_empty();
    Recorded {
        event,
        stack: if has_calls { stack() } else { Vec::new() },
        number,
        release: "shop@1.4.3".into(),
        environment: "production".into(),
        server_name: "api-2".into(),
    }
}

pub(super) fn view(kept: Vec<Recorded>) -> View<'static> {
    let hour = NOW.as_micros().div_euclid(3_600_000_000);
    let counts = [(200, 4), (90, 9), (30, 12), (5, 3), (3, 10), (2, 41), (1, 60), (0, 18)];
    View {
        base: "./",
        csrf: "token-1",
        may_change: true,
        now: NOW,
        mask: "*****",
        issue: issue(kept.len() as u64),
        kept: kept.iter().map(KeptEvent::from).collect(),
        at: 0,
        shown: kept.into_iter().next(),
        missing: None,
        during: None,
        hours: counts.map(|(ago, count)| Hour { hour: hour - ago, count }).into(),
        sources: Sources::new(Vec::new(), None),
    }
}

fn issue(kept: u64) -> Issue {
    Issue {
        fingerprint: Fingerprint::from_bytes([0x5a; 32]),
        state: IssueState::Unresolved,
        state_changed: before(180_000_000),
        exception_name: "shop::pay::CardDeclined".into(),
        message: "card number refused by issuer".into(),
        count: 132,
        kept,
        created_on: before(180_000_000),
        last_seen: before(12_000_000),
        first_release: "shop@1.4.2".into(),
        last_release: "shop@1.4.3".into(),
        ..Issue::default()
    }
}

/// An event in which every text is this one.
pub(super) fn filled_with(text: &str) -> Event {
    let mut event = declined();
    event.message = text.into();
    event.exception_name = text.into();
    event.chain.iter_mut().for_each(|cause| cause.message = text.into());
    event.location = format!("{text}:7");
    for frame in &mut event.frames {
        for field in [&mut frame.function, &mut frame.expression, &mut frame.says] {
            *field = text.into();
        }
        frame.file = text.into();
        frame.source = frame.source.as_ref().map(|_| [text; 8].join("\n"));
        frame.globals = frame.locals.clone();
        let values = frame.locals.iter_mut().chain(&mut frame.globals);
        values.for_each(|local| fill(local, text));
    }
    event.globals.iter_mut().for_each(|local| fill(local, text));
    event.context = object(json!({text: text, "deep": {text: [text]}}));
    event.tags = object(json!({text: text}));
    event.request_data = object(json!({text: text}));
    event.user = Some(text.into());
    event.thread = text.into();
    event.lent_backtrace = Some(text.into());
    event.request = Some(filled_request(text));
    event.grouping.parts = vec![(text.into(), text.into())];
    event.masked = vec![note(text, text)];
    for crumb in &mut event.breadcrumbs {
        crumb.message = text.into();
        crumb.data = object(json!({text: text}));
    }
    event
}

fn fill(local: &mut Local, text: &str) {
    (local.name, local.value) = (text.into(), text.into());
    local.masked = local.masked.as_ref().map(|_| text.into());
}

fn filled_request(text: &str) -> Request {
    let pair = format!("{text}={text}");
    Request::new(text, text, text)
        .route(text)
        .client(text)
        .query(&pair)
        .header(text, text)
        .header("cookie", &pair)
        .header("traceparent", format!("00-{text}-00"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(&pair)
}
