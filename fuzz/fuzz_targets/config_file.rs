//! Files of settings: what is said of a bad one tells no password.
#![no_main]

use error_tracker::fuzzing::settings;
use error_tracker_fuzz::CANARY;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], &[u8])| {
    let (before, after) = input;
    let _ = settings(before);
    let line = format!("\nstore = \"postgres://app:{CANARY}@db/app\"\n");
    if let Err(error) = settings(&[before, line.as_bytes(), after].concat()) {
        assert!(!error.contains(CANARY), "{error}");
    }
});
