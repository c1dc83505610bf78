//! Audits the manifests of all packages that cargo has downloaded on this machine, or of the folders given.
//!
//! ```text
//! cargo run --example audit [-- [--report FILE] [FOLDER ..]]
//! ```
//!
//! A small real program with error-tracker inside: whatever fails is on record afterwards with the
//! arguments of every annotated call. Nothing fails on purpose; the manifests are what they are.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

mod changelog;
mod checks;
mod issues;
mod manifest;
mod report;

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use error_tracker::{breadcrumb, scope, track_exception};

use crate::checks::Known;
use crate::manifest::{Manifest, ManifestError, Package};
use crate::report::{Entry, Report};

const USAGE: &str = "usage: audit [--report FILE] [FOLDER ..]";

fn main() -> Result<(), Box<dyn Error>> {
    let Some(request) = Request::from_arguments(env::args_os().skip(1).map(PathBuf::from)) else {
        println!("{USAGE}");
        return Ok(());
    };
    let _tracker = error_tracker::init!()?;
    let report = audit(&request.folders)?;
    report.write(&request.report)?;
    println!(
        "{} packages, {} findings: {}",
        report.entries.len(),
        report.findings(),
        request.report.display()
    );
    if !error_tracker::flush(Duration::from_secs(10)) {
        println!("not everything is stored yet; the list below may be short");
    }
    issues::print()?;
    Ok(())
}

/// What the command line asks for.
struct Request {
    report: PathBuf,
    folders: Vec<PathBuf>,
}

impl Request {
    /// Reads the command line; `None` stands for `--help` and for what is not understood.
    fn from_arguments(mut arguments: impl Iterator<Item = PathBuf>) -> Option<Self> {
        let mut request = Self { report: PathBuf::from("audit-report.md"), folders: Vec::new() };
        while let Some(argument) = arguments.next() {
            if argument.as_os_str() == "--report" {
                request.report = arguments.next()?;
            } else if argument.as_os_str().as_encoded_bytes().starts_with(b"-") {
                return None;
            } else {
                request.folders.push(argument);
            }
        }
        Some(request)
    }
}

/// Reads all manifests first: some rules ask what else is on this machine.
#[track_exception]
fn audit(folders: &[PathBuf]) -> Result<Report, ManifestError> {
    let mut report = Report::default();
    let mut known = Known::default();
    let mut read = Vec::new();
    for path in manifests(folders)? {
        match manifest::read(&path) {
            Ok(manifest) => read.push((path, manifest)),
            Err(error) => report.unreadable.push(format!("{}: {error}", path.display())),
        }
    }
    for (_, manifest) in &read {
        manifest.package.iter().for_each(|package| known.add(package));
    }
    let entries = read.iter().filter_map(|(path, manifest)| {
        let package = manifest.package.as_ref()?;
        Some(audit_package(path, manifest, package, &known))
    });
    report.entries.extend(entries);
    Ok(report)
}

#[track_exception]
fn manifests(folders: &[PathBuf]) -> Result<Vec<PathBuf>, ManifestError> {
    if folders.is_empty() {
        return manifest::downloaded(&cargo_home());
    }
    let mut found = Vec::new();
    for folder in folders {
        found.extend(manifest::below(folder)?);
    }
    Ok(found)
}

fn cargo_home() -> PathBuf {
    let of_user = || env::home_dir().unwrap_or_default().join(".cargo");
    env::var_os("CARGO_HOME").map_or_else(of_user, PathBuf::from)
}

#[track_exception(skip(manifest, package, known))]
fn audit_package(path: &Path, manifest: &Manifest, package: &Package, known: &Known) -> Entry {
    let folder = path.parent().unwrap_or(path);
    let version = package.version().here().unwrap_or_default();

    let _scope = scope!(krate = package.name.as_str(), version = version);
    breadcrumb!("audit begun", dependencies = manifest.dependencies().count());
    let found = checks::all(folder, manifest, package, known);
    breadcrumb!("rules checked", broken = found.len());
    Entry {
        name: package.name.clone(),
        version: version.to_owned(),
        license: package.license().here().unwrap_or("none").to_owned(),
        released: changelog::released(folder, version).unwrap_or_default(),
        found,
    }
}
