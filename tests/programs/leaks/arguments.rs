//! Paths on which a secret is an argument, a part of one, or a static.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Waker};

use error_tracker::{track_exception, Masked};
use error_tracker_tests::leaks::Sample;
use serde::Serialize;

use crate::Run;

pub const PATHS: &[(&str, Run)] = &[
    ("argument", |s| either(s, lent, lent_by_name)),
    ("owned argument", |s| either(s, |t| owned(t.into()), |t| owned_by_name(t.into()))),
    ("armed owned argument", |s| {
        (0..2)
            .for_each(|_| either(s, |t| listed(vec![t.into()]), |t| listed_by_name(vec![t.into()])))
    }),
    ("changed argument", |s| (0..2).for_each(|_| changed(&mut order(s)).unwrap_or_default())),
    ("kept argument", |s| kept(order(s)).unwrap_or_default()),
    ("serialized argument", |s| (0..2).for_each(|_| serialized(&order(s)).unwrap_or_default())),
    ("nested field", |s| nested(&[Some(order(s))]).unwrap_or_default()),
    ("map", |s| {
        let key = if s.is_word { "password" } else { "note" };
        mapped(&BTreeMap::from([(key, text(s))])).unwrap_or_default();
    }),
    ("map key", |s| mapped(&BTreeMap::from([(&*s.text, "x")])).unwrap_or_default()),
    ("tuple", |s| {
        paired((if s.is_word { "password" } else { "note" }, text(s))).unwrap_or_default()
    }),
    ("bytes", |s| bytes(text(s).as_bytes(), s.secret.as_bytes()).unwrap_or_default()),
    ("global of a function", |s| {
        *lock(&DB_PASSWORD) = s.secret.clone();
        *lock(&NOTES) = s.text.clone();
        global().unwrap_or_default();
    }),
    ("masked argument", |s| masked(&s.secret).unwrap_or_default()),
    ("argument of a masked type", |s| {
        let hidden = Hidden { id: 7, value: s.secret.clone() };
        let _ = (&hidden.id, &hidden.value);
        typed(Masked::new(s.secret.clone()), &hidden).unwrap_or_default();
    }),
    ("argument of a future", |s| {
        let mut future = pin!(later(text(s), &s.text, &s.secret));
        let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_ready());
    }),
];

/// Shown with every event.
pub static EVERYWHERE: Mutex<String> = Mutex::new(String::new());
static DB_PASSWORD: Mutex<String> = Mutex::new(String::new());
static NOTES: Mutex<String> = Mutex::new(String::new());

pub fn set_global(sample: &Sample) {
    *lock(&EVERYWHERE) = sample.text.clone();
}

fn lock(text: &Mutex<String>) -> std::sync::MutexGuard<'_, String> {
    text.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The plain word where a name tells it, else a text with the secret.
pub fn text(sample: &Sample) -> &str {
    if sample.is_word {
        &sample.secret
    } else {
        &sample.text
    }
}

/// Passes a plain word to what has a secret name, a text to what has a harmless one.
pub fn either(
    sample: &Sample,
    plain: impl FnOnce(&str) -> Result<(), String>,
    by_name: impl FnOnce(&str) -> Result<(), String>,
) {
    let result = if sample.is_word { by_name(&sample.secret) } else { plain(&sample.text) };
    assert!(result.is_err());
}

#[derive(Debug, Default, Serialize)]
pub struct Order {
    id: u32,
    note: String,
    card_secret: String,
}

pub fn order(sample: &Sample) -> Order {
    match sample.is_word {
        true => Order { id: 7, card_secret: sample.secret.clone(), ..Order::default() },
        false => Order { id: 7, note: sample.text.clone(), ..Order::default() },
    }
}

fn fail() -> Result<(), String> {
    Err("it fails".to_owned())
}

#[track_exception]
fn lent(note: &str) -> Result<(), String> {
    let _ = note;
    fail()
}

#[track_exception]
fn lent_by_name(password: &str) -> Result<(), String> {
    let _ = password;
    fail()
}

#[track_exception]
fn owned(note: String) -> Result<(), String> {
    drop(note);
    fail()
}

#[track_exception]
fn owned_by_name(api_key: String) -> Result<(), String> {
    drop(api_key);
    fail()
}

#[track_exception]
fn listed(notes: Vec<String>) -> Result<(), String> {
    drop(notes);
    fail()
}

#[track_exception]
fn listed_by_name(tokens: Vec<String>) -> Result<(), String> {
    drop(tokens);
    fail()
}

#[track_exception]
fn changed(order: &mut Order) -> Result<(), String> {
    order.id += 1;
    fail()
}

#[track_exception(keep(order))]
fn kept(order: Order) -> Result<(), String> {
    drop(order);
    fail()
}

#[track_exception(serialize(order))]
fn serialized(order: &Order) -> Result<(), String> {
    let _ = order;
    fail()
}

#[track_exception]
fn nested(orders: &[Option<Order>]) -> Result<(), String> {
    let _ = orders;
    fail()
}

#[track_exception]
fn mapped(fields: &BTreeMap<&str, &str>) -> Result<(), String> {
    let _ = fields;
    fail()
}

#[track_exception]
fn paired(pair: (&str, &str)) -> Result<(), String> {
    let _ = pair;
    fail()
}

#[track_exception]
fn bytes(secret: &[u8], private_key: &[u8]) -> Result<(), String> {
    let _ = (secret, private_key);
    fail()
}

#[track_exception(globals(DB_PASSWORD, NOTES))]
fn global() -> Result<(), String> {
    fail()
}

#[track_exception(mask(note))]
fn masked(note: &str) -> Result<(), String> {
    let _ = note;
    fail()
}

#[derive(Masked)]
struct Hidden {
    #[masked(show)]
    id: u32,
    value: String,
}

#[track_exception]
fn typed(note: Masked<String>, hidden: &Hidden) -> Result<(), String> {
    let _ = (note.expose(), hidden);
    fail()
}

#[track_exception]
async fn later(secret: &str, note: &str, session: &str) -> Result<(), String> {
    let _ = (secret, note, session);
    std::future::ready(()).await;
    fail()
}
