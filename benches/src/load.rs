//! The rows of what happens under load: storms, memory, a store that hangs.

use crate::cold::Cold;
use crate::table::{Row, Table};

const FAILURES: u64 = 1_000_000;
/// The peer is slower, and its figure settles sooner.
const OF_PEER: u64 = 100_000;
const MEBIBYTE: f64 = 1_048_576.0;

/// Two threads fail a million times, at one site and over many issues.
pub(crate) fn storms(table: &mut Table) {
    let of = |case, calls| {
        eprintln!("storming {case}");
        Cold::repeat(case, calls)
    };
    let (narrow, wide) = (of("storm-ours", FAILURES), of("storm-wide", FAILURES));
    let (peer, bare) = (of("storm-peer", OF_PEER), of("storm-bare", FAILURES));
    miscounted(table, "storm, one site: miscounted, of 5,000,000", &narrow);
    miscounted(table, "storm, 10,000 issues: miscounted", &wide);
    let row = |name, ours, peer, bare, budget| Row {
        name,
        unit: "µs CPU a failure, all threads",
        ours,
        peer,
        bare,
        budget,
    };
    let one = narrow.micros("cpu");
    let (peer, bare) = (peer.micros("cpu"), bare.micros("cpu"));
    table.add(row("storm, one site", one, peer, bare, Some(1.0)));
    let wide = wide.micros("cpu");
    let name = "storm, 10,000 issues; bare: one site";
    table.add(row(name, wide, None, one, one.map(|one| 2.0 * one)));
    latency(table);
}

/// A count that is not exact, or not told, is a row that is missed.
fn miscounted(table: &mut Table, name: &'static str, runs: &Cold) {
    let ours = Some(runs.sum("miscounted").unwrap_or(f64::INFINITY));
    table.add(Row { name, unit: "failures", ours, budget: Some(0.0), ..Row::default() });
}

fn latency(table: &mut Table) {
    let of = |case| {
        eprintln!("timing {case}");
        Cold::repeat(case, FAILURES)
    };
    let bare = of("storm-bare-timed").micros("p9999");
    for (name, case) in [
        ("storm, one site: a call, p99.99", "storm-ours-timed"),
        ("storm, 10,000 issues: a call, p99.99", "storm-wide-timed"),
    ] {
        let ours = of(case).micros("p9999");
        let budget = bare.map(|bare| bare + 50.0);
        table.add(Row { name, unit: "µs, median of 5", ours, bare, budget, peer: None });
    }
}

/// What is resident beside the program itself.
pub(crate) fn memory(table: &mut Table) {
    let rest = Cold::of("resident");
    let mut add = |name, bytes: Option<f64>, budget| {
        let ours = bytes.map(|bytes| bytes / MEBIBYTE);
        table.add(Row { name, unit: "MiB", ours, budget: Some(budget), ..Row::default() });
    };
    add("resident, idle", rest.median("idle"), 2.5);
    add("resident, a first stack was named", rest.median("settled"), 12.0);
    let of = |case, calls| Cold::repeat(case, calls).median("growth");
    add("resident, grown in a storm, one site", of("resident-storm", FAILURES), 4.0);
    add("resident, grown in a storm, 10,000 issues", of("resident-wide", FAILURES), 4.0);
    if let Some((named, own)) = rest.median("named").zip(rest.median("own")) {
        let (named, own) = (named / MEBIBYTE, own / MEBIBYTE);
        table.note(format!(
            "of the idle memory {own:.1} MiB are no pages of files, such as code; while debug \
             information is loaded, {named:.1} MiB are resident"
        ));
    }
}

/// The guard's drop with a store that does not come back.
pub(crate) fn shutdown(table: &mut Table) {
    let hanging = Cold::of("hanging").micros("first");
    let ours = hanging.map(|micros| micros / 1_000.0);
    let budget = Some(2_100.0);
    table.add(Row {
        name: "guard drop, the store hangs",
        unit: "ms, median of 5",
        ours,
        budget,
        ..Row::default()
    });
}
