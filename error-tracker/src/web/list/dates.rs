//! When issues were last seen: as a filter, and as years, months and days to choose from.

use super::asked::Asked;
use crate::model::Timestamp;
use crate::web::format::Civil;
use crate::web::html::Html;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A year, a month or a day in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Date {
    year: i64,
    month: Option<u32>,
    day: Option<u32>,
}

impl Date {
    /// Reads `2026`, `2026-11` or `2026-11-22`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let mut part = |digits: usize| {
            let Some(part) = parts.next() else { return Ok(None) };
            let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
            if is_number {
                part.parse::<u32>().map(Some).map_err(drop)
            } else {
                Err(())
            }
        };
        let (year, month, day) = (part(4).ok()??, part(2).ok()?, part(2).ok()?);
        let is_month = month.is_none_or(|month| (1..=12).contains(&month));
        let is_day =
            day.is_none_or(|day| (1..=days(year.into(), month.unwrap_or(1))).contains(&day));
        let is_whole = parts.next().is_none() && (1970..=9999).contains(&year);
        (is_month && is_day && is_whole).then_some(Self { year: year.into(), month, day })
    }

    /// Returns when it begins, and when what follows it does.
    pub(super) fn ends(self) -> (Timestamp, Timestamp) {
        let (year, month, day) = (self.year, self.month.unwrap_or(1), self.day.unwrap_or(1));
        let first = day_number(year, month, day);
        let next = match (self.month, self.day) {
            (_, Some(_)) => first + 1,
            (Some(12) | None, None) => day_number(year + 1, 1, 1),
            (Some(month), None) => day_number(year, month + 1, 1),
        };
        let at = |day: i64| Timestamp::from_micros(day * DAY);
        (at(first), at(next))
    }
}

/// Reads an age such as `30m`, `24h` or `7d`, in microseconds.
pub(super) fn age(text: &str) -> Option<i64> {
    let unit = match text.chars().last()? {
        's' => SECOND,
        'm' => 60 * SECOND,
        'h' => 3_600 * SECOND,
        'd' => DAY,
        'w' => 7 * DAY,
        _ => return None,
    };
    let digits = &text[..text.len() - 1];
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse::<i64>().ok().filter(|_| is_number)?.checked_mul(unit)
}

fn days(year: i64, month: u32) -> u32 {
    let next =
        if month == 12 { day_number(year + 1, 1, 1) } else { day_number(year, month + 1, 1) };
    (next - day_number(year, month, 1)) as u32
}

/// Counts the days since 1970-01-01, by `days_from_civil` of
/// <https://howardhinnant.github.io/date_algorithms.html>.
fn day_number(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let shifted = i64::from((month + 9) % 12);
    let of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Writes the way down: the years, of a chosen one the months, of a chosen one the days.
pub(super) fn write(html: &mut Html, asked: &Asked, (oldest, now): (Timestamp, Timestamp)) {
    html.raw("<nav class=\"dates\" data-part id=\"dates\" aria-label=\"Last seen (UTC)\">");
    let chosen = asked.params.get("last_seen").and_then(Date::parse);
    match chosen {
        None => years(html, asked, (Civil::of(oldest).year, Civil::of(now).year)),
        Some(date) => {
            link(html, asked, "", "any date", false);
            let year = Date { month: None, day: None, ..date };
            step(html, asked, year, date == year);
            below(html, asked, date, (oldest, now));
        }
    }
    html.raw("</nav>");
}

fn years(html: &mut Html, asked: &Asked, (first, last): (i64, i64)) {
    for year in (first.max(last - 9).max(1970)..=last).rev() {
        link(html, asked, &year.to_string(), &year.to_string(), false);
    }
}

fn below(html: &mut Html, asked: &Asked, date: Date, span: (Timestamp, Timestamp)) {
    let Some(month) = date.month else {
        let months = (1..=12).map(|month| Date { month: Some(month), ..date });
        return choices(html, asked, months, span);
    };
    let whole = Date { day: None, ..date };
    step(html, asked, whole, date.day.is_none());
    let days = (1..=days(date.year, month)).map(|day| Date { day: Some(day), ..date });
    match date.day {
        Some(_) => step(html, asked, date, true),
        None => choices(html, asked, days, span),
    }
}

/// Writes those in which something may have been seen.
fn choices(
    html: &mut Html,
    asked: &Asked,
    dates: impl Iterator<Item = Date>,
    (oldest, now): (Timestamp, Timestamp),
) {
    html.raw(" ▸ ");
    for date in dates {
        let (from, before) = date.ends();
        if from <= now && before > oldest {
            link(html, asked, &date.to_string(), &date.name(), false);
        }
    }
}

fn step(html: &mut Html, asked: &Asked, date: Date, is_last: bool) {
    html.raw(" ▸ ");
    link(html, asked, &date.to_string(), &date.name(), is_last);
}

fn link(html: &mut Html, asked: &Asked, value: &str, name: &str, is_current: bool) {
    html.raw("<a").attr("href", &asked.link("last_seen", value));
    html.raw(if is_current { " aria-current=\"true\">" } else { ">" }).text(name).raw("</a> ");
}

impl Date {
    fn name(self) -> String {
        match (self.month, self.day) {
            (_, Some(day)) => day.to_string(),
            (Some(month), None) => MONTHS[(month as usize + 11) % 12].to_owned(),
            (None, None) => self.year.to_string(),
        }
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}", self.year)?;
        let parts = [self.month, self.day];
        parts.iter().flatten().try_for_each(|part| write!(f, "-{part:02}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(text: &str) -> (String, String) {
        let (from, before) = Date::parse(text).unwrap().ends();
        (Civil::of(from).date(), Civil::of(before).date())
    }

    #[test]
    fn a_year_a_month_and_a_day_have_their_ends() {
        for (text, from, before) in [
            ("2026", "2026-01-01", "2027-01-01"),
            ("2026-11", "2026-11-01", "2026-12-01"),
            ("2026-12", "2026-12-01", "2027-01-01"),
            ("2026-11-30", "2026-11-30", "2026-12-01"),
            ("2024-02-29", "2024-02-29", "2024-03-01"),
            ("1970", "1970-01-01", "1971-01-01"),
            ("9999-12-31", "9999-12-31", "10000-01-01"),
        ] {
            assert_eq!(ends(text), (from.to_owned(), before.to_owned()));
            assert_eq!(Date::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_no_calendar_has_is_no_date() {
        for text in [
            "",
            "26",
            "20261",
            "2026-",
            "2026-1",
            "2026-13",
            "2026-00",
            "2026-02-29",
            "2026-11-31",
            "2026-11-00",
            "2026-11-22-1",
            "-2026",
            "+026",
            "1969",
            "２０２６",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn ages_have_a_unit() {
        assert_eq!(age("30m"), Some(1_800 * SECOND));
        assert_eq!((age("24h"), age("7d"), age("1w")), (Some(DAY), Some(7 * DAY), Some(7 * DAY)));
        for text in [
            "",
            "h",
            "24",
            "-1h",
            "+1h",
            "1.5h",
            "24H",
            "99999999999999999999h",
            "9999999999999d",
            "1é",
        ] {
            assert_eq!(age(text), None, "{text}");
        }
    }
}
