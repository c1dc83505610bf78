//! One sample a second: memory, files, the queue, and how long failing calls took.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use error_tracker::tracker;

use crate::load::Load;

const COLUMNS: &str =
    "seconds,resident,database,wal,spool,queued,lost,dropped,failures,p50,p99,max";

/// A table that grows by a row a second: bytes, and microseconds.
pub(crate) struct Samples {
    rows: File,
    database: PathBuf,
}

impl Samples {
    pub(crate) fn create(rows: &Path, database: &Path) -> io::Result<Self> {
        let mut rows = File::create(rows)?;
        writeln!(rows, "{COLUMNS}")?;
        Ok(Self { rows, database: database.to_owned() })
    }

    pub(crate) fn take(&mut self, at: Duration, load: &Load) -> io::Result<()> {
        let health = tracker().health();
        let mut taken = load.taken();
        taken.sort_unstable();
        let share = |share: f64| {
            let at = (taken.len() as f64 * share) as usize;
            taken.get(at).or(taken.last()).map_or(0.0, |took| took.as_nanos() as f64 / 1e3)
        };
        let wal = self.database.with_extension("db-wal");
        writeln!(
            self.rows,
            "{:.1},{},{},{},{},{},{},{},{},{:.1},{:.1},{:.1}",
            at.as_secs_f64(),
            resident(),
            size(&self.database),
            size(&wal),
            health.spool.bytes,
            health.queued,
            health.lost,
            health.dropped,
            taken.len(),
            share(0.5),
            share(0.99),
            share(1.0),
        )
    }
}

fn size(file: &Path) -> u64 {
    fs::metadata(file).map(|file| file.len()).unwrap_or_default()
}

/// Returns how many bytes of this process are in memory.
fn resident() -> u64 {
    let rollup = fs::read_to_string("/proc/self/smaps_rollup").unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Rss:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
    kibibytes.map_or(0, |kibibytes: u64| kibibytes * 1_024)
}
