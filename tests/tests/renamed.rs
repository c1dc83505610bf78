//! The macros find the runtime under whatever name a crate gave it.

#[path = "../fixtures/cargo.rs"]
mod cargo;

#[test]
fn a_renamed_dependency_is_found_in_the_manifest_or_its_workspace() {
    cargo::succeed(&[
        "check",
        "--quiet",
        "--package",
        "renamed",
        "--package",
        "renamed-by-workspace",
    ]);
}
