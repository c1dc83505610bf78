//! Holds the rule of ARCHITECTURE.md: a module of the runtime uses modules of earlier rows only.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Top-level modules and their rows.
type Rows = BTreeMap<String, usize>;

#[test]
fn a_module_uses_earlier_rows_only() {
    let rows = rows(&read(&root().join("ARCHITECTURE.md")));
    assert!(rows.len() > 10, "the table of rows in ARCHITECTURE.md was not found");
    let sources = root().join("error-tracker/src");
    let mut files = Vec::new();
    collect(&sources, &mut files);
    let tests: Vec<PathBuf> = files.iter().flat_map(|file| test_files(file, &read(file))).collect();

    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| !tests.iter().any(|test| file.starts_with(test))) {
        let name = file.strip_prefix(&sources).unwrap_or(file);
        if name != Path::new("lib.rs") {
            complaints.extend(check(name, &read(file), &rows));
        }
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn a_module_without_a_row_is_reported() {
    let complaints = check(Path::new("stray/mod.rs"), "", &sample());
    assert_eq!(complaints, ["stray/mod.rs: `stray` has no row in ARCHITECTURE.md's table"]);
}

#[test]
fn a_later_row_is_reported_with_file_and_line() {
    let source = "use crate::error::Error;\nfn f() { crate::store::open() }\n";
    let complaints = check(Path::new("model/id.rs"), source, &sample());
    assert_eq!(
        complaints,
        ["model/id.rs:2: `model` (row 1) uses `store` (row 3), but a module uses earlier rows only"]
    );
}

#[test]
fn a_neighbour_in_the_same_row_is_reported() {
    let complaints = check(Path::new("store.rs"), "use crate::queue::Message;", &sample());
    assert_eq!(
        complaints,
        ["store.rs:1: `store` (row 3) uses `queue` (row 3), but a module uses earlier rows only"]
    );
}

#[test]
fn a_name_of_the_root_and_a_list_of_modules_are_reported() {
    let source = "use crate::Error;\nuse crate::{error, model};\n";
    let complaints = check(Path::new("store.rs"), source, &sample());
    assert_eq!(
        complaints,
        [
            "store.rs:1: `crate::Error` does not say which module it comes from",
            "store.rs:2: `crate::{` hides which modules are used; write one a line",
        ]
    );
}

#[test]
fn the_module_itself_comments_strings_and_expansions_are_no_use() {
    let source = "//! [`crate::store`]\n/* crate::store */ use crate::model::id::Id;\n\
                  const S: &str = \"crate::store\"; const R: &str = r#\"crate::store \" \"#;\n\
                  macro_rules! m { () => { $crate::store::open() } }\nfn f<'a>(c: char) { c == '\"' || c == '…'; }\n";
    assert_eq!(check(Path::new("model/mod.rs"), source, &sample()), [""; 0]);
}

#[test]
fn tests_may_use_anything() {
    let source = "#[cfg(test)]\nmod tests {\n    use crate::store::open;\n    fn f() { { } }\n}\n\
                  #[cfg(test)]\nuse crate::store::open;\nuse crate::store::open;\n";
    let complaints = check(Path::new("model/id.rs"), source, &sample());
    assert_eq!(
        complaints,
        ["model/id.rs:8: `model` (row 1) uses `store` (row 3), but a module uses earlier rows only"]
    );
}

#[test]
fn a_file_of_tests_is_known_by_its_declaration() {
    let files = test_files(Path::new("src/store/mod.rs"), "#[cfg(test)]\nmod tests;\nmod rows;\n");
    assert_eq!(files, [Path::new("src/store/tests.rs"), Path::new("src/store/tests")]);
    let files = test_files(Path::new("src/mask.rs"), "#[cfg(test)]\nmod cases;\n");
    assert_eq!(files, [Path::new("src/mask/cases.rs"), Path::new("src/mask/cases")]);
}

fn sample() -> Rows {
    rows("| 0 | `error` | x |\n| 1 | `model` |\n| 3 | `queue` · `store` | `not_this` |\n")
}

/// Reads rows as `| 3 | `scope`, `frames` | what they are |`.
fn rows(table: &str) -> Rows {
    let mut rows = Rows::new();
    for line in table.lines() {
        let mut cells = line.split('|').map(str::trim).skip(1);
        let row = cells.next().and_then(|cell| cell.parse().ok());
        if let (Some(row), Some(modules)) = (row, cells.next()) {
            let names = modules.split('`').skip(1).step_by(2);
            rows.extend(names.map(|name| (name.to_owned(), row)));
        }
    }
    rows
}

/// Gives a sentence for each place in a file that breaks the rule.
fn check(name: &Path, source: &str, rows: &Rows) -> Vec<String> {
    let first = name.components().next().map(|part| part.as_os_str().to_string_lossy());
    let module = first.as_deref().unwrap_or_default().trim_end_matches(".rs").to_owned();
    let file = name.display();
    let Some(own) = rows.get(&module) else {
        return vec![format!("{file}: `{module}` has no row in ARCHITECTURE.md's table")];
    };
    let mut complaints = Vec::new();
    for (number, line) in without_tests(&without_text(source)).lines().enumerate() {
        let at = format!("{file}:{}", number + 1);
        for used in uses(line) {
            match rows.get(used) {
                _ if used == module => {}
                Some(row) if row < own => {}
                Some(row) => complaints.push(format!(
                    "{at}: `{module}` (row {own}) uses `{used}` (row {row}), but a module uses earlier rows only"
                )),
                None if used.is_empty() => complaints.push(format!(
                    "{at}: `crate::{{` hides which modules are used; write one a line"
                )),
                None => complaints.push(format!(
                    "{at}: `crate::{used}` does not say which module it comes from"
                )),
            }
        }
    }
    complaints
}

/// What follows each `crate::`, empty before a brace; `$crate::` belongs to whoever calls the macro.
fn uses(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("crate::").filter_map(|(at, found)| {
        let before = line[..at].chars().next_back();
        if before.is_some_and(|c| c == '$' || is_word(c)) {
            return None;
        }
        let rest = &line[at + found.len()..];
        rest.split(|c| !is_word(c)).next()
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Blanks comments, strings and character literals, and keeps the lines.
fn without_text(source: &str) -> String {
    let mut kept = String::new();
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let length = text_length(rest, kept.chars().next_back());
        let (text, after) = rest.split_at(length.unwrap_or(c.len_utf8()));
        if length.is_some() {
            kept.push(' ');
            kept.extend(text.chars().filter(|c| *c == '\n'));
        } else {
            kept.push(c);
        }
        rest = after;
    }
    kept
}

/// How long the comment or literal is that begins here, if one does.
fn text_length(rest: &str, before: Option<char>) -> Option<usize> {
    let until = |end: &str, from: usize| {
        rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len())
    };
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(until("*/", 2));
    }
    if rest.starts_with('"') {
        return Some(quoted_length(rest));
    }
    if rest.starts_with("r\"") || rest.starts_with("r#\"") {
        let hashes = rest[1..].find('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        return (!before.is_some_and(is_word)).then(|| until(&end, hashes + 2));
    }
    let first = rest.strip_prefix('\'')?.chars().next()?;
    let is_literal = first == '\\' || rest.chars().nth(2) == Some('\'');
    let after = if first == '\\' { 3 } else { 1 + first.len_utf8() };
    is_literal.then(|| until("'", after))
}

fn quoted_length(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Blanks what stands under `#[cfg(test)]`, and keeps the lines.
fn without_tests(source: &str) -> String {
    let mut kept = String::new();
    let mut rest = source;
    while let Some(at) = rest.find("#[cfg(test)]") {
        let (before, item) = rest.split_at(at);
        let (test, after) = item.split_at(item_length(item));
        kept.push_str(before);
        kept.extend(test.chars().filter(|c| *c == '\n'));
        rest = after;
    }
    kept + rest
}

/// How far an item reaches: to its `;`, or to the end of its braces.
fn item_length(item: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in item.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth = depth.saturating_sub(1),
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    item.len()
}

/// The files behind `#[cfg(test)] mod name;`.
fn test_files(file: &Path, source: &str) -> Vec<PathBuf> {
    let folder = match file.file_stem() {
        Some(stem) if stem != "mod" && stem != "lib" => file.with_extension(""),
        _ => file.parent().unwrap_or(file).to_owned(),
    };
    let source = without_text(source);
    let declared = source.split("#[cfg(test)]").skip(1).filter_map(|item| {
        let name = item.trim_start().strip_prefix("mod ")?;
        name.split_once(';').map(|(name, _)| name.trim()).filter(|name| name.chars().all(is_word))
    });
    declared.flat_map(|name| [folder.join(format!("{name}.rs")), folder.join(name)]).collect()
}

fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let listed =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
