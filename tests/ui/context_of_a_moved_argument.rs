use error_tracker::track_exception;

#[track_exception(context(name = name))]
fn greet(name: String) -> Result<String, String> {
    Err(name)
}

fn main() {
    greet("x".to_owned()).unwrap_err();
}
