//! A small web shop on axum, with error-tracker inside.
//!
//! ```text
//! cargo run --example shop [-- [--port N] [--traffic N] [--folder FOLDER]]
//! ```
//!
//! Then open <http://localhost:5000> and press some buttons; what failed is on
//! <http://localhost:5000/dev/error>. What concerns the tracker in this file: the call of `init!`, and
//! two lines of the router.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]
#![allow(missing_docs, reason = "a program has no users of its items")]

mod domain;
mod doors;
mod options;
mod start;
mod traffic;

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Multipart, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use error_tracker::{LoopbackOnly, Tracked};
use serde::Deserialize;
use tokio::net::TcpListener;

use crate::domain::catalog::{CatalogError, Product};
use crate::domain::checkout::{CartError, CouponError, Payment, PaymentError};
use crate::domain::customers::SignUp;
use crate::domain::suppliers::StockError;
use crate::domain::Shop;
use crate::options::Options;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = Options::read(std::env::args().skip(1)) else {
        println!("{}", Options::USAGE);
        return Ok(());
    };
    std::fs::create_dir_all(&options.folder)?;
    let _tracker = error_tracker::init! {
        store: options.folder.join("error-tracker.db"),
        view_permission: LoopbackOnly,
        environment: "development",
    }?;
    let shop = Shop::open(&options.folder.join("shop.db"))?;
    let listener = TcpListener::bind(options.address).await?;
    let address = listener.local_addr()?;
    options.greet(address);
    traffic::start(address, options.traffic);
    let service = router(shop).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(interrupted()).await?;
    Ok(())
}

fn router(shop: Shop) -> Router {
    Router::new()
        .route("/", get(|| async { Html(start::page()) }))
        .route("/pay/{order}", post(pay))
        .route("/picture/{sku}", get(picture))
        .route("/product/{sku}", get(product))
        .route("/products", post(add_product))
        .route("/register", post(register))
        .route("/stock/{sku}", get(stock))
        .route("/cart", post(cart))
        .route("/reviews", post(review))
        .route("/rates", get(rates))
        .route("/report", get(|| async { StatusCode::SERVICE_UNAVAILABLE }))
        .route("/coupon/{code}", post(coupon))
        .route("/category/{name}", get(category))
        .with_state(Arc::new(shop))
        // The tracker: its pages, and outermost the layer that records what fails.
        .merge(error_tracker::axum::pages())
        .layer(error_tracker::axum::layer())
}

type Open = State<Arc<Shop>>;

async fn pay(
    State(shop): Open,
    Path(order): Path<u64>,
    Json(payment): Json<Payment>,
) -> Result<&'static str, Tracked<PaymentError>> {
    Ok(shop.pay(order, &payment)?)
}

#[derive(Deserialize)]
struct Size {
    width: usize,
}

async fn picture(State(shop): Open, Path(_sku): Path<String>, Query(size): Query<Size>) -> Vec<u8> {
    let pixels = [0x7f; 64];
    shop.thumbnail(&pixels, size.width, 8)
}

async fn product(
    State(shop): Open,
    Path(sku): Path<String>,
) -> Result<Json<Product>, Tracked<CatalogError>> {
    Ok(Json(shop.product(&sku)?))
}

async fn add_product(State(shop): Open, Json(product): Json<Product>) -> Result<(), Tracked> {
    Ok(shop.add_product(&product)?)
}

async fn register(State(shop): Open, Form(form): Form<SignUp>) -> Result<(), Tracked> {
    Ok(shop.sign_up(&form.email, &form.password)?)
}

async fn stock(State(shop): Open, Path(sku): Path<String>) -> Result<String, Tracked<StockError>> {
    Ok(shop.stock(&sku).await?.to_string())
}

async fn cart(State(shop): Open, body: String) -> Result<String, Tracked<CartError>> {
    Ok(shop.read_cart(&body)?.to_string())
}

async fn review(State(shop): Open, mut form: Multipart) -> Result<(), Tracked> {
    let (mut text, mut photo) = (String::new(), Vec::new());
    while let Some(field) = form.next_field().await? {
        match field.name() {
            Some("text") => text = field.text().await?,
            _ => photo = field.bytes().await?.to_vec(),
        }
    }
    shop.review(&text, &photo)?;
    Ok(())
}

async fn rates(State(shop): Open) -> String {
    shop.rate().to_string()
}

async fn coupon(
    State(shop): Open,
    Path(code): Path<String>,
    note: String,
) -> Result<String, Tracked<CouponError>> {
    Ok(format!("{} % off", shop.redeem(&code, &note)?))
}

async fn category(
    State(shop): Open,
    Path(name): Path<String>,
) -> Result<Json<Vec<String>>, Tracked> {
    Ok(Json(shop.above(&name, 0)?))
}

/// Gives an error a status of its own; what is only `Tracked` answers 500 and tells nothing.
macro_rules! statuses {
    ($($error:ty => $status:ident),* $(,)?) => {
        $(impl IntoResponse for $error {
            fn into_response(self) -> Response {
                (StatusCode::$status, format!("{self}\n")).into_response()
            }
        })*
    };
}

statuses! {
    PaymentError => PAYMENT_REQUIRED,
    CatalogError => NOT_FOUND,
    StockError => GATEWAY_TIMEOUT,
    CartError => BAD_REQUEST,
    CouponError => UNPROCESSABLE_ENTITY,
}

/// Ends when somebody presses Ctrl-C.
async fn interrupted() {
    // Where signals can't be waited for, the shop stays open.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
