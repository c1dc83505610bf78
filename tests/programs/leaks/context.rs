//! Paths on which a secret is context: of scopes, attributes, breadcrumbs, requests, threads.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use std::thread;

use error_tracker::{
    breadcrumb, capture_exception, capture_message, scope, set_extra, set_tag, set_user,
    track_exception, Request,
};
use error_tracker_tests::errors::Gone;

use crate::arguments::{either, order, text};
use crate::Run;

pub const PATHS: &[(&str, Run)] = &[
    ("context(..)", |s| either(s, lazy, lazy_by_name)),
    ("context_now(..)", |s| either(s, |t| eager(t.into()), |t| eager_by_name(t.into()))),
    ("context with %", |s| displayed(&s.text, &order(s)).unwrap_or_default()),
    ("scope!", |s| {
        let _scope =
            scope!(note = s.text.as_str(), order = ?order(s), password = s.secret.as_str());
        capture_message!("in a scope");
    }),
    ("scope! with a block", |s| {
        let result: Result<(), String> =
            scope!(note = s.text.as_str(), { Err::<(), String>("in a block".to_owned()) });
        assert!(result.is_err());
    }),
    ("set_extra", |s| {
        inside(|| {
            set_extra("note", &s.text);
            set_extra("nested", serde_json::json!({"a": [{"password": s.secret}, s.text]}));
        })
    }),
    ("set_tag", |s| {
        inside(|| {
            set_tag("note", &s.text);
            set_tag("session", &s.secret);
        })
    }),
    ("set_user", |s| inside(|| set_user(&s.text))),
    ("key of context", |s| inside(|| set_extra(s.text.clone(), 1))),
    ("breadcrumb message", |s| {
        let text = &s.text;
        inside(|| breadcrumb!("before: {text}"))
    }),
    ("breadcrumb data", |s| {
        inside(|| breadcrumb!("before", note = s.text.as_str(), token = s.secret.as_str()))
    }),
    ("scope of a future", |s| {
        let future = scope!(note = s.text.as_str(), async { capture_message!("in a future") });
        let mut future = pin!(future);
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    }),
    ("thread name", |s| {
        let named = thread::Builder::new().name(s.text.clone());
        let run = || {
            set_tag("path", "thread name");
            capture_message!("on a thread")
        };
        assert!(named.spawn(run).is_ok_and(|thread| thread.join().is_ok()));
    }),
    ("request host", |s| requested(Request::new(&s.text, "GET", "/"))),
    ("request method", |s| requested(Request::new("h", &s.text, "/"))),
    ("request path", |s| requested(Request::new("h", "GET", format!("/a/{}", s.text)))),
    ("request query", |s| {
        let query = format!("note={}&password={}", encoded(&s.text), s.secret);
        requested(Request::new("h", "GET", "/").query(query))
    }),
    ("request headers", |s| {
        let request = Request::new("h", "GET", "/").header("x-note", &s.text);
        requested(request.header("authorization", &s.secret).header("x-session", text(s)))
    }),
    ("request cookies", |s| {
        requested(Request::new("h", "GET", "/").header("cookie", format!("id={}", s.secret)))
    }),
    ("request body, a form", |s| {
        let body = format!("password={}&note={}", s.secret, encoded(&s.text));
        body_of("application/x-www-form-urlencoded", &body)
    }),
    ("request body, JSON", |s| {
        let body = serde_json::json!({"token": s.secret, "items": [s.text]}).to_string();
        body_of("application/json", &body)
    }),
    ("request body, text", |s| body_of("text/plain", &s.text)),
    ("request body, multipart", |s| {
        let part = |name, value| {
            format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let body = format!("{}{}--B--\r\n", part("secret", &s.secret), part("note", &s.text));
        body_of("multipart/form-data; boundary=B", &body)
    }),
    ("context of a capture", |s| {
        capture_exception!(Gone, note = s.text.as_str(), secret = s.secret.as_str(), order = ?order(s));
    }),
];

/// Captures within a scope that ends with it.
fn inside(add: impl FnOnce()) {
    scope!(|_scope| {
        add();
        capture_message!("with more context");
    });
}

fn requested(request: Request) {
    capture_message!(request = &request; "in a request");
}

fn body_of(kind: &str, body: &str) {
    requested(Request::new("h", "POST", "/").header("content-type", kind).body(body));
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[track_exception(context(note = note, again = ?note))]
fn lazy(note: &str) -> Result<(), String> {
    let _ = note;
    Err("with context".to_owned())
}

#[track_exception(skip(value), context(password = value))]
fn lazy_by_name(value: &str) -> Result<(), String> {
    let _ = value;
    Err("with context".to_owned())
}

#[track_exception(context_now(note = note.as_str()))]
fn eager(note: String) -> Result<(), String> {
    drop(note);
    Err("with context".to_owned())
}

#[track_exception(skip(value), context_now(session_id = value.as_str()))]
fn eager_by_name(value: String) -> Result<(), String> {
    drop(value);
    Err("with context".to_owned())
}

#[track_exception(context(note = %note, order = ?order))]
fn displayed(note: &str, order: &impl std::fmt::Debug) -> Result<(), String> {
    let _ = (note, order);
    Err("with context".to_owned())
}
