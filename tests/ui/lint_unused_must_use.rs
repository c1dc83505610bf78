#![deny(unused_must_use)]
use error_tracker::track_exception;

#[track_exception]
#[must_use]
fn label(user: u64) -> String {
    user.to_string().parse::<u64>();
    user.to_string()
}

#[track_exception]
fn charge(user: u64) -> Result<(), String> {
    Err(label(user))
}

fn main() {
    label(7);
    charge(7);
}
