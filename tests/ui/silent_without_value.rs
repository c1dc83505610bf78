use error_tracker::track_exception;

#[track_exception(silent)]
fn numbers(count: u8) -> impl Iterator<Item = u8> {
    0..count
}

#[track_exception(silent)]
fn stop(code: i32) -> ! {
    std::process::exit(code)
}

fn main() {
    stop(numbers(1).count() as i32)
}
