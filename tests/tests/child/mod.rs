//! Starts a scenario of `programs/children.rs`, without the tracker's variables of this process.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

pub struct Child(Command);

impl Child {
    pub fn new(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_children"));
        command.args(arguments);
        let ours = std::env::vars_os().map(|(name, _)| name);
        for name in ours.filter(|name| name.to_string_lossy().starts_with("ERROR_TRACKER_")) {
            command.env_remove(name);
        }
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command)
    }

    pub fn variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// Runs it in this working directory.
    pub fn folder(mut self, folder: &Path) -> Self {
        self.0.current_dir(folder);
        self
    }

    pub fn start(mut self) -> std::process::Child {
        self.0.spawn().expect("the child starts")
    }

    /// Waits for the child, which must succeed; returns what it printed to stderr.
    pub fn run(self) -> String {
        passed(self.start().wait_with_output().expect("the child ends"))
    }
}

pub fn passed(output: Output) -> String {
    let [out, err] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{out}\n{err}");
    err
}
