//! `Debug` text, of values (a first byte of 0) and of nothing in particular.
#![no_main]

use error_tracker::fuzzing::text;
use error_tracker_fuzz::{check, check_gone, node_of, text_of};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((0, rest)) = data.split_first().map(|(first, rest)| (*first, rest)) else {
        if let Some(raw) = text_of(data) {
            check(&raw, text);
        }
        return;
    };
    let Some(node) = node_of(rest) else { return };
    let (plain, pretty) = (format!("{node:?}"), format!("{node:#?}"));
    let within = format!("{plain:?}");
    for shown in [plain, pretty, within] {
        check_gone(&text(&shown), &shown);
    }
});
