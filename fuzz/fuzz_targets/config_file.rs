//! Files of settings: what is said of a bad one tells no password.
#![no_main]

use error_tracker::fuzzing::settings;
use error_tracker_fuzz::{text_of, CANARY};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = settings(data);
    if text_of(data).is_none() {
        return;
    }
    let (before, after) = data.split_at(data.len() / 2);
    let line = format!("\nstore = \"postgres://app:{CANARY}@db/app\"\n");
    if let Err(error) = settings(&[before, line.as_bytes(), after].concat()) {
        assert!(!error.contains(CANARY), "{error}");
    }
});
