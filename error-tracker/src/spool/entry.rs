//! One segment that waits: its name, its file, and who reads it now.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::model::Timestamp;
use crate::spool::{folder, segment};
use crate::store::Batch;

/// What a file takes at least, and by which steps it grows.
pub(super) const BLOCK: u64 = 4_096;

/// A segment that waits.
pub(super) struct Entry {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    /// How many failures it holds, as its name says.
    pub(super) failures: u64,
    pub(super) since: Instant,
    pub(super) tries: u32,
    pub(super) panics: u32,
    /// How often something else had been written when this failed first.
    pub(super) failed_at: Option<u64>,
}

impl Entry {
    pub(super) fn new(path: PathBuf, length: u64, now: Instant) -> Self {
        let failures = failures_of(&path);
        let bytes = rounded(length);
        Self { path, bytes, failures, since: now, tries: 0, panics: 0, failed_at: None }
    }
}

/// Holds a segment against other processes while it is written to the store.
pub(crate) struct Taken(File);

impl Drop for Taken {
    fn drop(&mut self) {
        // Closing is not enough: a forked child may have the file, too.
        let _ = self.0.unlock();
    }
}

/// Reads a whole file and holds it against other processes.
pub(super) fn take(path: &Path) -> io::Result<(Taken, Vec<u8>)> {
    let mut file = File::open(path)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::WouldBlock.into()),
        // A file system without locks leaves it to the store to count once.
        Ok(()) | Err(TryLockError::Error(_)) => {}
    }
    // Somebody may have been done with it in between.
    fs::metadata(path)?;
    let mut bytes = Vec::new();
    let limit = segment::MAX_BYTES as u64 + BLOCK;
    Read::by_ref(&mut file).take(limit).read_to_end(&mut bytes)?;
    Ok((Taken(file), bytes))
}

/// Returns how much room a file takes.
pub(super) fn rounded(length: u64) -> u64 {
    length.div_ceil(BLOCK).max(1) * BLOCK
}

/// Names a segment so that the oldest comes first, with the number of its failures at the end.
pub(super) fn name(batch: &Batch) -> String {
    let id = batch.id.unwrap_or_default();
    let failures: u64 = batch.deltas.iter().map(|delta| delta.count).sum();
    let now = Timestamp::now().as_micros();
    format!("{now:016x}-{:016x}-{:08x}-{failures}{}", id.run, id.number, folder::SEGMENT)
}

/// Reads the number of failures from a name; one by hand has none.
fn failures_of(path: &Path) -> u64 {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.and_then(|name| name.strip_suffix(folder::SEGMENT));
    let number = name.and_then(|name| name.rsplit_once('-')?.1.parse().ok());
    number.unwrap_or_default()
}
