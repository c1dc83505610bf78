//! URLs, with a password and a parameter that are secret.
#![no_main]

use error_tracker::fuzzing::url;
use error_tracker_fuzz::{check, check_gone, texts_of, CANARY};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some([before, query, after]) = texts_of(data) else { return };
    check(&before, url);
    let whole = format!("{before}?{query}&access_token={CANARY}&{after}");
    check_gone(&check(&whole, url), &whole);
    let user: String = query.chars().filter(char::is_ascii_alphanumeric).collect();
    let whole =
        format!("https://{user}:{CANARY}@example.org/{}", after.replace(char::is_whitespace, ""));
    check_gone(&url(&whole), &whole);
});
