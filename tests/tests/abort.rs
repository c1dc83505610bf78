//! Holds the promise for programs that abort on panic: the arguments are stored all the same.

use std::path::PathBuf;
use std::process::Command;

use error_tracker_tests::database::Stored;
use serde_json::json;

/// Builds the program with `panic = "abort"`, in a folder of its own: all of it differs.
fn program() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("abort");
    let build = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--offline", "--package", "error-tracker-tests"])
        .args(["--bin", "aborts", "--config", "profile.dev.panic='abort'", "--target-dir"])
        .arg(&folder)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    assert!(build.expect("cargo runs").success(), "the program does not build");
    folder.join("debug").join(format!("aborts{}", std::env::consts::EXE_SUFFIX))
}

#[test]
fn a_panic_that_aborts_is_stored_with_the_arguments_of_all_running_calls() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("errors.db");
    let output = Command::new(program()).arg(&path).output().expect("the program runs");
    assert!(!output.status.success());
    assert_eq!(output.status.code(), None, "a signal ends it: {output:?}");

    let stored = Stored::open(&path);
    let events = stored.events();
    let [event] = &events[..] else { panic!("one event was expected: {events:#?}") };
    assert_eq!((stored.count(), event["message"].as_str()), (1, Some("no account 7")));
    let frames: Vec<_> = event["frames"].as_array().expect("frames").iter().collect();
    assert_eq!(frames.len(), 2, "{event:#}");
    assert_eq!(frames[0]["function"], "aborts::charge");
    assert_eq!(frames[0]["locals"][0], json!({"name": "user_id", "value": "7"}));
    assert_eq!(frames[0]["locals"][1]["value"], "*****");
    assert_eq!(frames[1]["function"], "aborts::checkout");
    assert_eq!(frames[1]["locals"][0]["value"], "\"seven\"");
}
