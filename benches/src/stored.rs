//! The rows of stored events: how fast, at which cost, and how large.

use crate::callgrind::{run, Figures};
use crate::table::{Row, Table};

/// Batches of a thousand events over a thousand issues: as many as are kept of each by default.
const BATCHES: u64 = 100;
const ROUNDS: usize = 3;
/// An event's bytes on disk, everything included.
const BYTES: f64 = if cfg!(feature = "compress") { 600.0 } else { 1_536.0 };

/// Measures our store and raw `rusqlite` in turn.
pub(crate) fn rows(table: &mut Table) {
    eprintln!("storing events");
    let rounds: Vec<[Figures; 2]> =
        (0..ROUNDS).map(|_| ["stored-ours", "stored-raw"].map(|case| run(case, BATCHES))).collect();
    let median = |who: usize, what: &str| {
        let mut values: Vec<f64> = rounds.iter().filter_map(|round| round[who].get(what)).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    let mut add = |name, unit, what, budget: fn(f64) -> f64| {
        let (ours, bare) = (median(0, what), median(1, what));
        table.add(Row { name, unit, ours, peer: None, bare, budget: bare.map(budget) });
    };
    let name = "stored event, 1,000 issues; bare: raw upsert and 4 KB row";
    add(name, "µs", "wall", |raw| raw / 2.0);
    add(name, "µs CPU", "cpu", |raw| raw / 2.0);
    let name =
        if cfg!(feature = "compress") { "the same on disk, packed" } else { "the same on disk" };
    add(name, "bytes", "bytes", |_| BYTES);
    let json = median(1, "json").unwrap_or_default();
    table.note(format!("a stored event is {json:.0} bytes of JSON, most of it its stack"));
}
