//! The file of settings: where it is looked for, and what it says.

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind as IoErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::config::nearest::nearest;
use crate::config::settings::{Setting, SETTINGS};
use crate::config::toml::{self, Entry};
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::text::floor_char_boundary;

/// The variable that names the file.
pub(crate) const VARIABLE: &str = "ERROR_TRACKER_CONFIG";

const DEFAULT_NAME: &str = "error-tracker.toml";
const LARGEST: usize = 1 << 20;
const LONGEST_KEY: usize = 64;

/// Where the file is looked for.
#[derive(Debug)]
pub(crate) enum ConfigFile {
    Nowhere,
    InWorkingDirectory,
    Named(PathBuf),
}

/// What was found there.
#[derive(Debug)]
pub(crate) enum Found {
    Nothing,
    /// The file that was named does not exist.
    Missing(PathBuf),
    File {
        path: PathBuf,
        bytes: Vec<u8>,
    },
}

impl ConfigFile {
    /// Takes the value of [`VARIABLE`]; an empty one counts as unset.
    pub(crate) fn from_variable(value: Option<OsString>) -> Self {
        match value.filter(|path| !path.to_string_lossy().trim().is_empty()) {
            Some(path) => Self::Named(path.into()),
            None => Self::InWorkingDirectory,
        }
    }

    pub(crate) fn find(&self) -> Result<Found, Error> {
        let path = match self {
            Self::Nowhere => return Ok(Found::Nothing),
            Self::InWorkingDirectory => Path::new(DEFAULT_NAME),
            Self::Named(path) => path,
        };
        match read_bytes(path) {
            Ok(bytes) => Ok(Found::File { path: path.to_owned(), bytes }),
            Err(error) if error.kind() == IoErrorKind::NotFound => Ok(match self {
                Self::Named(path) => Found::Missing(path.clone()),
                _ => Found::Nothing,
            }),
            Err(error) => {
                let attempted = format!("read {}", path.display());
                Err(Error::new(ErrorKind::Setting, attempted).with_source(error))
            }
        }
    }
}

/// Reads so much that too large a file is known for one.
fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Puts what a file says over the defaults; every value is checked, in the order of the file.
///
/// Reads `bytes` only, in linear time: `path` is what errors call them.
pub(crate) fn read_file(path: &Path, bytes: &[u8]) -> Result<Config, Error> {
    let file = FileText::new(path, bytes)?;
    let (entries, broken) = toml::parse(file.text);
    // In one line, what is no TOML comes before what it would mean.
    let sound = broken.as_ref().map_or(usize::MAX, |broken| broken.at);
    let mut config = Config::default();
    let mut before: Vec<&Entry> = Vec::new();
    for entry in entries.iter().take_while(|entry| entry.end < sound) {
        file.put(entry, &before, &mut config)?;
        before.push(entry);
    }
    match broken {
        Some(broken) => Err(file.error(broken.at, format!("not TOML: {}", broken.reason))),
        None => Ok(config),
    }
}

struct FileText<'a> {
    path: &'a Path,
    text: &'a str,
}

/// An offset into a file, shown as its name, line and column.
struct Place<'a>(&'a FileText<'a>, usize);

impl<'a> FileText<'a> {
    fn new(path: &'a Path, bytes: &'a [u8]) -> Result<Self, Error> {
        if bytes.len() > LARGEST {
            let text = format!("read {}: it is larger than 1 MiB", path.display());
            return Err(Error::new(ErrorKind::Setting, text));
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Self { path, text: text.strip_prefix('\u{feff}').unwrap_or(text) }),
            Err(error) => {
                let sound = bytes.get(..error.valid_up_to()).unwrap_or_default();
                let text = &String::from_utf8_lossy(sound);
                Err(FileText { path, text }.error(text.len(), "not UTF-8".into()))
            }
        }
    }

    fn put(&self, entry: &Entry, before: &[&Entry], config: &mut Config) -> Result<(), Error> {
        let Some(key) = &entry.key else {
            let refusal = "unknown table (settings stand at the top level, outside of tables)";
            return Err(self.error(entry.key_at, refusal.into()));
        };
        let Some(setting) = SETTINGS.iter().find(|setting| setting.name == key) else {
            return Err(self.error(entry.key_at, unknown(key)));
        };
        if let Some(first) = before.iter().find(|first| first.key == entry.key) {
            let (line, _) = Place(self, first.key_at).line_and_column();
            let refusal = format!("setting {key} is given twice, first in line {line}");
            return Err(self.error(entry.key_at, refusal));
        }
        let place = Place(self, entry.value_at);
        let refused = || setting.error(&place, &setting.refusal(&entry.value.show()));
        (setting.read)(config, &entry.value).ok_or_else(refused)?;
        setting.check(config, &place)
    }

    fn error(&self, at: usize, refusal: String) -> Error {
        Error::new(ErrorKind::Setting, format!("read {}: {refusal}", Place(self, at)))
    }
}

impl Place<'_> {
    /// Counts both from 1, columns in characters.
    fn line_and_column(&self) -> (usize, usize) {
        let text = self.0.text;
        let before = &text[..floor_char_boundary(text, self.1)];
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() + 1, line.chars().count() + 1)
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.line_and_column();
        write!(f, "{}:{line}:{column}", self.0.path.display())
    }
}

/// Names a key that is no setting, unless it looks like anything but a name.
fn unknown(key: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    if key.len() > LONGEST_KEY || !key.chars().all(is_part) {
        return "unknown setting".into();
    }
    let name = key.to_ascii_lowercase().replace('-', "_");
    let name = name.strip_prefix("error_tracker_").unwrap_or(&name);
    match nearest(name, SETTINGS.iter().map(Setting::name)) {
        Some(meant) => format!("unknown setting \"{key}\" (did you mean {meant}?)"),
        None => format!("unknown setting \"{key}\""),
    }
}
