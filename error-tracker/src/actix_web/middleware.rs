//! Requests that are watched.

use std::error::Error as StdError;
use std::fmt;
use std::future::{ready, Future, Ready};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{ready, Context, Poll};

use ::actix_web::body::{BodySize, EitherBody, MessageBody};
use ::actix_web::dev::{self, Payload, ServiceRequest, ServiceResponse};
use ::actix_web::error::{InternalError, PayloadError};
use ::actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, ACCEPT, HOST};
use ::actix_web::web::Bytes;
use ::actix_web::{Error, HttpMessage as _, HttpRequest, ResponseError};
use futures_core::Stream;
use pin_project_lite::pin_project;

use super::pages::convert;
use super::tracked::Undescribed;
use crate::capture::Snapshot;
use crate::fault::Failure;
use crate::model::Reference;
use crate::scope::{self, Field, Head, Serving};
use crate::web::layer::{accepts_problem, answer, REFERENCE};
use crate::web::watch::{Ended, Told, Watch, Watched};

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
