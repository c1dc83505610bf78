#![deny(unreachable_code)]
use error_tracker::track_exception;

#[track_exception]
fn charge(user: u64) -> Result<u64, String> {
    return Ok(user);
    println!("after");
}

fn main() {
    let _ = charge(7);
}
