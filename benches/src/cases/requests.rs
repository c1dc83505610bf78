//! Requests to an axum app, in the process: with a layer that does nothing, and with ours.
//!
//! Any layer costs a request to axum three allocations, as its services and futures are boxed.

use std::future::Future;
use std::hint::black_box;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::{pin, Pin};
use std::task::{Context, Poll, Waker};

use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::StatusCode;
use axum::routing::get;
use axum::Router;
use tower_layer::Identity;
use tower_service::Service as _;

use crate::cases::errors::WARM;
use crate::cases::{begin_of_a_second, measure, ours, Case};
use crate::subjects;

pub(crate) const CASES: &[Case] = &[
    ("request-bare", |calls| succeeding(calls, app().layer(Identity::new()))),
    ("request-ours", |calls| {
        let _ours = ours();
        succeeding(calls, app().layer(error_tracker::axum::layer()));
    }),
    ("request-failing-bare", |calls| failing(calls, app().layer(Identity::new()))),
    ("request-failing-ours", |calls| {
        let _ours = ours();
        failing(calls, app().layer(error_tracker::axum::layer()));
    }),
];

fn app() -> Router {
    Router::new()
        .route("/pay/{id}", get(async || "paid"))
        .route("/fail/{id}", get(async || answer(subjects::two_ours(black_box(-7), "seven"))))
}

fn answer<E>(result: Result<u64, E>) -> (StatusCode, String) {
    match result {
        Ok(sum) => (StatusCode::OK, sum.to_string()),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, String::new()),
    }
}

fn succeeding(calls: u64, mut app: Router) {
    measure(1_000, calls, || serve(&mut app, "/pay/991?coupon=X", StatusCode::OK));
}

/// Fails as often as an issue may record in full within a second.
fn failing(calls: u64, mut app: Router) {
    begin_of_a_second();
    let failed = StatusCode::INTERNAL_SERVER_ERROR;
    measure(WARM, calls, || serve(&mut app, "/fail/991?coupon=X", failed));
}

fn serve(app: &mut Router, target: &str, wanted: StatusCode) {
    let answering = pin!(app.call(black_box(request(target))));
    match polled(answering) {
        Ok(response) => assert_eq!(black_box(response).status(), wanted),
        Err(never) => match never {},
    }
}

/// Makes a request as a browser sends it.
fn request(target: &str) -> Request {
    let client = ConnectInfo(SocketAddr::from((Ipv4Addr::LOCALHOST, 50_000)));
    let request = Request::get(target)
        .header("host", "shop.example:5000")
        .header(
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        )
        .header("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
        .header("accept-language", "en-US,en;q=0.5")
        .header("accept-encoding", "gzip, deflate, br, zstd")
        .header("connection", "keep-alive")
        .header("cookie", "session=5f2b1c9e0a7d4b6f; theme=dark")
        .header("referer", "https://shop.example:5000/cart")
        .extension(client)
        .body(Body::empty());
    request.unwrap_or_default()
}

/// Polls as executors do: through a pointer to a task of some type.
fn polled<T>(future: Pin<&mut dyn Future<Output = T>>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    match black_box(future).poll(&mut context) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("the handlers wait for nothing"),
    }
}
