//! Lets a program run under mixed load, and judges it by its samples and counts.

mod picture;
mod samples;

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{ExitCode, Stdio};

use self::samples::{mean, Samples};
use crate::workspace::{self, cargo};

const MEBIBYTE: f64 = 1_048_576.0;
/// By how much the last tenth's memory may lie above the second's: by an eighth and 4 MiB.
const GROWTH: f64 = 0.125;
const GROWTH_MIB: f64 = 4.0;

/// How long the soak lasts.
#[derive(Debug, PartialEq)]
pub struct Soak {
    minutes: f64,
}

/// What the program said at its end, by name.
struct Said(HashMap<String, u64>);

impl Said {
    fn read(text: &str) -> Self {
        let pairs = text.lines().filter_map(|line| {
            let (name, value) = line.split_once(' ')?;
            Some((name.to_owned(), value.parse().ok()?))
        });
        Self(pairs.collect())
    }

    /// What was not said counts as the worst.
    fn get(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or(u64::MAX)
    }
}

impl Soak {
    /// Reads `[--minutes N]`; what is not understood is given back.
    pub fn of(words: &[&str]) -> Result<Self, String> {
        match words {
            [] => Ok(Self { minutes: 60.0 }),
            ["--minutes", number] => match number.parse() {
                Ok(minutes) if minutes >= 0.5 => Ok(Self { minutes }),
                _ => Err(format!("--minutes wants a number from 0.5 on, not {number}")),
            },
            _ => Err(format!("soak does not know {}", words.join(" "))),
        }
    }

    pub fn run(&self) -> ExitCode {
        match self.soak() {
            Ok(faults) if faults.is_empty() => ExitCode::SUCCESS,
            Ok(faults) => {
                faults.iter().for_each(|fault| println!("FAILED {fault}"));
                ExitCode::FAILURE
            }
            Err(error) => {
                println!("FAILED {error}");
                ExitCode::FAILURE
            }
        }
    }

    /// Runs the program; returns what is wrong.
    fn soak(&self) -> io::Result<Vec<String>> {
        let folder = workspace::target("xtask/soak");
        fs::create_dir_all(&folder)?;
        let mut command = cargo(&["run", "--quiet", "--locked", "--release"]);
        command.args(["--package", "error-tracker-benches", "--no-default-features"]);
        command.args(["--bin", "soak", "--", &self.minutes.to_string(), &folder]);
        let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err(io::Error::other(format!("the program ended with {}", output.status)));
        }
        let said = Said::read(&String::from_utf8_lossy(&output.stdout));
        let folder = Path::new(&folder);
        let samples = Samples::read(&fs::read_to_string(folder.join("soak.csv"))?);
        fs::write(folder.join("soak.svg"), picture::of(&samples))?;
        println!("{}", line(&samples, &said));
        println!("{} and soak.svg", folder.join("soak.csv").display());
        Ok(faults(&samples, &said))
    }
}

/// Says in one line how it went.
fn line(samples: &Samples, said: &Said) -> String {
    let resident = samples.column("resident");
    let mib = |bytes: f64| bytes / MEBIBYTE;
    let (start, end) = (mean(samples.tenth(&resident, 1)), mean(samples.tenth(&resident, 9)));
    let most = |column: &[f64]| column.iter().copied().fold(0.0, f64::max);
    let median = |name| samples.median(name);
    format!(
        "soak of {:.0} minutes: {} failures, {} issues, {} miscounted, {} lost; memory {:.1} MiB \
         at the start, {:.1} at the end, {:.1} at most; file {:.1} MiB; a failing call {:.1} µs \
         p50, {:.0} p99 (medians of seconds), {:.1} ms at most",
        samples.seconds() / 60.0,
        said.get("failures"),
        said.get("issues"),
        said.get("miscounted"),
        said.get("lost"),
        mib(start),
        mib(end),
        mib(most(&resident)),
        mib(said.get("file") as f64),
        median("p50"),
        median("p99"),
        most(&samples.column("max")) / 1_000.0,
    )
}

fn faults(samples: &Samples, said: &Said) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, allowed) in
        [("stored", 1), ("miscounted", 0), ("lost", 0), ("restarts", 0), ("unread", 0)]
    {
        if said.get(name) != allowed {
            faults.push(format!("{name}: {}, not {allowed}", said.get(name)));
        }
    }
    let resident = samples.column("resident");
    let (start, end) = (mean(samples.tenth(&resident, 1)), mean(samples.tenth(&resident, 9)));
    let bound = start * (1.0 + GROWTH) + GROWTH_MIB * MEBIBYTE;
    // A mean of nothing is no number, and no fine one either.
    if end.is_nan() || end > bound {
        let [end, bound] = [end, bound].map(|bytes| bytes / MEBIBYTE);
        faults.push(format!("memory grows: {end:.1} MiB in the last tenth, above {bound:.1}"));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "stored 1\nlost 0\nrestarts 0\nunread 0\nmiscounted 0\n";

    fn samples(resident: impl Fn(u64) -> f64) -> Samples {
        let row = |second| format!("{second},{}\n", resident(second) * MEBIBYTE);
        let rows: String = (0..100).map(row).collect();
        Samples::read(&format!("seconds,resident\n{rows}"))
    }

    #[test]
    fn minutes_are_read_and_all_else_is_refused() {
        assert_eq!(Soak::of(&[]), Ok(Soak { minutes: 60.0 }));
        assert_eq!(Soak::of(&["--minutes", "5"]), Ok(Soak { minutes: 5.0 }));
        for words in [&["--minutes"][..], &["--minutes", "0"], &["--minutes", "x"], &["5"]] {
            assert!(Soak::of(words).is_err(), "{words:?}");
        }
    }

    #[test]
    fn memory_that_stays_passes_and_memory_that_grows_fails() {
        let said = Said::read(GOOD);
        assert!(faults(&samples(|_| 20.0), &said).is_empty());
        assert!(faults(&samples(|second| if second < 10 { 5.0 } else { 20.0 }), &said).is_empty());
        let grown = faults(&samples(|second| 20.0 + second as f64 / 5.0), &said);
        assert!(grown[0].starts_with("memory grows: 38.9 MiB"), "{grown:?}");
        assert!(!faults(&Samples::read(""), &said).is_empty());
    }

    #[test]
    fn a_count_that_is_off_or_not_told_fails() {
        let steady = samples(|_| 20.0);
        let off = GOOD.replace("miscounted 0", "miscounted 2");
        assert_eq!(faults(&steady, &Said::read(&off)), ["miscounted: 2, not 0"]);
        assert_eq!(faults(&steady, &Said::read("")).len(), 5);
    }
}
