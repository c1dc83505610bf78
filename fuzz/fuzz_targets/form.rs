//! Forms, with a field that is secret.
#![no_main]

use error_tracker::fuzzing::body;
use error_tracker_fuzz::{check, check_gone, CANARY};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str, &str)| {
    let form = |text: &str| body("application/x-www-form-urlencoded", text);
    let (before, value, after) = input;
    let value = value.replace('&', "");
    for name in ["password", "pass%77ord", "user[api_key]", "X-Api-Key", "a+secret"] {
        let whole = format!("{before}&{name}={value}{CANARY}&{after}");
        check_gone(&check(&whole, form), &whole);
    }
});
