//! The merge of code, environment and defaults, with every value checked.

use std::fmt;

use crate::config::settings::{Setting, SETTINGS};
use crate::config::Config;
use crate::error::{Error, ErrorKind};

const PREFIX: &str = "ERROR_TRACKER_";

/// Where a value came from; the file comes between code and environment once there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Code,
    Environment,
    Default,
}

struct Origin<'a>(&'a Setting, Source);

impl fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Source::Code => f.write_str("code"),
            Source::Environment => f.write_str(&self.0.variable()),
            Source::Default => f.write_str("the default"),
        }
    }
}

impl Setting {
    pub(crate) fn variable(&self) -> String {
        format!("{PREFIX}{}", self.name.to_ascii_uppercase())
    }

    #[cfg(test)]
    pub(crate) fn default_text(&self) -> String {
        match self.default {
            "" => format!("`{}`", (self.show)(&Config::default())),
            text => text.to_owned(),
        }
    }

    fn check(&self, config: &Config, source: Source) -> Result<(), Error> {
        if (self.is_allowed)(config) {
            return Ok(());
        }
        let refusal = match config.store.sqlite_file() {
            Err(refusal) if self.name == "store" => refusal,
            _ => self.refusal(&(self.show)(config)),
        };
        Err(self.error(source, &refusal))
    }

    fn refusal(&self, text: &str) -> String {
        format!("\"{text}\" is not {}", self.allowed)
    }

    fn error(&self, source: Source, refusal: &str) -> Error {
        let (name, origin) = (self.name, Origin(self, source));
        Error::new(ErrorKind::Setting, format!("read setting {name} from {origin}: {refusal}"))
    }
}

/// One value given in code: the setting's name, and how it is put.
pub(crate) struct Override {
    pub(crate) name: &'static str,
    pub(crate) apply: Box<dyn FnOnce(&mut Config) + Send>,
}

/// The merged settings, and the variables that none of them reads.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) config: Config,
    pub(crate) unknown_variables: Vec<String>,
}

/// Merges code over environment over defaults, and checks every value.
pub(crate) fn resolve(
    code: Vec<Override>,
    environment: &[(String, String)],
) -> Result<Resolved, Error> {
    let mut config = Config::default();
    let in_code: Vec<&str> = code.iter().map(|given| given.name).collect();
    code.into_iter().for_each(|given| (given.apply)(&mut config));
    for setting in &SETTINGS {
        let source = match in_code.contains(&setting.name) {
            true => Source::Code,
            false => read_variable(setting, &mut config, environment)?,
        };
        setting.check(&config, source)?;
    }
    Ok(Resolved { config, unknown_variables: unknown_variables(environment) })
}

fn read_variable(
    setting: &Setting,
    config: &mut Config,
    environment: &[(String, String)],
) -> Result<Source, Error> {
    let variable = setting.variable();
    let Some((_, value)) = environment.iter().find(|(name, _)| *name == variable) else {
        return Ok(Source::Default);
    };
    let value = value.trim();
    if value.is_empty() {
        return Ok(Source::Default);
    }
    let refused = || setting.error(Source::Environment, &setting.refusal(value));
    (setting.read)(config, value).ok_or_else(refused)?;
    Ok(Source::Environment)
}

fn unknown_variables(environment: &[(String, String)]) -> Vec<String> {
    let variables: Vec<String> = SETTINGS.iter().map(Setting::variable).collect();
    environment
        .iter()
        .map(|(name, _)| name)
        .filter(|name| name.starts_with(PREFIX) && !variables.contains(name))
        .map(|name| match nearest(name, &variables) {
            Some(meant) => format!("{name} (did you mean {meant}?)"),
            None => name.clone(),
        })
        .collect()
}

/// Returns the variable that takes the fewest changes, if these are few.
fn nearest<'a>(name: &str, variables: &'a [String]) -> Option<&'a String> {
    let by_distance = variables.iter().map(|known| (distance(name, known), known));
    by_distance.min_by_key(|(distance, _)| *distance).filter(|(d, _)| *d <= 4).map(|(_, v)| v)
}

