//! Pages and a middleware for [actix-web](https://docs.rs/actix-web).
//!
//! ```
//! use actix_web::{web, App};
//!
//! let app = App::new()
//!     .wrap(error_tracker::actix_web::Middleware)
//!     .route("/", web::get().to(|| async { "hello" }))
//!     .service(error_tracker::actix_web::pages());
//! ```
//!
//! # Where the middleware stands
//!
//! Wrapped last, so outermost: `App::wrap` wraps what was wrapped before it. There it sees the panics
//! and the answers of all other middlewares, and nothing below can take its header away. Wrapped
//! around the app and around one of its scopes, it records once.

use std::error::Error as StdError;
use std::fmt;
use std::future::{ready, Future, Ready};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{ready, Context, Poll};

use ::actix_web::body::{BodySize, BoxBody, EitherBody, MessageBody};
use ::actix_web::dev::{self, Payload, ServiceRequest, ServiceResponse};
use ::actix_web::error::{InternalError, PayloadError};
use ::actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, ACCEPT, HOST};
use ::actix_web::http::StatusCode;
use ::actix_web::web::{self, Bytes};
use ::actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse, ResponseError, Scope};
use futures_core::Stream;
use pin_project_lite::pin_project;

use crate::capture::Snapshot;
use crate::fault::Failure;
use crate::global;
use crate::model::Reference;
use crate::scope::{self, Field, Head, Serving};
use crate::web::layer::{accepts_problem, answer, REFERENCE};
use crate::web::watch::{Ended, Told, Watch, Watched};
use crate::web::{receive, AnyError, Reception, Tracked, Visit};

/// Makes the pages, at the setting `url_prefix`.
///
/// Build it after `init!`: before, the setting is not known, and the pages stand at its default, `/dev/error`.
pub fn pages() -> Scope {
    let tracker = global::tracker();
    pages_at(tracker.config().map_or("/dev/error", |config| &config.url_prefix))
}

/// Makes the pages at a place of its own.
///
/// They answer every path below it: at `/`, add them after all other services.
///
/// # Examples
///
/// ```
/// let admin = actix_web::web::scope("/admin").service(error_tracker::actix_web::pages_at("/errors"));
/// let app = actix_web::App::new().service(admin); // at /admin/errors
/// ```
pub fn pages_at(prefix: &str) -> Scope {
    web::scope(prefix.trim_end_matches('/')).default_service(web::route().to(page))
}

async fn page(request: HttpRequest, body: web::Payload) -> HttpResponse {
    let below = request.match_info().unprocessed().trim_start_matches('/');
    let visit = Visit::new(request.method().as_str(), request.uri().path(), below)
        .query(request.query_string())
        .client(request.peer_addr().map(|address| address.ip()));
    let visit = request.headers().iter().fold(visit, |visit, (name, value)| {
        visit.header(name, String::from_utf8_lossy(value.as_bytes()))
    });
    let job = match receive(visit.with_framework(request)) {
        Reception::Answered(answer) => return convert(answer),
        Reception::Admitted(job) => job,
    };
    let answered = match body.to_bytes_limited(job.body_limit()).await {
        Ok(Ok(body)) => web::block(move || job.body(body).run()).await,
        Ok(Err(_)) => Ok(answer(400, None, false)),
        Err(_) => Ok(job.too_large()),
    };
    convert(answered.unwrap_or_else(|_| answer(500, None, false)))
}

fn convert(answer: crate::web::Response) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::with_body(status, BoxBody::new(answer.body));
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().append(HeaderName::from_static(name), value);
        }
    }
    response
}

/// Records the requests that fail: by a panic, or by a status that
/// [`track_all_exceptions`](crate::TrackedStatuses) names.
#[derive(Clone, Copy, Debug, Default)]
pub struct Middleware;

impl<S, B> dev::Transform<S, ServiceRequest> for Middleware
where
    S: dev::Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = Service<S>;
    type InitError = ();
    type Future = Ready<Result<Service<S>, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(Service { inner }))
    }
}

/// A service whose requests are recorded when they fail.
#[derive(Debug)]
pub struct Service<S> {
    inner: S,
}

impl<S, B> dev::Service<ServiceRequest> for Service<S>
where
    S: dev::Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Answering<S::Future>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let accept = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok());
        let as_problem = accept.is_some_and(accepts_problem);
        // One further out knows the request already.
        let begin = || Watch::begin(|head| fill(head, request.request()));
        let mut watch = if scope::serving().is_some() { None } else { begin() };
        if let Some(watch) = &watch {
            let body = read_along(request.take_payload(), watch.serving());
            request.set_payload(body);
        }
        let call = || self.inner.call(request);
        let future = match &mut watch {
            None => Some(call()),
            Some(watch) => watch.enter(|| catch_unwind(AssertUnwindSafe(call))),
        };
        Answering { watched: Watched::new(future, watch, tell), as_problem }
    }
}

