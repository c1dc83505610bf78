//! How often something happened, as inline pictures: no script, no style attributes.

use super::format::{counted, Civil};
use super::html::Html;
use crate::model::{Hour, Timestamp};

/// How high the bars of a large picture are.
const HEIGHT: u64 = 60;

/// Draws the last 24 hours, small enough for each row of a list.
pub(super) fn sparkline(html: &mut Html, hours: &[Hour], now: Timestamp) {
    const WIDTH: usize = 4;
    const LINE: u64 = 16;
    let bars = last_hours(hours, now);
    let (most, all) = extent(&bars);
    html.raw("<svg class=\"spark\" viewBox=\"0 0 96 16\" role=\"img\"");
    html.attr("aria-label", &format!("{} in the last 24 hours", counted(all, "time", "times")));
    html.raw("><path d=\"");
    for (at, bar) in bars.iter().enumerate().filter(|(_, bar)| bar.count > 0) {
        let height = share(bar.count, most, LINE);
        html.show(format_args!("M{} 16v-{height}h3v{height}z", at * WIDTH));
    }
    html.raw("\"/></svg>");
}

/// Draws the last 24 hours by the hour and the last 30 days by the day, one of which is shown.
pub(super) fn occurrences(html: &mut Html, hours: &[Hour], now: Timestamp) {
    let (day, month) = (last_hours(hours, now), last_days(hours, now));
    // What happened within a day may be too old for the first picture.
    let is_recent = day.iter().any(|bar| bar.count > 0);
    html.raw("<div class=\"chart\">");
    switch(html, ("chart-h", "24 h"), is_recent);
    switch(html, ("chart-d", "30 d"), !is_recent);
    picture(html, "by-h", "Occurrences in the last 24 hours", &day);
    picture(html, "by-d", "Occurrences in the last 30 days", &month);
    html.raw("</div>");
}

/// A bar of a picture.
struct Bar {
    /// Which span of time it stands for.
    label: String,
    /// How it stands below the picture.
    short: String,
    count: u64,
}

fn last_hours(hours: &[Hour], now: Timestamp) -> Vec<Bar> {
    let current = now.as_micros().div_euclid(Hour::MICROS);
    let bar = |hour: i64| {
        let civil = civil(hour);
        let short = format!("{:02}:00", civil.hour);
        Bar { label: format!("{} {short} UTC", civil.date()), short, count: within(hours, hour, 1) }
    };
    (current - 23..=current).map(bar).collect()
}

fn last_days(hours: &[Hour], now: Timestamp) -> Vec<Bar> {
    let current = now.as_micros().div_euclid(24 * Hour::MICROS);
    let bar = |day: i64| {
        let label = civil(day * 24).date();
        let short = label.get(label.len().saturating_sub(5)..).unwrap_or_default().to_owned();
        Bar { label: format!("{label} UTC"), short, count: within(hours, day * 24, 24) }
    };
    (current - 29..=current).map(bar).collect()
}

fn civil(hour: i64) -> Civil {
    Civil::of(Timestamp::from_micros(hour.saturating_mul(Hour::MICROS)))
}

/// Counts what happened in so many hours from one on; the list is sorted.
fn within(hours: &[Hour], from: i64, many: i64) -> u64 {
    let start = hours.partition_point(|hour| hour.hour < from);
    let rest = hours[start..].iter().take_while(|hour| hour.hour < from + many);
    rest.fold(0, |sum, hour| sum.saturating_add(hour.count))
}

fn extent(bars: &[Bar]) -> (u64, u64) {
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or(0);
    (most, bars.iter().fold(0, |sum, bar| sum.saturating_add(bar.count)))
}

/// How high a bar is: at least 1, so that what happened once in a storm is seen.
fn share(count: u64, most: u64, height: u64) -> u64 {
    let exact = u128::from(count) * u128::from(height) / u128::from(most.max(1));
    u64::try_from(exact).unwrap_or(height).clamp(1, height)
}

/// A switch that works without script: the style sheet shows what belongs to the checked one.
fn switch(html: &mut Html, (id, name): (&'static str, &'static str), is_checked: bool) {
    html.raw("<input type=\"radio\" name=\"chart\" autocomplete=\"off\"").attr("id", id);
    html.raw(if is_checked { " checked>" } else { ">" });
    html.raw("<label").attr("for", id).raw(">").raw(name).raw("</label>");
}

fn picture(html: &mut Html, class: &'static str, title: &'static str, bars: &[Bar]) {
    let (most, all) = extent(bars);
    html.raw("<figure").attr("class", class).raw("><div class=\"plot\"><svg viewBox=\"0 0 ");
    html.show(bars.len() * 10).raw(" 60\" preserveAspectRatio=\"none\" role=\"img\"><title>");
    html.raw(title).raw("</title><desc>").text(&description(bars, all)).raw("</desc>");
    for (at, bar) in bars.iter().enumerate() {
        draw(html, at * 10, bar, most);
    }
    html.raw("</svg><span class=\"most\">").text(&super::format::short(most)).raw("</span></div>");
    axis(html, bars);
    table(html, title, bars);
    html.raw("</figure>");
}

