//! Reads settings from given values: lists, durations, sizes, numbers, switches, texts.

use std::time::Duration;

use crate::config::{StoreSetting, TrackedStatuses};

/// How many characters of a refused value an error quotes.
const QUOTED: usize = 60;

/// A value as it is given: the text of a variable, or what a file has.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Switch(bool),
    /// A list of texts, or an empty one.
    List(Vec<String>),
    /// A list of whole numbers.
    Numbers(Vec<i64>),
    /// What no setting takes, by its kind: "a table".
    Other(&'static str),
}

impl Value {
    pub(super) fn is_empty_list(&self) -> bool {
        matches!(self, Self::List(list) if list.is_empty())
    }

    /// Names the value in a refusal.
    pub(crate) fn show(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Integer(number) => quoted(&number.to_string()),
            Self::Float(number) => quoted(&number.to_string()),
            Self::Switch(switch) => quoted(&switch.to_string()),
            Self::List(_) => "a list".into(),
            Self::Numbers(_) => "a list of numbers".into(),
            Self::Other(kind) => (*kind).into(),
        }
    }
}

/// Quotes the beginning of a text in one line; of a URL the scheme only, for it may hold a password.
pub(crate) fn quoted(text: &str) -> String {
    let text = StoreSetting::from(text).show();
    let visible = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    let head: String = text.chars().take(QUOTED).map(visible).collect();
    let cut = if text.chars().nth(QUOTED).is_some() { "…" } else { "" };
    format!("\"{head}{cut}\"")
}

pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// Reads an array, or a comma-separated list; `[]` is the empty one.
///
/// An empty text is no list: it would switch off the words that make a name secret.
pub(crate) fn list(value: &Value) -> Option<Vec<String>> {
    let text = match value {
        Value::List(list) => return Some(list.clone()),
        Value::Text(text) => text.trim(),
        _ => return None,
    };
    if text == "[]" {
        return Some(Vec::new());
    }
    let words = text.split(',').map(|word| word.trim().to_owned());
    (!text.is_empty()).then(|| words.filter(|word| !word.is_empty()).collect())
}

pub(crate) fn switch(value: &Value) -> Option<bool> {
    let text = match value {
        Value::Switch(switch) => return Some(*switch),
        Value::Text(text) => text.trim().to_ascii_lowercase(),
        _ => return None,
    };
    match text.as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// Reads a switch, or a list of statuses.
pub(crate) fn statuses(value: &Value) -> Option<TrackedStatuses> {
    if let Value::Numbers(numbers) = value {
        let listed = numbers.iter().map(|number| u16::try_from(*number).ok());
        return listed.collect::<Option<Vec<u16>>>().map(TrackedStatuses::Listed);
    }
    // `1` would be a switch elsewhere.
    let is_number = matches!(value, Value::Text(text) if text.trim().parse::<u16>().is_ok());
    match switch(value).filter(|_| !is_number) {
        Some(all) => Some(all.into()),
        None => {
            let listed = list(value)?;
            let listed = listed.iter().map(|status| status.trim().parse().ok());
            listed.collect::<Option<Vec<u16>>>().map(TrackedStatuses::Listed)
        }
    }
}

pub(crate) fn number(value: &Value) -> Option<usize> {
    match value {
        Value::Integer(number) => usize::try_from(*number).ok(),
        Value::Text(text) => digits(text.trim()),
        _ => None,
    }
}

fn digits(text: &str) -> Option<usize> {
    text.replace('_', "").parse().ok()
}

/// Reads `2s`, `250 ms`, `1.5 min` or plain seconds.
pub(crate) fn duration(value: &Value) -> Option<Duration> {
    let text = match value {
        Value::Integer(seconds) => return Some(Duration::from_secs(u64::try_from(*seconds).ok()?)),
        Value::Float(seconds) => return Duration::try_from_secs_f64(*seconds).ok(),
        Value::Text(text) => text,
        _ => return None,
    };
    let (number, unit) = split_unit(text);
    let seconds = match unit.to_ascii_lowercase().as_str() {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "min" | "m" => 60.0,
        "h" => 3_600.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(number.parse::<f64>().ok()? * seconds).ok()
}

/// Reads `16 KiB`, `1GiB` or plain bytes.
pub(crate) fn size(value: &Value) -> Option<usize> {
    let text = match value {
        Value::Integer(_) => return number(value),
        Value::Text(text) => text,
        _ => return None,
    };
    let (number, unit) = split_unit(text);
    let bytes = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        _ => return None,
    };
    digits(number)?.checked_mul(bytes)
}

fn split_unit(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number.trim(), unit.trim())
}