/// Counts the characters to add, take away or replace.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in to.bytes().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn from_environment(name: &str, value: &str) -> Result<Resolved, Error> {
        resolve(Vec::new(), &[(name.to_owned(), value.to_owned())])
    }

    fn in_code(name: &'static str, apply: impl FnOnce(&mut Config) + Send + 'static) -> Override {
        Override { name, apply: Box::new(apply) }
    }

    #[test]
    fn code_wins_over_the_environment_and_that_over_the_default() {
        let environment = [
            ("ERROR_TRACKER_LIST_SIZE".to_owned(), "30".to_owned()),
            ("ERROR_TRACKER_MAX_DEPTH".to_owned(), "3".to_owned()),
        ];
        let code = vec![in_code("list_size", |config| config.list_size = 20)];
        let config = resolve(code, &environment).unwrap().config;
        assert_eq!((config.list_size, config.max_depth, config.max_string), (20, 3, 1_000));
    }

    #[test]
    fn every_setting_is_read_from_its_variable() {
        let values = |setting: &Setting| match setting.name {
            "enabled" | "stack" => "false".to_owned(),
            "require_store" => "yes".to_owned(),
            "shutdown_timeout" => "250 ms".to_owned(),
            "max_locals" => "8 KiB".to_owned(),
            "max_elements" | "max_string" | "max_depth" | "list_size" | "max_events_per_issue" => {
                "7".to_owned()
            }
            _ => "other_".to_owned(),
        };
        for setting in &SETTINGS {
            let config = from_environment(&setting.variable(), &values(setting)).unwrap().config;
            assert_ne!(config, Config::default(), "{}", setting.name);
        }
    }

    #[test]
    fn a_bad_value_names_setting_source_and_what_is_allowed() {
        let refused = |name, value| from_environment(name, value).unwrap_err().to_string();
        assert_eq!(
            refused("ERROR_TRACKER_LIST_SIZE", "ten"),
            "read setting list_size from ERROR_TRACKER_LIST_SIZE: \
             \"ten\" is not a whole number from 1 to 1000"
        );
        assert_eq!(
            refused("ERROR_TRACKER_LIST_SIZE", "0"),
            "read setting list_size from ERROR_TRACKER_LIST_SIZE: \
             \"0\" is not a whole number from 1 to 1000"
        );
        assert_eq!(
            refused("ERROR_TRACKER_STORE", "mysql://root:pw@host/db"),
            "read setting store from ERROR_TRACKER_STORE: \
             \"mysql:…\" needs the feature `mysql`, which is not compiled in"
        );
        let code = vec![in_code("max_depth", |config| config.max_depth = 0)];
        let error = resolve(code, &[]).unwrap_err();
        assert!(error.is_setting());
        assert_eq!(
            error.to_string(),
            "read setting max_depth from code: \"0\" is not a whole number from 1 to 100"
        );
    }

    #[test]
    fn an_empty_variable_counts_as_unset_and_brackets_as_the_empty_list() {
        let config = |value| from_environment("ERROR_TRACKER_MASKED_KEY_HAS", value);
        assert_eq!(config("").unwrap().config, Config::default());
        assert!(config("[]").unwrap().config.masked_key_has.is_empty());
        assert_eq!(config("iban, pin").unwrap().config.masked_key_has, ["iban", "pin"]);
    }

    #[test]
    fn an_unknown_variable_is_named_with_the_nearest() {
        let unknown =
            |name| from_environment(name, "1").unwrap().unknown_variables.into_iter().next();
        assert_eq!(
            unknown("ERROR_TRACKER_LIST_SISE").unwrap(),
            "ERROR_TRACKER_LIST_SISE (did you mean ERROR_TRACKER_LIST_SIZE?)"
        );
        assert_eq!(unknown("ERROR_TRACKER_COLOUR_OF_THE_SKY").unwrap().len(), 31);
        assert_eq!(unknown("ERROR_TRACKERS"), None);
    }

    #[test]
    fn a_table_prefix_is_an_identifier() {
        for bad in ["1_", "a b", "x;drop", "sqlite_x", "é"] {
            assert!(from_environment("ERROR_TRACKER_TABLE_PREFIX", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_timeout_past_a_minute_is_refused() {
        let code =
            vec![in_code("shutdown_timeout", |c| c.shutdown_timeout = Duration::from_secs(61))];
        assert!(resolve(code, &[]).is_err());
    }

    /// Run with `UPDATE_DOCS=1` to write the page anew.
    #[test]
    fn the_page_of_settings_is_the_table() {
        let mut page = PAGE_HEAD.to_owned();
        for setting in &SETTINGS {
            page += &format!(
                "| `{}` | {} | {} | {} |\n",
                setting.name,
                setting.default_text(),
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

    const PAGE_HEAD: &str = "\
# Settings

Every value can be set in code (`init! { list_size: 20 }`, or the method of that name of `Builder`) and by
an environment variable: `ERROR_TRACKER_` and the name in capitals, such as `ERROR_TRACKER_LIST_SIZE`.
Code wins over the environment, that over the default.

In the environment, lists are separated by commas, an empty variable counts as unset, and `[]` is the empty list.
Durations are written as `2s`, `250ms` or plain seconds, sizes as `16KiB` or plain bytes, switches as `true` or `false`.
A bad value is an error of `init!` that names the setting, where it came from, and what is allowed;
a variable that no setting reads is shown by `tracker().health()`, with the name that was probably meant.

| setting | default | allowed | meaning |
|---|---|---|---|
";
}
