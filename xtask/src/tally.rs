//! Runs the parts and counts: tests where a part reports tests, else the part itself.

use std::fmt;
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Stdio};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl Counts {
    /// Reads `test result: ok. 3 passed; 0 failed; 1 ignored; ..`, the last line of each test program.
    fn of_line(line: &str) -> Option<Self> {
        let (_, numbers) = line.trim_start().strip_prefix("test result: ")?.split_once(". ")?;
        let number = |word: &str| {
            let part = numbers.split(';').find(|part| part.trim_end().ends_with(word))?;
            part.split_whitespace().next()?.parse().ok()
        };
        Some(Self {
            passed: number("passed")?,
            failed: number("failed")?,
            skipped: number("ignored")?,
        })
    }

    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[derive(Default)]
pub struct Tally {
    sum: Counts,
    lines: Vec<String>,
}

impl Tally {
    /// Runs a command that prints test results, and counts its tests.
    pub fn tests(&mut self, part: &str, mut command: Command) {
        println!("\n== {part}");
        let mut counts = Counts::default();
        let ran = stream(&mut command, |line| {
            counts.add(Counts::of_line(line).unwrap_or_default());
        });
        // A program that does not compile, or dies, reports no failed test of its own.
        let note = match ran {
            Err(reason) if counts.failed == 0 => {
                counts.failed = 1;
                format!(" ({reason})")
            }
            _ => String::new(),
        };
        self.lines.push(format!("{part}: {counts}{note}"));
        self.sum.add(counts);
    }

    /// Runs a command that passes or fails as a whole; gives back what it printed.
    pub fn whole(&mut self, part: &str, mut command: Command) -> Option<String> {
        println!("\n== {part}");
        let mut text = String::new();
        let ran = stream(&mut command, |line| {
            text.push_str(line);
            text.push('\n');
        });
        match ran {
            Ok(()) => Some(text),
            Err(reason) => {
                self.fail(part, &reason);
                None
            }
        }
    }

    /// Runs a command whose output is the result: nothing is said unless it fails.
    pub fn quiet(&mut self, part: &str, mut command: Command) {
        let ran = command.status();
        match ran {
            Ok(status) if status.success() => {}
            Ok(status) => self.fail(part, &status.to_string()),
            Err(error) => self.fail(part, &error.to_string()),
        }
    }

    pub fn pass(&mut self, part: &str) {
        self.sum.passed += 1;
        self.lines.push(format!("{part}: passed"));
    }

    pub fn fail(&mut self, part: &str, reason: &str) {
        println!("FAILED {part}: {reason}");
        self.sum.failed += 1;
        self.lines.push(format!("{part}: failed, {reason}"));
    }

    pub fn skip(&mut self, part: &str, reason: &str) {
        println!("\nSKIPPED {part}: {reason}");
        self.sum.skipped += 1;
        self.lines.push(format!("{part}: SKIPPED, {reason}"));
    }

    pub fn is_clean(&self) -> bool {
        self.sum.failed == 0
    }

    /// Prints what each part came to, and the sum on the last line.
    pub fn print(&self) -> ExitCode {
        println!("\n== summary");
        for line in &self.lines {
            println!("{line}");
        }
        println!("{}", self.sum);
        ExitCode::from(u8::from(!self.is_clean()))
    }
}

/// Runs a command, prints its lines as they come and shows each to `look`.
fn stream(command: &mut Command, mut look: impl FnMut(&str)) -> Result<(), String> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{:?} does not start: {error}", command.get_program()))?;
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            look(&line);
        }
    }
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(status.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn a_result_line_is_counted() {
        let line =
            "test result: FAILED. 13 passed; 2 failed; 1 ignored; 0 measured; 4 filtered out";
        let counts = Counts { passed: 13, failed: 2, skipped: 1 };
        assert_eq!(Counts::of_line(line), Some(counts));
        assert_eq!(counts.to_string(), "13 passed, 2 failed, 1 skipped");
    }

    #[test]
    fn any_other_line_is_not() {
        assert_eq!(Counts::of_line("test tests::it_works ... ok"), None);
        assert_eq!(Counts::of_line("running 3 tests"), None);
    }
}
