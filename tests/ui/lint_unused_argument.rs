#![deny(unused_variables)]
use error_tracker::track_exception;

#[track_exception]
fn charge(user: u64, card: &str) -> Result<u64, String> {
    Ok(user)
}

#[track_exception]
async fn charge_later(user: u64, card: &str) -> Result<u64, String> {
    let other = user;
    Ok(user)
}

fn main() {
    let _ = (charge(7, ""), charge_later(7, ""));
}
