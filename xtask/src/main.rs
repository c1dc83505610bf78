//! Tests and measures the workspace: everything a fresh machine needs, behind two commands.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

mod audit;
mod browser;
mod features;
mod fuzz;
mod rusqlite;
mod shell;
mod soak;
mod tally;
mod tools;
mod workspace;

use std::env;
use std::process::ExitCode;

use crate::tally::Tally;
use crate::tools::{Install, Tools};
use crate::workspace::cargo;

const USAGE: &str = "\
cargo xtask test [--all] [--install]   runs every test; --all adds storms and kills, the address sanitizer, the loom model and the fuzz targets
cargo xtask bench [--json]             measures, beside the peers
cargo xtask fuzz [TARGET ..] [--seconds N]  runs the fuzz targets, ten minutes each
cargo xtask soak [--minutes N]         runs under mixed load, an hour; fails if memory grows or a count is off
--install                              installs what is missing through apt (root does so anyway)";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (&command, flags) = words.split_first().unwrap_or((&"help", &[]));
    if command == "fuzz" {
        return fuzz(flags);
    }
    if command == "soak" {
        return soak(flags);
    }
    let known: &[&str] = match command {
        "test" => &["--all", "--install"],
        "bench" => &["--json", "--install"],
        _ => &[],
    };
    if known.is_empty() || flags.iter().any(|flag| !known.contains(flag)) {
        println!("{USAGE}");
        return ExitCode::from(if command == "help" { 0 } else { 2 });
    }
    let install = Install::decide(flags.contains(&"--install"));
    let mut tally = Tally::default();
    if command == "test" {
        test(&mut tally, &install, flags.contains(&"--all"));
    } else {
        bench(&mut tally, &install, flags.contains(&"--json"));
        if tally.is_clean() {
            return ExitCode::SUCCESS;
        }
    }
    tally.print()
}

fn test(tally: &mut Tally, install: &Install, all: bool) {
    if !install.have(tally, Tools::C_COMPILER) {
        tally.skip("everything", "SQLite is built from its C source");
        return;
    }
    browser::prepare(tally, install);
    tally.tests("tests", cargo(&["test", "--locked", "--all-features", "--no-fail-fast"]));
    tally.tests("tests of xtask", cargo(&["test", "--locked", "--package", "xtask"]));
    features::check_each_alone(tally);
    rusqlite::build_both_ends(tally);
    audit::run(tally);
    shell::run(tally, install);
    if all {
        let grouping = ["test", "--locked", "--release", "--test", "versions"];
        let package = ["--package", "error-tracker-tests"];
        tally.tests("grouping in a release build", cargo(&[&grouping[..], &package[..]].concat()));
        survival(tally);
        address_sanitizer(tally);
        loom(tally);
        fuzz::Plan::short().run(tally, install);
    }
}

fn fuzz(words: &[&str]) -> ExitCode {
    match fuzz::Plan::of(words) {
        Ok(plan) => {
            let mut tally = Tally::default();
            plan.run(&mut tally, &Install::decide(false));
            tally.print()
        }
        Err(reason) => {
            println!("{reason}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Counts, kills and faults once more: in a release build, and many times as much.
fn survival(tally: &mut Tally) {
    let mut command = cargo(&["test", "--locked", "--release", "--test", "survival"]);
    command.args(["--package", "error-tracker-tests"]);
    command.env("SURVIVAL", "all");
    tally.tests("survival in a release build", command);
}

fn soak(words: &[&str]) -> ExitCode {
    match soak::Soak::of(words) {
        Ok(soak) => soak.run(),
        Err(reason) => {
            println!("{reason}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// The runtime's own tests with every access to memory checked.
fn address_sanitizer(tally: &mut Tally) {
    const PART: &str = "address sanitizer";
    const TARGET: &str = "x86_64-unknown-linux-gnu";
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        tally.skip(PART, "only built for x86_64 Linux here");
    } else if !Tools::has_nightly() {
        tally.skip(PART, "needs a nightly toolchain: `rustup toolchain install nightly`");
    } else {
        let mut command = cargo(&["+nightly", "test", "--locked", "--all-features", "--lib"]);
        command.args(["--package", "error-tracker", "--target", TARGET]);
        command.args(["--target-dir", &workspace::target("xtask/address")]);
        command.env("RUSTFLAGS", "-Zsanitizer=address");
        tally.tests(PART, command);
    }
}

/// What threads share, in every order that loom can think of.
fn loom(tally: &mut Tally) {
    const PART: &str = "loom model";
    let mut command = cargo(&["test", "--locked", "--release", "--lib", "--no-default-features"]);
    command.args(["--package", "error-tracker"]);
    command.args(["--target-dir", &workspace::target("xtask/loom")]);
    command.env("RUSTFLAGS", "--cfg loom");
    command.arg("model_");
    tally.tests(PART, command);
}

fn bench(tally: &mut Tally, install: &Install, json: bool) {
    if !install.have(tally, Tools::C_COMPILER) {
        return;
    }
    if !json {
        install.have(tally, Tools::VALGRIND);
    }
    // Pages and requests apart: a program without them is what all other rows are about.
    for features in [&[][..], &["--features", "web"]] {
        let mut command = cargo(&["run", "--quiet", "--locked", "--release"]);
        command.args(["--package", "error-tracker-benches"]).args(features).arg("--");
        command.args(json.then_some("--json"));
        tally.quiet("bench", command);
    }
}
