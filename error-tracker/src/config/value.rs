//! Reads values from text: lists, durations, sizes, numbers, switches.

use std::time::Duration;

/// Reads a comma-separated list; `[]` is the empty one.
pub(crate) fn list(text: &str) -> Option<Vec<String>> {
    if text == "[]" {
        return Some(Vec::new());
    }
    let words = text.split(',').map(|word| word.trim().to_owned());
    Some(words.filter(|word| !word.is_empty()).collect())
}

pub(crate) fn switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

pub(crate) fn number(text: &str) -> Option<usize> {
    text.replace('_', "").parse().ok()
}

/// Reads `2s`, `250 ms`, `1.5 min` or plain seconds.
pub(crate) fn duration(text: &str) -> Option<Duration> {
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
pub(crate) fn size(text: &str) -> Option<usize> {
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
    self::number(number)?.checked_mul(bytes)
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

    #[test]
    fn durations_have_units_and_plain_numbers_are_seconds() {
        assert_eq!(duration("2"), Some(Duration::from_secs(2)));
        assert_eq!(duration("2 s"), Some(Duration::from_secs(2)));
        assert_eq!(duration("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(duration("1.5 min"), Some(Duration::from_secs(90)));
        for bad in ["", "soon", "-1s", "2 weeks", "1e400 s"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn sizes_have_units_and_plain_numbers_are_bytes() {
        assert_eq!(size("16KiB"), Some(16_384));
        assert_eq!(size("1 GiB"), Some(1 << 30));
        assert_eq!(size("500"), Some(500));
        for bad in ["", "big", "1 block", "99999999999 GiB"] {
            assert_eq!(size(bad), None, "{bad}");
        }
    }

    #[test]
    fn lists_are_separated_by_commas_and_brackets_are_the_empty_list() {
        assert_eq!(list("a, b ,,c"), Some(vec!["a".into(), "b".into(), "c".into()]));
        assert_eq!(list("[]"), Some(Vec::new()));
    }
}
