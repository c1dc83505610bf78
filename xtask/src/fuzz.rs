//! Runs the fuzz targets, each for a while.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tally::Tally;
use crate::tools::{Install, Tools};
use crate::workspace::{self, cargo};

/// The targets, as `fuzz/Cargo.toml` has them.
const TARGETS: [&str; 8] = [
    "debug_text",
    "url",
    "json",
    "form",
    "multipart",
    "config_file",
    "event_codec",
    "spool_segment",
];
/// The version of cargo-fuzz that is installed where it is missing.
const VERSION: &str = "0.13.2";

/// Which targets are run, and how long each.
pub struct Plan {
    targets: Vec<&'static str>,
    seconds: u64,
}

impl Plan {
    /// All targets, for a look between other tests.
    pub fn short() -> Self {
        Self { targets: TARGETS.to_vec(), seconds: 20 }
    }

    /// Reads `[TARGET ..] [--seconds N]`; what is not understood is given back.
    pub fn of(words: &[&str]) -> Result<Self, String> {
        let mut plan = Self { targets: Vec::new(), seconds: 600 };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let target = TARGETS.iter().find(|target| *target == word);
            match (*word, target) {
                ("--seconds", _) => {
                    let number = words.next().and_then(|number| number.parse().ok());
                    plan.seconds = number.ok_or("--seconds wants a number")?;
                }
                (_, Some(target)) => plan.targets.push(target),
                _ => return Err(format!("no target {word}; there are {}", TARGETS.join(", "))),
            }
        }
        if plan.targets.is_empty() {
            plan.targets = TARGETS.to_vec();
        }
        Ok(plan)
    }

    pub fn run(&self, tally: &mut Tally, install: &Install) {
        const PART: &str = "fuzz targets";
        if !Tools::has_nightly() {
            return tally
                .skip(PART, "needs a nightly toolchain: `rustup toolchain install nightly`");
        }
        if !install.have(tally, Tools::CPP_COMPILER) {
            return;
        }
        let Some(program) = cargo_fuzz() else {
            return tally.fail(PART, "cargo-fuzz can't be installed");
        };
        for target in &self.targets {
            let part = format!("fuzz {target}");
            if let Some(command) = self.command(&program, target) {
                if tally.whole(&part, command).is_some() {
                    tally.pass(&part);
                }
            } else {
                tally.fail(&part, "no folder for what it finds");
            }
        }
    }

    /// What is found goes into the target folder; the corpus of the project is only read.
    fn command(&self, program: &Path, target: &str) -> Option<Command> {
        let new = workspace::target(&format!("xtask/fuzz/new/{target}"));
        fs::create_dir_all(&new).ok()?;
        let mut command = Command::new(program);
        command
            .current_dir(workspace::root())
            .env("RUSTUP_TOOLCHAIN", "nightly")
            .env("CARGO_TARGET_DIR", workspace::target("xtask/fuzz"))
            .args(["run", target, &new, &format!("fuzz/corpus/{target}"), "--"])
            .arg(format!("-max_total_time={}", self.seconds))
            .args(["-timeout=10", "-max_len=65536", "-dict=fuzz/words.dict", "-verbosity=0"]);
        Some(command)
    }
}

/// Finds cargo-fuzz, or installs it below the target folder.
fn cargo_fuzz() -> Option<PathBuf> {
    let root = workspace::target("xtask/tools");
    let program = Path::new(&root).join("bin/cargo-fuzz");
    if !program.exists() {
        let arguments =
            ["install", "cargo-fuzz", "--locked", "--version", VERSION, "--root", &root];
        cargo(&arguments).status().ok().filter(|status| status.success())?;
    }
    Some(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_targets_are_those_of_the_package() {
        let manifest = fs::read_to_string(workspace::root().join("fuzz/Cargo.toml"));
        let manifest = manifest.expect("the package is there");
        let names =
            manifest.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
        let mut names: Vec<_> = names.skip(1).collect();
        names.sort_unstable();
        let mut targets = TARGETS;
        targets.sort_unstable();
        assert_eq!(names, targets);
    }

    #[test]
    fn targets_and_seconds_are_read_and_others_refused() {
        let plan = Plan::of(&["url", "--seconds", "5"]).expect("both are known");
        assert_eq!((plan.targets, plan.seconds), (vec!["url"], 5));
        assert_eq!(Plan::of(&[]).map(|plan| plan.targets.len()), Ok(TARGETS.len()));
        assert!(Plan::of(&["urls"]).is_err() && Plan::of(&["--seconds", "soon"]).is_err());
    }
}
