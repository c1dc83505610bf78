//! The lines around a failing one, from the program's source files, where they are on this machine.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use crate::mask::{Found, Masker};
use crate::model::Frame;

/// How many lines are shown before and after the failing one.
pub(super) const AROUND: usize = 5;

/// How much of a file is read, in bytes.
const LIMIT: u64 = 1024 * 1024;

/// How many files of the same name are read.
const FILES: usize = 4;

/// How much of an expression is looked for, in characters.
const HEAD: usize = 24;

/// Some lines of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The number of the first line; 0 if it is not known.
    pub(super) first: u32,
    pub(super) lines: Vec<String>,
    /// Whether the file has changed since the program was built, so that the lines may be others.
    pub(super) is_changed: bool,
}

impl Excerpt {
    /// Takes the lines around one out of a text that begins at line `first` of its file.
    pub(super) fn of(text: &str, first: u32, line: u32) -> Option<Self> {
        let index = usize::try_from(line.checked_sub(first)?).ok()?;
        let start = index.saturating_sub(AROUND);
        let wanted = text.lines().skip(start).take(index - start + AROUND + 1);
        let lines: Vec<String> = wanted.map(|line| line.replace('\t', "    ")).collect();
        let first = first.checked_add(u32::try_from(start).ok()?)?;
        (lines.len() > index - start).then_some(Self { first, lines, is_changed: false })
    }

    /// Tells whether an expression begins on a line.
    fn says(&self, line: u32, expression: &str) -> bool {
        let from = line.checked_sub(self.first).map_or(usize::MAX, |index| index as usize);
        let code = self.lines.iter().skip(from).flat_map(|line| line.split_whitespace());
        expression.is_empty() || code.collect::<String>().contains(expression)
    }
}

/// Where the program's sources may be.
pub(super) struct Sources {
    roots: Vec<PathBuf>,
    built: Option<SystemTime>,
    masker: Masker,
}

impl Sources {
    /// Looks in the working directory, then in the folders above the executable: what Cargo built
    /// lies below the workspace.
    pub(super) fn of_this_program(masker: Masker) -> Self {
        let executable = std::env::current_exe().ok();
        let above = executable.iter().flat_map(|path| path.ancestors().skip(1));
        let roots = std::env::current_dir().ok().into_iter().chain(above.map(Path::to_path_buf));
        let built = executable.as_ref().and_then(|path| fs::metadata(path).ok()?.modified().ok());
        Self { roots: roots.collect(), built, masker }
    }

    #[cfg(test)]
    pub(super) fn new(roots: Vec<PathBuf>, built: Option<SystemTime>) -> Self {
        Self { roots, built, masker: Masker::default() }
    }

    /// Returns the lines around the failing one: of the embedded text, which is masked and what was
    /// built, else of the file.
    pub(super) fn of(&self, frame: &Frame) -> Option<Excerpt> {
        let embedded = frame.source.as_deref().filter(|_| frame.source_line > 0);
        embedded
            .and_then(|text| Excerpt::of(&aligned(text), frame.source_line, frame.line))
            .or_else(|| self.find(&frame.file, frame.line, &head_of(&frame.expression)))
    }

    /// Reads the lines around one of a `.rs` file; `None` if it is not on this machine.
    pub(super) fn around(&self, file: &str, line: u32) -> Option<Excerpt> {
        self.find(file, line, "")
    }

    /// Returns a file's path from the working directory or the workspace on, if it lies there.
    pub(super) fn relative<'f>(&self, file: &'f str) -> &'f str {
        // All files lie below the first folders of a file system.
        let roots = self.roots.iter().filter(|root| root.components().count() > 2);
        let below = |root: &PathBuf| Path::new(file).strip_prefix(root).ok()?.to_str();
        roots.filter_map(below).next().unwrap_or(file)
    }

    /// Two packages may have a file of the same name: the one whose line says what failed is meant.
    fn find(&self, file: &str, line: u32, expression: &str) -> Option<Excerpt> {
        let path = Path::new(file);
        if line == 0 || !is_source(path) {
            return None;
        }
        let mut found = match path.is_absolute() {
            true => vec![path.to_path_buf()],
            false => self.roots.iter().filter_map(|root| below(root, path)).collect(),
        };
        found.dedup();
        let mut read = found.iter().take(FILES).filter_map(|path| self.read(path, line));
        let first = read.next()?;
        if first.says(line, expression) {
            return Some(self.masked(first));
        }
        let meant = read.find(|excerpt| excerpt.says(line, expression));
        let other = || Excerpt { is_changed: true, ..first };
        Some(self.masked(meant.unwrap_or_else(other)))
    }

    fn read(&self, path: &Path, line: u32) -> Option<Excerpt> {
        let (text, modified) = read(path).ok()?;
        let is_changed = self.built.zip(modified).is_some_and(|(built, file)| file > built);
        Some(Excerpt { is_changed, ..Excerpt::of(&text, 1, line)? })
    }

    /// Masks literals, as in an embedded source; what stands in a file may be secret, too.
    fn masked(&self, excerpt: Excerpt) -> Excerpt {
        let mask = |text: &str| self.masker.code(text, &mut Found::default()).into_owned();
        let whole = mask(&excerpt.lines.join("\n"));
        let mut lines: Vec<String> = whole.split('\n').map(str::to_owned).collect();
        if lines.len() != excerpt.lines.len() {
            // A literal of several lines was masked: those that follow must keep their numbers.
            lines = excerpt.lines.iter().map(|line| mask(line)).collect();
        }
        Excerpt { lines, ..excerpt }
    }
}

