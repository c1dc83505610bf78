//! Forms, with a field that is secret.
#![no_main]

use error_tracker::fuzzing::body;
use error_tracker_fuzz::{check, check_gone, texts_of, CANARY};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some([before, value, after]) = texts_of(data) else { return };
    let form = |text: &str| body("application/x-www-form-urlencoded", text);
    let value = value.replace('&', "");
    for name in ["password", "pass%77ord", "user[api_key]", "X-Api-Key", "a+secret"] {
        let whole = format!("{before}&{name}={value}{CANARY}&{after}");
        check_gone(&check(&whole, form), &whole);
    }
});
