//! Knows where the workspace is, and calls cargo in it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder that holds all packages.
pub fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}

/// A folder below the target folder, as an argument.
pub fn target(inner: &str) -> String {
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    root().join(target).join(inner).display().to_string()
}

/// Cargo by its name on the path, so that `+nightly` works where rustup is.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(root());
    command
}
