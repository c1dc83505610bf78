//! A function whose arguments fill the 16 KiB that an event has for locals.

use std::collections::BTreeMap;
use std::hint::black_box;

use error_tracker::track_exception;

/// What a shop's order holds; a few of its names are secret.
#[derive(Clone, Debug)]
#[allow(dead_code, reason = "shown through Debug only")]
pub(crate) struct Order {
    id: u64,
    customer: String,
    session_id: String,
    lines: Vec<(u32, &'static str, f64)>,
    address: Option<(String, u32)>,
}

/// The arguments: more of each than fits into its quarter of the room.
pub(crate) struct Arguments {
    orders: Vec<Order>,
    log: Vec<String>,
    bodies: Vec<String>,
    headers: BTreeMap<String, String>,
}

impl Arguments {
    pub(crate) fn new() -> Self {
        let order = |id: u64| Order {
            id,
            customer: format!("customer number {id}"),
            session_id: format!("a3f{id}"),
            lines: vec![(id as u32, "a pair of shoes", 49.5), (7, "laces", 3.25)],
            address: Some(("Long Street".to_owned(), 17)),
        };
        let line = |n: u32| {
            format!("2026-11-22T10:{n:02}:00Z INFO shop::cart: {n} items of the cart were priced in 3 ms")
        };
        let body = |n: u32| {
            format!(r#"{{"item": {n}, "note": "as a gift", "token": "t-{n}", "tags": ["a", "b"]}}"#)
        };
        Self {
            orders: (0..100).map(order).collect(),
            log: (0..100).map(line).collect(),
            bodies: (0..100).map(body).collect(),
            headers: (0..100)
                .map(|n| (format!("x-header-{n}"), format!("a value of some length, {n}")))
                .collect(),
        }
    }

    pub(crate) fn call(&self) {
        let _ = black_box(place(&self.orders, &self.log, &self.bodies, &self.headers));
    }
}

#[track_exception]
#[inline(never)]
fn place(
    _orders: &[Order],
    _log: &[String],
    _bodies: &[String],
    _headers: &BTreeMap<String, String>,
) -> Result<u64, std::num::ParseIntError> {
    black_box("seven").parse()
}
