//! A layer for [tower](https://docs.rs/tower) services over HTTP: tonic's, hyper's, and others.
//!
//! Put it outermost, so that it sees what the layers below it make of a request. With hyper the
//! service below takes `Request<ReadAlong<Incoming>>`; tonic's and axum's take any body. For axum
//! itself there is [`axum::layer`](crate::axum::layer), which knows the routes and describes problems.
//!
//! A service tells the pattern that a path matched by [`set_route`](crate::web::set_route); methods of
//! gRPC are known. The status of a stream that begins well and fails later comes after its body,
//! and is not seen.

use std::future::Future;
use std::net::IpAddr;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{ready, Context, Poll};

use bytes::{Buf, Bytes};
use http::header::{ACCEPT, CONTENT_TYPE, HOST};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::model::Reference;
use crate::scope::{self, Field, Head, Serving};
use crate::web::layer::{accepts_problem, answer, status_of_grpc, REFERENCE};
use crate::web::watch::{Ended, Told, Watch, Watched};

/// Makes the layer.
pub fn layer() -> Layer {
    Layer
}

/// Records the requests of a service that fail: by a panic, or by a status that
/// [`track_all_exceptions`](crate::TrackedStatuses) names. gRPC's statuses count as the HTTP
/// statuses that they stand for.
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

impl<S, B, R> tower_service::Service<Request<B>> for Service<S>
where
    S: tower_service::Service<Request<ReadAlong<B>>, Response = Response<R>>,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Answering<S::Future, R>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (parts, body) = request.into_parts();
        // A method of gRPC is its own pattern.
        let route = is_grpc(&parts).then(|| parts.uri.path().to_owned());
        // Of a body of any type it is only known how to make an empty one.
        let begun = Begun { as_problem: false, ..Begun::new(&parts, route.as_deref(), None) };
        let body = ReadAlong { inner: body, serving: begun.serving() };
        begun.call(
            || self.inner.call(Request::from_parts(parts, body)),
            |_| R::default(),
            |_| false,
        )
    }
}

fn is_grpc(parts: &Parts) -> bool {
    let media_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    media_type.is_some_and(|media_type| media_type.starts_with("application/grpc"))
}

/// A request whose head was seen.
pub(crate) struct Begun {
    watch: Option<Watch>,
    as_problem: bool,
    is_grpc: bool,
}

impl Begun {
    /// Begins to watch a request, unless a layer further out does.
    pub(crate) fn new(parts: &Parts, route: Option<&str>, client: Option<IpAddr>) -> Self {
        let outer = scope::serving();
        let watch = match &outer {
            Some(_) => None,
            None => Watch::begin(|head| fill(head, parts, (route, client))),
        };
        if let Some((outer, route)) = outer.zip(route) {
            outer.set_route(route);
        }
        let accept = parts.headers.get(ACCEPT).and_then(|value| value.to_str().ok());
        let as_problem = accept.is_some_and(accepts_problem);
        Self { watch, as_problem, is_grpc: is_grpc(parts) }
    }

    pub(crate) fn serving(&self) -> Option<Arc<Serving>> {
        self.watch.as_ref().map(|watch| Arc::clone(watch.serving()))
    }

    /// Calls the service below, within the request's scope.
    pub(crate) fn call<F, R, E>(
        mut self,
        call: impl FnOnce() -> F,
        body: fn(Vec<u8>) -> R,
        is_blank: fn(&Response<R>) -> bool,
    ) -> Answering<F, R>
    where
        F: Future<Output = Result<Response<R>, E>>,
    {
        let future = match &mut self.watch {
            None => Some(call()),
            Some(watch) => watch.enter(|| catch_unwind(AssertUnwindSafe(call))),
        };
        let watched = Watched::new(future, self.watch, tell);
        Answering { watched, body, is_blank, as_problem: self.as_problem, is_grpc: self.is_grpc }
    }
}

