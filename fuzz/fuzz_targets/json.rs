//! JSON: as text, as text within text, as a value.
#![no_main]

use error_tracker::fuzzing::{json, text};
use error_tracker_fuzz::{check, check_gone, node_of};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(node) = node_of(data) else { return };
    let value = node.json();
    let plain = value.to_string();
    let pretty = format!("{value:#}");
    let within = serde_json::json!({ "body": plain }).to_string();
    for shown in [plain, pretty, within] {
        check_gone(&check(&shown, text), &shown);
    }
    let masked = json(value.clone());
    check_gone(&masked.to_string(), &value.to_string());
});
