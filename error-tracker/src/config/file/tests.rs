//! What the file of settings says, and what a bad one gets.

use std::error::Error as StdError;

use super::*;
use crate::config::StoreSetting;

fn read(text: impl AsRef<[u8]>) -> Result<Config, Error> {
    read_file(Path::new("error-tracker.toml"), text.as_ref())
}

fn refused(text: impl AsRef<[u8]>) -> String {
    let error = read(text).unwrap_err();
    assert!(error.is_setting(), "{error:?}");
    error.to_string()
}

/// The settings of the pages are refused as such where there are none.
fn is_built(setting: &Setting) -> bool {
    cfg!(feature = "web") || !setting.needs_web()
}

#[test]
fn every_setting_is_read_from_the_file_in_each_of_its_forms() {
    let forms = |setting: &Setting| match setting.name {
        "enabled" | "stack" | "mask_values" | "admin" => ["false", "'off'"],
        "url_prefix" => ["'/x'", "\"/x\""],
        "view_permission" => ["'bearer:t'", "\"\"\"bearer:t\"\"\""],
        "track_all_exceptions" => ["[404, 500]", "'404, 500'"],
        "require_store" | "mask_high_entropy" => ["true", "'yes'"],
        "shutdown_timeout" | "immediate_timeout" => ["0.25", "'250 ms'"],
        "retention_days" => ["7", "'7'"],
        "max_store_size" | "spool_size" => ["0x800000", "'8MiB'"],
        "durability" => ["'immediate'", "'Immediate'"],
        "max_locals" => ["0x2000", "'8KiB'"],
        "max_elements" | "max_string" | "max_depth" | "list_size" | "max_events_per_issue" => {
            ["7", "'7'"]
        }
        "in_app" | "masked_key_has" | "masked_key_except" => ["['a', \"b\"]", "'a, b'"],
        _ => ["'other_'", "\"\"\"other_\"\"\""],
    };
    for setting in SETTINGS.iter().filter(|setting| is_built(setting)) {
        let configs =
            forms(setting).map(|form| read(format!("{} = {form}", setting.name)).unwrap());
        assert_ne!(configs[0], Config::default(), "{}", setting.name);
        assert_eq!(configs[0], configs[1], "{}", setting.name);
    }
}

#[test]
fn a_value_of_the_wrong_kind_is_refused_by_every_setting() {
    let wrong = ["1979-05-27", "{ a = 1 }", "[['a']]", "[1]", "nan", "-1", "[{ a = 1 }]"];
    for setting in SETTINGS.iter().filter(|setting| is_built(setting)) {
        for value in wrong {
            let text = refused(format!("{} = {value}", setting.name));
            let begin = format!("read setting {} from error-tracker.toml:1:", setting.name);
            assert!(text.starts_with(&begin), "{value}: {text}");
            assert!(text.contains(" is not "), "{value}: {text}");
        }
    }
}

#[test]
fn a_bad_value_names_setting_place_and_what_is_allowed() {
    assert_eq!(
        refused("# sizes\nstack = true\nlist_size = \"ten\"\n"),
        "read setting list_size from error-tracker.toml:3:13: \
         \"ten\" is not a whole number from 1 to 1000"
    );
    for (text, expected) in [
        ("list_size = 0", "list_size from error-tracker.toml:1:13: \"0\" is not a whole number"),
        ("list_size = 1e1", "list_size from error-tracker.toml:1:13: \"10\" is not a whole number"),
        ("list_size = ['a']", "list_size from error-tracker.toml:1:13: a list is not a whole"),
        ("list_size = {}", "list_size from error-tracker.toml:1:13: a table is not a whole number"),
        ("release = 1.2", "release from error-tracker.toml:1:11: \"1.2\" is not a text"),
        ("enabled = 1", "enabled from error-tracker.toml:1:11: \"1\" is not true or false"),
        ("in_app = ['é', 5]", "in_app from error-tracker.toml:1:16: a list with something else"),
        ("masked_key_has = ''", "masked_key_has from error-tracker.toml:1:18: \"\" is not a list"),
        ("table_prefix = ''", "table_prefix from error-tracker.toml:1:16: \"\" is not 1 to 40"),
        ("store = ''", "store from error-tracker.toml:1:9: an empty text is no path"),
        ("shutdown_timeout = 61", "shutdown_timeout from error-tracker.toml:1:20: \"61s\" is not"),
    ] {
        let refused = refused(text);
        assert!(refused.starts_with(&format!("read setting {expected}")), "{refused}");
    }
}

#[test]
fn an_unknown_key_is_named_with_its_place_and_the_nearest_setting() {
    assert_eq!(
        refused("\n\n\n\nlist_sise = 5"),
        "read error-tracker.toml:5:1: unknown setting \"list_sise\" (did you mean list_size?)"
    );
    for (text, expected) in [
        ("LIST-SIZE = 5", ":1:1: unknown setting \"LIST-SIZE\" (did you mean list_size?)"),
        ("ERROR_TRACKER_STORE = ''", "\"ERROR_TRACKER_STORE\" (did you mean store?)"),
        ("mask.with = 'x'", ":1:1: unknown setting \"mask.with\" (did you mean mask_with?)"),
        ("colour_of_the_sky = 1", ":1:1: unknown setting \"colour_of_the_sky\""),
        ("'two words' = 1", ":1:1: unknown setting"),
        ("  [error-tracker]\nlist_size = 5", ":1:3: unknown table (settings stand at the top"),
        ("stack = true\n[[list_size]]", ":2:1: unknown table (settings stand at the top"),
    ] {
        let refused = refused(text);
        assert!(refused.contains(expected), "{refused}");
    }
}

