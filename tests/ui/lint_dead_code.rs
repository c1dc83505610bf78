#![deny(dead_code)]
use error_tracker::{auto_track_exception, track_exception};

#[track_exception]
fn charge(user: u64) -> Result<(), String> {
    Err(user.to_string())
}

struct Shop;

#[auto_track_exception]
impl Shop {
    fn close(&self) {}
}

fn main() {
    let _ = Shop;
}
