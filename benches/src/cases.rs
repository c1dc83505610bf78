//! What a child process runs: one case, once or many times, its figures on standard output.

mod cold;
mod errors;
mod hanging;
mod happy;
#[cfg(feature = "peers")]
mod peers;
#[cfg(feature = "web")]
mod requests;
mod resident;
mod stored;
mod storm;

use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::allocations;

/// A case's name, and what runs it so many times.
pub(super) type Case = (&'static str, fn(u64));

/// A tracker that stores into a file of its own, until it drops.
pub(super) struct Ours<G> {
    _guard: G,
    _folder: tempfile::TempDir,
}

/// Installs our tracker as a program would.
pub(super) fn ours() -> Option<Ours<impl Sized>> {
    let folder = tempfile::tempdir().ok()?;
    let guard = error_tracker::init! { store: folder.path().join("errors.db") }.ok()?;
    Some(Ours { _guard: guard, _folder: folder })
}

/// The same with masking switched off.
pub(super) fn unmasked() -> Option<Ours<impl Sized>> {
    let folder = tempfile::tempdir().ok()?;
    let guard = error_tracker::init! {
        store: folder.path().join("errors.db"),
        masked_key_has: [""; 0],
        mask_values: false,
    }
    .ok()?;
    Some(Ours { _guard: guard, _folder: folder })
}

/// Runs a case by its name.
pub(crate) fn run(name: &str, calls: u64) -> ExitCode {
    let mut known = vec![happy::CASES, errors::CASES, cold::CASES];
    known.extend([storm::CASES, resident::CASES, hanging::CASES, stored::CASES]);
    #[cfg(feature = "web")]
    known.push(requests::CASES);
    #[cfg(feature = "peers")]
    known.push(peers::CASES);
    match known.into_iter().flatten().find(|(case, _)| *case == name) {
        Some((_, case)) => {
            case(calls);
            ExitCode::SUCCESS
        }
        None => ExitCode::from(2),
    }
}

/// Prints a figure of this case.
pub(super) fn say(what: &str, value: impl std::fmt::Display) {
    println!("{what} {value}");
}

/// Where callgrind collects: what this calls, and nothing else, is counted.
#[no_mangle]
#[inline(never)]
fn error_tracker_benches_collected(calls: &mut dyn FnMut()) {
    calls();
}

#[inline(never)]
fn warmed(calls: &mut dyn FnMut()) {
    calls();
}

/// Calls `call` a few times unseen, then so often that it is counted.
pub(super) fn measure(warm: u64, calls: u64, mut call: impl FnMut()) {
    let mut repeat = |times: u64| (0..times).for_each(|_| call());
    warmed(&mut || repeat(warm));
    let second = since_1970().as_secs();
    let before = allocations::count();
    let begun = Instant::now();
    error_tracker_benches_collected(&mut || repeat(calls));
    let (took, made) = (begun.elapsed(), allocations::count() - before);
    say("seconds", since_1970().as_secs() - second);
    say("nanoseconds", took.as_nanos() as f64 / calls as f64);
    say("allocations", made as f64 / calls as f64);
}

/// Waits for the begin of a second: an issue's budget of full events is renewed then.
pub(super) fn begin_of_a_second() {
    while since_1970().subsec_millis() > 50 {
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
