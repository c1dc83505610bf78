//! Tests that need a process of their own: the tracker has its settings once and for all.

use std::env;
use std::process::Command;

const VARIABLE: &str = "ALONE";

/// Runs a test in a process of its own, with these settings in its environment.
#[track_caller]
pub fn alone(test: &str, settings: &[(&str, &str)], run: impl FnOnce()) {
    if env::var_os(VARIABLE).is_some_and(|running| running == test) {
        return run();
    }
    let mut child = Command::new(env::current_exe().expect("a test knows where it is"));
    child.args([test, "--exact", "--nocapture"]);
    let ours = env::vars_os().map(|(name, _)| name);
    for name in ours.filter(|name| name.to_string_lossy().starts_with("ERROR_TRACKER_")) {
        child.env_remove(name);
    }
    child.env(VARIABLE, test).envs(settings.iter().copied());
    let output = child.output().expect("the child ends");
    let [out, err] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success() && out.contains("1 passed"), "{out}\n{err}");
}
