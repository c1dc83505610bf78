use error_tracker::track_exception;

struct Receipt(u64);

#[track_exception(silent)]
fn charge(user: u64) -> Result<Receipt, String> {
    Ok(Receipt(user))
}

fn main() {
    let _ = charge(7).map(|receipt| receipt.0);
}
