//! Instruction counts: a case in a child process under valgrind.

use std::collections::HashMap;
use std::env;
use std::process::{Command, Stdio};

/// What a child process said of one case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures(HashMap<String, f64>);

impl Figures {
    /// Returns a figure; `None` if the case did not run.
    pub(crate) fn get(&self, what: &str) -> Option<f64> {
        self.0.get(what).copied()
    }

    fn read(output: &[u8]) -> Self {
        let text = String::from_utf8_lossy(output);
        let pairs = text.lines().filter_map(|line| {
            let (what, value) = line.split_once(' ')?;
            Some((what.to_owned(), value.parse().ok()?))
        });
        Self(pairs.collect())
    }
}

/// Runs a case in a process of its own.
pub(crate) fn run(case: &str, calls: u64) -> Figures {
    match env::current_exe() {
        Ok(program) => finish(case, Command::new(program).args(arguments(case, calls))),
        Err(_) => Figures::default(),
    }
}

/// How often a case is repeated that did not fit into one second of the clock.
const TRIES: usize = 8;

/// Counts a case by what as many calls again add, so that nothing but the calls is counted.
pub(crate) fn count_difference(case: &str, calls: u64) -> Figures {
    let (once, mut twice) = (count(case, calls), count(case, 2 * calls));
    let of = |figures: &Figures| figures.get("instructions");
    if let Some((once, both)) = of(&once).zip(of(&twice)) {
        twice.0.insert("instructions".to_owned(), (2.0 * both - once).round());
    }
    twice
}

/// Counts a case that must begin and end in the same second.
pub(crate) fn count_within_a_second(case: &str, calls: u64) -> Figures {
    let mut figures = count(case, calls);
    for _ in 1..TRIES {
        if figures.get("seconds") == Some(0.0) {
            break;
        }
        figures = count(case, calls);
    }
    figures
}

/// Runs a case under callgrind: its figure `instructions` is the calling thread's, a call.
pub(crate) fn count(case: &str, calls: u64) -> Figures {
    let (Ok(program), Ok(folder)) = (env::current_exe(), tempfile::tempdir()) else {
        return Figures::default();
    };
    let report = folder.path().join("callgrind.out");
    let mut command = Command::new("valgrind");
    command
        .args(["-q", "--tool=callgrind", "--toggle-collect=error_tracker_benches_collected"])
        .arg(format!("--callgrind-out-file={}", report.display()))
        .arg(program)
        .args(arguments(case, calls));
    let mut figures = finish(case, &mut command);
    let text = std::fs::read_to_string(&report).unwrap_or_default();
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
    if let Some(total) = total.and_then(|total| total.trim().parse::<f64>().ok()) {
        figures.0.insert("instructions".to_owned(), total / calls as f64);
    }
    figures
}

/// Tells whether instructions can be counted.
pub(crate) fn is_there() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok_and(|run| run.status.success())
}

fn arguments(case: &str, calls: u64) -> [String; 3] {
    ["bench-child".to_owned(), case.to_owned(), calls.to_string()]
}

fn finish(case: &str, command: &mut Command) -> Figures {
    match command.stdin(Stdio::null()).stderr(Stdio::inherit()).output() {
        Ok(output) if output.status.success() => Figures::read(&output.stdout),
        Ok(output) => {
            eprintln!("{case}: {}", output.status);
            Figures::default()
        }
        Err(error) => {
            eprintln!("{case}: {error}");
            Figures::default()
        }
    }
}
