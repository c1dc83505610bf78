//! Runs one test of the same file in a process of its own: a tracker is there once a process.

use std::process::{Command, Output, Stdio};

/// A test that is ignored unless another one runs it.
pub struct Child(Command);

impl Child {
    pub fn new(test: &str) -> Self {
        let program = std::env::current_exe().expect("the test knows its own path");
        let mut command = Command::new(program);
        command.args([test, "--exact", "--ignored", "--nocapture", "--test-threads=1"]);
        let ours = std::env::vars_os().map(|(name, _)| name);
        for name in ours.filter(|name| name.to_string_lossy().starts_with("ERROR_TRACKER_")) {
            command.env_remove(name);
        }
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command)
    }

    pub fn variable(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    pub fn start(mut self) -> std::process::Child {
        self.0.spawn().expect("the test starts itself")
    }

    /// Waits for the child, which must pass; returns what it printed to stderr.
    pub fn run(self) -> String {
        passed(self.start().wait_with_output().expect("the child ends"))
    }
}

pub fn passed(output: Output) -> String {
    let [out, err] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{out}\n{err}");
    assert!(out.contains("1 passed"), "no test of that name\n{out}");
    err
}
