//! Many threads, and none.

use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use error_tracker::{tracker, StoreHealth};

use crate::failing::{fails, start};

/// Room for a failure in a build that is not optimized.
const STACK: usize = 256 << 10;

/// So many threads fail while all of them are alive; prints how many there were.
pub fn many_at_once(file: &str, threads: u32) {
    let guard = start(file);
    let gate = Arc::new((Mutex::new(false), Condvar::new()));
    let started: Vec<_> = (0..threads).map_while(|_| wait_and_fail(&gate)).collect();
    *gate.0.lock().expect("nobody panics under it") = true;
    gate.1.notify_all();
    let count = started.len();
    started.into_iter().for_each(|thread| thread.join().expect("it fails without a panic"));
    drop(guard);
    println!("{count}");
}

/// `None` if the machine has no room for another thread.
fn wait_and_fail(gate: &Arc<(Mutex<bool>, Condvar)>) -> Option<thread::JoinHandle<()>> {
    let gate = Arc::clone(gate);
    let run = move || {
        let is_open = gate.0.lock().expect("nobody panics under it");
        drop(gate.1.wait_while(is_open, |is_open| !*is_open));
        assert!(fails(1).is_err());
    };
    thread::Builder::new().stack_size(STACK).spawn(run).ok()
}

/// Goes on without a tracker where its thread can't be started.
pub fn without_a_writer(file: &str) {
    let before = limit_memory();
    let started = error_tracker::init! { store: file };
    // SAFETY: as in `limit_memory`.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_AS, &before) }, 0);
    let error = started.expect_err("there is no room for a thread");
    assert!(error.is_writer(), "{error:?}");
    println!("{error}");
    assert!(fails(1).is_err());
    assert_eq!(tracker().health().store, StoreHealth::Closed);
    assert!(error_tracker::flush(std::time::Duration::ZERO));
    // With room it starts after all.
    drop(start(file));
}

/// Leaves room for what `init!` allocates, but for no thread's stack; returns the limit before.
fn limit_memory() -> libc::rlimit {
    let text = std::fs::read_to_string("/proc/self/statm").expect("it is Linux");
    let pages: u64 = text.split(' ').next().and_then(|word| word.parse().ok()).expect("a number");
    let mut before = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: both calls read or write the one structure that is passed.
    unsafe {
        assert_eq!(libc::getrlimit(libc::RLIMIT_AS, &mut before), 0);
        let limit = libc::rlimit { rlim_cur: pages * 4_096 + (3 << 19), ..before };
        assert_eq!(libc::setrlimit(libc::RLIMIT_AS, &limit), 0);
    }
    before
}
