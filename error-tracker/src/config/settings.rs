//! The one table of all settings.

use std::fmt::Display;
use std::time::Duration;

use crate::config::value::{
    duration, list, number, quoted, show_duration, show_list, show_size, size, statuses, switch,
    text, Value,
};
use crate::config::web::is_prefix;
use crate::config::{Config, Durability, PermissionSetting, StoreSetting, TrackedStatuses};
use crate::error::{Error, ErrorKind};

/// What the variables of all settings begin with.
pub(super) const PREFIX: &str = "ERROR_TRACKER_";

/// What is known of one setting: for reading, checking, and for the docs.
pub(crate) struct Setting {
    pub(crate) name: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "printed as docs/settings.md by a test"))]
    pub(crate) meaning: &'static str,
    /// Completes the sentence "… is not …".
    pub(crate) allowed: &'static str,
    /// What is shown as the default where that is not a value of its own.
    #[cfg_attr(not(test), expect(dead_code, reason = "printed as docs/settings.md by a test"))]
    pub(crate) default: &'static str,
    pub(super) read: fn(&mut Config, &Value) -> Option<()>,
    pub(super) show: fn(&Config) -> String,
    pub(super) is_allowed: fn(&Config) -> bool,
}

/// The settings that need the feature `web`.
const WEB: [&str; 4] = ["url_prefix", "view_permission", "admin", "track_all_exceptions"];

impl Setting {
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn needs_web(&self) -> bool {
        WEB.contains(&self.name)
    }

    pub(super) fn variable(&self) -> String {
        format!("{PREFIX}{}", self.name.to_ascii_uppercase())
    }

    /// Checks the value that was put, which came from `origin`.
    pub(super) fn check(&self, config: &Config, origin: &dyn Display) -> Result<(), Error> {
        if !cfg!(feature = "web") && self.needs_web() {
            return Err(self.error(origin, "it needs the feature `web`, which is not compiled in"));
        }
        if (self.is_allowed)(config) {
            return Ok(());
        }
        let refusal = match config.store.sqlite_file() {
            Err(refusal) if self.name == "store" => refusal,
            _ => self.refusal(&quoted(&(self.show)(config))),
        };
        Err(self.error(origin, &refusal))
    }

    pub(super) fn refusal(&self, shown: &str) -> String {
        format!("{shown} is not {}", self.allowed)
    }

    pub(super) fn error(&self, origin: &dyn Display, refusal: &str) -> Error {
        let text = format!("read setting {} from {origin}: {refusal}", self.name);
        Error::new(ErrorKind::Setting, text)
    }
}

macro_rules! setting {
    ($name:ident, $read:expr, $show:expr, $allowed:literal, $is_allowed:expr, $default:literal, $meaning:literal) => {
        Setting {
            name: stringify!($name),
            meaning: $meaning,
            allowed: $allowed,
            default: $default,
            read: |config, value| {
                config.$name = $read(value)?;
                Some(())
            },
            show: |config| $show(&config.$name),
            is_allowed: |config| $is_allowed(&config.$name),
        }
    };
}

macro_rules! a_switch {
    ($name:ident, $meaning:literal) => {
        setting!($name, switch, ToString::to_string, "true or false", any, "", $meaning)
    };
}

macro_rules! a_list {
    ($name:ident, $default:literal, $meaning:literal) => {
        setting!(
            $name,
            list,
            |list: &Vec<String>| show_list(list),
            "a list of texts",
            any,
            $default,
            $meaning
        )
    };
}

macro_rules! a_text {
    ($name:ident, $default:literal, $meaning:literal) => {
        setting!($name, text, String::clone, "a text", any, $default, $meaning)
    };
}

macro_rules! a_number {
    ($name:ident, $range:expr, $allowed:literal, $meaning:literal) => {
        setting!(
            $name,
            number,
            ToString::to_string,
            $allowed,
            |n: &usize| $range.contains(n),
            "",
            $meaning
        )
    };
}

