//! Settings: where a value comes from, and what a bad one gets.

mod child;

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
fn a_tracker_that_is_switched_off_makes_no_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("errors.db");
    Child::new(&["switched_off"])
        .variable("ERROR_TRACKER_STORE", &file)
        .variable("ERROR_TRACKER_ENABLED", "false")
        .run();
    assert!(!file.exists());
}
