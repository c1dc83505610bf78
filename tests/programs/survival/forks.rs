//! Forks without `exec` while threads fail: the child must neither hang nor write.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use error_tracker::{track_exception, tracker, Query, StoreHealth};

use crate::failing::{fail_anew, fails, start};

/// How many issues the parent's failures are.
const ISSUES: u32 = 1_000;
/// What nothing takes that does not hang.
const LIMIT: Duration = Duration::from_secs(60);

#[track_exception]
fn panics(number: u32) -> u32 {
    panic!("number {number}")
}

/// Forks so often; prints how many failures the parent had.
pub fn while_threads_fail(file: &str, times: u32) {
    // Before the tracker's own, which calls it.
    std::panic::set_hook(Box::new(|_| ()));
    let guard = start(file);
    // A reader's connection, which the children must not use.
    assert!(tracker().issues(Query::new()).is_ok());
    let (ended, failed) = (AtomicBool::new(false), AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    let number = failed.fetch_add(1, Ordering::Relaxed);
                    assert!(fails(number % ISSUES).is_err());
                }
            });
        }
        (0..times).for_each(fork);
        ended.store(true, Ordering::Relaxed);
    });
    drop(guard);
    println!("{}", failed.into_inner());
}

fn fork(number: u32) {
    // SAFETY: the child calls what a program may call after `fork` as far as it is the tracker's,
    // which is the point of the test, and ends without returning from here.
    let child = unsafe { libc::fork() };
    match child {
        -1 => panic!("there are too many processes"),
        0 => be_the_child(number),
        _ => wait_for(child),
    }
}

fn be_the_child(number: u32) -> ! {
    (0..50).for_each(|_| fail_anew());
    let has_panicked = std::panic::catch_unwind(|| panics(number)).is_err();
    let is_stored = error_tracker::flush(LIMIT);
    let is_closed = tracker().health().store == StoreHealth::Closed;
    let can_read = tracker().issues(Query::new()).is_ok();
    let is_right = has_panicked && !is_stored && is_closed && !can_read;
    let code = i32::from(!is_right);
    match number % 2 {
        // SAFETY: it ends the process and runs nothing of it.
        0 => unsafe { libc::_exit(code) },
        _ => std::process::exit(code),
    }
}

fn wait_for(child: libc::pid_t) {
    let (start, mut status) = (Instant::now(), 0);
    // SAFETY: the child is ours, and `status` is where its end is written to.
    while unsafe { libc::waitpid(child, &mut status, libc::WNOHANG) } == 0 {
        if start.elapsed() > LIMIT {
            // SAFETY: the child is ours and was not waited for to its end.
            unsafe { libc::kill(child, libc::SIGKILL) };
            panic!("the forked child hangs");
        }
        thread::yield_now();
    }
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "status {status:x}");
}