fn description(bars: &[Bar], all: u64) -> String {
    let peak = bars.iter().max_by_key(|bar| bar.count).filter(|bar| bar.count > 0);
    let times = counted(all, "time", "times");
    match peak {
        Some(peak) => format!("{times}; most, {}, at {}", peak.count, peak.label),
        None => "none".to_owned(),
    }
}

fn draw(html: &mut Html, x: usize, bar: &Bar, most: u64) {
    let label = format!("{}: {}", bar.label, counted(bar.count, "time", "times"));
    html.raw("<g><title>").text(&label).raw("</title><rect class=\"hit\"");
    html.raw(" width=\"10\" height=\"60\" x=\"").show(x).raw("\"/>");
    if bar.count > 0 {
        let height = share(bar.count, most, HEIGHT);
        html.raw("<rect width=\"8\" x=\"").show(x + 1).raw("\" y=\"").show(HEIGHT - height);
        html.raw("\" height=\"").show(height).raw("\"/>");
    }
    html.raw("</g>");
}

/// Says when the first bar, three between, and the last one are; text, so that it is never stretched.
fn axis(html: &mut Html, bars: &[Bar]) {
    html.raw("<div class=\"axis\" aria-hidden=\"true\">");
    let last = bars.len().saturating_sub(1);
    for quarter in 0..4 {
        let bar = bars.get(last * quarter / 4);
        html.raw("<span>").text(bar.map_or("", |bar| &bar.short)).raw("</span>");
    }
    html.raw("<span>now</span></div>");
}

/// The same for those who hear the page: only what is not zero.
fn table(html: &mut Html, title: &'static str, bars: &[Bar]) {
    html.raw("<table class=\"off\"><caption>").raw(title).raw("</caption>");
    html.raw("<tr><th scope=\"col\">When</th><th scope=\"col\">Times</th></tr>");
    for bar in bars.iter().filter(|bar| bar.count > 0) {
        html.raw("<tr><td>").text(&bar.label).raw("</td><td>").show(bar.count).raw("</td></tr>");
    }
    html.raw("</table>");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22 10:11:12 UTC.
    const NOW: Timestamp = Timestamp::from_micros(1_795_342_272_000_000);
    const CURRENT: i64 = 1_795_342_272 / 3_600;

    fn hours(counts: &[(i64, u64)]) -> Vec<Hour> {
        let hour = |(ago, count): &(i64, u64)| Hour { hour: CURRENT - ago, count: *count };
        counts.iter().map(hour).collect()
    }

    fn small(counts: &[(i64, u64)]) -> String {
        let mut html = Html::default();
        sparkline(&mut html, &hours(counts), NOW);
        html.into_string()
    }

    fn large(counts: &[(i64, u64)]) -> String {
        let mut html = Html::default();
        occurrences(&mut html, &hours(counts), NOW);
        html.into_string()
    }

    #[test]
    fn a_row_s_picture_has_a_bar_for_each_hour_in_which_something_happened() {
        let text = small(&[(24, 900), (23, 1), (1, 50), (0, 100)]);
        let expected = "<svg class=\"spark\" viewBox=\"0 0 96 16\" role=\"img\" \
             aria-label=\"151 times in the last 24 hours\"><path d=\"M0 16v-1h3v1z\
             M88 16v-8h3v8zM92 16v-16h3v16z\"/></svg>";
        assert_eq!(text, expected);
        assert!(small(&[]).contains("aria-label=\"0 times in the last 24 hours\"><path d=\"\"/>"));
    }

    #[test]
    fn a_row_s_picture_takes_at_most_a_kilobyte() {
        let full: Vec<_> = (0..24).rev().map(|ago| (ago, u64::MAX - ago as u64)).collect();
        assert!(small(&full).len() <= 1_024, "{}", small(&full).len());
    }

    #[test]
    fn a_large_picture_says_what_it_shows() {
        let text = large(&[(30, 5), (2, 3), (0, 1)]);
        for part in [
            "<desc>4 times; most, 3, at 2026-11-22 08:00 UTC</desc>",
            "<desc>9 times; most, 5, at 2026-11-21 UTC</desc>",
            "<title>2026-11-22 08:00 UTC: 3 times</title>",
            "<td>2026-11-21 UTC</td><td>5</td>",
            "<span>11:00</span>",
            "<span>10-24</span>",
            "<input type=\"radio\" name=\"chart\" autocomplete=\"off\" id=\"chart-h\" checked>",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(!text.contains("style"), "{text}");
    }

    #[test]
    fn what_happened_days_ago_opens_the_picture_of_days() {
        assert!(large(&[(100, 1)]).contains("id=\"chart-d\" checked"));
    }

    #[test]
    fn clocks_at_their_ends_are_drawn() {
        for micros in [i64::MIN, -1, 0, i64::MAX] {
            let mut html = Html::default();
            occurrences(&mut html, &hours(&[(0, u64::MAX)]), Timestamp::from_micros(micros));
            assert!(html.into_string().contains("</figure></div>"));
        }
    }
}
