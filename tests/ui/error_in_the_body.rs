use error_tracker::track_exception;

#[track_exception]
fn charge(user: u64) -> Result<String, String> {
    let label: String = user;
    unknown(label)
}

#[track_exception]
async fn charge_later(user: u64) -> Result<String, String> {
    Ok(user)
}

fn main() {
    let _ = (charge(7), charge_later(7));
}
