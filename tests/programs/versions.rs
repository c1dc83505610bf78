//! Fails in ways whose grouping has changed between versions; its store outlives them.

use std::fmt;
use std::panic::catch_unwind;

use error_tracker::{capture_exception, capture_message, track_exception};

#[derive(Debug)]
enum PayError {
    Declined,
}

impl fmt::Display for PayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("declined")
    }
}

impl std::error::Error for PayError {}

struct Cart<T>(T);

impl<T: Copy + Into<u64>> Cart<T> {
    /// Version 1 kept the arguments of its type in its path.
    #[track_exception]
    fn total(&self) -> Result<u64, PayError> {
        let Self(total) = self;
        if (*total).into() > 0 {
            Err(PayError::Declined)
        } else {
            Ok(0)
        }
    }
}

#[track_exception]
fn charge(order: u64) -> Result<u64, PayError> {
    if order > 0 {
        Err(PayError::Declined)
    } else {
        Ok(order)
    }
}

/// Version 1 told units apart.
#[track_exception]
fn wait(took: &str) -> Result<u64, String> {
    Err(format!("worker took {took}"))
}

#[track_exception(fingerprint = format!("stock {}", shelf % 2))]
fn count(shelf: u64) -> Result<u64, PayError> {
    if shelf > 0 {
        Err(PayError::Declined)
    } else {
        Ok(shelf)
    }
}

fn main() -> Result<(), error_tracker::Error> {
    std::panic::set_hook(Box::new(|_| {}));
    let _tracker = error_tracker::init!()?;
    charge(7).ok();
    wait("950ms").ok();
    wait("1.5s").ok();
    Cart(7_u8).total().ok();
    count(3).ok();
    drop(catch_unwind(|| panic!("worker 17 fell over")));
    capture_exception(&std::io::Error::other("disk 'a' is full"));
    capture_message!("only {} left", 3);
    Ok(())
}