pub(crate) fn show_list(list: &[String]) -> String {
    if list.is_empty() {
        return "[]".into();
    }
    list.join(",")
}

pub(crate) fn show_duration(duration: Duration) -> String {
    match duration.subsec_nanos() {
        0 => format!("{}s", duration.as_secs()),
        _ => format!("{}ms", duration.as_millis()),
    }
}

pub(crate) fn show_size(bytes: usize) -> String {
    match bytes {
        0 => "0".into(),
        _ if bytes.is_multiple_of(1 << 20) => format!("{}MiB", bytes >> 20),
        _ if bytes.is_multiple_of(1 << 10) => format!("{}KiB", bytes >> 10),
        _ => bytes.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn durations_have_units_and_plain_numbers_are_seconds() {
        assert_eq!(duration(&given("2")), Some(Duration::from_secs(2)));
        assert_eq!(duration(&given("2 s")), Some(Duration::from_secs(2)));
        assert_eq!(duration(&given("250ms")), Some(Duration::from_millis(250)));
        assert_eq!(duration(&given("1.5 min")), Some(Duration::from_secs(90)));
        assert_eq!(duration(&Value::Integer(2)), Some(Duration::from_secs(2)));
        assert_eq!(duration(&Value::Float(0.25)), Some(Duration::from_millis(250)));
        for bad in ["", "soon", "-1s", "2 weeks", "1e400 s"] {
            assert_eq!(duration(&given(bad)), None, "{bad}");
        }
        let bad = [f64::NAN, f64::INFINITY, -1.0].map(Value::Float);
        for bad in bad.iter().chain(&[Value::Integer(-1), Value::Switch(true)]) {
            assert_eq!(duration(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn sizes_have_units_and_plain_numbers_are_bytes() {
        assert_eq!(size(&given("16KiB")), Some(16_384));
        assert_eq!(size(&given("1 GiB")), Some(1 << 30));
        assert_eq!(size(&given("500")), Some(500));
        assert_eq!(size(&Value::Integer(500)), Some(500));
        for bad in ["", "big", "1 block", "99999999999 GiB"] {
            assert_eq!(size(&given(bad)), None, "{bad}");
        }
        for bad in [Value::Integer(-1), Value::Float(500.0)] {
            assert_eq!(size(&bad), None, "{bad:?}");
        }
    }

    #[test]
    fn lists_are_separated_by_commas_and_brackets_are_the_empty_list() {
        assert_eq!(list(&given("a, b ,,c")), Some(vec!["a".into(), "b".into(), "c".into()]));
        assert_eq!(list(&given("[]")), Some(Vec::new()));
        assert_eq!(list(&given(" ")), None);
        let with_comma = vec!["a,b".to_owned()];
        assert_eq!(list(&Value::List(with_comma.clone())), Some(with_comma));
    }

    #[test]
    fn statuses_are_a_switch_or_a_list_of_numbers() {
        let listed = |listed: &[u16]| Some(TrackedStatuses::Listed(listed.to_vec()));
        assert_eq!(statuses(&given("404,500")), listed(&[404, 500]));
        assert_eq!(statuses(&given("1")), listed(&[1]));
        assert_eq!(statuses(&Value::Numbers(vec![404, 500])), listed(&[404, 500]));
        assert_eq!(statuses(&Value::List(Vec::new())), listed(&[]));
        assert_eq!(statuses(&Value::List(vec!["404".into()])), listed(&[404]));
        assert_eq!(statuses(&Value::Switch(true)), Some(TrackedStatuses::AllErrors));
        for bad in
            [Value::Numbers(vec![-1]), Value::Numbers(vec![65_536]), given("404,x"), given("")]
        {
            assert_eq!(statuses(&bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_quoted_text_is_short_in_one_line_and_without_a_password() {
        assert_eq!(quoted("ten"), "\"ten\"");
        assert_eq!(quoted(&"é".repeat(61)), format!("\"{}…\"", "é".repeat(60)));
        assert_eq!(quoted("a\n\x1b[1mb"), "\"a\u{fffd}\u{fffd}[1mb\"");
        for url in ["smtp://me:hunter2@host", "jdbc:mysql://me:hunter2@host", "mysql:hunter2"] {
            assert!(!quoted(url).contains("hunter2"), "{}", quoted(url));
        }
    }
}
