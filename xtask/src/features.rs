//! Builds the runtime with each feature alone, and with none, warnings as errors.

use std::fs;

use crate::tally::Tally;
use crate::workspace::{cargo, root};

pub fn check_each_alone(tally: &mut Tally) {
    let manifest = fs::read_to_string(root().join("error-tracker/Cargo.toml"));
    let manifest = manifest.unwrap_or_default();
    let features = names(&manifest);
    if features.is_empty() {
        tally.fail("features", "error-tracker/Cargo.toml lists none");
    }
    for feature in [""].into_iter().chain(features) {
        let name = if feature.is_empty() { "none" } else { feature };
        let part = format!("features: {name} alone");
        let mut command = cargo(&["rustc", "--locked", "--profile", "check", "--lib"]);
        command.args([
            "--package",
            "error-tracker",
            "--no-default-features",
            "--features",
            feature,
        ]);
        command.args(["--", "-D", "warnings"]);
        if tally.whole(&part, command).is_some() {
            tally.pass(&part);
        }
    }
}

/// The names in `[features]`, but for `default`.
fn names(manifest: &str) -> Vec<&str> {
    let section = manifest.lines().skip_while(|line| line.trim() != "[features]").skip(1);
    section
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.starts_with([' ', '#', ']']))
        .filter_map(|line| Some(line.split_once('=')?.0.trim()))
        .filter(|name| *name != "default")
        .collect()
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn features_are_read_from_their_own_section() {
        let manifest = "[package]\nname = \"x\"\n\n[features]\ndefault = [\"a\"]\n## Doc.\na = []\nb = [\n  \"c=d\",\n]\n\n[dependencies]\ne = \"1\"\n";
        assert_eq!(names(manifest), ["a", "b"]);
    }
}
