//! The shop in axum.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::LazyLock;

use axum::body::{to_bytes, Body};
use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, ServiceExt as _};
use error_tracker::{axum::layer, Tracked};
use tokio::sync::Barrier;
use tower_layer::Layer as _;
use tower_service::Service;

use crate::recorded::App;
use crate::serve::{listener, on_a_thread};
use crate::shop;

pub static APP: App = App::new("axum", || serve(shop_router().layer(layer())));

/// With the layer around the whole router, too.
pub static AROUND: App =
    App::new("axum-around", || serve(layer().layer(shop_router().layer(layer()))));

pub fn serve<S>(app: S) -> SocketAddr
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    on_a_thread(|told| async move {
        let listener = listener(told).await;
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, app).await.expect("it serves");
    })
}

/// Serves the pages alone.
pub fn serve_pages(mount: &'static str) -> SocketAddr {
    serve(Router::new().merge(error_tracker::axum::pages_at(mount)).layer(layer()))
}

fn shop_router() -> Router {
    let twice = Router::new().route("/fail", get(fail)).layer(layer());
    Router::new()
        .route("/fine", get(async || "fine"))
        .route("/panic/{at}", get(panics))
        .route("/fail", get(fail))
        .route("/tracked/{user}", get(tracked))
        .route("/refused/{number}", get(refused))
        .route("/recovered", get(async || shop::recovered()))
        .route("/body", post(body))
        .route("/unread", post(fail))
        .route("/turn/{who}", get(turn))
        .route("/spawned/{user}", get(spawned))
        .nest("/twice", twice)
}

async fn panics(Path(at): Path<usize>) -> String {
    shop::shelf(at, "t-17").to_string()
}

async fn fail() -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

async fn tracked(Path(user): Path<u32>) -> Result<String, Tracked> {
    Ok(shop::checkout(user).await?.to_string())
}

async fn refused() -> Result<String, Tracked<shop::Refused>> {
    Err(shop::refused().into())
}

impl IntoResponse for shop::Refused {
    fn into_response(self) -> Response {
        (StatusCode::SERVICE_UNAVAILABLE, "come back later").into_response()
    }
}

async fn body(body: Body) -> StatusCode {
    let _ = to_bytes(body, usize::MAX).await;
    StatusCode::INTERNAL_SERVER_ERROR
}

async fn turn(Path(who): Path<String>) -> Result<String, Tracked> {
    static BOTH: LazyLock<Barrier> = LazyLock::new(|| Barrier::new(2));
    Ok(shop::turn(&who, &BOTH).await?.to_string())
}

async fn spawned(Path(user): Path<u32>) -> String {
    shop::spawned(user).await
}
