//! What was measured in each second.

/// A table with names over its columns.
pub(super) struct Samples {
    names: Vec<String>,
    rows: Vec<Vec<f64>>,
}

impl Samples {
    /// Reads rows of numbers set apart by commas, the names first; others are left out.
    pub(super) fn read(text: &str) -> Self {
        let mut lines = text.lines();
        let names: Vec<_> =
            lines.next().unwrap_or_default().split(',').map(str::to_owned).collect();
        let row = |line: &str| line.split(',').map(|cell| cell.parse().ok()).collect();
        let rows = lines.filter_map(row).filter(|row: &Vec<f64>| row.len() == names.len());
        Self { rows: rows.collect(), names }
    }

    /// Returns a column; one that is not there is empty.
    pub(super) fn column(&self, name: &str) -> Vec<f64> {
        let Some(at) = self.names.iter().position(|known| known == name) else { return Vec::new() };
        self.rows.iter().map(|row| row[at]).collect()
    }

    pub(super) fn seconds(&self) -> f64 {
        self.column("seconds").last().copied().unwrap_or_default()
    }

    /// Returns the tenth with this number of a column, from 0 on.
    pub(super) fn tenth<'c>(&self, column: &'c [f64], number: usize) -> &'c [f64] {
        &column[column.len() * number / 10..column.len() * (number + 1) / 10]
    }

    pub(super) fn median(&self, name: &str) -> f64 {
        let mut column = self.column(name);
        column.sort_by(f64::total_cmp);
        column.get(column.len() / 2).copied().unwrap_or_default()
    }
}

/// Returns the mean; that of nothing is no number.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name_and_cut_into_tenths() {
        let rows: String = (0..20).map(|second| format!("{second},{}\n", second % 3)).collect();
        let samples = Samples::read(&format!("seconds,queued\n{rows}3,half a ro\n"));
        assert_eq!((samples.seconds(), samples.median("queued")), (19.0, 1.0));
        assert_eq!(samples.tenth(&samples.column("seconds"), 9), [18.0, 19.0]);
        assert!(samples.column("resident").is_empty() && mean(&[]).is_nan());
    }
}
