//! The programs that tests start, as a process has one tracker: the first argument names which.

use std::time::Duration;

use error_tracker::{track_exception, Builder, Query, StoreHealth};

const LIMIT: Duration = Duration::from_secs(30);

fn main() {
    let scenario = std::env::args().nth(1).expect("the first argument names a scenario");
    match scenario.as_str() {
        "bad_variable" => bad_variable(),
        "variables" => variables(),
        "file" => file(),
        "missing_file" => missing_file(&argument()),
        "refused" => assert_eq!(refused(Builder::new()), argument()),
        "switched_off" => switched_off(),
        "many_failures" => many_failures(),
        "no_store" => no_store(),
        unknown => panic!("no scenario is called {unknown}"),
    }
}

fn argument() -> String {
    std::env::args().nth(2).expect("the second argument says what is expected")
}

fn refused(builder: Builder) -> String {
    let error = builder.init().expect_err("the setting is bad");
    assert!(error.is_setting(), "{error:?}");
    error.to_string()
}

fn bad_variable() {
    assert_eq!(
        refused(Builder::new()),
        "read setting list_size from ERROR_TRACKER_LIST_SIZE: \
         \"ten\" is not a whole number from 1 to 1000"
    );
    // What is given in code is not read from the environment.
    assert!(refused(Builder::new().list_size(5).max_depth(0)).contains("max_depth"));
}

fn variables() {
    let _tracker = error_tracker::init! { list_size: 20 }.expect("all settings are good");
    let tracker = error_tracker::tracker();
    let config = tracker.config().expect("it runs");
    assert_eq!((config.list_size, config.max_depth, config.max_string), (20, 3, 1_000));
    assert_eq!(config.shutdown_timeout, Duration::from_millis(250));
    assert_eq!((config.masked_key_has.len(), config.in_app.len()), (0, 2));
    assert_eq!(config.release, "error-tracker-tests@0.1.0");
    assert!(!config.server_name.is_empty());
    assert_eq!(
        tracker.health().unknown_variables,
        ["ERROR_TRACKER_ENVIRONMEMT (did you mean ERROR_TRACKER_ENVIRONMENT?)"]
    );
    let again = error_tracker::init!().expect_err("it runs already");
    assert!(again.is_already_initialized(), "{again:?}");
}

/// With the file in `tests/settings.rs`, and a depth in the environment.
fn file() {
    let tracker = error_tracker::init! { list_size: 20, require_store: true };
    let _tracker = tracker.expect("all settings are good");
    let tracker = error_tracker::tracker();
    let config = tracker.config().expect("it runs");
    assert_eq!((config.list_size, config.max_depth, config.max_string), (20, 3, 400));
    assert_eq!((config.max_locals, config.max_elements, config.mask_values), (8_192, 100, false));
    assert_eq!(config.shutdown_timeout, Duration::from_millis(1_500));
    assert_eq!(config.masked_key_has, ["password", "iban"]);
    let health = tracker.health();
    assert_eq!((health.unknown_variables.len(), health.missing_config_file), (0, None));
}

fn missing_file(told: &str) {
    let _tracker = error_tracker::init!().expect("no file is no error");
    let health = error_tracker::tracker().health();
    assert_eq!(health.missing_config_file.as_deref().unwrap_or_default(), told);
    assert!(health.unknown_variables.is_empty(), "{:?}", health.unknown_variables);
}

fn switched_off() {
    let _tracker = error_tracker::init!().expect("nothing is wrong with that");
    let id = error_tracker::capture_exception(&std::fmt::Error);
    assert!(id.is_nil());
    assert!(error_tracker::flush(Duration::from_secs(20)));
}

#[track_exception]
fn charge(user_id: u64, card_secret: &str) -> Result<u64, std::num::ParseIntError> {
    let number: u64 = card_secret.parse()?;
    Ok(number + user_id)
}

fn many_failures() {
    let times = std::env::args().nth(2).and_then(|times| times.parse().ok());
    let times: u64 = times.expect("the second argument is how often to fail");
    let _tracker = error_tracker::init!().expect("all settings are good");
    (0..times).for_each(|_| assert!(charge(7, "4111 1111").is_err()));
}

fn no_store() {
    let required = error_tracker::init! { require_store: true };
    assert!(required.is_err_and(|error| error.is_store()));
    let _tracker = error_tracker::init!().expect("a store that is away is no error");
    assert!(charge(7, "4111").is_ok());
    assert!(charge(7, "visa").is_err());
    let tracker = error_tracker::tracker();
    assert!(!tracker.flush(LIMIT));
    assert!(
        matches!(tracker.health().store, StoreHealth::Waiting(reason) if reason.contains("missing"))
    );
    assert!(tracker.issues(Query::new()).is_err_and(|error| error.is_store()));
}
