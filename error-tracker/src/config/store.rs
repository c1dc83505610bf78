//! Where events are stored: a URL or a path.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Names the store: `sqlite:error-tracker.db`, another URL, or a path to a SQLite file.
///
/// A path may be given as it is (`"/var/lib/app/errors.db"`, a `PathBuf`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StoreSetting(Place);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Place {
    /// The program gives a store of its own.
    Own,
    Text(String),
    Path(PathBuf),
}

/// The stores that need a feature of this crate, by URL scheme.
const SERVERS: [(&str, &str); 6] = [
    ("postgres", "postgres"),
    ("postgresql", "postgres"),
    ("mysql", "mysql"),
    ("mariadb", "mysql"),
    ("mongodb", "mongodb"),
    ("mongodb+srv", "mongodb"),
];

impl StoreSetting {
    /// Says that the program gives a store of its own.
    pub(crate) fn own() -> Self {
        Self(Place::Own)
    }

    /// Tells whether the setting can be used.
    pub(crate) fn is_usable(&self) -> bool {
        self.0 == Place::Own || self.sqlite_file().is_ok()
    }

    /// Returns the SQLite file, or a sentence that says why there is none.
    pub(crate) fn sqlite_file(&self) -> Result<PathBuf, String> {
        let file = match &self.0 {
            Place::Own => return Err("the program has a store of its own".into()),
            Place::Path(path) => path.clone(),
            Place::Text(text) => path_of(text)?,
        };
        match file.as_os_str().is_empty() {
            true => Err("an empty text is no path".into()),
            false => Ok(file),
        }
    }

    /// Returns the folder beside the file, or in the working directory where there is no file.
    pub(crate) fn spool_folder(&self) -> PathBuf {
        let folder = match self.sqlite_file() {
            Ok(file) => {
                let mut folder = file.into_os_string();
                folder.push("-spool");
                folder.into()
            }
            Err(_) => PathBuf::from("error-tracker-spool"),
        };
        std::path::absolute(&folder).unwrap_or(folder)
    }

    /// Keeps naming the same file when the working directory changes.
    pub(crate) fn make_absolute(&mut self) {
        let absolute = self.sqlite_file().ok().and_then(|file| std::path::absolute(file).ok());
        if let Some(file) = absolute {
            *self = Self::from(file);
        }
    }

    /// Shows the setting without what may be a password.
    pub(crate) fn show(&self) -> String {
        match &self.0 {
            Place::Own => "a store of the program's own".into(),
            Place::Path(path) => path.display().to_string(),
            Place::Text(text) => match scheme(text) {
                Some(scheme) if scheme != "sqlite" => format!("{scheme}:…"),
                _ => text.clone(),
            },
        }
    }
}

fn path_of(text: &str) -> Result<PathBuf, String> {
    let Some(scheme) = scheme(text) else { return Ok(PathBuf::from(text)) };
    if scheme == "sqlite" {
        let path = &text["sqlite:".len()..];
        return match path {
            ":memory:" => Err("\"sqlite::memory:\" would keep nothing; give a file".into()),
            _ => Ok(PathBuf::from(path.strip_prefix("//").unwrap_or(path))),
        };
    }
    Err(match SERVERS.iter().find(|(known, _)| *known == scheme) {
        Some((_, feature)) => {
            format!("\"{scheme}:…\" needs the feature `{feature}`, which is not compiled in")
        }
        None => format!("\"{scheme}:…\" is neither sqlite:FILE nor a path"),
    })
}

/// Returns the URL scheme; a single letter is a drive of Windows.
///
/// Nothing with `://` in it is taken for a path: it would be shown in full, password and all.
fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once(':')?;
    let known = scheme == "sqlite" || SERVERS.iter().any(|(known, _)| *known == scheme);
    (known || scheme.len() > 1 && text.contains("://")).then_some(scheme)
}

impl From<&str> for StoreSetting {
    fn from(text: &str) -> Self {
        Self(Place::Text(text.to_owned()))
    }
}

impl From<String> for StoreSetting {
    fn from(text: String) -> Self {
        Self(Place::Text(text))
    }
}

impl From<PathBuf> for StoreSetting {
    fn from(path: PathBuf) -> Self {
        Self(Place::Path(path))
    }
}

impl From<&PathBuf> for StoreSetting {
    fn from(path: &PathBuf) -> Self {
        Self(Place::Path(path.clone()))
    }
}

impl From<&Path> for StoreSetting {
    fn from(path: &Path) -> Self {
        Self(Place::Path(path.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Result<PathBuf, String> {
        StoreSetting::from(text).sqlite_file()
    }

    #[test]
    fn a_url_and_a_path_name_the_same_file() {
        for text in ["sqlite:/tmp/a.db", "sqlite:///tmp/a.db", "/tmp/a.db"] {
            assert_eq!(file(text), Ok(PathBuf::from("/tmp/a.db")), "{text}");
        }
        assert_eq!(file("sqlite:a.db"), Ok(PathBuf::from("a.db")));
        assert_eq!(file("C:\\a.db"), Ok(PathBuf::from("C:\\a.db")));
    }

    #[test]
    fn a_server_is_refused_with_the_name_of_its_feature_and_without_its_password() {
        let refused = file("postgres://app:hunter2@db/app").unwrap_err();
        assert!(refused.contains("feature `postgres`"), "{refused}");
        let setting = StoreSetting::from("postgres://app:hunter2@db/app");
        assert!(!(refused + &setting.show()).contains("hunter2"));
    }

    #[test]
    fn an_unknown_scheme_and_nothing_at_all_are_refused() {
        for text in ["ftp://somewhere/a", "sqlite:", "", "sqlite::memory:"] {
            assert!(file(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_url_in_a_wrong_form_is_no_path_and_keeps_its_password() {
        for text in [" postgres://app:hunter2@db", "jdbc:mysql://app:hunter2@db", "my db://hunter2"]
        {
            let refused = file(text).unwrap_err() + &StoreSetting::from(text).show();
            assert!(!refused.contains("hunter2"), "{refused}");
        }
    }
}
