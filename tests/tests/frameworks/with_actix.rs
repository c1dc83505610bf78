//! The shop in actix-web.

use std::net::{SocketAddr, TcpListener};
use std::sync::LazyLock;

use actix_web::dev::ServiceResponse;
use actix_web::error::ErrorInternalServerError;
use actix_web::http::StatusCode;
use actix_web::rt::System;
use actix_web::web::{get, post, scope, Path, Payload, ServiceConfig};
use actix_web::{App as ActixApp, HttpResponse, HttpServer, ResponseError};
use error_tracker::actix_web::Middleware;
use error_tracker::Tracked;
use tokio::sync::Barrier;

use crate::recorded::App;
use crate::serve::started;
use crate::shop;

pub static APP: App = App::new("actix", || serve(shop_routes));

/// Serves the pages alone.
pub fn serve_pages(mount: &'static str) -> SocketAddr {
    serve(move |app| {
        app.service(error_tracker::actix_web::pages_at(mount));
    })
}

fn serve(routes: impl Fn(&mut ServiceConfig) + Clone + Send + 'static) -> SocketAddr {
    started(move |told| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let app = move || ActixApp::new().wrap(Middleware).configure(routes.clone());
        let server = || HttpServer::new(app).workers(1).disable_signals().listen(listener);
        let running = async {
            let server = server().expect("it listens").run();
            told.send(address).expect("the test waits");
            server.await
        };
        System::new().block_on(running).expect("it serves");
    })
}

fn shop_routes(app: &mut ServiceConfig) {
    let twice = scope("/twice").wrap(Middleware).route("/fail", get().to(fail));
    let guarded = scope("/guarded").wrap_fn(|_, _| async { refuses() }).route("/", get().to(fail));
    app.service(guarded)
        .route("/fine", get().to(async || "fine"))
        .route("/panic/{at}", get().to(panics))
        .route("/fail", get().to(fail))
        .route("/own", get().to(own))
        .route("/tracked/{user}", get().to(tracked))
        .route("/refused/{number}", get().to(refused))
        .route("/recovered", get().to(async || shop::recovered()))
        .route("/body", post().to(body))
        .route("/unread", post().to(fail))
        .route("/turn/{who}", get().to(turn))
        .route("/spawned/{user}", get().to(spawned))
        .service(twice);
}

async fn panics(at: Path<usize>) -> String {
    shop::shelf(*at, "t-17").to_string()
}

async fn fail() -> HttpResponse {
    HttpResponse::InternalServerError().finish()
}

/// Fails with an error of the framework's own.
async fn own() -> actix_web::Result<String> {
    Err(ErrorInternalServerError(shop::refused()))
}

async fn tracked(user: Path<u32>) -> Result<String, Tracked> {
    Ok(shop::checkout(*user).await?.to_string())
}

async fn refused() -> Result<String, Tracked<shop::Refused>> {
    Err(shop::refused().into())
}

/// What a middleware does that lets nobody in.
fn refuses() -> actix_web::Result<ServiceResponse> {
    Err(Tracked::<shop::Refused>::from(shop::refused()).into())
}

impl ResponseError for shop::Refused {
    fn status_code(&self) -> StatusCode {
        StatusCode::SERVICE_UNAVAILABLE
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::ServiceUnavailable().body("come back later")
    }
}

async fn body(body: Payload) -> HttpResponse {
    let _ = body.to_bytes().await;
    HttpResponse::InternalServerError().finish()
}

async fn turn(who: Path<String>) -> Result<String, Tracked> {
    static BOTH: LazyLock<Barrier> = LazyLock::new(|| Barrier::new(2));
    Ok(shop::turn(&who, &BOTH).await?.to_string())
}

async fn spawned(user: Path<u32>) -> String {
    shop::spawned(*user).await
}