fn fill(head: &mut Head, request: &HttpRequest) {
    head.put(Field::Method, request.method().as_str().as_bytes());
    head.put(Field::Path, request.uri().path().as_bytes());
    head.put(Field::Query, request.query_string().as_bytes());
    let authority = || request.uri().authority().map(|authority| authority.as_str().as_bytes());
    let host = request.headers().get(HOST).map(HeaderValue::as_bytes).or_else(authority);
    head.put(Field::Host, host.unwrap_or_default());
    request.peer_addr().into_iter().for_each(|client| head.client(client.ip()));
    request.match_pattern().iter().for_each(|route| head.route(route));
    for (name, value) in request.headers() {
        head.header(name.as_str().as_bytes(), value.as_bytes());
    }
}

fn tell<B>(result: &Result<ServiceResponse<B>, Error>) -> Told {
    let (status, error) = match result {
        Ok(response) => (response.status(), response.response().error()),
        Err(error) => (error.as_response_error().status_code(), Some(error)),
    };
    let snapshot = |error: &Error| {
        let said = Said(error.as_response_error());
        Box::new(Snapshot::of(&Failure::typed(&said, ""), "", None))
    };
    let error = error.filter(|_| status.as_u16() >= 400).map(snapshot);
    Told { status: status.as_u16(), error, ..Told::default() }
}

/// An error of the framework's, which is no `Error` of the standard library.
struct Said<'e>(&'e dyn ResponseError);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.0, f)
    }
}

impl fmt::Debug for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, f)
    }
}

impl StdError for Said<'_> {}

pin_project! {
    /// The answer of a service that is watched.
    pub struct Answering<F: Future> {
        #[pin]
        watched: Watched<F>,
        as_problem: bool,
    }
}

impl<F, B> Future for Answering<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
    B: MessageBody + 'static,
{
    type Output = Result<ServiceResponse<EitherBody<B>>, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Ended { output, reference } = ready!(this.watched.poll(context));
        let Some(result) = output else {
            let answer = convert(answer(500, reference, *this.as_problem));
            return Poll::Ready(Err(InternalError::from_response("panicked", answer).into()));
        };
        let Some(reference) = reference else {
            return Poll::Ready(result.map(ServiceResponse::map_into_left_body));
        };
        let as_problem = *this.as_problem;
        Poll::Ready(match result {
            Ok(response) => Ok(describe(response, as_problem, reference)),
            Err(mut error) => {
                error.add_response_mapper(move |mut response| {
                    name(response.headers_mut(), reference);
                    response
                });
                Err(error)
            }
        })
    }
}

fn name(headers: &mut HeaderMap, reference: Reference) {
    if let Ok(value) = HeaderValue::from_str(&reference.to_string()) {
        headers.insert(HeaderName::from_static(REFERENCE), value);
    }
}

/// Adds the reference, and the description where the answer says nothing.
fn describe<B: MessageBody>(
    mut response: ServiceResponse<B>,
    as_problem: bool,
    reference: Reference,
) -> ServiceResponse<EitherBody<B>> {
    name(response.headers_mut(), reference);
    let is_empty = matches!(response.response().body().size(), BodySize::None | BodySize::Sized(0));
    let is_blank = is_empty || response.response().extensions().contains::<Undescribed>();
    if !(as_problem && is_blank) {
        return response.map_into_left_body();
    }
    let problem = convert(answer(response.status().as_u16(), Some(reference), true));
    for (name, value) in problem.headers() {
        response.headers_mut().insert(name.clone(), value.clone());
    }
    response.map_body(|_, _| EitherBody::right(problem.into_body()))
}

/// A body whose beginning is noted as it is read.
struct ReadAlong {
    inner: Payload,
    serving: Arc<Serving>,
}

fn read_along(body: Payload, serving: &Arc<Serving>) -> Payload {
    match body {
        Payload::None => Payload::None,
        inner => {
            let serving = Arc::clone(serving);
            Payload::Stream { payload: Box::pin(ReadAlong { inner, serving }) }
        }
    }
}

impl Stream for ReadAlong {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let part = ready!(Pin::new(&mut self.inner).poll_next(context));
        match &part {
            Some(Ok(bytes)) => self.serving.read(bytes),
            Some(Err(_)) => {}
            None => self.serving.end_body(),
        }
        Poll::Ready(part)
    }
}

/// Marks an answer that says nothing of its error.
#[derive(Clone, Copy)]
struct Undescribed;

impl ResponseError for Tracked<AnyError> {
    fn error_response(&self) -> HttpResponse {
        self.hand_over(scope::serving());
        let mut response = convert(answer(500, None, false));
        response.extensions_mut().insert(Undescribed);
        response
    }
}

impl<E: StdError + ResponseError> ResponseError for Tracked<E> {
    fn status_code(&self) -> StatusCode {
        self.get_ref().status_code()
    }

    fn error_response(&self) -> HttpResponse {
        self.hand_over(scope::serving());
        self.get_ref().error_response()
    }
}
