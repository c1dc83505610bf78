//! Owns the rules that a manifest is held to, each a function that fails for a reason of its own.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use error_tracker::{auto_track_exception, track_exception};
use http::uri::InvalidUri;
use semver::{Op, Version, VersionReq};

use crate::manifest::{Field, Manifest, Package, Readme};

/// The packages on this machine by name: what a dependency can become here.
#[derive(Debug, Default)]
pub struct Known(BTreeMap<String, Vec<Release>>);

#[derive(Debug)]
struct Release {
    version: Version,
    /// The lowest Rust; that of the beginning where none is declared.
    rust: Version,
}

impl Known {
    pub fn add(&mut self, package: &Package) {
        let version = package.version().here().and_then(|text| text.parse().ok());
        if let Some(version) = version {
            let rust = package.rust_version().here();
            let rust = rust.and_then(|text| versions::parse_rust(text).ok());
            let rust = rust.unwrap_or(Version::new(1, 0, 0));
            self.0.entry(package.name.clone()).or_default().push(Release { version, rust });
        }
    }

    fn of(&self, name: &str) -> &[Release] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}

/// Makes a rule's failure a line of the report; the failure itself is already on record.
fn note(found: &mut Vec<String>, outcome: Result<(), impl Error>) {
    if let Err(error) = outcome {
        let mut line = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            line.push_str(": ");
            line.push_str(inner.to_string().lines().next().unwrap_or_default());
            cause = inner.source();
        }
        found.push(line);
    }
}

/// Holds one package to every rule; gives back what it breaks.
#[track_exception(skip_all)]
pub fn all(folder: &Path, manifest: &Manifest, package: &Package, known: &Known) -> Vec<String> {
    let mut found = Vec::new();
    fields::check(package, &mut found);
    note(&mut found, versions::check(package));
    note(&mut found, lowest::check(package, manifest, known));
    note(&mut found, license::check(folder, package));
    for (field, link) in [
        ("repository", package.repository()),
        ("homepage", package.homepage()),
        ("documentation", package.documentation()),
    ] {
        note(&mut found, links::check(field, link.here()));
    }
    for (dependency, needed) in manifest.dependencies() {
        note(&mut found, versions::check_requirement(dependency, needed.requirement()));
    }
    for path in manifest.target_files() {
        note(&mut found, files::check("a target", folder, path));
    }
    if let Field::Here(Readme::File(path)) = package.readme() {
        note(&mut found, files::check("readme", folder, path));
    }
    found
}

/// Required fields, keywords and categories.
#[auto_track_exception]
mod fields {
    use super::{note, Field, FieldError, Package};

    const RECOMMENDED: usize = 5;

    pub fn check(package: &Package, found: &mut Vec<String>) {
        note(found, require("description", package.description().is_stated()));
        note(found, require("repository", package.repository().is_stated()));
        note(found, require("rust-version", package.rust_version().is_stated()));
        note(found, require("keywords", package.keywords().is_stated()));
        note(found, require("categories", package.categories().is_stated()));
        note(found, check_words("keywords", package.keywords()));
        note(found, check_words("categories", package.categories()));
    }

    fn require(field: &'static str, stated: bool) -> Result<(), FieldError> {
        if stated {
            Ok(())
        } else {
            Err(FieldError::Missing { field })
        }
    }

    fn check_words(field: &'static str, words: Field<'_, [String]>) -> Result<(), FieldError> {
        let words = words.here().unwrap_or_default();
        if words.len() > RECOMMENDED {
            return Err(FieldError::TooMany { field, count: words.len() });
        }
        words.iter().try_for_each(|word| check_word(field, word))
    }

    fn check_word(field: &'static str, word: &str) -> Result<(), FieldError> {
        let fits = |part: &str| {
            part.starts_with(|first: char| first.is_ascii_alphanumeric())
                && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_+".contains(c))
        };
        let mut parts = word.split("::");
        let as_path = field == "categories"
            && parts.all(|part| fits(part) && part == part.to_ascii_lowercase());
        let as_word = field == "keywords" && fits(word) && word.len() <= 20;
        if as_path || as_word {
            Ok(())
        } else {
            Err(FieldError::Malformed { field, word: word.to_owned() })
        }
    }
}

/// The package's version, its lowest Rust and what it asks of others.
#[auto_track_exception]
mod versions {
    use super::{Op, Package, Version, VersionError, VersionReq};

