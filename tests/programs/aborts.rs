//! Panics where a panic ends the process: `aborts DATABASE`.

use std::error::Error;

use error_tracker::track_exception;

#[track_exception]
fn charge(user_id: u64, card_secret: &str) -> u64 {
    assert!(user_id < 7, "no account {user_id}");
    card_secret.len() as u64
}

#[track_exception]
fn checkout(order: &str) -> Result<u64, String> {
    Ok(charge(7, "4111 1111") + order.len() as u64)
}

/// Was left before the panic, so that it must not be shown.
#[track_exception]
fn finished(number: u32) -> Result<u32, String> {
    Ok(number)
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: aborts DATABASE")?;
    let _tracker = error_tracker::init! { store: path }?;
    finished(1)?;
    checkout("seven")?;
    Ok(())
}
