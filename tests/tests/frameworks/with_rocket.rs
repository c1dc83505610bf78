//! The shop in Rocket.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::LazyLock;

use error_tracker::rocket::{fairing, track};
use error_tracker::Tracked;
use rocket::config::{Config, LogLevel, Shutdown};
use rocket::data::ToByteUnit as _;
use rocket::fairing::AdHoc;
use rocket::http::Status;
use rocket::response::{self, Responder};
use rocket::{get, post, routes, Build, Data, Request, Rocket};
use tokio::sync::Barrier;

use crate::recorded::App;
use crate::serve::on_a_thread;
use crate::shop;

pub static APP: App = App::new("rocket", || serve(shop_of)).of_rocket();

/// Serves the pages alone.
pub fn serve_pages(mount: &'static str) -> SocketAddr {
    serve(move |rocket| rocket.mount(mount, error_tracker::rocket::pages()))
}

fn serve(app: impl FnOnce(Rocket<Build>) -> Rocket<Build> + Send + 'static) -> SocketAddr {
    on_a_thread(move |told| async move {
        let config = Config {
            address: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            log_level: LogLevel::Off,
            shutdown: Shutdown { ctrlc: false, ..Shutdown::default() },
            ..Config::debug_default()
        };
        let tell = AdHoc::on_liftoff("address", move |rocket| {
            let Config { address, port, .. } = *rocket.config();
            told.send(SocketAddr::new(address, port)).expect("the test waits");
            Box::pin(async {})
        });
        let rocket = app(rocket::custom(config)).attach(tell).attach(fairing()).launch();
        drop(rocket.await.expect("it serves"));
    })
}

fn shop_of(rocket: Rocket<Build>) -> Rocket<Build> {
    let routes =
        routes![fine, panics, fail, tracked, refused, recovered, body, unread, turn, spawned];
    let twice = track(track(routes![fail]));
    rocket.mount("/", track(routes)).mount("/twice", twice).mount("/untracked", routes![fail])
}

#[get("/fine")]
fn fine() -> &'static str {
    "fine"
}

#[get("/panic/<at>")]
fn panics(at: usize) -> String {
    shop::shelf(at, "t-17").to_string()
}

#[get("/fail")]
fn fail() -> Status {
    Status::InternalServerError
}

#[get("/tracked/<user>")]
async fn tracked(user: u32) -> Result<String, Tracked> {
    Ok(shop::checkout(user).await?.to_string())
}

#[get("/refused/<_>")]
fn refused() -> Result<String, Tracked<shop::Refused>> {
    Err(shop::refused().into())
}

impl<'r> Responder<'r, 'static> for shop::Refused {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        (Status::ServiceUnavailable, "come back later").respond_to(request)
    }
}

#[get("/recovered")]
fn recovered() -> String {
    shop::recovered()
}

#[post("/body", data = "<body>")]
async fn body(body: Data<'_>) -> Status {
    let _ = body.open(1.mebibytes()).into_bytes().await;
    Status::InternalServerError
}

#[post("/unread")]
fn unread() -> Status {
    Status::InternalServerError
}

#[get("/turn/<who>")]
async fn turn(who: &str) -> Result<String, Tracked> {
    static BOTH: LazyLock<Barrier> = LazyLock::new(|| Barrier::new(2));
    Ok(shop::turn(who, &BOTH).await?.to_string())
}

#[get("/spawned/<user>")]
async fn spawned(user: u32) -> String {
    shop::spawned(user).await
}