    pub fn check(package: &Package) -> Result<(), VersionError> {
        if let Some(version) = package.version().here() {
            parse(version)?;
        }
        let edition = package.edition().here().unwrap_or("2015");
        match package.rust_version().here() {
            Some(rust) => check_rust(edition, rust),
            None => Ok(()),
        }
    }

    fn parse(text: &str) -> Result<Version, VersionError> {
        Ok(Version::parse(text)?)
    }

    fn check_rust(edition: &str, rust: &str) -> Result<(), VersionError> {
        let lowest = match edition {
            "2015" => Version::new(1, 0, 0),
            "2018" => Version::new(1, 31, 0),
            "2021" => Version::new(1, 56, 0),
            "2024" => Version::new(1, 85, 0),
            _ => return Err(VersionError::Edition { edition: edition.to_owned() }),
        };
        if parse_rust(rust)? < lowest {
            return Err(VersionError::RustTooOld { edition: edition.to_owned(), lowest });
        }
        Ok(())
    }

    /// Reads a `rust-version`, which may leave out what is zero.
    pub fn parse_rust(text: &str) -> Result<Version, VersionError> {
        match text.matches('.').count() {
            0 => parse(&format!("{text}.0.0")),
            1 => parse(&format!("{text}.0")),
            _ => parse(text),
        }
    }

    pub fn check_requirement(
        dependency: &str,
        requirement: Option<&str>,
    ) -> Result<(), VersionError> {
        let Some(requirement) = requirement else { return Ok(()) };
        let parsed = VersionReq::parse(requirement)?;
        let bounded = |op| !matches!(op, Op::Greater | Op::GreaterEq);
        if parsed.comparators.iter().any(|part| bounded(part.op)) {
            return Ok(());
        }
        Err(VersionError::Unbounded {
            dependency: dependency.to_owned(),
            requirement: requirement.to_owned(),
        })
    }
}

/// The lowest Rust a package promises, against the lowest Rust of what it needs.
#[auto_track_exception(skip_all)]
mod lowest {
    use super::versions::parse_rust;
    use super::{track_exception, Known, Manifest, Package, VersionError, VersionReq};

    pub fn check(
        package: &Package,
        manifest: &Manifest,
        known: &Known,
    ) -> Result<(), VersionError> {
        let Some(promised) = package.rust_version().here() else { return Ok(()) };
        for (dependency, requirement) in manifest.normal_dependencies() {
            check_dependency(promised, dependency, requirement, known)?;
        }
        Ok(())
    }

    #[track_exception(skip(known))]
    fn check_dependency(
        promised: &str,
        dependency: &str,
        requirement: &str,
        known: &Known,
    ) -> Result<(), VersionError> {
        let requirement = VersionReq::parse(requirement)?;
        let releases = known.of(dependency);
        let fitting = releases.iter().filter(|release| requirement.matches(&release.version));
        let Some(needed) = fitting.map(|release| &release.rust).min() else {
            return Ok(());
        };
        if *needed <= parse_rust(promised)? {
            return Ok(());
        }
        Err(VersionError::RustTooNew { dependency: dependency.to_owned(), needed: needed.clone() })
    }
}

/// The licence: an expression that tools can read, and its text in the package.
#[auto_track_exception]
mod license {
    use super::{fs, Field, LicenseError, Package, Path};

    pub fn check(folder: &Path, package: &Package) -> Result<(), LicenseError> {
        match (package.license(), package.license_file()) {
            (Field::Here(expression), _) => {
                parse(expression)?;
                find_text(folder, expression)
            }
            (Field::Absent, Field::Here(file)) if !folder.join(file).is_file() => {
                Err(LicenseError::NoFile { file: file.to_owned() })
            }
            (Field::Absent, Field::Absent) => Err(LicenseError::None),
            _ => Ok(()),
        }
    }

    fn parse(expression: &str) -> Result<spdx::Expression, LicenseError> {
        Ok(spdx::Expression::parse(expression)?)
    }

    fn find_text(folder: &Path, expression: &str) -> Result<(), LicenseError> {
        const NAMES: [&str; 4] = ["license", "licence", "copying", "unlicense"];
        for entry in fs::read_dir(folder)? {
            let name = entry?.file_name().to_string_lossy().to_ascii_lowercase();
            if NAMES.iter().any(|start| name.starts_with(start)) {
                return Ok(());
            }
        }
        Err(LicenseError::NoText { expression: expression.to_owned() })
    }
}

/// The links: whole, and not open to anyone on the way.
#[auto_track_exception]
mod links {
    use super::LinkError;
    use http::Uri;

