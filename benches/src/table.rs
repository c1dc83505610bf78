//! The table: one row a budget, for people or as JSON lines.

use serde_json::json;

/// What one thing costs, here and elsewhere.
#[derive(Default)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) ours: Option<f64>,
    pub(crate) peer: Option<f64>,
    /// The same without any tracker, or what else the budget is made of.
    pub(crate) bare: Option<f64>,
    pub(crate) budget: Option<f64>,
}

impl Row {
    /// Returns ours over the peer's, or over the bare one where there is no peer.
    fn ratio(&self) -> Option<f64> {
        let beside = self.peer.or(self.bare).filter(|beside| *beside > 0.0)?;
        Some(self.ours? / beside)
    }

    fn met(&self) -> Option<bool> {
        Some(self.ours? <= self.budget?)
    }

    fn json(&self) -> String {
        let row = json!({
            "name": self.name,
            "unit": self.unit,
            "ours": self.ours,
            "peer": self.peer,
            "bare": self.bare,
            "ratio": self.ratio(),
            "budget": self.budget,
            "met": self.met(),
        });
        row.to_string()
    }

    fn cells(&self) -> [String; 8] {
        let met = match self.met() {
            Some(true) => "yes",
            Some(false) => "MISSED",
            None if self.ours.is_none() => "not measured",
            None => "",
        };
        let ratio = self.ratio().map_or(String::new(), |ratio| match ratio {
            0.1.. => format!("{ratio:.2}"),
            0.0 => "0".to_owned(),
            _ => format!("1/{:.0}", 1.0 / ratio),
        });
        [
            self.name.to_owned(),
            self.unit.to_owned(),
            shown(self.ours),
            shown(self.peer),
            shown(self.bare),
            ratio,
            shown(self.budget),
            met.to_owned(),
        ]
    }
}

/// Rows as they come in.
pub(crate) struct Table {
    json: bool,
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Table {
    pub(crate) fn new(json: bool) -> Self {
        Self { json, rows: Vec::new(), notes: Vec::new() }
    }

    /// Adds a row; JSON is printed at once.
    pub(crate) fn add(&mut self, row: Row) {
        if self.json {
            println!("{}", row.json());
        }
        self.rows.push(row);
    }

    /// Adds what a reader of the table should know.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Prints the table, unless its rows were printed as JSON.
    pub(crate) fn print(&self) {
        if self.json {
            return self.notes.iter().for_each(|note| eprintln!("{note}"));
        }
        let head = ["what", "unit", "ours", "peer", "bare", "ratio", "budget", "met"];
        let mut lines = vec![head.map(str::to_owned)];
        lines.extend(self.rows.iter().map(Row::cells));
        let width = |column: usize| {
            lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..head.len()).map(width).collect();
        for (number, line) in lines.iter().enumerate() {
            print_line(line, &widths);
            if number == 0 {
                print_line(
                    &["-", "-", "-:", "-:", "-:", "-:", "-:", "-"].map(str::to_owned),
                    &widths,
                );
            }
        }
        println!();
        println!("ratio: ours over the peer, or over bare where there is no peer.");
        self.notes.iter().for_each(|note| println!("{note}."));
    }
}

fn print_line(cells: &[String; 8], widths: &[usize]) {
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
        match column {
            0 | 1 | 7 => print!("| {cell:<width$} "),
            _ => print!("| {cell:>width$} "),
        }
    }
    println!("|");
}

/// Shows a number with a few telling digits, thousands set apart.
fn shown(value: Option<f64>) -> String {
    let Some(value) = value else { return String::new() };
    if value.fract() != 0.0 && value < 1_000.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}
