use error_tracker::track_exception;

#[track_exception(skip(usr), mask(car), handler = err)]
fn charge(user: u64, card: &str) -> Result<(), String> {
    Err(format!("{user} {card}"))
}

fn main() {
    charge(7, "4111").unwrap_err();
}