    pub fn check(field: &'static str, link: Option<&str>) -> Result<(), LinkError> {
        match link {
            Some(link) => check_parts(field, &parse(link)?),
            None => Ok(()),
        }
    }

    fn parse(link: &str) -> Result<Uri, LinkError> {
        Ok(link.parse()?)
    }

    fn check_parts(field: &'static str, link: &Uri) -> Result<(), LinkError> {
        match link.scheme_str() {
            Some("https") => Ok(()),
            Some(scheme) => Err(LinkError::Insecure { field, scheme: scheme.to_owned() }),
            None => Err(LinkError::Relative { field }),
        }
    }
}

mod files {
    use super::{track_exception, FileError, Path};

    #[track_exception]
    pub fn check(role: &'static str, folder: &Path, path: &Path) -> Result<(), FileError> {
        if folder.join(path).is_file() {
            return Ok(());
        }
        Err(FileError { role, path: path.to_owned() })
    }
}

macro_rules! from {
    ($($source:ty => $target:ident :: $variant:ident,)*) => {
        $(impl From<$source> for $target {
            fn from(source: $source) -> Self {
                Self::$variant(source)
            }
        })*
    };
}

from! {
    semver::Error => VersionError::Syntax,
    spdx::ParseError => LicenseError::Syntax,
    io::Error => LicenseError::Read,
    InvalidUri => LinkError::Syntax,
}

#[derive(Debug)]
enum FieldError {
    Missing { field: &'static str },
    TooMany { field: &'static str, count: usize },
    Malformed { field: &'static str, word: String },
}

impl fmt::Display for FieldError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { field } => write!(out, "no {field}"),
            Self::TooMany { field, count } => write!(out, "{count} {field}, five are allowed"),
            Self::Malformed { field, word } => write!(out, "{word:?} can't be one of the {field}"),
        }
    }
}

impl Error for FieldError {}

#[derive(Debug)]
enum VersionError {
    Syntax(semver::Error),
    Edition { edition: String },
    RustTooOld { edition: String, lowest: Version },
    RustTooNew { dependency: String, needed: Version },
    Unbounded { dependency: String, requirement: String },
}

impl fmt::Display for VersionError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(_) => out.write_str("not a version"),
            Self::Edition { edition } => write!(out, "edition {edition} is not known"),
            Self::RustTooOld { edition, lowest } => {
                write!(out, "edition {edition} needs Rust {lowest}")
            }
            Self::RustTooNew { dependency, needed } => {
                write!(
                    out,
                    "{dependency}, as downloaded here, needs Rust {needed}, newer than promised"
                )
            }
            Self::Unbounded { dependency, requirement } => {
                write!(out, "{dependency} {requirement} allows every version to come")
            }
        }
    }
}

impl Error for VersionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Syntax(source) => Some(source),
            _ => None,
        }
    }
}

#[derive(Debug)]
enum LicenseError {
    None,
    Syntax(spdx::ParseError),
    Read(io::Error),
    NoFile { file: PathBuf },
    NoText { expression: String },
}

impl fmt::Display for LicenseError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => out.write_str("no license and no license-file"),
            Self::Syntax(_) => out.write_str("license is no SPDX expression"),
            Self::Read(_) => out.write_str("the package's folder can't be listed"),
            Self::NoFile { file } => {
                write!(out, "license-file {} is not in the package", file.display())
            }
            Self::NoText { expression } => {
                write!(out, "the text of {expression} is not in the package")
            }
        }
    }
}

impl Error for LicenseError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Syntax(source) => Some(source),
            Self::Read(source) => Some(source),
            _ => None,
        }
    }
}

#[derive(Debug)]
enum LinkError {
    Syntax(InvalidUri),
    Relative { field: &'static str },
    Insecure { field: &'static str, scheme: String },
}

impl fmt::Display for LinkError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(_) => out.write_str("not a link"),
            Self::Relative { field } => write!(out, "{field} is a link without a scheme"),
            Self::Insecure { field, scheme } => {
                write!(out, "{field} is a link over plain {scheme}")
            }
        }
    }
}

impl Error for LinkError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Syntax(source) => Some(source),
            _ => None,
        }
    }
}

/// A file that the manifest names and the package lacks.
#[derive(Debug)]
struct FileError {
    role: &'static str,
    path: PathBuf,
}

impl fmt::Display for FileError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} names {}, which is not in the package", self.role, self.path.display())
    }
}

impl Error for FileError {}
