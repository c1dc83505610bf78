#[error_tracker::track_exception]
const fn limit(base: u8) -> u8 {
    base + 1
}

fn main() {
    println!("{}", limit(1));
}
