use error_tracker::track_exception;

trait Shop {
    #[track_exception]
    fn charge(&self) -> Result<(), String>;
}

fn main() {}
