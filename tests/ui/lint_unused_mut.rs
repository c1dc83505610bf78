#![deny(unused_mut)]
use error_tracker::track_exception;

#[track_exception]
fn charge(mut user: u64, mut list: Vec<u64>) -> Result<Vec<u64>, String> {
    let mut label = "x";
    list.push(user);
    if label.is_empty() { Err(String::new()) } else { Ok(list) }
}

fn main() {
    let _ = charge(7, Vec::new());
}
