//! The same small web shop on actix-web, with error-tracker inside.
//!
//! ```text
//! cargo run --example shop_actix [-- [--port N] [--traffic N] [--folder FOLDER]]
//! ```
//!
//! Then open <http://localhost:5000> and press some buttons; what failed is on
//! <http://localhost:5000/dev/error>. What concerns the tracker in this file: the call of `init!`, and
//! two lines of the `App`.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]
#![allow(missing_docs, reason = "a program has no users of its items")]

#[path = "../shop/domain/mod.rs"]
mod domain;
#[path = "../shop/doors.rs"]
mod doors;
#[path = "../shop/options.rs"]
mod options;
#[path = "../shop/start.rs"]
mod start;
#[path = "../shop/traffic.rs"]
mod traffic;

use std::error::Error;

use actix_multipart::form::{bytes::Bytes, text::Text, MultipartForm};
use actix_web::http::StatusCode;
use actix_web::web::{get, post, Data, Form, Html, Json, Path, Query, ServiceConfig};
use actix_web::{App, HttpResponse, HttpServer, ResponseError};
use error_tracker::{LoopbackOnly, Tracked};
use serde::Deserialize;

use crate::domain::catalog::{CatalogError, Product};
use crate::domain::checkout::{CartError, CouponError, Payment, PaymentError};
use crate::domain::customers::SignUp;
use crate::domain::suppliers::StockError;
use crate::domain::Shop;
use crate::options::Options;

#[actix_web::main]
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
    let shop = Data::new(Shop::open(&options.folder.join("shop.db"))?);
    let app = move || {
        App::new()
            .app_data(shop.clone())
            .configure(routes)
            // The tracker: its pages, and outermost the middleware that records what fails.
            .service(error_tracker::actix_web::pages())
            .wrap(error_tracker::actix_web::Middleware)
    };
    let server = HttpServer::new(app).workers(2).bind(options.address)?;
    for address in server.addrs() {
        options.greet(address);
        traffic::start(address, options.traffic);
    }
    Ok(server.run().await?)
}

fn routes(app: &mut ServiceConfig) {
    app.route("/", get().to(|| async { Html::new(start::page()) }))
        .route("/pay/{order}", post().to(pay))
        .route("/picture/{sku}", get().to(picture))
        .route("/product/{sku}", get().to(product))
        .route("/products", post().to(add_product))
        .route("/register", post().to(register))
        .route("/stock/{sku}", get().to(stock))
        .route("/cart", post().to(cart))
        .route("/reviews", post().to(review))
        .route("/rates", get().to(rates))
        .route("/report", get().to(HttpResponse::ServiceUnavailable))
        .route("/coupon/{code}", post().to(coupon))
        .route("/category/{name}", get().to(category));
}

type Open = Data<Shop>;

async fn pay(
    shop: Open,
    order: Path<u64>,
    payment: Json<Payment>,
) -> Result<&'static str, Tracked<PaymentError>> {
    Ok(shop.pay(*order, &payment)?)
}

#[derive(Deserialize)]
struct Size {
    width: usize,
}

async fn picture(shop: Open, size: Query<Size>) -> Vec<u8> {
    let pixels = [0x7f; 64];
    shop.thumbnail(&pixels, size.width, 8)
}

async fn product(shop: Open, sku: Path<String>) -> Result<Json<Product>, Tracked<CatalogError>> {
    Ok(Json(shop.product(&sku)?))
}

async fn add_product(shop: Open, product: Json<Product>) -> Result<&'static str, Tracked> {
    shop.add_product(&product)?;
    Ok("")
}

async fn register(shop: Open, form: Form<SignUp>) -> Result<&'static str, Tracked> {
    shop.sign_up(&form.email, &form.password)?;
    Ok("")
}

async fn stock(shop: Open, sku: Path<String>) -> Result<String, Tracked<StockError>> {
    Ok(shop.stock(&sku).await?.to_string())
}

async fn cart(shop: Open, body: String) -> Result<String, Tracked<CartError>> {
    Ok(shop.read_cart(&body)?.to_string())
}

#[derive(MultipartForm)]
struct Review {
    text: Text<String>,
    photo: Bytes,
}

async fn review(shop: Open, form: MultipartForm<Review>) -> Result<&'static str, Tracked> {
    shop.review(&form.text, &form.photo.data)?;
    Ok("")
}

async fn rates(shop: Open) -> String {
    shop.rate().to_string()
}

async fn coupon(
    shop: Open,
    code: Path<String>,
    note: String,
) -> Result<String, Tracked<CouponError>> {
    Ok(format!("{} % off", shop.redeem(&code, &note)?))
}

async fn category(shop: Open, name: Path<String>) -> Result<Json<Vec<String>>, Tracked> {
    Ok(Json(shop.above(&name, 0)?))
}

/// Gives an error a status of its own; what is only `Tracked` answers 500 and tells nothing.
macro_rules! statuses {
    ($($error:ty => $status:ident),* $(,)?) => {
        $(impl ResponseError for $error {
            fn status_code(&self) -> StatusCode {
                StatusCode::$status
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
