//! Fails before, while and after a tracker runs: `lifetime DATABASE`. Exits with 0 if all went well.

use std::error::Error;
use std::thread;

use error_tracker::{capture_exception, capture_message, track_exception};
use error_tracker_tests::errors::Disk;

#[track_exception]
fn fails(number: u32) -> Result<u32, Disk> {
    Err(Disk(number))
}

#[track_exception(silent)]
fn swallows(number: u32) -> Result<u32, Disk> {
    assert!(number != 2, "number {number}");
    Err(Disk(number))
}

#[track_exception]
fn panics(number: u32) -> u32 {
    panic!("panic {number}")
}

struct FailsWhenDropped(u32);

impl Drop for FailsWhenDropped {
    fn drop(&mut self) {
        let _ = fails(self.0);
        capture_exception(&Disk(self.0));
        let _ = thread::panicking() || std::panic::catch_unwind(|| panics(9)).is_err();
    }
}

thread_local! {
    static LATE: FailsWhenDropped = const { FailsWhenDropped(8) };
}

/// Does all that must do nothing.
fn unseen() {
    assert_eq!(fails(1), Err(Disk(1)));
    assert_eq!(swallows(1), Ok(0));
    assert_eq!(swallows(2), Ok(0));
    assert!(thread::spawn(|| panics(1)).join().is_err());
    assert!(capture_exception(&Disk(1)).is_nil());
    assert!(capture_message!("unseen").is_nil());
    assert!(error_tracker::format_exception(&Disk(1)).contains("disk 1"));
    error_tracker::breadcrumb!("unseen");
    error_tracker::set_tag("unseen", true);
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: lifetime DATABASE")?;
    LATE.with(|_| ());
    thread::spawn(unseen).join().map_err(|_| "before init!, something panicked")?;
    {
        let _tracker = error_tracker::init! { store: path }?;
        assert!(error_tracker::init!().is_err_and(|error| error.is_already_initialized()));
        assert_eq!(fails(3), Err(Disk(3)));
        assert!(thread::spawn(|| panics(4)).join().is_err());
        // Its destructor fails while the tracker runs.
        thread::spawn(|| LATE.with(|_| fails(5))).join().map_err(|_| "a destructor panicked")?.ok();
    }
    thread::spawn(unseen).join().map_err(|_| "after the guard, something panicked")?;
    Ok(())
}
