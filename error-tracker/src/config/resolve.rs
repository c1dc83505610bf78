//! The merge of code, environment, file and defaults, with every value checked.

use crate::config::file::{self, read_file, Found};
use crate::config::nearest::nearest;
use crate::config::settings::{Setting, PREFIX, SETTINGS};
use crate::config::value::Value;
use crate::config::Config;
use crate::error::Error;

/// One value given in code: the setting's name, and how it is put.
pub(crate) struct Override {
    pub(crate) name: &'static str,
    pub(crate) apply: Box<dyn FnOnce(&mut Config) + Send>,
}

/// The merged settings, and what was given in vain.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) config: Config,
    pub(crate) unknown_variables: Vec<String>,
    pub(crate) missing_file: Option<String>,
}

/// Merges code over environment over file over defaults, and checks every value.
///
/// The file is checked in whole, also where its values are overridden: it is right or wrong by
/// itself, whatever the environment of the day.
pub(crate) fn resolve(
    code: Vec<Override>,
    environment: &[(String, String)],
    found: &Found,
) -> Result<Resolved, Error> {
    let (mut config, missing_file) = match found {
        Found::File { path, bytes } => (read_file(path, bytes)?, None),
        Found::Missing(path) => (Config::default(), Some(path.display().to_string())),
        Found::Nothing => (Config::default(), None),
    };
    let in_code: Vec<&str> = code.iter().map(|given| given.name).collect();
    code.into_iter().for_each(|given| (given.apply)(&mut config));
    for setting in &SETTINGS {
        match in_code.contains(&setting.name) {
            true => setting.check(&config, &"code")?,
            false => read_variable(setting, &mut config, environment)?,
        }
    }
    Ok(Resolved { config, unknown_variables: unknown_variables(environment), missing_file })
}

fn read_variable(
    setting: &Setting,
    config: &mut Config,
    environment: &[(String, String)],
) -> Result<(), Error> {
    let variable = setting.variable();
    let given = environment.iter().find(|(name, _)| *name == variable);
    let Some(text) = given.map(|(_, value)| value.trim()).filter(|text| !text.is_empty()) else {
        return Ok(());
    };
    let value = Value::Text(text.to_owned());
    let refused = || setting.error(&variable, &setting.refusal(&value.show()));
    (setting.read)(config, &value).ok_or_else(refused)?;
    setting.check(config, &variable)
}

fn unknown_variables(environment: &[(String, String)]) -> Vec<String> {
    let is_known = |name: &str| {
        name == file::VARIABLE || SETTINGS.iter().any(|setting| setting.variable() == name)
    };
    let ours = environment.iter().filter(|(name, _)| name.starts_with(PREFIX) && !is_known(name));
    ours.map(|(variable, _)| {
        let name = variable.trim_start_matches(PREFIX).to_ascii_lowercase();
        match nearest(&name, SETTINGS.iter().map(Setting::name).chain(["config"])) {
            Some(meant) => {
                format!("{variable} (did you mean {PREFIX}{}?)", meant.to_ascii_uppercase())
            }
            None => variable.clone(),
        }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn from_environment(name: &str, value: &str) -> Result<Resolved, Error> {
        resolve(Vec::new(), &[(name.to_owned(), value.to_owned())], &Found::Nothing)
    }

    fn in_code(name: &'static str, apply: impl FnOnce(&mut Config) + Send + 'static) -> Override {
        Override { name, apply: Box::new(apply) }
    }

    fn file(text: &str) -> Found {
        Found::File { path: "error-tracker.toml".into(), bytes: text.into() }
    }

    #[test]
    fn code_wins_over_the_environment_that_over_the_file_and_that_over_the_default() {
        let environment = [
            ("ERROR_TRACKER_LIST_SIZE".to_owned(), "30".to_owned()),
            ("ERROR_TRACKER_MAX_DEPTH".to_owned(), "3".to_owned()),
        ];
        let code = vec![in_code("list_size", |config| config.list_size = 20)];
        let found = file("list_size = 40\nmax_depth = 4\nmax_string = 400\n");
        let config = resolve(code, &environment, &found).unwrap().config;
        assert_eq!((config.list_size, config.max_depth, config.max_string), (20, 3, 400));
        assert_eq!(config.max_elements, 100);
    }

    #[test]
    fn a_bad_value_of_the_file_is_an_error_also_where_it_is_overridden() {
        let code = vec![in_code("list_size", |config| config.list_size = 20)];
        let error = resolve(code, &[], &file("list_size = 0")).unwrap_err();
        assert!(error.to_string().contains("error-tracker.toml:1:13"), "{error}");
    }

    #[test]
    fn a_named_file_that_is_missing_is_told_and_no_error() {
        let found = Found::Missing("etc/tracker.toml".into());
        let resolved = resolve(Vec::new(), &[], &found).unwrap();
        assert_eq!(resolved.missing_file.as_deref(), Some("etc/tracker.toml"));
        assert_eq!(resolved.config, Config::default());
    }

    #[test]
    fn every_setting_is_read_from_its_variable() {
        let values = |setting: &Setting| match setting.name {
            "enabled" | "stack" | "mask_values" | "admin" => "false".to_owned(),
            "require_store" | "mask_high_entropy" => "yes".to_owned(),
            "shutdown_timeout" | "immediate_timeout" => "250 ms".to_owned(),
            "max_locals" => "8 KiB".to_owned(),
            "max_store_size" | "spool_size" => "8 MiB".to_owned(),
            "durability" => "immediate".to_owned(),
            "url_prefix" => "/errors".to_owned(),
            "view_permission" => "bearer:hunter2".to_owned(),
            "track_all_exceptions" => "404, 500".to_owned(),
            "retention_days" => "7".to_owned(),
            "max_elements" | "max_string" | "max_depth" | "list_size" | "max_events_per_issue" => {
                "7".to_owned()
            }
            _ => "other_".to_owned(),
        };
        for setting in &SETTINGS {
            if !cfg!(feature = "web") && setting.needs_web() {
                let error = from_environment(&setting.variable(), &values(setting)).unwrap_err();
                assert!(error.to_string().contains("needs the feature `web`"), "{error}");
                continue;
            }
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
        let error = resolve(code, &[], &Found::Nothing).unwrap_err();
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
        assert_eq!(
            unknown("ERROR_TRACKER_CONFG").unwrap(),
            "ERROR_TRACKER_CONFG (did you mean ERROR_TRACKER_CONFIG?)"
        );
        assert_eq!(unknown("ERROR_TRACKER_COLOUR_OF_THE_SKY").unwrap().len(), 31);
        assert_eq!(unknown("ERROR_TRACKER_CONFIG"), None);
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
        assert!(resolve(code, &[], &Found::Nothing).is_err());
    }
}
