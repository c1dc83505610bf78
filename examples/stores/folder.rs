//! A store of one's own in four methods: each issue is a JSON file in a folder.
//!
//! `cargo run --example folder_store -- FILE ..` checks whether files are JSON, and keeps what
//! failed in `./error-issues`, where any tool can read it.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use error_tracker::store::{Page, Query, Store};
use error_tracker::{track_exception, tracker, Error, Fingerprint, Issue};

/// Issues as JSON files in a folder.
struct Folder(PathBuf);

impl Folder {
    fn open(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    fn file(&self, fingerprint: Fingerprint) -> PathBuf {
        self.0.join(format!("{fingerprint}.json"))
    }
}

/// Reads an issue; none if there is no such file.
fn read(file: &Path) -> Result<Option<Issue>, Error> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
        Error::store(format!("read {}", file.display()), error)
    };
    match fs::read(file) {
        Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|error| failed(error.into())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error.into())),
    }
}

impl Store for Folder {
    fn put(&mut self, issue: &Issue) -> Result<(), Error> {
        let file = self.file(issue.fingerprint);
        let write = || -> io::Result<()> {
            // Whoever reads meanwhile sees the old file or the new one, never a half.
            let new = file.with_extension("new");
            fs::write(&new, serde_json::to_vec_pretty(issue)?)?;
            fs::rename(new, &file)
        };
        write().map_err(|error| Error::store(format!("write {}", file.display()), error))
    }

    fn list(&mut self, query: &Query) -> Result<Page<Issue>, Error> {
        let folder = fs::read_dir(&self.0)
            .map_err(|error| Error::store(format!("list {}", self.0.display()), error))?;
        let files = folder.flatten().map(|entry| entry.path());
        let issues = files.filter(|file| file.extension().is_some_and(|end| end == "json"));
        let issues: Result<Vec<_>, _> = issues.map(|file| read(&file)).collect();
        Ok(query.page_of(issues?.into_iter().flatten()))
    }

    fn get(&mut self, fingerprint: Fingerprint) -> Result<Option<Issue>, Error> {
        read(&self.file(fingerprint))
    }

    fn delete(&mut self, fingerprint: Fingerprint) -> Result<bool, Error> {
        match fs::remove_file(self.file(fingerprint)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Error::store(format!("delete issue {fingerprint}"), error)),
        }
    }
}

#[track_exception]
fn check(file: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let text = fs::read(file)?;
    let _: serde_json::Value = serde_json::from_slice(&text)?;
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let _tracker = error_tracker::init! { store: Folder::open("error-issues")? }?;
    for file in std::env::args_os().skip(1).map(PathBuf::from) {
        let verdict = if check(&file).is_ok() { "JSON" } else { "not JSON" };
        println!("{}: {verdict}", file.display());
    }
    tracker().flush(Duration::from_secs(2));
    for issue in tracker().issues(Query::new())? {
        println!("{} x {}: {}", issue.count, issue.exception_name, issue.message);
    }
    Ok(())
}

#[test]
fn the_folder_is_a_store() {
    let folder = tempfile::tempdir().expect("a temporary folder is made");
    let mut number = 0;
    error_tracker::testing::store_contract(|| {
        number += 1;
        Folder::open(folder.path().join(number.to_string())).expect("a folder is made")
    });
}
