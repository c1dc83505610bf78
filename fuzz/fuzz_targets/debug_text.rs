//! `Debug` text, of values and of nothing in particular.
#![no_main]

use arbitrary::Arbitrary;
use error_tracker::fuzzing::text;
use error_tracker_fuzz::{check, check_gone, Node};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Input {
    Text(String),
    Value(Node),
}

fuzz_target!(|input: Input| match input {
    Input::Text(raw) => drop(check(&raw, text)),
    Input::Value(node) => {
        for shown in [format!("{node:?}"), format!("{node:#?}"), format!("{:?}", format!("{node:?}"))] {
            check_gone(&text(&shown), &shown);
        }
    }
});