pub(crate) static SETTINGS: [Setting; 30] = [
    a_switch!(enabled, "whether anything is recorded"),
    setting!(
        store,
        |value: &Value| text(value).map(|text| StoreSetting::from(text.trim())),
        StoreSetting::show,
        "sqlite:FILE or a path",
        StoreSetting::is_usable,
        "",
        "where events are stored: `sqlite:FILE` or the path of a SQLite file of its own, which is created when it is missing"
    ),
    a_switch!(
        require_store,
        "whether the start waits for the store to open, and fails if it does not"
    ),
    setting!(
        table_prefix,
        text,
        String::clone,
        "1 to 40 letters, digits and underscores that don't begin with a digit or with sqlite_",
        |text: &String| is_identifier(text),
        "",
        "what the names of the store's tables begin with"
    ),
    a_number!(
        max_events_per_issue,
        2..=1_000_000,
        "a whole number from 2 to 1000000",
        "how many events of an issue are stored in full: the first, the latest, and some between; the count stays exact"
    ),
    a_number!(
        retention_days,
        1..=36_500,
        "a whole number from 1 to 36500",
        "how many days issues are kept after they were last seen, and events and hourly counts after they happened"
    ),
    setting!(
        max_store_size,
        size,
        |bytes: &usize| show_size(*bytes),
        "a size from 1MiB to 1024GiB",
        |bytes: &usize| (1 << 20..=1 << 40).contains(bytes),
        "",
        "how much room the store may take; beyond, the oldest events go, then the oldest issues"
    ),
    setting!(
        spool_size,
        size,
        |bytes: &usize| show_size(*bytes),
        "a size from 0 to 1024GiB",
        |bytes: &usize| *bytes <= 1 << 40,
        "",
        "how much may wait on disk while the store can't be written; 0: nothing"
    ),
    setting!(
        durability,
        |value: &Value| Durability::named(&text(value)?),
        ToString::to_string,
        "background or immediate",
        any,
        "",
        "`immediate`: a capture waits until its event is synced to disk; the one setting that may block"
    ),
    setting!(
        immediate_timeout,
        duration,
        |d: &_| show_duration(*d),
        "a duration from 0 to 60s, such as 2s or 250ms",
        |d: &Duration| d.as_secs_f64() <= 60.0,
        "",
        "how long a capture waits with `durability = immediate`; one that gives up is counted as unacknowledged"
    ),
    a_number!(
        list_size,
        1..=1_000,
        "a whole number from 1 to 1000",
        "how many issues a page holds"
    ),
    setting!(
        url_prefix,
        text,
        String::clone,
        "a path such as /dev/error, of letters, digits and -._~/",
        |text: &String| is_prefix(text),
        "",
        "where the pages stand (feature `web`, as with the next three)"
    ),
    setting!(
        view_permission,
        |value: &Value| text(value).map(PermissionSetting::from),
        PermissionSetting::show,
        "nobody, loopback, basic:NAME:PASSWORD or bearer:TOKEN",
        |setting: &PermissionSetting| setting.named().is_some(),
        "",
        "who may see the pages and change issues there; in code also a closure or any `ViewPermission`"
    ),
    a_switch!(admin, "whether issues can be selected in the list and changed together"),
    setting!(
        track_all_exceptions,
        statuses,
        TrackedStatuses::show,
        "true, false or a list of statuses",
        TrackedStatuses::is_allowed,
        "",
        "which answers the web layers record: 5xx, with `true` 4xx too, or those of the listed statuses; panics always"
    ),
    a_switch!(stack, "whether stacks are captured"),
    a_list!(
        in_app,
        "the application's crate and those with annotated functions",
        "the crates whose frames count as the application's own"
    ),
    setting!(
        shutdown_timeout,
        duration,
        |d: &_| show_duration(*d),
        "a duration from 0 to 60s, such as 2s or 250ms",
        |d: &Duration| d.as_secs_f64() <= 60.0,
        "",
        "how long the dropped guard waits for what is not stored yet"
    ),
    a_text!(mask_with, "", "what stands in place of a masked value"),
    a_list!(
        masked_key_has,
        "",
        "the words that make a name secret: its whole value is masked; `[]` switches the rule off"
    ),
    a_list!(
        masked_key_except,
        "",
        "names that are harmless although they contain such a word"
    ),
    a_switch!(
        mask_values,
        "whether secrets are found by what they look like: card numbers, tokens, keys, passwords in URLs"
    ),
    a_switch!(mask_high_entropy, "whether long random strings are masked, too"),
    a_number!(
        max_elements,
        1..=10_000,
        "a whole number from 1 to 10000",
        "how many elements of a collection are shown"
    ),
    a_number!(
        max_string,
        1..=100_000,
        "a whole number from 1 to 100000",
        "how many characters of a text are shown"
    ),
    a_number!(
        max_depth,
        1..=100,
        "a whole number from 1 to 100",
        "how many levels of nested values are shown"
    ),
    setting!(
        max_locals,
        size,
        |bytes: &usize| show_size(*bytes),
        "a size from 1KiB to 1MiB",
        |bytes: &usize| (1 << 10..=1 << 20).contains(bytes),
        "",
        "how much room the locals of one event may take"
    ),
    a_text!(
        release,
        "name and version of the crate that calls `init!`",
        "the release that events carry"
    ),
    a_text!(environment, "", "the environment that events carry"),
    a_text!(server_name, "the host's name", "the machine that events carry"),
];

fn any<T>(_: &T) -> bool {
    true
}

fn is_identifier(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let begins_well = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins_well
        && text.len() <= 40
        && text.chars().all(is_part)
        && !text.to_ascii_lowercase().starts_with("sqlite_")
}
