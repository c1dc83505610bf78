//! Gets what the tests in a browser need: Chromium, its driver, and axe-core.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::tally::Tally;
use crate::tools::{Install, Tools};
use crate::workspace;

/// Looks whether everybody can use a page; a newer one finds more.
const AXE: &str = "axe-core@4.14.1";

/// Makes sure of all three; without one of them the tests in a browser fail, and say which.
pub fn prepare(tally: &mut Tally, install: &Install) {
    install.have(tally, Tools::CHROMIUM);
    let folder = workspace::target("axe");
    if Path::new(&folder).join("node_modules/axe-core/axe.min.js").is_file() {
        return;
    }
    if install.have(tally, Tools::NPM) && !has_fetched(&folder) {
        tally.skip(AXE, &format!("`npm install --prefix {folder} {AXE}` failed"));
    }
}

fn has_fetched(folder: &str) -> bool {
    let mut command = Command::new("npm");
    command.args(["install", "--no-audit", "--no-fund", "--prefix", folder, AXE]);
    let status = command.stdin(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
