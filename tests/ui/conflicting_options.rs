use error_tracker::track_exception;

#[track_exception(skip(card), mask(card), level = warning, level = error)]
fn charge(user: u64, card: &str) -> Result<(), String> {
    Err(format!("{user} {card}"))
}

fn main() {
    charge(7, "4111").unwrap_err();
}
