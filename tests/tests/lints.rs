//! Expansions are silent under every lint, in both editions.
#![allow(clippy::print_stderr, reason = "a skip must be seen")]

#[path = "../fixtures/cargo.rs"]
mod cargo;

/// The sources of `fixtures/shapes` deny all warnings and clippy's pedantic group.
#[test]
fn every_shape_is_free_of_warnings_in_edition_2021_and_2024() {
    let packages = ["--quiet", "--package", "lints-2021", "--package", "lints-2024"];
    let clippy = cargo::cargo(&cargo::root().join("tests/fixtures"), &["clippy", "--version"]);
    let command = if clippy.status.success() { "clippy" } else { "check" };
    if command == "check" {
        eprintln!("skipped: clippy is not installed; the compiler's own lints are checked");
    }
    let arguments: Vec<_> = std::iter::once(command).chain(packages).collect();
    cargo::succeed(&arguments);
}