#[test]
fn a_key_that_is_given_twice_is_refused() {
    assert_eq!(
        refused("stack = true\nlist_size = 5\n\"list_size\" = 5"),
        "read error-tracker.toml:3:1: setting list_size is given twice, first in line 2"
    );
}

#[test]
fn the_first_error_of_the_file_is_told() {
    let errors = ["list_size = 0", "max_dept = 1", "stack = ", "stack = true\nstack = true"];
    for first in errors {
        for second in errors {
            let (alone, both) = (refused(first), refused(format!("{first}\n{second}\n")));
            assert_eq!(both, alone, "{first} then {second}");
        }
    }
}

#[test]
fn a_text_that_is_no_toml_is_refused_with_the_place_only() {
    assert_eq!(
        refused("stack = true\nstore = 'postgres://app:hunter2@db\n"),
        "read error-tracker.toml:2:35: not TOML: invalid literal string, expected `'`"
    );
    for text in ["store: postgres://app:hunter2@db", "hunter2", "= 'hunter2'", "store = hunter2"] {
        let text = refused(text);
        assert!(text.contains("error-tracker.toml:1:") && text.contains("not TOML: "), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn a_password_in_a_url_is_in_no_error() {
    for text in [
        "store = 'postgres://app:hunter2@db'",
        "store = ' postgres://app:hunter2@db'",
        "store = ['postgres://app:hunter2@db']",
        "store = { url = 'postgres://app:hunter2@db' }",
        "list_size = 'postgres://app:hunter2@db'",
        "table_prefix = 'smtp://app:hunter2@db'",
        "'postgres://app:hunter2@db' = 1",
        "store = 'postgres://app:hunter2@db' x",
    ] {
        let error = read(text).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}

#[test]
fn bytes_that_are_no_text_and_too_many_are_refused() {
    assert_eq!(
        refused(b"stack = true\nrelease = '\xff'"),
        "read error-tracker.toml:2:12: not UTF-8"
    );
    assert_eq!(refused("#".repeat(10_000_000)), "read error-tracker.toml: it is larger than 1 MiB");
    assert!(read("#".repeat(LARGEST)).is_ok());
    assert_eq!(read("\u{feff}list_size = 5").unwrap().list_size, 5);
    assert!(refused("\u{feff}list_size = 0").contains(":1:13:"));
}

#[test]
fn an_empty_text_is_a_value() {
    let config = read("environment = ''\nmask_with = ''\nmasked_key_has = []").unwrap();
    assert_eq!((config.environment.as_str(), config.mask_with.as_str()), ("", ""));
    assert!(config.masked_key_has.is_empty());
}

#[test]
fn a_list_keeps_the_commas_of_its_texts() {
    assert_eq!(read("masked_key_has = ['a,b', ' c ']").unwrap().masked_key_has, ["a,b", " c "]);
}

#[test]
fn a_hostile_file_is_refused_and_long_ones_are_read() {
    let fill = |part: &str| part.repeat(100_000 / part.len());
    for part in
        ["[", "{", "]", "'", "\"", "a.", "[{a=", "'''", "\"\"\"", "\\", "a=[", "=", "\r", "_", "-"]
    {
        refused(format!("list_size = {}", fill(part)));
        refused(fill(part));
    }
    refused(format!("list_size = 0x{}", fill("z")));
    refused(format!("{} = 1", fill("k")));
    let long = fill("x");
    assert!(refused(format!("list_size = '{long}'")).len() < 200);
    assert_eq!(read(format!("release = '{long}'")).unwrap().release, long);
    let words = read(format!("in_app = [{}]", fill("'x',"))).unwrap().in_app.len();
    assert_eq!(words, 25_000);
}

#[test]
fn only_a_named_file_is_said_to_be_missing() {
    let folder = tempfile::tempdir().unwrap();
    let named = |path: PathBuf| ConfigFile::from_variable(Some(path.into_os_string()));
    let missing = folder.path().join("tracker.toml");
    assert!(matches!(named(missing.clone()).find(), Ok(Found::Missing(path)) if path == missing));
    std::fs::write(&missing, "list_size = 5").unwrap();
    let found = named(missing.clone()).find().unwrap();
    assert!(matches!(found, Found::File { path, bytes } if path == missing && bytes.len() == 13));
    for empty in [None, Some(""), Some(" ")] {
        let file = ConfigFile::from_variable(empty.map(OsString::from));
        assert!(matches!(file, ConfigFile::InWorkingDirectory), "{empty:?}");
    }
    assert!(matches!(ConfigFile::Nowhere.find(), Ok(Found::Nothing)));
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let error = ConfigFile::Named(folder.path().to_owned()).find().unwrap_err();
    assert!(error.is_setting() && error.source().is_some(), "{error:?}");
    assert_eq!(error.to_string(), format!("read {}", folder.path().display()));
    let large = folder.path().join("large.toml");
    std::fs::write(&large, "#".repeat(10_000_000)).unwrap();
    let Ok(Found::File { bytes, .. }) = ConfigFile::Named(large).find() else {
        panic!("not found")
    };
    assert_eq!(bytes.len(), LARGEST + 1);
}

#[test]
fn a_store_is_read_without_the_spaces_around_it() {
    let store = read("store = ' /var/lib/errors.db '").unwrap().store;
    assert_eq!(store, StoreSetting::from("/var/lib/errors.db"));
}
