use error_tracker::{auto_track_exception, track_exception};

#[track_exception]
struct Order;

#[auto_track_exception]
enum Choice {
    One,
}

fn main() {
    let _ = (Order, Choice::One);
}
