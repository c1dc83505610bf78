//! Starts a scenario of `programs/survival`.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use tempfile::TempDir;

/// A folder with a database in it, which is gone when it drops.
pub struct Database(TempDir);

impl Database {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn path(&self) -> PathBuf {
        self.0.path().join("errors.db")
    }

    /// Starts a scenario, which prints to us.
    pub fn start(&self, scenario: &str, arguments: &[&str]) -> Child {
        command(&self.path(), scenario, arguments).spawn().expect("the program starts")
    }

    /// Runs a scenario to its end; returns how it ended and what it printed.
    #[track_caller]
    pub fn end_of(&self, scenario: &str, arguments: &[&str]) -> (ExitStatus, String, String) {
        let child = self.start(scenario, arguments);
        let output = child.wait_with_output().expect("the program ends");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        (output.status, text(output.stdout), text(output.stderr))
    }

    /// Runs a scenario, which must succeed and complain of nothing; returns what it printed.
    #[track_caller]
    pub fn run(&self, scenario: &str, arguments: &[&str]) -> String {
        let (status, printed, complaints) = self.end_of(scenario, arguments);
        assert!(status.success(), "{status}\n{printed}\n{complaints}");
        printed
    }
}

fn command(file: &Path, scenario: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_survival"));
    let ours = std::env::vars_os().map(|(name, _)| name);
    for name in ours.filter(|name| name.to_string_lossy().starts_with("ERROR_TRACKER_")) {
        command.env_remove(name);
    }
    command.arg(scenario).arg(file).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}
