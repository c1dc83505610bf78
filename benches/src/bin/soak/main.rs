//! A program under mixed load for a while, which knows how often it failed.
//!
//! `soak MINUTES FOLDER` writes a sample a second to `FOLDER/soak.csv`, and at the end says what
//! the file holds of what its threads counted themselves. `cargo xtask soak` judges it.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

mod check;
mod failing;
mod load;
mod sample;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use error_tracker::tracker;

use crate::load::Load;
use crate::sample::Samples;

const SECOND: Duration = Duration::from_secs(1);
/// What was recorded is not to be lost because the machine is busy.
const LIMIT: Duration = Duration::from_secs(60);
/// So few that the file stops growing within minutes.
const KEPT: usize = 10;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [minutes, folder] = &arguments[..] else {
        eprintln!("soak MINUTES FOLDER");
        return ExitCode::from(2);
    };
    let minutes = minutes.parse().unwrap_or(60.0);
    match soak(Duration::from_secs_f64(60.0 * minutes), Path::new(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("soak: {error}");
            ExitCode::FAILURE
        }
    }
}

fn soak(long: Duration, folder: &Path) -> Result<(), Box<dyn Error>> {
    let inner = tempfile::tempdir_in(folder)?;
    let file: PathBuf = inner.path().join("errors.db");
    std::panic::set_hook(Box::new(|_| {}));
    let guard = error_tracker::init! {
        store: &file,
        max_events_per_issue: KEPT,
        shutdown_timeout: LIMIT,
    }?;
    let load = Load::default();
    let mut samples = Samples::create(&folder.join("soak.csv"), &file)?;
    std::thread::scope(|scope| {
        load.start(scope);
        let begun = Instant::now();
        let sampled = (|| {
            while begun.elapsed() < long {
                std::thread::sleep(SECOND);
                samples.take(begun.elapsed(), &load)?;
            }
            Ok::<_, std::io::Error>(())
        })();
        load.stop();
        sampled
    })?;
    let is_stored = tracker().flush(LIMIT);
    let health = tracker().health();
    drop(guard);
    println!("stored {}", u8::from(is_stored));
    println!("lost {}", health.lost);
    println!("dropped {}", health.dropped);
    println!("restarts {}", health.writer_restarts);
    println!("unread {}", load.unread());
    check::counts(&file, &load)?;
    Ok(())
}
