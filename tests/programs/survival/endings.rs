//! Ends by `exit` while the guard lives.

use std::process;
use std::thread;
use std::time::Duration;

use error_tracker::store::{Page, Query, Store};
use error_tracker::{Error, Fingerprint, Issue};

use crate::failing::{fail_anew, start};
use crate::storms::lock;

/// What the test expects the program to end with.
const CODE: i32 = 7;

/// Fails so often and exits from this place.
pub fn exit(file: &str, times: u32, place: &str) {
    let limit = Duration::from_millis(50);
    let guard = match place {
        "locked" => error_tracker::init! {
            store: file, require_store: true, shutdown_timeout: limit,
        },
        "store" => error_tracker::init! { store: Own { exits: true } },
        "hanging" => error_tracker::init! { store: Own { exits: false }, shutdown_timeout: limit },
        _ => Ok(start(file)),
    };
    let guard = guard.expect("the store can be opened");
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
        "main" | "locked" | "hanging" => process::exit(CODE),
        "thread" => {
            let thread = thread::spawn(|| process::exit(CODE));
            let _ = thread.join();
        }
        "store" => loop {
            thread::park();
        },
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

/// A store that exits when it is written, or hangs.
struct Own {
    exits: bool,
}

impl Store for Own {
    fn put(&mut self, _: &Issue) -> Result<(), Error> {
        if self.exits {
            process::exit(CODE);
        }
        loop {
            thread::park();
        }
    }

    fn list(&mut self, query: &Query) -> Result<Page<Issue>, Error> {
        Ok(query.page_of([]))
    }

    fn get(&mut self, _: Fingerprint) -> Result<Option<Issue>, Error> {
        Ok(None)
    }

    fn delete(&mut self, _: Fingerprint) -> Result<bool, Error> {
        Ok(false)
    }
}
