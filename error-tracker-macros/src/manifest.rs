//! Finds the name under which the user's crate knows the runtime, by reading its manifest once.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

const PACKAGE: &str = "error-tracker";
const PLAIN: &str = "error_tracker";

/// The runtime's name in the crate being compiled; its own where nothing renames it.
pub(crate) fn crate_name() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let folder = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        folder.and_then(|folder| renamed(&folder)).unwrap_or_else(|| PLAIN.to_owned())
    })
}

fn renamed(folder: &Path) -> Option<String> {
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).ok()?;
    let inherited = || folder.ancestors().find_map(workspace);
    Some(rename_in(&manifest, inherited)?.replace('-', "_"))
}

/// The nearest parent manifest that has dependencies to inherit.
fn workspace(folder: &Path) -> Option<String> {
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).ok()?;
    manifest.contains("[workspace.dependencies").then_some(manifest)
}

/// The key of the dependency whose package is ours, if that is not its key anyway.
fn rename_in(manifest: &str, inherited: impl FnOnce() -> Option<String>) -> Option<String> {
    let entries = entries(manifest, is_dependency_table);
    if let Some(entry) = entries.iter().find(|entry| entry.package.as_deref() == Some(PACKAGE)) {
        return Some(entry.key.clone());
    }
    if !entries.iter().any(|entry| entry.workspace)
        || entries.iter().any(|entry| entry.key == PACKAGE)
    {
        return None;
    }
    let parent = inherited()?;
    let shared = self::entries(&parent, |table| table == "workspace.dependencies");
    let ours: Vec<_> =
        shared.iter().filter(|entry| entry.package.as_deref() == Some(PACKAGE)).collect();
    entries
        .into_iter()
        .find(|entry| entry.workspace && ours.iter().any(|ours| ours.key == entry.key))
        .map(|entry| entry.key)
}

fn is_dependency_table(table: &str) -> bool {
    let last = table.rsplit('.').next().unwrap_or_default();
    let kind = matches!(last, "dependencies" | "dev-dependencies" | "build-dependencies");
    kind && (table == last || table.starts_with("target."))
}

/// One dependency of a manifest.
#[derive(Debug, Default, PartialEq)]
struct Entry {
    key: String,
    package: Option<String>,
    workspace: bool,
}

/// The dependencies in the tables that `wanted` accepts: inline, dotted or as a table each.
fn entries(manifest: &str, wanted: fn(&str) -> bool) -> Vec<Entry> {
    let mut found: Vec<Entry> = Vec::new();
    let (mut table, mut own) = (String::new(), String::new());
    for line in manifest.lines().map(|line| without_comment(line).trim()) {
        if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let parts = dotted(header);
            (table, own) = match parts.split_last() {
                Some((last, before)) if wanted(&before.join(".")) => {
                    (before.join("."), last.clone())
                }
                _ => (parts.join("."), String::new()),
            };
        } else if wanted(&table) {
            if let Some((key, value)) = line.split_once('=') {
                note(&mut found, &own, &dotted(key), value.trim());
            }
        }
    }
    found
}

fn note(found: &mut Vec<Entry>, own: &str, key: &[String], value: &str) {
    let (name, field) = match (own, key) {
        ("", [name]) => (name.as_str(), None),
        ("", [name, field]) => (name.as_str(), Some(field.as_str())),
        (own, [field]) if !own.is_empty() => (own, Some(field.as_str())),
        _ => return,
    };
    if !found.iter().any(|entry| entry.key == name) {
        found.push(Entry { key: name.to_owned(), ..Entry::default() });
    }
    let Some(entry) = found.iter_mut().find(|entry| entry.key == name) else { return };
    match field {
        Some(field) => entry.set(field, value),
        None => inline(value).for_each(|(field, value)| entry.set(field, value)),
    }
}

impl Entry {
    fn set(&mut self, field: &str, value: &str) {
        match field {
            "package" => self.package = Some(unquoted(value).to_owned()),
            "workspace" => self.workspace = value == "true",
            _ => {}
        }
    }
}

/// The fields of `{ a = "b", c = true }`; commas in lists cut pieces that no field is named by.
fn inline(value: &str) -> impl Iterator<Item = (&str, &str)> {
    let inside = value.strip_prefix('{').map_or("", |rest| rest.trim_end().trim_end_matches('}'));
    inside
        .split(',')
        .filter_map(|field| field.split_once('='))
        .map(|(field, value)| (field.trim(), value.trim()))
}

fn unquoted(value: &str) -> &str {
    value.trim().trim_matches(|c| c == '"' || c == '\'')
}

/// The parts of a dotted key; dots in quotes part nothing.
fn dotted(key: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quote = None;
    for c in key.trim().chars() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None, '.') => parts.push(String::new()),
            (None, _) if c.is_whitespace() => {}
            _ => parts.iter_mut().last().into_iter().for_each(|last| last.push(c)),
        }
    }
    parts
}

fn without_comment(line: &str) -> &str {
    let mut quote = None;
    for (index, c) in line.char_indices() {
        match (quote, c) {
            (None, '#') => return &line[..index],
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::rename_in;

    fn name(manifest: &str) -> Option<String> {
        rename_in(manifest, || None)
    }

    #[test]
    fn a_renamed_dependency_is_found_in_every_form() {
        for manifest in [
            "[dependencies]\nwatch = { version = \"1\", package = \"error-tracker\" }",
            "[dependencies]\nwatch = { package = \"error-tracker\", features = [\"a\", \"b\"] } # ours",
            "[dependencies.watch]\nversion = \"1\"\npackage = \"error-tracker\"",
            "[dev-dependencies]\nwatch.package = 'error-tracker'",
            "[target.'cfg(target_os = \"linux\")'.dependencies]\nwatch = { package = \"error-tracker\" }",
            "[target.\"x.y\".dependencies.watch]\npackage = \"error-tracker\"",
        ] {
            assert_eq!(name(manifest).as_deref(), Some("watch"), "{manifest}");
        }
    }

    #[test]
    fn other_packages_and_tables_rename_nothing() {
        for manifest in [
            "[dependencies]\nerror-tracker = \"0.1\"",
            "[dependencies]\nwatch = { package = \"other\" }",
            "[package.metadata.dependencies]\nwatch = { package = \"error-tracker\" }",
            "# [dependencies]\n# watch = { package = \"error-tracker\" }",
        ] {
            assert_eq!(name(manifest), None, "{manifest}");
        }
    }

    #[test]
    fn an_inherited_dependency_has_its_workspace_s_package() {
        let parent =
            "[workspace.dependencies]\nwatch = { version = \"1\", package = \"error-tracker\" }";
        for manifest in [
            "[dependencies]\nwatch.workspace = true",
            "[dependencies]\nwatch = { workspace = true }",
        ] {
            let found = rename_in(manifest, || Some(parent.to_owned()));
            assert_eq!(found.as_deref(), Some("watch"), "{manifest}");
        }
        assert_eq!(
            rename_in("[dependencies]\nother.workspace = true", || Some(parent.to_owned())),
            None
        );
    }
}
