//! What a build costs: programs made under `target/bench`, CPU time of the compilers.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::table::{Row, Table};

const FUNCTIONS: usize = 300;
const ROUNDS: usize = 3;

/// Builds a program with our default features beside one with rusqlite alone.
pub(crate) fn release(table: &mut Table) {
    match (Release::build("rusqlite", RUSQLITE), Release::build("ours", OURS)) {
        (Ok(bare), Ok(ours)) => {
            let row = |name, unit, ours, bare, budget| Row {
                name,
                unit,
                ours: Some(ours),
                bare: Some(bare),
                budget: Some(budget),
                peer: None,
            };
            let name = "build, default features; bare: rusqlite alone";
            table.add(row(name, "crates", ours.crates, bare.crates, 55.0));
            table.add(row(name, "CPU s", ours.seconds, bare.seconds, 2.1 * bare.seconds));
            table.add(row(
                name,
                "MiB stripped",
                ours.mebibytes,
                bare.mebibytes,
                bare.mebibytes + 0.7,
            ));
        }
        (Err(error), _) | (_, Err(error)) => table.note(format!("build: {error}")),
    }
}

/// Builds 300 functions in the dev profile: bare, annotated by us, and by `tracing::instrument`.
pub(crate) fn development(table: &mut Table) {
    let seconds = |attribute: &str, dependency: &str| {
        let built = development_of(attribute, dependency);
        built.map_err(|error| eprintln!("dev build of {attribute:?}: {error}")).ok()
    };
    let bare = seconds("", "");
    table.add(Row {
        name: "dev build of 300 functions",
        unit: "CPU s",
        ours: seconds("#[error_tracker::track_exception]", &our_dependency()),
        peer: seconds("#[tracing::instrument(err)]", "tracing = \"0.1\""),
        bare,
        budget: bare.map(|bare| 2.5 * bare),
    });
}

const RUSQLITE: &str = r#"
fn main() -> rusqlite::Result<()> {
    let database = rusqlite::Connection::open_in_memory()?;
    let one: i64 = database.query_row("SELECT 1", [], |row| row.get(0))?;
    println!("{one}");
    Ok(())
}
"#;

const OURS: &str = r#"
#[error_tracker::track_exception]
fn parse(number: &str) -> Result<u32, std::num::ParseIntError> {
    number.parse()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let _tracker = error_tracker::init!()?;
    println!("{:?}", parse("seven"));
    Ok(())
}
"#;

struct Release {
    crates: f64,
    seconds: f64,
    mebibytes: f64,
}

impl Release {
    fn build(name: &str, source: &str) -> io::Result<Self> {
        let dependency = match name {
            "ours" => our_dependency(),
            _ => format!("rusqlite = {}", workspace_dependency("rusqlite")?),
        };
        let project = Project::create(&format!("build-{name}"), &dependency)?;
        project.write("src/main.rs", source)?;
        eprintln!("building {name}");
        let seconds = project.cargo(&["build", "--release"])?;
        let program = project.folder.join("target/release/subject");
        Ok(Self {
            crates: project.crates()?,
            seconds,
            mebibytes: fs::metadata(program)?.len() as f64 / f64::from(1 << 20),
        })
    }
}

fn our_dependency() -> String {
    format!("error-tracker = {{ path = {:?} }}", root().join("error-tracker"))
}

/// Returns how the workspace asks for a dependency.
fn workspace_dependency(name: &str) -> io::Result<String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
    let start = format!("{name} = ");
    let found = manifest.lines().find_map(|line| line.strip_prefix(&start));
    found.map(str::to_owned).ok_or_else(|| io::Error::other(format!("no dependency {name}")))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn development_of(attribute: &str, dependency: &str) -> io::Result<f64> {
    let name = dependency.split(' ').next().filter(|name| !name.is_empty()).unwrap_or("bare");
    let project = Project::create(&format!("dev-{name}"), dependency)?;
    project.write("src/lib.rs", "pub mod functions;\n")?;
    let mut least = f64::INFINITY;
    for _ in 0..ROUNDS {
        project.write("src/functions.rs", "")?;
        project.cargo(&["build"])?;
        project.write("src/functions.rs", &functions(attribute))?;
        eprintln!("dev build, {name}");
        least = least.min(project.cargo(&["build"])?);
    }
    Ok(least)
}

/// Writes functions of four arguments, each with its own names and a body of a few lines.
fn functions(attribute: &str) -> String {
    let mut source = String::from("use std::num::ParseIntError;\n");
    for number in 0..FUNCTIONS {
        let _ = write!(
            source,
            r#"
{attribute}
pub fn function_{number}(
    id: u64,
    name: &str,
    amounts: &[i64],
    note: Option<&str>,
) -> Result<String, ParseIntError> {{
    let first: u64 = name.trim_start_matches("n{number}-").parse()?;
    let total: i64 = amounts.iter().filter(|amount| **amount > {number}).sum();
    let extra = match note {{
        Some(text) => text.parse::<u64>()?,
        None => id + {number},
    }};
    Ok(format!("{{first}} {{total}} {{extra}}"))
}}
"#
        );
    }
    source
}

/// A package of its own, outside of this workspace, with this workspace's locked versions.
struct Project {
    folder: PathBuf,
}

impl Project {
    fn create(name: &str, dependency: &str) -> io::Result<Self> {
        let target = env::current_exe()?.ancestors().nth(2).map(Path::to_owned);
        let folder = target.unwrap_or_default().join("bench").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(folder.join("src"))?;
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        let project = Self { folder };
        let manifest = format!(
            "[package]\nname = \"subject\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n\
             [workspace]\n\n[dependencies]\n{dependency}\n\n[profile.release]\nstrip = true\n"
        );
        project.write("Cargo.toml", &manifest)?;
        Ok(project)
    }

    fn write(&self, file: &str, text: &str) -> io::Result<()> {
        fs::write(self.folder.join(file), text)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command
            .args(arguments)
            .args(["--offline", "--quiet"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .stdin(Stdio::null());
        command
    }

    /// Runs cargo, and returns the CPU seconds that it and its compilers took.
    fn cargo(&self, arguments: &[&str]) -> io::Result<f64> {
        let before = cpu_seconds(libc::RUSAGE_CHILDREN);
        let output = self.command(arguments).output()?;
        if output.status.success() {
            return Ok(cpu_seconds(libc::RUSAGE_CHILDREN) - before);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(io::Error::other(format!("cargo {}: {}\n{said}", arguments.join(" "), output.status)))
    }

    /// Counts the crates that the program is made of, itself not among them.
    fn crates(&self) -> io::Result<f64> {
        let arguments = ["tree", "--edges", "normal,build", "--prefix", "none"];
        let output = self.command(&arguments).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let names: std::collections::HashSet<&str> =
            text.lines().map(|line| line.trim_end_matches(" (*)")).collect();
        Ok(names.len() as f64 - 1.0)
    }
}

/// Returns the CPU time, user's and system's, of this process or of its children.
pub(crate) fn cpu_seconds(of: libc::c_int) -> f64 {
    // SAFETY: all fields of `rusage` are integers, for which zero is a value; the pointer is to
    // memory of this function.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(of, &mut usage);
        usage
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}
