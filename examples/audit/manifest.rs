//! Owns the manifest: which files are read, and what of them the audit looks at.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use error_tracker::track_exception;
use serde::Deserialize;

/// How deep folders given on the command line are searched.
const DEPTH: usize = 6;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Manifest {
    pub package: Option<Package>,
    #[serde(flatten)]
    pub needs: Needs,
    #[serde(default)]
    pub target: BTreeMap<String, Needs>,
    pub lib: Option<Target>,
    #[serde(default)]
    pub bin: Vec<Target>,
    #[serde(default)]
    pub example: Vec<Target>,
    #[serde(default)]
    pub test: Vec<Target>,
    #[serde(default)]
    pub bench: Vec<Target>,
}

impl Manifest {
    /// Every dependency with the name it goes by.
    pub fn dependencies(&self) -> impl Iterator<Item = (&str, &Dependency)> {
        std::iter::once(&self.needs)
            .chain(self.target.values())
            .flat_map(|needs| {
                [&needs.dependencies, &needs.dev_dependencies, &needs.build_dependencies]
            })
            .flatten()
            .map(|(name, dependency)| (name.as_str(), dependency))
    }

    /// What users of the package have to build, too.
    pub fn normal_dependencies(&self) -> impl Iterator<Item = (&str, &str)> {
        self.needs.dependencies.iter().filter_map(|(name, dependency)| {
            Some((dependency.renamed().unwrap_or(name), dependency.requirement()?))
        })
    }

    /// Every source file that a build target names.
    pub fn target_files(&self) -> impl Iterator<Item = &Path> {
        let rest = [&self.bin, &self.example, &self.test, &self.bench];
        self.lib
            .iter()
            .chain(rest.into_iter().flatten())
            .filter_map(|target| target.path.as_deref())
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Package {
    pub name: String,
    version: Option<Inheritable<String>>,
    edition: Option<Inheritable<String>>,
    rust_version: Option<Inheritable<String>>,
    description: Option<Inheritable<String>>,
    license: Option<Inheritable<String>>,
    license_file: Option<Inheritable<PathBuf>>,
    readme: Option<Inheritable<Readme>>,
    repository: Option<Inheritable<String>>,
    homepage: Option<Inheritable<String>>,
    documentation: Option<Inheritable<String>>,
    keywords: Option<Inheritable<Vec<String>>>,
    categories: Option<Inheritable<Vec<String>>>,
}

/// What a field says in this very file.
#[derive(Clone, Copy, Debug)]
pub enum Field<'a, T: ?Sized> {
    Here(&'a T),
    /// `field.workspace = true`: to be read in another file.
    Elsewhere,
    Absent,
}

impl<'a, T: ?Sized> Field<'a, T> {
    pub fn is_stated(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    pub fn here(self) -> Option<&'a T> {
        match self {
            Self::Here(value) => Some(value),
            Self::Elsewhere | Self::Absent => None,
        }
    }
}

macro_rules! fields {
    ($($name:ident: $type:ty,)*) => {
        impl Package {
            $(pub fn $name(&self) -> Field<'_, $type> {
                match &self.$name {
                    Some(Inheritable::Own(value)) => Field::Here(value),
                    Some(Inheritable::Workspace { .. }) => Field::Elsewhere,
                    None => Field::Absent,
                }
            })*
        }
    };
}

fields! {
    version: str,
    edition: str,
    rust_version: str,
    description: str,
    license: str,
    license_file: Path,
    readme: Readme,
    repository: str,
    homepage: str,
    documentation: str,
    keywords: [String],
    categories: [String],
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Inheritable<T> {
    Own(T),
    Workspace {
        #[serde(rename = "workspace")]
        _workspace: bool,
    },
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Readme {
    File(PathBuf),
    /// `true`: the usual name; `false`: none.
    Usual(#[allow(dead_code, reason = "read by `Debug` when a check fails")] bool),
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Needs {
    #[serde(default)]
    pub dependencies: BTreeMap<String, Dependency>,
    #[serde(default)]
    pub dev_dependencies: BTreeMap<String, Dependency>,
    #[serde(default)]
    pub build_dependencies: BTreeMap<String, Dependency>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Dependency {
    Requirement(String),
    Detailed { version: Option<String>, package: Option<String> },
}

impl Dependency {
    pub fn requirement(&self) -> Option<&str> {
        match self {
            Self::Requirement(text) => Some(text),
            Self::Detailed { version, .. } => version.as_deref(),
        }
    }

    /// The package's own name, where the dependency goes by another one.
    pub fn renamed(&self) -> Option<&str> {
        match self {
            Self::Requirement(_) => None,
            Self::Detailed { package, .. } => package.as_deref(),
        }
    }
}

#[derive(Debug, Deserialize)]
pub struct Target {
    pub path: Option<PathBuf>,
}

/// Lists the manifests of every package that cargo has unpacked on this machine.
#[track_exception]
pub fn downloaded(cargo_home: &Path) -> Result<Vec<PathBuf>, ManifestError> {
    let mut found = Vec::new();
    for index in folders_in(&cargo_home.join("registry/src"))? {
        for package in folders_in(&index)? {
            found.extend(Some(package.join("Cargo.toml")).filter(|file| file.is_file()));
        }
    }
    found.sort();
    Ok(found)
}

/// Lists the manifests in a folder and below it.
#[track_exception]
pub fn below(folder: &Path) -> Result<Vec<PathBuf>, ManifestError> {
    let mut found = Vec::new();
    collect(folder, DEPTH, &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), ManifestError> {
    found.extend(Some(folder.join("Cargo.toml")).filter(|file| file.is_file()));
    if depth > 0 {
        for inner in folders_in(folder)? {
            collect(&inner, depth - 1, found)?;
        }
    }
    Ok(())
}

#[track_exception]
fn folders_in(folder: &Path) -> Result<Vec<PathBuf>, ManifestError> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let passed_over = name == "target" || name.as_encoded_bytes().starts_with(b".");
        if entry.file_type()?.is_dir() && !passed_over {
            folders.push(entry.path());
        }
    }
    Ok(folders)
}

#[track_exception]
pub fn read(path: &Path) -> Result<Manifest, ManifestError> {
    let text = fs::read_to_string(path)?;
    parse(&text)
}

#[track_exception(skip(text), context(bytes = text.len()))]
fn parse(text: &str) -> Result<Manifest, ManifestError> {
    Ok(toml::from_str(text)?)
}

/// Why a manifest, or the folder it should be in, can't be read.
#[derive(Debug)]
pub enum ManifestError {
    Read(io::Error),
    Syntax(toml::de::Error),
}

impl fmt::Display for ManifestError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(_) => out.write_str("reading failed"),
            Self::Syntax(_) => out.write_str("this is no manifest"),
        }
    }
}

impl Error for ManifestError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Read(source) => Some(source),
            Self::Syntax(source) => Some(source),
        }
    }
}

impl From<io::Error> for ManifestError {
    fn from(source: io::Error) -> Self {
        Self::Read(source)
    }
}

impl From<toml::de::Error> for ManifestError {
    fn from(source: toml::de::Error) -> Self {
        Self::Syntax(source)
    }
}
