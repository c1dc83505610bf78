//! Segments of the spool: as they are, and with a checksum that is right.
#![no_main]

use error_tracker::fuzzing::{sealed, segment};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    for file in [data.to_vec(), sealed(data)] {
        let Some(rewritten) = segment(&file) else { continue };
        let again = segment(&rewritten).expect("what was written is read");
        assert_eq!(segment(&again), Some(again.clone()), "{:?}", String::from_utf8_lossy(&again));
        // A file that is cut says nothing.
        assert_eq!(segment(&rewritten[..rewritten.len() / 2]), None);
        assert_eq!(segment(&rewritten[..rewritten.len() - 1]), None);
    }
});
