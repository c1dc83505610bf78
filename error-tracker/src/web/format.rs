//! Times, numbers, sizes and texts as people read them.

use std::borrow::Cow;

use super::html::Html;
use crate::model::Timestamp;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;

/// A date and a time of day in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: i64,
    pub(super) month: u32,
    pub(super) day: u32,
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) second: u32,
    pub(super) millisecond: u32,
}

impl Civil {
    /// Splits a time, before 1970 too, by `civil_from_days` of Howard Hinnant's
    /// [chrono-compatible low-level date algorithms](https://howardhinnant.github.io/date_algorithms.html).
    pub(super) fn of(at: Timestamp) -> Self {
        let micros = at.as_micros();
        let (days, rest) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
        // Years begin in March, so that the leap day is the last one; eras have 400 years.
        let shifted = days + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        // What is left over is smaller than a day.
        let part = |unit: i64, of: i64| (rest / unit % of) as u32;
        Self {
            year,
            month: month as u32,
            day: day as u32,
            hour: part(HOUR, 24),
            minute: part(MINUTE, 60),
            second: part(SECOND, 60),
            millisecond: part(1_000, 1_000),
        }
    }

    /// Writes `2026-11-22`.
    pub(super) fn date(&self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// Writes `10:11:12.123`.
    pub(super) fn time(&self) -> String {
        let Self { hour, minute, second, millisecond, .. } = self;
        format!("{hour:02}:{minute:02}:{second:02}.{millisecond:03}")
    }
}

/// Tells how long ago something was: `12 s ago`, `9 d ago`; of what is still to come, `in 3 min`.
pub(super) fn ago(now: Timestamp, at: Timestamp) -> String {
    let distance = now.as_micros().saturating_sub(at.as_micros());
    match span(now, at) {
        span if span.starts_with('0') => "now".to_owned(),
        span if distance < 0 => format!("in {span}"),
        span => format!("{span} ago"),
    }
}

/// Tells how far apart two times are, in the largest unit that fits: `12 s`, `3 min`, `9 d`.
pub(super) fn span(one: Timestamp, other: Timestamp) -> String {
    let distance = one.as_micros().saturating_sub(other.as_micros()).saturating_abs();
    let units = [(YEAR, "y"), (DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s")];
    let fitting = units.into_iter().find(|(unit, _)| distance >= *unit);
    let (unit, name) = fitting.unwrap_or((SECOND, "s"));
    format!("{} {name}", distance / unit)
}

/// Writes a time as how long ago it was, with the exact one as title and for scripts.
pub(super) fn time(html: &mut Html, now: Timestamp, at: Timestamp) {
    time_saying(html, at, &ago(now, at));
}

/// Writes a time as this text, with the exact one as title and for scripts.
pub(super) fn time_saying(html: &mut Html, at: Timestamp, text: &str) {
    let civil = Civil::of(at);
    let (date, time) = (civil.date(), civil.time());
    html.raw("<time").attr("datetime", &format!("{date}T{time}Z"));
    html.attr("title", &format!("{date} {time} UTC")).raw(">").text(text).raw("</time>");
}

/// Writes a number that stands in a column: short, with the exact one as title.
pub(super) fn number(html: &mut Html, number: u64) {
    let (short, exact) = (short(number), grouped(number));
    html.raw("<span class=\"n\"");
    if short != exact {
        html.attr("title", &exact);
    }
    html.raw(">").text(&short).raw("</span>");
}

/// Shortens a number, always downwards: `9,999`, `12 k`, `1.2 M`.
pub(super) fn short(number: u64) -> String {
    const UNITS: [(u64, &str); 5] = [
        (1_000_000_000_000_000, "P"),
        (1_000_000_000_000, "T"),
        (1_000_000_000, "G"),
        (1_000_000, "M"),
        (1_000, "k"),
    ];
    let fitting = UNITS.into_iter().find(|(unit, _)| number >= *unit);
    match fitting {
        Some((unit, name)) if number >= 10_000 => match number / unit {
            whole @ 0..10 => format!("{whole}.{} {name}", number / (unit / 10) % 10),
            whole => format!("{} {name}", grouped(whole)),
        },
        _ => grouped(number),
    }
}

/// Writes a number with a comma before every three digits: `1,203,441`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Writes a number and what it counts: `1 frame`, `38 frames`.
pub(super) fn counted(number: u64, one: &str, more: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{} {more}", grouped(number)),
    }
}

/// Writes a size: `212 bytes`, `1.5 KiB`, `64 KiB`, `3 MiB`.
pub(super) fn bytes(size: u64) -> String {
    let (unit, name) = match size {
        0..1_024 => return counted(size, "byte", "bytes"),
        1_024..1_048_576 => (1_024, "KiB"),
        _ => (1_048_576, "MiB"),
    };
    match (size / unit, size % unit * 10 / unit) {
        (whole @ 0..10, tenths @ 1..) => format!("{whole}.{tenths} {name}"),
        (whole, _) => format!("{} {name}", grouped(whole)),
    }
}

/// Shortens a message to at most so many characters: its start is kept.
pub(super) fn start(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some(_) => {
            let end = text.char_indices().nth(most.saturating_sub(1)).map_or(0, |(at, _)| at);
            Cow::Owned(format!("{}…", &text[..end]))
        }
    }
}

/// Shortens a path to at most so many characters: its end is kept, from a `/` on where that is near.
pub(super) fn end(text: &str, most: usize) -> Cow<'_, str> {
    let back = |count: usize| text.char_indices().rev().nth(count).map(|(at, _)| at);
    if back(most).is_none() {
        return Cow::Borrowed(text);
    }
    let from = match most.checked_sub(2) {
        Some(last) => back(last).unwrap_or(text.len()),
        None => text.len(),
    };
    let tail = &text[from..];
    let slash = tail.find(['/', '\\']).filter(|slash| *slash <= tail.len() / 2);
    Cow::Owned(format!("…{}", &tail[slash.unwrap_or(0)..]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    fn shown(write: impl FnOnce(&mut Html)) -> String {
        let mut html = Html::default();
        write(&mut html);
        html.into_string()
    }

    #[test]
    fn a_time_is_split_into_date_and_time_of_day() {
        let shown = |micros| {
            let civil = Civil::of(at(micros));
            format!("{} {}", civil.date(), civil.time())
        };
        // Seconds as `date -u -d @.. +%s` gives them.
        for (seconds, expected) in [
            (0, "1970-01-01 00:00:00.000"),
            (951_782_400, "2000-02-29 00:00:00.000"),
            (4_107_542_399, "2100-02-28 23:59:59.000"),
            (4_107_542_400, "2100-03-01 00:00:00.000"),
            (1_795_342_272, "2026-11-22 10:11:12.000"),
            (-1, "1969-12-31 23:59:59.000"),
            (-62_135_596_800, "0001-01-01 00:00:00.000"),
        ] {
            assert_eq!(shown(seconds * SECOND), expected);
        }
        assert_eq!(shown(-1), "1969-12-31 23:59:59.999");
        assert!(shown(i64::MAX).starts_with("294247-01-10 04:00:54.775"));
        assert!(shown(i64::MIN).starts_with("-290308-12-21 19:59:05.224"));
    }

    proptest! {
        #[test]
        fn a_day_later_is_the_next_day(micros in i64::MIN..i64::MAX - DAY) {
            let (one, next) = (Civil::of(at(micros)), Civil::of(at(micros + DAY)));
            let same_month = (one.year, one.month, one.day + 1) == (next.year, next.month, next.day);
            let next_month = next.day == 1 && one.day >= 28 && next.month == one.month % 12 + 1
                && next.year == one.year + i64::from(one.month == 12);
            prop_assert!(same_month || next_month, "{one:?} {next:?}");
            prop_assert_eq!(one.time(), next.time());
        }

        #[test]
        fn any_two_times_have_a_distance(one: i64, other: i64) {
            let text = ago(at(one), at(other));
            prop_assert_eq!(other > one && text != "now", text.starts_with("in "));
            prop_assert_eq!(span(at(one), at(other)), span(at(other), at(one)));
        }

        #[test]
        fn shortened_texts_keep_to_their_length(text in "\\PC*", most in 0_usize..40) {
            let most_characters = most.max(1);
            prop_assert!(start(&text, most).chars().count() <= most_characters);
            prop_assert!(end(&text, most).chars().count() <= most_characters);
            prop_assert!(text.starts_with(start(&text, most).trim_end_matches('…')));
            prop_assert!(text.ends_with(end(&text, most).trim_start_matches('…')));
        }

        #[test]
        fn a_short_number_is_never_larger_than_the_number(number: u64) {
            let short = short(number).replace(',', "");
            let (digits, unit) = short.split_once(' ').unwrap_or((&short, ""));
            let unit = ["", "k", "M", "G", "T", "P"].iter().position(|known| *known == unit);
            let value = digits.parse::<f64>().unwrap() * 1_000_f64.powi(unit.unwrap() as i32);
            let exact = number as f64;
            prop_assert!(value <= exact * 1.000_001 && value >= exact * 0.9, "{value} {exact}");
        }
    }

    #[test]
    fn a_distance_has_the_largest_unit_that_fits() {
        let now = at(1_795_342_272 * SECOND);
        let past = |micros: i64| ago(now, at(now.as_micros() - micros));
        for (micros, expected) in [
            (0, "now"),
            (999_999, "now"),
            (12 * SECOND, "12 s ago"),
            (MINUTE - 1, "59 s ago"),
            (3 * MINUTE, "3 min ago"),
            (2 * HOUR, "2 h ago"),
            (9 * DAY, "9 d ago"),
            (YEAR, "1 y ago"),
            (-500_000, "now"),
            (-3 * MINUTE, "in 3 min"),
        ] {
            assert_eq!(past(micros), expected);
        }
        assert_eq!(ago(at(i64::MAX), at(i64::MIN)), "292471 y ago");
        assert_eq!(ago(at(i64::MIN), at(i64::MAX)), "in 292471 y");
    }

    #[test]
    fn a_time_says_the_exact_one_on_hover() {
        let now = at(1_795_342_272_123_000);
        let text = shown(|html| time(html, now, at(now.as_micros() - 12 * SECOND)));
        let expected = "<time datetime=\"2026-11-22T10:11:00.123Z\" \
                        title=\"2026-11-22 10:11:00.123 UTC\">12 s ago</time>";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_long_number_is_short_and_says_the_exact_one_on_hover() {
        let exact = "<span class=\"n\" title=\"1,203,441\">1.2 M</span>";
        assert_eq!(shown(|html| number(html, 1_203_441)), exact);
        assert_eq!(shown(|html| number(html, 1_200)), "<span class=\"n\">1,200</span>");
        for (number, expected) in [
            (9_999, "9,999"),
            (10_000, "10 k"),
            (999_999, "999 k"),
            (1_000_000, "1.0 M"),
            (u64::MAX, "18,446 P"),
        ] {
            assert_eq!(short(number), expected);
        }
    }

    #[test]
    fn sizes_have_the_unit_that_fits() {
        for (size, expected) in [
            (1, "1 byte"),
            (212, "212 bytes"),
            (1_536, "1.5 KiB"),
            (65_536, "64 KiB"),
            (3 * 1_048_576, "3 MiB"),
        ] {
            assert_eq!(bytes(size), expected);
        }
    }

    #[test]
    fn paths_keep_their_end_and_messages_their_start() {
        assert_eq!(end("/home/shop/checkout/src/pay.rs", 16), "…/src/pay.rs");
        assert_eq!(end("src/pay.rs", 10), "src/pay.rs");
        assert_eq!(start("index out of bounds", 9), "index ou…");
    }
}
