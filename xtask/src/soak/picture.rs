//! Draws the samples over time, one chart below the other.

use std::fmt::Write as _;

use super::samples::Samples;

const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 150.0;
/// Between charts, and around them: room for words.
const GAP: f64 = 40.0;
const LEFT: f64 = 90.0;
/// More points than this are not told apart.
const POINTS: usize = 1_600;

/// A chart: its title, what a unit of the samples is divided by, and its lines.
struct Chart {
    title: &'static str,
    unit: f64,
    lines: &'static [(&'static str, &'static str)],
}

const MIB: f64 = 1_048_576.0;

const CHARTS: [Chart; 5] = [
    Chart { title: "memory, MiB", unit: MIB, lines: &[("resident", "#1b6ca8")] },
    Chart {
        title: "files, MiB",
        unit: MIB,
        lines: &[("database", "#1b6ca8"), ("wal", "#c8553d"), ("spool", "#4d8b31")],
    },
    Chart {
        title: "a failing call, µs",
        unit: 1.0,
        lines: &[("p50", "#4d8b31"), ("p99", "#1b6ca8")],
    },
    Chart { title: "the longest call, ms", unit: 1_000.0, lines: &[("max", "#c8553d")] },
    Chart { title: "failures a second", unit: 1.0, lines: &[("failures", "#1b6ca8")] },
];

/// Draws all charts into one SVG.
pub(super) fn of(samples: &Samples) -> String {
    let (width, height) =
        (LEFT + WIDTH + GAP, GAP + (HEIGHT + GAP) * CHARTS.len() as f64 + GAP / 2.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n"
    );
    for (number, chart) in CHARTS.iter().enumerate() {
        chart.draw(samples, GAP + (HEIGHT + GAP) * number as f64, &mut svg);
    }
    text(&mut svg, (LEFT + WIDTH, height - 8.0), "end", &minutes(samples.seconds()));
    svg + "</svg>\n"
}

fn minutes(seconds: f64) -> String {
    format!("{:.1} minutes", seconds / 60.0)
}

impl Chart {
    fn draw(&self, samples: &Samples, top: f64, svg: &mut String) {
        let columns: Vec<_> = self.lines.iter().map(|(name, _)| samples.column(name)).collect();
        let most = columns.iter().flatten().copied().fold(f64::MIN_POSITIVE, f64::max);
        line(svg, "#888", &[(LEFT, top), (LEFT, top + HEIGHT), (LEFT + WIDTH, top + HEIGHT)]);
        text(svg, (LEFT, top - 8.0), "start", self.title);
        text(svg, (LEFT - 6.0, top + 4.0), "end", &format!("{:.1}", most / self.unit));
        text(svg, (LEFT - 6.0, top + HEIGHT + 4.0), "end", "0");
        let end = samples.seconds().max(f64::MIN_POSITIVE);
        for (number, ((name, color), column)) in self.lines.iter().zip(&columns).enumerate() {
            let place = |(second, value): (f64, f64)| {
                (LEFT + WIDTH * second / end, top + HEIGHT * (1.0 - value / most))
            };
            let points = thinned(&samples.column("seconds"), column);
            line(svg, color, &points.into_iter().map(place).collect::<Vec<_>>());
            let at = (LEFT + WIDTH - 80.0 * number as f64, top - 8.0);
            let _ = write!(svg, "<g fill=\"{color}\">");
            text(svg, at, "end", name);
            svg.push_str("</g>\n");
        }
    }
}

/// Joins neighbours to their largest, so that no peak is lost.
fn thinned(seconds: &[f64], column: &[f64]) -> Vec<(f64, f64)> {
    let size = column.len().div_ceil(POINTS).max(1);
    let chunks = seconds.chunks(size).zip(column.chunks(size));
    chunks.map(|(at, values)| (at[0], values.iter().copied().fold(0.0, f64::max))).collect()
}

fn line(svg: &mut String, color: &str, points: &[(f64, f64)]) {
    let points: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    // Writing to a String does not fail, here and below.
    let _ = writeln!(
        svg,
        "<polyline fill=\"none\" stroke=\"{color}\" points=\"{}\"/>",
        points.join(" ")
    );
}

fn text(svg: &mut String, (x, y): (f64, f64), anchor: &str, text: &str) {
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_column_is_a_line_within_its_chart() {
        let names = "seconds,resident,database,wal,spool,p50,p99,max,failures";
        let row = |second: u32| format!("\n{second},{},2,3,4,5,6,7,8", second * 1_000);
        let samples = Samples::read(&(names.to_owned() + &(0..5_000).map(row).collect::<String>()));
        let svg = of(&samples);
        assert_eq!(svg.matches("<polyline").count(), 8 + CHARTS.len());
        assert!(svg.contains(">83.3 minutes<") && svg.contains(">4.8<"), "{svg}");
        assert!(!svg.contains("NaN") && !svg.contains(" -"), "{svg}");
        assert_eq!(of(&Samples::read("")).matches("NaN").count(), 0);
    }

    #[test]
    fn a_peak_of_one_second_is_seen_among_thousands() {
        let seconds: Vec<f64> = (0..5_000).map(f64::from).collect();
        let mut column = vec![1.0; 5_000];
        column[4_321] = 9.0;
        let thin = thinned(&seconds, &column);
        assert!(thin.len() <= POINTS && thin.iter().any(|(_, value)| *value == 9.0));
    }
}
