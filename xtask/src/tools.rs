//! Knows the tools beside Rust, and how to get them.

use std::process::{Command, Stdio};

use crate::tally::Tally;

pub struct Tools {
    program: &'static str,
    package: &'static str,
    purpose: &'static str,
}

impl Tools {
    pub const C_COMPILER: Self =
        Self { program: "cc", package: "gcc libc6-dev", purpose: "building SQLite" };
    pub const VALGRIND: Self =
        Self { program: "valgrind", package: "valgrind", purpose: "counting instructions" };

    pub const SQLITE_SHELL: Self =
        Self { program: "sqlite3", package: "sqlite3", purpose: "reading the database" };
    pub const CPP_COMPILER: Self =
        Self { program: "c++", package: "g++", purpose: "building libFuzzer" };

    pub const CHROMIUM: Self = Self {
        program: "chromedriver",
        package: "chromium chromium-driver",
        purpose: "looking at the pages in a browser",
    };
    pub const NPM: Self = Self { program: "npm", package: "npm", purpose: "fetching axe-core" };

    /// Whether a nightly toolchain is there already; none is downloaded for this.
    pub fn has_nightly() -> bool {
        let listed = Command::new("rustup").args(["toolchain", "list"]).output();
        listed.is_ok_and(|listed| String::from_utf8_lossy(&listed.stdout).contains("nightly"))
    }
}

/// What may be done about a missing tool.
pub enum Install {
    AsRoot,
    WithSudo,
    Never,
}

impl Install {
    pub fn decide(asked: bool) -> Self {
        let id = Command::new("id").arg("-u").output();
        match id.is_ok_and(|id| id.stdout.trim_ascii() == b"0") {
            true => Self::AsRoot,
            false if asked => Self::WithSudo,
            false => Self::Never,
        }
    }

    /// Makes sure of a tool; one that is missing and stays so is named and counted.
    pub fn have(&self, tally: &mut Tally, tool: Tools) -> bool {
        if runs(tool.program) {
            return true;
        }
        let packages = tool.package.split(' ');
        let apt = ["apt-get", "install", "-y", "--no-install-recommends"];
        let installed = match self {
            Self::AsRoot => {
                update("apt-get", &[]) && run(apt[0], apt[1..].iter().copied().chain(packages))
            }
            Self::WithSudo => {
                update("sudo", &["apt-get"]) && run("sudo", apt.into_iter().chain(packages))
            }
            Self::Never => false,
        };
        if !installed {
            let reason = format!(
                "{} is missing, for {}: `apt-get install {}`, or --install",
                tool.program, tool.purpose, tool.package
            );
            tally.skip(tool.purpose, &reason);
        }
        installed
    }
}

fn update(program: &str, first: &[&str]) -> bool {
    run(program, first.iter().copied().chain(["update"]))
}

fn run<'a>(program: &str, arguments: impl Iterator<Item = &'a str>) -> bool {
    let status = Command::new(program).args(arguments).stdin(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn runs(program: &str) -> bool {
    let ran =
        Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    ran.is_ok_and(|status| status.success())
}
