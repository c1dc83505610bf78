//! What the file holds beside what the threads counted.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::Connection;

use crate::load::Load;

/// Prints how many failures there were, and by how many the file is wrong.
pub(crate) fn counts(file: &Path, load: &Load) -> rusqlite::Result<()> {
    let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let mut expected = HashMap::new();
    for (name, counters) in [("steady", &load.steady), ("wide", &load.wide)] {
        let counted = counters.iter().enumerate();
        expected.extend(counted.map(|(number, count)| (format!("{name} {number}"), of(count))));
    }
    expected.insert("narrow".to_owned(), of(&load.narrow));
    expected.insert("panic".to_owned(), of(&load.panics));
    expected.insert("message".to_owned(), of(&load.messages));
    let stored = stored(file)?;
    let names = expected.keys().chain(stored.keys().filter(|name| !expected.contains_key(*name)));
    let count = |counts: &HashMap<String, u64>, name| counts.get(name).copied().unwrap_or(0);
    let wrong: u64 = names.map(|name| count(&expected, name).abs_diff(count(&stored, name))).sum();
    println!("failures {}", expected.values().sum::<u64>());
    println!("issues {}", stored.len());
    println!("miscounted {wrong}");
    println!("file {}", fs::metadata(file).map(|file| file.len()).unwrap_or_default());
    Ok(())
}

/// Reads how often each error happened by what it says, and the rest by its kind.
fn stored(file: &Path) -> rusqlite::Result<HashMap<String, u64>> {
    let database = Connection::open(file)?;
    let sql = "SELECT CASE kind WHEN 'error' THEN message ELSE kind END AS name, sum(count)
               FROM error_tracker_issues GROUP BY name";
    let mut statement = database.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)))?;
    rows.collect()
}
