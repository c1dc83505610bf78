//! Times that exist once in a process: medians of five processes.

use crate::callgrind::{run, Figures};

const PROCESSES: usize = 5;

/// Cold figures of one case.
pub(crate) struct Cold(Vec<Figures>);

impl Cold {
    /// Runs the case in five processes.
    pub(crate) fn of(case: &str) -> Self {
        Self::repeat(case, 1)
    }

    /// The same, with so many calls in each.
    pub(crate) fn repeat(case: &str, calls: u64) -> Self {
        Self((0..PROCESSES).map(|_| run(case, calls)).collect())
    }

    /// Returns the median of a figure that is given in nanoseconds, in microseconds.
    pub(crate) fn micros(&self, what: &str) -> Option<f64> {
        self.median(what).map(|nanos| nanos / 1_000.0)
    }

    /// Returns the median of a figure.
    pub(crate) fn median(&self, what: &str) -> Option<f64> {
        let mut values: Vec<f64> = self.0.iter().filter_map(|run| run.get(what)).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    }

    /// Returns the sum of a figure; none unless each process has told it.
    pub(crate) fn sum(&self, what: &str) -> Option<f64> {
        self.0.iter().map(|run| run.get(what)).sum()
    }
}
