//! What is left when a program is killed at any moment.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};

use error_tracker_tests::database::Stored;

use crate::plain_or_all;
use crate::program::Database;

/// After so many rounds a new database is begun.
const ROUNDS: u32 = 10;
/// A limit that no program reaches.
const NEVER: &str = "1000000000";

/// Reads what the program prints until so many events are committed.
struct Told {
    lines: BufReader<std::process::ChildStdout>,
    has_started: bool,
    committed: u64,
}

impl Told {
    fn by(child: &mut Child) -> Self {
        let out = child.stdout.take().expect("its output is piped");
        Self { lines: BufReader::new(out), has_started: false, committed: 0 }
    }

    fn read_until(&mut self, committed: u64) {
        let mut line = String::new();
        while self.committed < committed && self.lines.read_line(&mut line).is_ok_and(|n| n > 0) {
            // The last line may be cut.
            if let Some(line) = line.strip_suffix('\n') {
                self.has_started |= line == "started";
                self.committed =
                    line.parse().map_or(self.committed, |told: u64| told.max(self.committed));
            }
            line.clear();
        }
    }
}

/// Starts the program, ends it by this signal at this moment; returns what it told and its end.
fn kill((program, database): (&str, &Database), signal: i32, moment: u64) -> (Told, ExitStatus) {
    let limit = if signal == libc::SIGABRT { moment.to_string() } else { NEVER.to_owned() };
    let mut child = database.start(program, &[&limit]);
    let mut told = Told::by(&mut child);
    if signal != libc::SIGABRT {
        told.read_until(moment);
        let id = libc::pid_t::try_from(child.id()).expect("an id of a process");
        // SAFETY: the child is ours and was not waited for, so that the id is its own.
        assert_eq!(unsafe { libc::kill(id, signal) }, 0);
    }
    told.read_until(u64::MAX);
    let mut complaints = String::new();
    child.stderr.take().map(|mut err| err.read_to_string(&mut complaints));
    let status = child.wait().expect("the program ends");
    assert_eq!(status.signal(), Some(signal), "{complaints}");
    (told, status)
}

/// Returns how many events a program that was started after all kills adds, as it should.
#[track_caller]
fn works_on(database: &Database) {
    let before = Stored::open(&database.path()).kept();
    database.run("some", &["10"]);
    let stored = Stored::open(&database.path());
    assert_eq!((stored.kept(), stored.count() >= stored.kept()), (before + 10, true));
    stored.check();
}

/// Kills a program again and again; nothing that it reported as committed may be missing.
fn survives(signal: i32, rounds: u32) {
    let mut database = Database::new();
    let mut promised = 0;
    for round in 0..rounds {
        let moment = u64::from(round * 97 % 400) * u64::from(round % ROUNDS);
        let (told, _) = kill(("endless", &database), signal, moment.min(400));
        assert!(told.committed == 0 || told.has_started);
        promised += told.committed;
        // In every other round, the program itself finds what the kill left.
        if round % 2 == 0 {
            let stored = Stored::open(&database.path());
            stored.check();
            assert!(stored.kept() >= promised, "{} of {promised}", stored.kept());
        }
        if round % ROUNDS == ROUNDS - 1 || round + 1 == rounds {
            works_on(&database);
            (database, promised) = (Database::new(), 0);
        }
    }
}

#[test]
fn what_health_reported_as_committed_survives_sigkill() {
    survives(libc::SIGKILL, plain_or_all(12, 200));
}

#[test]
fn what_health_reported_as_committed_survives_sigterm() {
    survives(libc::SIGTERM, plain_or_all(4, 50));
}

#[test]
fn what_health_reported_as_committed_survives_an_abort() {
    survives(libc::SIGABRT, plain_or_all(4, 50));
}

#[test]
fn what_a_capture_came_back_from_survives_sigkill_when_it_is_immediate() {
    let (mut database, mut promised) = (Database::new(), 0);
    let rounds = plain_or_all(8, 100);
    for round in 0..rounds {
        let moment = u64::from(round * 31 % 100) * u64::from(round % ROUNDS).min(3);
        let (told, _) = kill(("immediate", &database), libc::SIGKILL, moment);
        promised += told.committed;
        // Killed at once, it may not have made its tables.
        if promised > 0 {
            let stored = Stored::open(&database.path());
            stored.check();
            assert!(stored.count() >= promised, "{} of {promised}", stored.count());
        }
        if round % ROUNDS == ROUNDS - 1 || round + 1 == rounds {
            works_on(&database);
            (database, promised) = (Database::new(), 0);
        }
    }
}
