//! The form in which events are queued: whatever stands there, reading it ends, and cutting it off
//! takes nothing from what came before.
#![no_main]

use error_tracker::fuzzing::queued;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let whole = queued(data);
    let cut = queued(&data[..data.len() / 2]);
    assert!(cut.frames.len() <= whole.frames.len());
    assert!(cut.chain.len() <= whole.chain.len());
    assert!(cut.breadcrumbs.len() <= whole.breadcrumbs.len());
    // What is read is no more than what is there.
    assert!(whole.frames.len() + whole.chain.len() + whole.addresses.len() <= data.len());
});
