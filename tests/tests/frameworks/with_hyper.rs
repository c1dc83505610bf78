//! The shop as a service of tower's, in plain hyper.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::{pin, Pin};
use std::sync::LazyLock;
use std::task::{Context, Poll};
use std::{future::poll_fn, io};

use error_tracker::tower::{layer, ReadAlong};
use error_tracker::web::set_route;
use http::{Request, Response, StatusCode};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::sync::Barrier;
use tower_layer::Layer as _;

use crate::recorded::App;
use crate::serve::{listener, on_a_thread};
use crate::shop;

/// Its service has a layer around it twice.
pub static APP: App = App::new("hyper", serve).without_client();

fn serve() -> SocketAddr {
    on_a_thread(|told| async move {
        let listener = listener(told).await;
        let service = TowerToHyperService::new(layer().layer(layer().layer(Shop)));
        while let Ok((stream, _)) = listener.accept().await {
            let io = TokioIo::new(stream);
            tokio::spawn(http1::Builder::new().serve_connection(io, service.clone()));
        }
    })
}

#[derive(Clone)]
struct Shop;

type Body = ReadAlong<ReadAlong<Incoming>>;

impl tower_service::Service<Request<Body>> for Shop {
    type Response = Response<String>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<String>, io::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(routed(request))
    }
}

async fn routed(request: Request<Body>) -> io::Result<Response<String>> {
    let path = request.uri().path().to_owned();
    let (first, second) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
    match first {
        "panic" => set_route("/panic/{at}"),
        "tracked" => set_route("/tracked/{user}"),
        "turn" => set_route("/turn/{who}"),
        "spawned" => set_route("/spawned/{user}"),
        "fail" | "body" | "unread" | "twice" => set_route(&path),
        _ => {}
    }
    static BOTH: LazyLock<Barrier> = LazyLock::new(|| Barrier::new(2));
    let number = second.parse().unwrap_or_default();
    let text = match first {
        "fine" => "fine".to_owned(),
        "panic" => shop::shelf(number as usize, "t-17").to_string(),
        "recovered" => shop::recovered(),
        "tracked" => return Ok(answer(shop::checkout(number).await.map(|_| StatusCode::OK))),
        "turn" => return Ok(answer(shop::turn(second, &BOTH).await.map(|_| StatusCode::OK))),
        "spawned" => shop::spawned(number).await,
        "broken" => return Err(io::Error::other("no answer")),
        "body" => {
            read(request.into_body()).await;
            return Ok(answer(Err(())));
        }
        "fail" | "unread" | "twice" => return Ok(answer(Err(()))),
        _ => return Ok(answer::<()>(Ok(StatusCode::NOT_FOUND))),
    };
    Ok(Response::new(text))
}

fn answer<E>(result: Result<StatusCode, E>) -> Response<String> {
    let mut response = Response::new(String::new());
    *response.status_mut() = result.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

async fn read(body: Body) {
    let mut body = pin!(body);
    while let Some(Ok(_)) = poll_fn(|context| body.as_mut().poll_frame(context)).await {}
}
