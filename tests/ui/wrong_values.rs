use error_tracker::track_exception;

#[track_exception(level = loud, name = 7, source = true, skip = user, context(user), ignore)]
fn charge(user: u64) -> Result<(), String> {
    Err(format!("{user}"))
}

fn main() {
    charge(7).unwrap_err();
}
