//! What the compiler says to each mistake: `ui/<mistake>.rs` and the text beside it.
//!
//! `BLESS=1 cargo test --test macro_ui` writes the texts anew. They are those of one compiler, named
//! in `ui/COMPILER`; another compiler words its own messages differently and is not compared.
#![allow(clippy::print_stderr, reason = "a skip must be seen")]

#[path = "../fixtures/cargo.rs"]
mod cargo;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn every_mistake_is_explained_where_it_was_made() {
    let folder = cargo::root().join("tests/ui");
    if !is_expected_compiler(&folder) {
        eprintln!("skipped: the expected texts are those of another compiler");
        return;
    }
    let messages = compile(&folder);
    let blessing = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    for name in cases(&folder) {
        let (text, expected) = (
            messages.get(&name).cloned().unwrap_or_default(),
            folder.join(format!("{name}.stderr")),
        );
        if blessing {
            fs::write(&expected, &text).expect("the text is written");
        } else if fs::read_to_string(&expected).unwrap_or_default() != text {
            wrong.push(format!("== {name}\n{text}"));
        }
    }
    assert!(wrong.is_empty(), "these differ from their .stderr files:\n{}", wrong.join("\n"));
}

fn is_expected_compiler(folder: &Path) -> bool {
    let expected = fs::read_to_string(folder.join("COMPILER")).unwrap_or_default();
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(compiler).arg("--version").output().expect("rustc runs");
    String::from_utf8_lossy(&version.stdout).starts_with(expected.trim())
}

fn cases(folder: &Path) -> Vec<String> {
    let files =
        fs::read_dir(folder).expect("the folder is read").flatten().map(|entry| entry.path());
    let sources = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let mut names: Vec<_> =
        sources.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    names
}

/// Compiles all cases as binaries of one package and returns what the compiler said to each.
fn compile(folder: &Path) -> BTreeMap<String, String> {
    let package = package(folder);
    let output =
        cargo::cargo(&package, &["check", "--bins", "--keep-going", "--message-format=json"]);
    let mut messages = BTreeMap::<String, String>::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(message) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        let is_case = message["target"]["kind"][0] == "bin"
            && !message["message"]["spans"].as_array().is_none_or(Vec::is_empty);
        if let (true, Some(text)) = (is_case, message["message"]["rendered"].as_str()) {
            let name = message["target"]["name"].as_str().unwrap_or_default().to_owned();
            messages.entry(name).or_default().push_str(&told(text));
        }
    }
    assert!(!messages.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    messages
}

fn package(folder: &Path) -> PathBuf {
    let package = cargo::target().join("ui");
    let sources = package.join("src/bin");
    let _ = fs::remove_dir_all(&sources);
    fs::create_dir_all(&sources).expect("the package is made");
    for name in cases(folder) {
        let file = format!("{name}.rs");
        fs::copy(folder.join(&file), sources.join(&file)).expect("the case is copied");
    }
    let runtime = cargo::root().join("error-tracker").canonicalize().expect("the runtime is there");
    let manifest = format!(
        "[package]\nname = \"ui\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n\n[dependencies]\n\
         error-tracker = {{ path = {runtime:?}, default-features = false, features = [\"macros\"] }}\n"
    );
    fs::write(package.join("Cargo.toml"), manifest).expect("the manifest is written");
    package
}

/// The message without what changes from machine to machine, or with code that is not the case's.
fn told(rendered: &str) -> String {
    let mut foreign = false;
    let mut out = String::new();
    for line in rendered.lines() {
        let place = line
            .trim_start()
            .strip_prefix("--> ")
            .or_else(|| line.trim_start().strip_prefix("::: "));
        match place {
            Some(place) => foreign = !place.starts_with("src/bin/"),
            None if foreign && is_excerpt(line) => {}
            None => foreign = false,
        }
        if !foreign {
            out.push_str(line.replace("src/bin/", "").trim_end());
            out.push('\n');
        }
    }
    out
}

fn is_excerpt(line: &str) -> bool {
    let rest = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    rest.starts_with('|') || rest == "..." || line == "..."
}
