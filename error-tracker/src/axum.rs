//! Pages and a layer for [axum](https://docs.rs/axum).
//!
//! ```
//! use axum::routing::get;
//! use axum::Router;
//!
//! let app: Router = Router::new()
//!     .route("/", get(|| async { "hello" }))
//!     .merge(error_tracker::axum::pages())
//!     .layer(error_tracker::axum::layer());
//! ```
//!
//! # Where the layer stands
//!
//! Last, so outermost: `Router::layer` wraps what was added before it. There it sees the panics and
//! the answers of all other layers, nothing below can take its header away, and the pattern of the
//! matched route is known. Around the whole router, as `layer().layer(router)`, patterns are not known,
//! and requests are grouped by status alone; a layer in both places records once and knows them.

use std::net::SocketAddr;
use std::task::{Context, Poll};

use ::axum::body::{to_bytes, Body, HttpBody as _};
use ::axum::extract::{ConnectInfo, MatchedPath, OriginalUri, RawPathParams, Request};
use ::axum::response::{IntoResponse, Response};
use ::axum::routing::any;
use ::axum::{RequestExt as _, Router};

use crate::global;
use crate::scope;
use crate::tower::{convert, Answering, Begun, ReadAlong};
use crate::web::layer::answer;
use crate::web::{receive, AnyError, Reception, Tracked, Visit};

/// Makes the router of the pages, at the setting `url_prefix`.
///
/// Build it after `init!`: before, the setting is not known, and the pages stand at its default, `/dev/error`.
pub fn pages<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let tracker = global::tracker();
    pages_at(tracker.config().map_or("/dev/error", |config| &config.url_prefix))
}

/// Makes the router of the pages at a place of its own.
///
/// # Examples
///
/// ```
/// let admin: axum::Router = error_tracker::axum::pages_at("/errors");
/// let app: axum::Router = axum::Router::new().nest("/admin", admin); // at /admin/errors
/// ```
pub fn pages_at<S: Clone + Send + Sync + 'static>(prefix: &str) -> Router<S> {
    let prefix = prefix.trim_end_matches('/');
    let router = Router::new().route(&format!("{prefix}/"), any(page));
    let router = router.route(&format!("{prefix}/{{*below}}"), any(page));
    match prefix {
        "" => router,
        prefix => router.route(prefix, any(page)),
    }
}

async fn page(mut request: Request) -> Response {
    let below = request.extract_parts::<RawPathParams>().await.ok().and_then(|params| {
        let below = params.iter().find(|(name, _)| *name == "below");
        below.map(|(_, value)| value.to_owned())
    });
    let (parts, body) = request.into_parts();
    let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |uri| &uri.0);
    let visit = Visit::new(parts.method.as_str(), uri.path(), below.unwrap_or_default())
        .query(uri.query().unwrap_or_default())
        .client(client(&parts.extensions).map(|address| address.ip()));
    let visit = parts.headers.iter().fold(visit, |visit, (name, value)| {
        visit.header(name, String::from_utf8_lossy(value.as_bytes()))
    });
    let job = match receive(visit.with_framework(parts.extensions)) {
        Reception::Answered(answer) => return convert(answer, Body::from),
        Reception::Admitted(job) => job,
    };
    let answered = match to_bytes(body, job.body_limit()).await {
        Ok(body) => tokio::task::spawn_blocking(move || job.body(body).run()).await,
        Err(_) => Ok(job.too_large()),
    };
    convert(answered.unwrap_or_else(|_| answer(500, None, false)), Body::from)
}

fn client(extensions: &http::Extensions) -> Option<SocketAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| *address)
}

/// Makes the layer that records requests which fail.
pub fn layer() -> Layer {
    Layer
}

/// Records the requests that fail: by a panic, or by a status that
/// [`track_all_exceptions`](crate::TrackedStatuses) names.
#[derive(Clone, Copy, Debug, Default)]
pub struct Layer;

impl<S> tower_layer::Layer<S> for Layer {
    type Service = Service<S>;

    fn layer(&self, inner: S) -> Service<S> {
        Service { inner }
    }
}

/// A service whose requests are recorded when they fail.
#[derive(Clone, Debug)]
pub struct Service<S> {
    inner: S,
}

impl<S> tower_service::Service<Request> for Service<S>
where
    S: tower_service::Service<Request, Response = Response>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Answering<S::Future, Body>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (parts, body) = request.into_parts();
        let route = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str);
        let client = client(&parts.extensions).map(|address| address.ip());
        let begun = Begun::new(&parts, route, client);
        let body = match begun.serving().filter(|_| !body.is_end_stream()) {
            Some(serving) => Body::new(ReadAlong::new(body, serving)),
            None => body,
        };
        let call = || self.inner.call(Request::from_parts(parts, body));
        begun.call(call, Body::from, is_blank)
    }
}

/// Tells whether an answer is ours to describe: without a body, or made of any error.
fn is_blank(response: &Response) -> bool {
    response.body().is_end_stream() || response.extensions().get::<Undescribed>().is_some()
}

/// Marks an answer that says nothing of its error.
#[derive(Clone, Copy)]
struct Undescribed;

impl IntoResponse for Tracked<AnyError> {
    fn into_response(self) -> Response {
        self.hand_over(scope::serving());
        let mut response = convert(answer(500, None, false), Body::from);
        response.extensions_mut().insert(Undescribed);
        response
    }
}

impl<E: std::error::Error + IntoResponse> IntoResponse for Tracked<E> {
    fn into_response(self) -> Response {
        self.hand_over(scope::serving());
        self.into_inner().into_response()
    }
}
