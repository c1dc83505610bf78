//! Owns the changelog: when a version was released, as far as it can be known.

use std::error::Error;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use error_tracker::track_exception;
use jiff::civil::Date;

const NAMES: [&str; 4] = ["CHANGELOG.md", "CHANGES.md", "RELEASES.md", "HISTORY.md"];

/// Finds the day of a release in the package's changelog.
///
/// A nice thing to have in the report and nothing to stop for: hence `silent`, which puts a changelog
/// that can't be understood on record and goes on without a date.
#[track_exception(silent)]
pub fn released(folder: &Path, version: &str) -> Result<Option<Date>, ChangelogError> {
    for name in NAMES {
        let path = folder.join(name);
        if path.is_file() {
            let text = fs::read_to_string(&path)?;
            return find_date(&text, version);
        }
    }
    Ok(None)
}

#[track_exception(skip(text))]
fn find_date(text: &str, version: &str) -> Result<Option<Date>, ChangelogError> {
    let entry = text.lines().find_map(|line| after_version(line, version));
    let entry = entry.ok_or(ChangelogError::NoEntry)?;
    Ok(Some(parse_date(&entry)?))
}

/// What a heading says after the version: `## [1.2.0](https://..) - 2024-05-01` gives the day.
fn after_version(line: &str, version: &str) -> Option<String> {
    let words: Vec<&str> = line.trim_start_matches('#').split_whitespace().collect();
    let at = words.iter().take(2).position(|word| {
        let word = word.split("](").next().unwrap_or(word);
        let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        word.trim_start_matches('v') == version
    })?;
    let rest = words.get(at + 1..)?.join(" ");
    Some(rest.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned())
}

#[track_exception]
fn parse_date(day: &str) -> Result<Date, ChangelogError> {
    if day.is_empty() {
        return Err(ChangelogError::Undated);
    }
    Ok(day.parse()?)
}

/// Why the day of a release can't be found in a changelog.
#[derive(Debug)]
pub enum ChangelogError {
    Read(io::Error),
    NoEntry,
    Undated,
    Date(jiff::Error),
}

impl fmt::Display for ChangelogError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(_) => out.write_str("the changelog can't be read"),
            Self::NoEntry => out.write_str("the changelog does not name this version"),
            Self::Undated => out.write_str("the release has no date"),
            Self::Date(_) => out.write_str("the date is not written as year-month-day"),
        }
    }
}

impl Error for ChangelogError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Read(source) => Some(source),
            Self::Date(source) => Some(source),
            Self::NoEntry | Self::Undated => None,
        }
    }
}

impl From<io::Error> for ChangelogError {
    fn from(source: io::Error) -> Self {
        Self::Read(source)
    }
}

impl From<jiff::Error> for ChangelogError {
    fn from(source: jiff::Error) -> Self {
        Self::Date(source)
    }
}
