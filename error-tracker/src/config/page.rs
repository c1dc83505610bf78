//! The page docs/settings.md, made from the table of settings.

use crate::config::file::read_file;
use crate::config::settings::{Setting, SETTINGS};
use crate::config::Config;

fn default_text(setting: &Setting) -> String {
    match setting.default {
        "" => format!("`{}`", (setting.show)(&Config::default())),
        text => text.to_owned(),
    }
}

/// Run with `UPDATE_DOCS=1` to write the page anew.
#[test]
fn the_page_of_settings_is_the_table() {
    let mut page = PAGE_HEAD.to_owned();
    for setting in &SETTINGS {
        page += &format!(
            "| `{}` | {} | {} | {} |\n",
            setting.name,
            default_text(setting),
            setting.allowed,
            setting.meaning
        );
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/settings.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), page, "UPDATE_DOCS=1");
}

#[test]
fn the_example_of_a_file_is_one() {
    let example =
        PAGE_HEAD.split("```").nth(1).and_then(|text| text.strip_prefix("toml\n")).unwrap();
    let config = read_file("error-tracker.toml".as_ref(), example.as_bytes()).unwrap();
    assert_eq!(config.list_size, 20);
}

const PAGE_HEAD: &str = "\
# Settings

Every value can be set in three places. The first that gives a value wins; where none does, the default holds.

| place | how |
|---|---|
| code | `init! { list_size: 20 }`, or the method of that name of `Builder` |
| environment | `ERROR_TRACKER_` and the name in capitals: `ERROR_TRACKER_LIST_SIZE=20` |
| file | `list_size = 20` in `error-tracker.toml`, in the working directory of the program, or in the file that `ERROR_TRACKER_CONFIG` names |

A bad value is an error of `init!` that names the setting, where it came from, and what is allowed.

## In the environment

Lists are separated by commas, and `[]` is the empty list; an empty variable counts as unset.
Durations are written as `2s`, `250ms` or plain seconds, sizes as `16KiB` or plain bytes, switches as `true` or `false`.
A variable that no setting reads is shown by `tracker().health()`, with the name that was probably meant.

## In the file

```toml
# error-tracker.toml
store = \"/var/lib/shop/errors.db\"
environment = \"staging\"
list_size = 20
stack = false
masked_key_has = [\"password\", \"secret\", \"token\", \"iban\"]
max_locals = \"32KiB\"        # or bytes: 32768
shutdown_timeout = 1.5      # seconds, or \"1500ms\"
```

The file is [TOML](https://toml.io), at most 1 MiB, read once by `init!`. All settings stand at the top level, outside of tables.
Numbers, switches and lists are those of TOML; a string is taken, too, if it says what a variable would.
An empty string is a value, unlike an empty variable: for a text the empty text, for `release` and `server_name` what `init!` finds
out by itself, and an error elsewhere. A relative `store` is relative to the working directory, also when the file is elsewhere.

No file is no error. One that `ERROR_TRACKER_CONFIG` names and that is not there is shown by `tracker().health()`.
What can't be read or is not TOML, an unknown or repeated key, and a bad value, also one that code or the environment overrides, is an error of
`init!` with file, line and column:

```text
read setting list_size from error-tracker.toml:3:13: \"ten\" is not a whole number from 1 to 1000
read error-tracker.toml:5:1: unknown setting \"list_sise\" (did you mean list_size?)
```

## All settings

| setting | default | allowed | meaning |
|---|---|---|---|
";