fn fill(head: &mut Head, parts: &Parts, (route, client): (Option<&str>, Option<IpAddr>)) {
    head.put(Field::Method, parts.method.as_str().as_bytes());
    head.put(Field::Path, parts.uri.path().as_bytes());
    head.put(Field::Query, parts.uri.query().unwrap_or_default().as_bytes());
    let authority = || parts.uri.authority().map(|authority| authority.as_str().as_bytes());
    let host = parts.headers.get(HOST).map(HeaderValue::as_bytes).or_else(authority);
    head.put(Field::Host, host.unwrap_or_default());
    client.into_iter().for_each(|client| head.client(client));
    route.into_iter().for_each(|route| head.route(route));
    for (name, value) in &parts.headers {
        head.header(name.as_str().as_bytes(), value.as_bytes());
    }
}

fn tell<R, E>(result: &Result<Response<R>, E>) -> Told {
    let Ok(response) = result else { return Told::status(500) };
    let code = response.headers().get("grpc-status").and_then(|code| code.to_str().ok());
    match code.and_then(|code| code.parse().ok()) {
        Some(code) => {
            let trouble = Some(format!("grpc-status {code}"));
            Told { status: status_of_grpc(code), trouble, ..Told::default() }
        }
        None => Told::status(response.status().as_u16()),
    }
}

pin_project! {
    /// The answer of a service that is watched.
    pub struct Answering<F: Future, R> {
        #[pin]
        watched: Watched<F>,
        body: fn(Vec<u8>) -> R,
        is_blank: fn(&Response<R>) -> bool,
        as_problem: bool,
        is_grpc: bool,
    }
}

impl<F, R, E> Future for Answering<F, R>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = Result<Response<R>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Ended { output, reference } = ready!(this.watched.poll(context));
        let Some(result) = output else {
            return Poll::Ready(Ok(match *this.is_grpc {
                true => failed_grpc(reference, *this.body),
                false => made(500, reference, *this.as_problem, *this.body),
            }));
        };
        Poll::Ready(result.map(|mut response| {
            if let Some(reference) = reference {
                if *this.as_problem && (*this.is_blank)(&response) {
                    let status = response.status().as_u16();
                    let problem = made(status, Some(reference), true, *this.body);
                    let (parts, body) = problem.into_parts();
                    response.headers_mut().extend(parts.headers);
                    *response.body_mut() = body;
                }
                name(&mut response, reference);
            }
            response
        }))
    }
}

fn name<R>(response: &mut Response<R>, reference: Reference) {
    if let Ok(value) = HeaderValue::from_str(&reference.to_string()) {
        response.headers_mut().insert(HeaderName::from_static(REFERENCE), value);
    }
}

fn made<R>(
    status: u16,
    reference: Option<Reference>,
    as_problem: bool,
    body: fn(Vec<u8>) -> R,
) -> Response<R> {
    convert(answer(status, reference, as_problem), body)
}

/// Makes the answer of gRPC to a call that panicked: *internal*.
fn failed_grpc<R>(reference: Option<Reference>, body: fn(Vec<u8>) -> R) -> Response<R> {
    let mut response = Response::new(body(Vec::new()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert("grpc-status", HeaderValue::from_static("13"));
    if let Some(reference) = reference {
        name(&mut response, reference);
    }
    response
}

/// Converts what the pages answer.
pub(crate) fn convert<R>(answer: crate::web::Response, body: fn(Vec<u8>) -> R) -> Response<R> {
    let mut response = Response::new(body(answer.body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().append(HeaderName::from_static(name), value);
        }
    }
    response
}

pin_project! {
    /// A body whose beginning is noted as it is read.
    #[derive(Debug)]
    pub struct ReadAlong<B> {
        #[pin]
        inner: B,
        serving: Option<Arc<Serving>>,
    }
}

impl<B> ReadAlong<B> {
    #[cfg(feature = "axum")]
    pub(crate) fn new(inner: B, serving: Arc<Serving>) -> Self {
        Self { inner, serving: Some(serving) }
    }

    /// Returns the body itself.
    pub fn into_inner(self) -> B {
        self.inner
    }
}

impl<B> Body for ReadAlong<B>
where
    B: Body<Data = Bytes>,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = self.project();
        let frame = ready!(this.inner.poll_frame(context));
        if let Some(serving) = this.serving {
            match &frame {
                Some(Ok(frame)) => {
                    if let Some(data) = frame.data_ref() {
                        serving.read(data.chunk());
                    }
                }
                Some(Err(_)) => {}
                None => serving.end_body(),
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