/// Puts the first line of an embedded function, which begins at its name, above its last one.
fn aligned(text: &str) -> Cow<'_, str> {
    let last = text.lines().last().unwrap_or_default();
    let margin = &last[..last.len() - last.trim_start().len()];
    match margin.is_empty() || text.starts_with(char::is_whitespace) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(format!("{margin}{text}")),
    }
}

/// Returns what an expression begins with, as far as neither spaces nor masks can differ.
fn head_of(expression: &str) -> String {
    let code = expression.chars().filter(|c| !c.is_whitespace());
    code.take_while(|c| !matches!(c, '"' | '*' | '0'..='9')).take(HEAD).collect()
}

/// Tells whether a path is of a Rust source and goes nowhere up.
fn is_source(path: &Path) -> bool {
    let goes_up = path.components().any(|part| part == Component::ParentDir);
    path.extension().is_some_and(|extension| extension == "rs") && !goes_up
}

/// Finds the file below a folder, also after its links are followed.
fn below(root: &Path, path: &Path) -> Option<PathBuf> {
    let root = root.canonicalize().ok()?;
    let found = root.join(path).canonicalize().ok()?;
    (found.starts_with(&root) && is_source(&found)).then_some(found)
}

fn read(path: &Path) -> io::Result<(String, Option<SystemTime>)> {
    let about = fs::metadata(path)?;
    // Opening a pipe would wait for somebody who writes to it.
    if !about.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LIMIT).read_to_end(&mut bytes)?;
    Ok((String::from_utf8_lossy(&bytes).into_owned(), about.modified().ok()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn sources(folder: &Path) -> Sources {
        Sources::new(vec![folder.to_path_buf()], None)
    }

    fn numbered(count: u32) -> String {
        (1..=count).map(|number| format!("line {number}\n")).collect()
    }

    #[test]
    fn the_lines_around_the_failing_one_are_found_below_a_root() {
        let folder = folder(&[("src/pay.rs", &numbered(100))]);
        let excerpt = sources(folder.path()).around("src/pay.rs", 88).unwrap();
        assert_eq!((excerpt.first, excerpt.lines.len()), (83, 11));
        assert_eq!(excerpt.lines[5], "line 88");
        let absolute = folder.path().join("src/pay.rs");
        let found = sources(Path::new("nowhere")).around(absolute.to_str().unwrap(), 88);
        assert_eq!(found, Some(excerpt));
    }

    #[test]
    fn the_first_and_the_last_lines_have_fewer_around_them() {
        let folder = folder(&[("a.rs", &numbered(8))]);
        let around = |line| sources(folder.path()).around("a.rs", line);
        let extent = |line| around(line).map(|excerpt| (excerpt.first, excerpt.lines.len()));
        assert_eq!(extent(1), Some((1, 6)));
        assert_eq!(extent(8), Some((3, 6)));
        assert_eq!((extent(0), extent(9), extent(u32::MAX)), (None, None, None));
    }

    #[test]
    fn the_roots_are_tried_in_their_order() {
        let (one, other) = (folder(&[("a.rs", "one")]), folder(&[("a.rs", "2"), ("b.rs", "b")]));
        let roots = vec![one.path().to_path_buf(), other.path().to_path_buf()];
        let sources = Sources::new(roots, None);
        assert_eq!(sources.around("a.rs", 1).unwrap().lines, ["one"]);
        assert_eq!(sources.around("b.rs", 1).unwrap().lines, ["b"]);
    }

    #[test]
    fn nothing_but_rust_sources_is_read() {
        let folder = folder(&[("src/key.pem", "secret"), ("key.rs/x", ""), ("src/a.rs", "a")]);
        let sources = sources(&folder.path().join("src"));
        for file in ["key.pem", "../src/a.rs", "a.rs/../a.rs", "", ".", "a.rs\0", "../key.rs"] {
            assert_eq!(sources.around(file, 1), None, "{file:?}");
        }
        let absolute = format!("{}/src/../src/a.rs", folder.path().display());
        assert_eq!(sources.around(&absolute, 1), None);
        let is_folder = folder.path().join("key.rs");
        assert_eq!(sources.around(is_folder.to_str().unwrap(), 1), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_out_is_not_followed() {
        let folder = folder(&[("out.rs", "out"), ("root/in.rs", "in")]);
        let root = folder.path().join("root");
        std::os::unix::fs::symlink(folder.path().join("out.rs"), root.join("link.rs")).unwrap();
        assert_eq!(sources(&root).around("link.rs", 1), None);
        assert!(sources(&root).around("in.rs", 1).is_some());
    }

    #[test]
    fn a_file_newer_than_the_program_is_told_apart() {
        let folder = folder(&[("a.rs", "a")]);
        let modified = fs::metadata(folder.path().join("a.rs")).unwrap().modified().unwrap();
        let is_changed = |built| {
            let sources = Sources::new(vec![folder.path().to_path_buf()], Some(built));
            sources.around("a.rs", 1).unwrap().is_changed
        };
        assert!(is_changed(modified - Duration::from_secs(1)));
        assert!(!is_changed(modified));
    }

    #[test]
    fn a_file_is_read_up_to_a_limit_and_may_be_no_text() {
        let line = "x".repeat(99) + "\n";
        let folder = folder(&[("long.rs", &line.repeat(20_000))]);
        fs::write(folder.path().join("bytes.rs"), [0xff, b'\n', b'a']).unwrap();
        let around = |file, line| sources(folder.path()).around(file, line);
        assert!(around("long.rs", 10_000).is_some());
        assert_eq!(around("long.rs", 15_000), None);
        assert_eq!(around("bytes.rs", 2).unwrap().lines, ["\u{fffd}", "a"]);
    }

    #[test]
    fn a_literal_that_is_named_like_a_secret_is_masked() {
        let text = "let password = \"hunter2\";\nlet user = \"joe\";\npay(user)?;\n";
        let folder = folder(&[("a.rs", text)]);
        let excerpt = sources(folder.path()).around("a.rs", 3).unwrap();
        assert_eq!(excerpt.lines, ["let password = *****;", "let user = \"joe\";", "pay(user)?;"]);
    }

    #[test]
    fn an_embedded_text_comes_before_the_file() {
        let folder = folder(&[("a.rs", "new\nnew\n")]);
        let frame = Frame { file: "a.rs".into(), line: 2, ..Frame::default() };
        let lines = |frame: &Frame| sources(folder.path()).of(frame).unwrap().lines;
        assert_eq!(lines(&frame), ["new", "new"]);
        let built = Frame { source: Some("old".into()), source_line: 2, ..frame.clone() };
        assert_eq!(lines(&built), ["old"]);
        let elsewhere = Frame { source_line: 3, ..built };
        assert_eq!(lines(&elsewhere), ["new", "new"]);
    }

    #[test]
    fn a_path_begins_at_the_workspace() {
        let sources = Sources::new(["/", "/srv", "/srv/shop"].map(PathBuf::from).into(), None);
        for (file, expected) in [
            ("/srv/shop/src/pay.rs", "src/pay.rs"),
            ("/srv/other/src/pay.rs", "/srv/other/src/pay.rs"),
            ("src/pay.rs", "src/pay.rs"),
        ] {
            assert_eq!(sources.relative(file), expected);
        }
    }

    #[test]
    fn of_two_files_of_a_name_the_one_with_the_expression_is_meant() {
        let one = folder(&[("src/main.rs", "fn main() {\n    serve()\n}\n")]);
        let other = folder(&[("src/main.rs", "fn main() {\n    shop . pay (7)?;\n}\n")]);
        let roots = [&one, &other].map(|folder| folder.path().to_path_buf());
        let sources = Sources::new(roots.into(), None);
        let of = |expression: &str| {
            let frame = Frame { file: "src/main.rs".into(), line: 2, ..Frame::default() };
            sources.of(&Frame { expression: expression.into(), ..frame }).unwrap()
        };
        let line = |expression| (of(expression).lines[1].clone(), of(expression).is_changed);
        assert_eq!(line("shop.pay(7)"), ("    shop . pay (7)?;".into(), false));
        assert_eq!(line("serve()"), ("    serve()".into(), false));
        assert_eq!(line(""), ("    serve()".into(), false));
        assert_eq!(line("moved()"), ("    serve()".into(), true));
    }

    #[test]
    fn the_first_line_of_an_embedded_method_is_indented_like_its_last() {
        assert_eq!(aligned("fn a() {\n        b()\n    }"), "    fn a() {\n        b()\n    }");
        for text in ["fn a() {\n    b()\n}", "fn a() { b() }", ""] {
            assert_eq!(aligned(text), text);
        }
    }

    #[test]
    fn an_embedded_text_gives_the_lines_around_the_failing_one() {
        let text = "fn pay() {\n\tcharge()?;\n}";
        let excerpt = Excerpt::of(text, 87, 88).unwrap();
        assert_eq!((excerpt.first, excerpt.lines[1].as_str()), (87, "    charge()?;"));
        assert_eq!(Excerpt::of(text, 87, 86), None);
        assert_eq!(Excerpt::of(text, 87, 90), None);
    }
}
