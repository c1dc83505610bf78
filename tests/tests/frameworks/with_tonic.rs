//! Calls of gRPC, with tonic on both sides.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};

use bytes::{Buf as _, BufMut as _};
use error_tracker::{Kind, Outcome};
use error_tracker_tests::functions;
use http::uri::PathAndQuery;
use tokio::runtime::Runtime;
use tonic::body::Body;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::NamedService;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Endpoint, Server};
use tonic::{Code, Request, Response, Status};
use tower_service::Service;

use crate::recorded::{App, Case};
use crate::serve::on_a_thread;
use crate::{request, shop};

static APP: App = App::new("tonic", serve).without_client();
const METHOD: &str = "/shop.Shop/Serve";

fn serve() -> SocketAddr {
    on_a_thread(|told| async move {
        let any = "127.0.0.1:0".parse().expect("it is an address");
        let incoming = TcpIncoming::bind(any).expect("a port is free");
        told.send(incoming.local_addr().expect("it has an address")).expect("the test waits");
        let server = Server::builder().layer(error_tracker::tower::layer()).add_service(Shop);
        server.serve_with_incoming(incoming).await.expect("it serves");
    })
}

/// Sends a text as it is.
struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Text;
    type Decoder = Text;

    fn encoder(&mut self) -> Text {
        Text
    }

    fn decoder(&mut self) -> Text {
        Text
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, text: String, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put_slice(text.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let bytes = from.copy_to_bytes(from.remaining());
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }
}

type Answering<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

#[derive(Clone)]
struct Shop;

impl NamedService for Shop {
    const NAME: &'static str = "shop.Shop";
}

impl Service<http::Request<Body>> for Shop {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Answering<http::Response<Body>, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async { Ok(tonic::server::Grpc::new(Text).unary(Method, request).await) })
    }
}

struct Method;

impl Service<Request<String>> for Method {
    type Response = Response<String>;
    type Error = Status;
    type Future = Answering<Response<String>, Status>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<String>) -> Self::Future {
        Box::pin(async move {
            match request.get_ref().as_str() {
                "fine" => Ok(Response::new("fine".to_owned())),
                "panic" => Ok(Response::new(shop::shelf(9, "t-17").to_string())),
                "charge" => match shop::checkout(7).await {
                    Ok(_) => Ok(Response::new("charged".to_owned())),
                    Err(error) => Err(Status::internal(error.to_string())),
                },
                "internal" => Err(Status::internal("out of paper")),
                _ => Err(Status::not_found("no such thing")),
            }
        })
    }
}

/// Calls the method, over a connection of its own.
fn call(case: &Case, text: &str) -> Result<String, Status> {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("it starts"));
    RUNTIME.block_on(async {
        let endpoint = Endpoint::try_from(format!("http://{}", case.address));
        let origin = format!("http://{}", case.host).parse().expect("a host is an origin");
        let channel = endpoint.expect("it is an address").origin(origin).connect().await;
        let mut client = tonic::client::Grpc::new(channel.expect("the server listens"));
        client.ready().await.expect("the connection is open");
        let request = Request::new(text.to_owned());
        let answer = client.unary(request, PathAndQuery::from_static(METHOD), Text).await;
        answer.map(Response::into_inner)
    })
}

#[track_caller]
fn reference(status: &Status) -> String {
    let named = status.metadata().get("x-error-reference").expect("the answer names the event");
    named.to_str().expect("it is text").to_owned()
}

#[test]
fn a_call_that_succeeds_or_finds_nothing_records_nothing() {
    let case = APP.case();
    assert_eq!(call(&case, "fine").ok().as_deref(), Some("fine"));
    let missing = call(&case, "other").expect_err("there is no such thing");
    assert_eq!((missing.code(), missing.message()), (Code::NotFound, "no such thing"));
    assert!(missing.metadata().get("x-error-reference").is_none());
    assert!(case.found().is_empty());
}

#[test]
fn a_call_that_panics_is_answered_with_internal() {
    let case = APP.case();
    let failed = call(&case, "panic").expect_err("it panics");
    assert_eq!(failed.code(), Code::Internal);
    let event = case.only();
    assert_eq!((event.kind, functions(&event)), (Kind::Panic, vec!["shelf"]));
    assert_eq!((event.status, event.outcome), (Some(500), Outcome::Propagated));
    let request = request(&event);
    assert_eq!([&*request.method, &*request.route, &*request.path], ["POST", METHOD, METHOD]);
    let wanted = error_tracker::Reference::new(event.fingerprint, event.id).to_string();
    assert_eq!(reference(&failed), wanted);
}

#[test]
fn a_status_that_stands_for_an_error_of_the_server_is_recorded() {
    let case = APP.case();
    let failed = call(&case, "internal").expect_err("it fails");
    assert_eq!((failed.code(), failed.message()), (Code::Internal, "out of paper"));
    let event = case.only();
    assert_eq!(event.exception_name, "grpc-status 13");
    assert_eq!(event.message, format!("POST {METHOD} answered with grpc-status 13"));
    assert_eq!((event.status, reference(&failed).is_empty()), (Some(500), false));
}

#[test]
fn a_failure_of_an_annotated_function_and_its_status_are_one_event() {
    let case = APP.case();
    assert_eq!(call(&case, "charge").expect_err("it fails").code(), Code::Internal);
    let event = case.only();
    assert_eq!((functions(&event), event.status), (vec!["charge", "checkout"], Some(500)));
    assert_eq!(request(&event).route, METHOD);
}
