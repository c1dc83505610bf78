//! Tests the runtime with the lowest and the highest rusqlite that its manifest allows.
//!
//! One program can hold only one `libsqlite3-sys`, so that users' own rusqlite, sqlx or diesel decides which
//! one is built: both ends of the range have to work.

use std::fs;
use std::io;
use std::path::Path;

use crate::tally::Tally;
use crate::workspace::{self, cargo, root};

const LOWEST: &str = "0.32.0";
/// 0.42.0 asks for a crate that is not published.
const HIGHEST: &str = "0.41.1";

/// What the tests of the two crates read.
const COPIED: [&str; 6] = [
    "error-tracker",
    "error-tracker-macros",
    "docs",
    "tests/fixtures/grouping",
    "tests/fixtures/masking",
    "tests/fixtures/stores",
];

pub fn build_both_ends(tally: &mut Tally) {
    for version in [LOWEST, HIGHEST] {
        let part = format!("rusqlite {version}");
        if locked(version) {
            println!("\n== {part}: what Cargo.lock holds, tested above");
            tally.pass(&part);
        } else if let Err(error) = test_with(tally, &part, version) {
            tally.fail(&part, &format!("the copy can't be made: {error}"));
        }
    }
}

fn locked(version: &str) -> bool {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap_or_default();
    lock.contains(&format!("name = \"rusqlite\"\nversion = \"{version}\"\n"))
}

/// Copies the two crates, so that the workspace keeps its lock file, and tests them there.
fn test_with(tally: &mut Tally, part: &str, version: &str) -> io::Result<()> {
    let folder = workspace::target(&format!("xtask/rusqlite-{version}"));
    let folder = Path::new(&folder);
    for inner in COPIED {
        let copy = folder.join(inner);
        if copy.exists() {
            fs::remove_dir_all(&copy)?;
        }
        copy_folder(&root().join(inner), &copy)?;
    }
    let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
    fs::write(folder.join("Cargo.toml"), two_members(&manifest))?;
    for file in ["Cargo.lock", "README.md"] {
        fs::copy(root().join(file), folder.join(file))?;
    }

    let mut pin = cargo(&["update", "--package", "rusqlite", "--precise", version]);
    pin.current_dir(folder);
    if tally.whole(&format!("{part}: resolve"), pin).is_some() {
        // The shared target folder keeps what the version does not change.
        let mut test = cargo(&["test", "--all-features", "--lib", "--package", "error-tracker"]);
        test.args(["--target-dir", &workspace::target("")]);
        test.current_dir(folder);
        tally.tests(part, test);
    }
    Ok(())
}

fn two_members(manifest: &str) -> String {
    let kept = manifest.lines().filter(|line| !line.starts_with("default-members"));
    let lines = kept.map(|line| match line.starts_with("members") {
        true => "members = [\"error-tracker\", \"error-tracker-macros\"]",
        false => line,
    });
    lines.flat_map(|line| [line, "\n"]).collect()
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::two_members;

    #[test]
    fn the_copy_has_the_two_crates_only() {
        let manifest =
            "[workspace]\nmembers = [\"a\", \"b\"]\ndefault-members = [\"a\"]\nresolver = \"2\"\n";
        let expected =
            "[workspace]\nmembers = [\"error-tracker\", \"error-tracker-macros\"]\nresolver = \"2\"\n";
        assert_eq!(two_members(manifest), expected);
    }
}
