//! Settings: where a value comes from, and what a bad one gets.

mod child;

use std::path::Path;
use std::time::Duration;

use child::Child;
use error_tracker::{Builder, Error};

fn refused(builder: Builder) -> String {
    let error: Error = builder.init().expect_err("the setting is bad");
    assert!(error.is_setting(), "{error:?}");
    error.to_string()
}

#[test]
fn a_bad_value_in_code_names_setting_source_and_what_is_allowed() {
    assert_eq!(
        refused(Builder::new().list_size(0)),
        "read setting list_size from code: \"0\" is not a whole number from 1 to 1000"
    );
    let cases = [
        (Builder::new().max_depth(101), "max_depth"),
        (Builder::new().max_events_per_issue(1), "max_events_per_issue"),
        (Builder::new().max_locals(1), "max_locals"),
        (Builder::new().shutdown_timeout(Duration::from_secs(61)), "shutdown_timeout"),
        (Builder::new().table_prefix("x; drop table"), "table_prefix"),
        (Builder::new().store(""), "store"),
    ];
    for (builder, setting) in cases {
        let text = refused(builder);
        assert!(text.starts_with(&format!("read setting {setting} from code: ")), "{text}");
    }
}

#[test]
fn a_store_that_is_not_compiled_in_names_its_feature_and_no_password() {
    for (url, feature) in [
        ("postgres://app:hunter2@db/app", "postgres"),
        ("mysql://app:hunter2@db/app", "mysql"),
        ("mongodb+srv://app:hunter2@db", "mongodb"),
    ] {
        let text = refused(Builder::new().store(url));
        assert!(text.contains(&format!("the feature `{feature}`")), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn a_bad_variable_names_itself_and_what_is_allowed() {
    Child::new(&["bad_variable"]).variable("ERROR_TRACKER_LIST_SIZE", "ten").run();
}

#[test]
fn code_wins_over_the_environment_and_that_over_the_default() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let printed = Child::new(&["variables"])
        .variable("ERROR_TRACKER_STORE", folder.path().join("errors.db"))
        .variable("ERROR_TRACKER_LIST_SIZE", "30")
        .variable("ERROR_TRACKER_MAX_DEPTH", "3")
        .variable("ERROR_TRACKER_MAX_STRING", "")
        .variable("ERROR_TRACKER_SHUTDOWN_TIMEOUT", "250 ms")
        .variable("ERROR_TRACKER_MASKED_KEY_HAS", "[]")
        .variable("ERROR_TRACKER_IN_APP", "shop, shop-core")
        .variable("ERROR_TRACKER_ENVIRONMEMT", "staging")
        .run();
    assert_eq!(printed, "", "a correct set-up prints nothing");
}

#[test]
fn code_wins_over_the_environment_that_over_the_file_and_that_over_the_default() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(&folder.path().join("error-tracker.toml"), SETTINGS);
    let printed = Child::new(&["file", ""])
        .folder(folder.path())
        .variable("ERROR_TRACKER_LIST_SIZE", "30")
        .variable("ERROR_TRACKER_MAX_DEPTH", "3")
        .run();
    assert_eq!(printed, "", "a correct set-up prints nothing");
    assert!(folder.path().join("from-file.db").exists());
}

#[test]
fn the_file_that_a_variable_names_is_read_in_place_of_the_usual_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let elsewhere = folder.path().join("etc");
    std::fs::create_dir(&elsewhere).expect("a folder in it");
    write(&folder.path().join("error-tracker.toml"), "no TOML");
    write(&elsewhere.join("tracker.toml"), SETTINGS);
    let printed = Child::new(&["file", ""])
        .folder(folder.path())
        .variable("ERROR_TRACKER_CONFIG", elsewhere.join("tracker.toml"))
        .variable("ERROR_TRACKER_MAX_DEPTH", "3")
        .run();
    assert_eq!(printed, "");
    assert!(folder.path().join("from-file.db").exists(), "relative to the working directory");
}

#[test]
fn a_file_that_is_missing_is_no_error_and_health_tells_of_one_that_was_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = |named: &str, told: &str| {
        let printed = Child::new(&["missing_file", told])
            .folder(folder.path())
            .variable("ERROR_TRACKER_CONFIG", named)
            .run();
        assert_eq!(printed, "");
    };
    run("", "");
    run("etc/tracker.toml", "etc/tracker.toml");
}

#[test]
fn a_bad_file_is_an_error_with_its_place() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("error-tracker.toml");
    for (text, told) in [
        (
            "# sizes\n\nlist_size = \"ten\"\n",
            "read setting list_size from error-tracker.toml:3:13: \
             \"ten\" is not a whole number from 1 to 1000",
        ),
        (
            "\n\n\n\nlist_sise = 5",
            "read error-tracker.toml:5:1: unknown setting \"list_sise\" (did you mean list_size?)",
        ),
        (
            "store = 'postgres://app:hunter2@db/app'",
            "read setting store from error-tracker.toml:1:9: \
             \"postgres:…\" needs the feature `postgres`, which is not compiled in",
        ),
        (
            "store = \"postgres://app:hunter2@db/app",
            "read error-tracker.toml:1:39: not TOML: invalid basic string, expected `\"`",
        ),
    ] {
        write(&file, text);
        Child::new(&["refused", told]).folder(folder.path()).run();
    }
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let unreadable = folder.path().join("error-tracker.toml");
    std::fs::create_dir(&unreadable).expect("a folder in it");
    Child::new(&["refused", "read error-tracker.toml"]).folder(folder.path()).run();
    let told = format!("read {}", unreadable.display());
    Child::new(&["refused", &told]).variable("ERROR_TRACKER_CONFIG", &unreadable).run();
}

/// The scenario `file` says what is expected of it.
const SETTINGS: &str = "\
list_size = 40
max_depth = 4
max_string = 400
store = 'from-file.db'
masked_key_has = ['password', 'iban']
shutdown_timeout = 1.5
max_locals = '8KiB'
mask_values = false
";

fn write(file: &Path, text: &str) {
    std::fs::write(file, text).expect("the file is written");
}

#[test]
fn a_tracker_that_is_switched_off_makes_no_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("errors.db");
    Child::new(&["switched_off"])
        .variable("ERROR_TRACKER_STORE", &file)
        .variable("ERROR_TRACKER_ENABLED", "false")
        .run();
    assert!(!file.exists());
}
