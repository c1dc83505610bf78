//! The container of a segment: one line that tells version, length and checksum, then JSON.
//!
//! ```text
//! error-tracker spool 1 2917 9f86d081884c7d65…
//! {"owner":"error_tracker_","run":…}
//! ```
//!
//! The first three words stay what they are for ever, so that any version knows a newer one.

use sha2::{Digest, Sha256};

/// What a segment begins with.
const MAGIC: &str = "error-tracker spool ";
/// The version that this program writes.
const VERSION: u64 = 1;
/// No first line is longer.
const MAX_LINE: usize = 200;
/// No segment is larger: what waits in memory is bounded far below.
pub(super) const MAX_BYTES: usize = 64 << 20;

/// What a file turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content<'a> {
    Body(&'a [u8]),
    /// A newer version of the program wrote it.
    Newer,
    /// It is cut, damaged or something else.
    Bad,
}

/// Writes the line that stands before a body.
pub(super) fn head(body: &[u8]) -> String {
    let length = body.len();
    format!("{MAGIC}{VERSION} {length} {}\n", checksum(VERSION, body))
}

/// Reads a whole file.
pub(super) fn read(file: &[u8]) -> Content<'_> {
    parse(file).unwrap_or(Content::Bad)
}

fn parse(file: &[u8]) -> Option<Content<'_>> {
    let rest = file.strip_prefix(MAGIC.as_bytes())?;
    let end = rest.iter().take(MAX_LINE).position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(&rest[..end]).ok()?;
    let body = &rest[end + 1..];
    let mut words = line.split(' ');
    let version: u64 = words.next()?.parse().ok()?;
    if version > VERSION {
        return Some(Content::Newer);
    }
    let is_whole = words.next()?.parse() == Ok(body.len());
    let is_sound = is_whole && words.next()? == checksum(version, body) && words.next().is_none();
    is_sound.then_some(Content::Body(body))
}

fn checksum(version: u64, body: &[u8]) -> String {
    let digest = Sha256::new().chain_update(version.to_le_bytes()).chain_update(body).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(body: &str) -> Vec<u8> {
        [head(body.as_bytes()).as_bytes(), body.as_bytes()].concat()
    }

    #[test]
    fn a_body_reads_back() {
        assert_eq!(read(&segment("{}")), Content::Body(b"{}"));
    }

    #[test]
    fn a_segment_that_is_cut_or_has_one_other_byte_gives_no_body() {
        let whole = segment("{\"count\":3}");
        for at in 0..whole.len() {
            assert_eq!(read(&whole[..at]), Content::Bad, "cut at {at}");
            let mut other = whole.clone();
            other[at] ^= 1;
            assert!(!matches!(read(&other), Content::Body(_)), "byte {at}");
        }
        assert_eq!(read(&[&whole[..], b" "].concat()), Content::Bad);
    }

    #[test]
    fn a_newer_version_is_known_whatever_follows() {
        assert_eq!(read(b"error-tracker spool 2 what comes then\n\x00\xff"), Content::Newer);
        assert_eq!(read(b"error-tracker spool two\n"), Content::Bad);
        assert_eq!(read(b"SQLite format 3\x00"), Content::Bad);
    }
}
