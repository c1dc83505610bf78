//! Owns the report: what was found, as a Markdown file.

use std::fs;
use std::io;
use std::path::Path;

use error_tracker::track_exception;
use jiff::civil::Date;

/// What the audit says about one package.
pub struct Entry {
    pub name: String,
    pub version: String,
    pub license: String,
    pub released: Option<Date>,
    pub found: Vec<String>,
}

#[derive(Default)]
pub struct Report {
    pub entries: Vec<Entry>,
    /// Manifests that can't be read, with the reason.
    pub unreadable: Vec<String>,
}

impl Report {
    pub fn findings(&self) -> usize {
        self.entries.iter().map(|entry| entry.found.len()).sum()
    }

    /// Writes the report as Markdown.
    #[track_exception(skip(self))]
    pub fn write(&self, path: &Path) -> io::Result<()> {
        fs::write(path, self.text())
    }

    fn text(&self) -> String {
        let mut text = format!("# {} packages, {} findings\n", self.entries.len(), self.findings());
        for line in &self.unreadable {
            text += &format!("\n- not read: {line}");
        }
        for entry in self.entries.iter().filter(|entry| !entry.found.is_empty()) {
            text += &entry.text();
        }
        text
    }
}

impl Entry {
    fn text(&self) -> String {
        let released = self.released.map_or("unknown".to_owned(), |day| day.to_string());
        let mut text = format!(
            "\n## {} {}\n\nlicence: {}, released: {released}\n",
            self.name, self.version, self.license
        );
        for line in &self.found {
            text += &format!("\n- {line}");
        }
        text.push('\n');
        text
    }
}
