//! Ends by `exit` while the guard lives.

use std::process;
use std::thread;
use std::time::Duration;

use crate::failing::{fail_anew, start};
use crate::storms::lock;

/// What the test expects the program to end with.
const CODE: i32 = 7;

/// Fails so often and exits from this place.
pub fn exit(file: &str, times: u32, place: &str) {
    let guard = match place {
        "locked" => error_tracker::init! {
            store: file, require_store: true, shutdown_timeout: Duration::from_millis(50),
        }
        .expect("the store can be opened"),
        _ => start(file),
    };
    let _lock = (place == "locked").then(|| lock(file));
    if place == "hook" {
        // As programs do that must not go on after a panic.
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            before(info);
            process::exit(CODE);
        }));
    }
    (0..times).for_each(|_| fail_anew());
    match place {
        "main" | "locked" => process::exit(CODE),
        "thread" => {
            let thread = thread::spawn(|| process::exit(CODE));
            let _ = thread.join();
        }
        "thread-local" => process::exit(with_a_destructor()),
        "hook" => panic!("the hook exits"),
        "leaked" => std::mem::forget(guard),
        unknown => panic!("nothing exits from {unknown}"),
    }
}

/// Fails while the thread's locals are destroyed, which happens within `exit`.
struct FailsWhenDropped;

impl Drop for FailsWhenDropped {
    fn drop(&mut self) {
        fail_anew();
    }
}

thread_local! {
    static LATE: FailsWhenDropped = const { FailsWhenDropped };
}

fn with_a_destructor() -> i32 {
    LATE.with(|_| CODE)
}
