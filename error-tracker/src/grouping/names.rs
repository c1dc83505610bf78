//! Names that stay the same: of types and functions over instances, of files over builds.

use std::borrow::Cow;

use crate::text::all_bytes;

/// Pointers to an error are that error.
const POINTERS: [&str; 3] = ["alloc::boxed::Box<", "alloc::sync::Arc<", "alloc::rc::Rc<"];

/// Returns a path or a type's name without generic arguments, closures, and marks of references.
pub(crate) fn plain_name(name: &str) -> Cow<'_, str> {
    if is_plain(name.as_bytes()) {
        return Cow::Borrowed(name);
    }
    let mut name = pointee(name);
    while let Some(inner) = POINTERS.iter().find_map(|start| name.strip_prefix(start)) {
        name = pointee(inner.strip_suffix('>').unwrap_or(inner));
    }
    match name.contains(['<', '{', '[']) {
        true => Cow::Owned(without_instances(name)),
        false => Cow::Borrowed(name),
    }
}

/// Tells whether a name is but a path, as most are.
fn is_plain(name: &[u8]) -> bool {
    let is_mark =
        |byte| (byte == b'<') | (byte == b'{') | (byte == b'[') | (byte == b'&') | (byte == b'*');
    all_bytes(name, |byte| !is_mark(byte))
}

fn pointee(name: &str) -> &str {
    let name = name.trim_start_matches(['&', '*']);
    name.strip_prefix("mut ").or_else(|| name.strip_prefix("const ")).unwrap_or(name)
}

fn without_instances(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let follows_name = plain.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
        let length = match first {
            '<' if follows_name => arguments(rest),
            '{' => braces(rest),
            '[' if follows_name => rest.find(']').map_or(rest.len(), |end| end + 1),
            _ => {
                plain.push(first);
                rest = &rest[first.len_utf8()..];
                continue;
            }
        };
        rest = &rest[length..];
        // What was left out was a path's last segment, or one between two.
        let end = plain.strip_suffix("::").map_or(plain.len(), str::len);
        plain.truncate(end);
    }
    plain
}

/// Returns the length of `<..>`; the arrow of a function's type closes nothing.
fn arguments(text: &str) -> usize {
    let (mut open, mut previous) = (0_usize, ' ');
    for (at, character) in text.char_indices() {
        match character {
            '<' => open += 1,
            '>' if previous != '-' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return at + 1;
        }
        previous = character;
    }
    text.len()
}

/// Returns the length of `{{closure}}`, `{closure#0}`, `{impl#3}`.
fn braces(text: &str) -> usize {
    let end = text.find('}').map_or(text.len(), |end| end + 1);
    end + text[end..].bytes().take_while(|byte| *byte == b'}').count()
}

/// The name of the file that was asked for last, as failures come again and again from one place.
#[derive(Default)]
pub(crate) struct FileName {
    file: String,
    name: String,
}

impl FileName {
    /// Returns the file's path as [`crate_relative`] gives it.
    pub(crate) fn of(&mut self, file: &str) -> &str {
        if self.file != file {
            self.name = crate_relative(file).into_owned();
            file.clone_into(&mut self.file);
        }
        &self.name
    }
}

/// Returns a file's path as it is in any build: below its crate, or with the dependency's name.
pub(crate) fn crate_relative(file: &str) -> Cow<'_, str> {
    match file.contains('\\') {
        true => Cow::Owned(relative(&file.replace('\\', "/")).into_owned()),
        false => relative(file),
    }
}

fn relative(file: &str) -> Cow<'_, str> {
    if let Some(file) = of_std(file) {
        return Cow::Borrowed(file);
    }
    match generated(file).or_else(|| of_dependency(file)) {
        Some((name, rest)) => Cow::Owned(format!("{name}/{rest}")),
        None => Cow::Borrowed(below_crate(file)),
    }
}

/// `/rustc/HASH/library/core/src/option.rs`, or where rustup puts these files.
fn of_std(file: &str) -> Option<&str> {
    let shipped = file.strip_prefix("/rustc/").and_then(|rest| rest.split_once('/'));
    let installed = || file.split_once("/lib/rustlib/src/rust/");
    let (_, rest) = shipped.or_else(installed)?;
    rest.starts_with("library/").then_some(rest)
}

/// `target/debug/build/NAME-HASH/out/bindings.rs`
fn generated(file: &str) -> Option<(&str, &str)> {
    let (folder, rest) = file.rsplit_once("/out/")?;
    let (build, folder) = folder.rsplit_once('/')?;
    let (name, hash) = folder.rsplit_once('-')?;
    let is_built = build.ends_with("/build") && is_hash(hash);
    is_built.then(|| (name, &file[file.len() - rest.len() - "out/".len()..]))
}

/// A crate from a registry, a repository or a vendored folder; its version does not count.
fn of_dependency(file: &str) -> Option<(&str, &str)> {
    let of_registry = || file.split_once("/registry/src/")?.1.split_once('/')?.1.split_once('/');
    if let Some((folder, rest)) = of_registry() {
        return Some((without_version(folder), rest));
    }
    if let Some((_, checkout)) = file.split_once("/git/checkouts/") {
        let (folder, rest) = checkout.split_once('/')?;
        let (name, _) = folder.rsplit_once('-').filter(|(_, hash)| is_hash(hash))?;
        return Some((name, rest.split_once('/')?.1));
    }
    let vendored = file.strip_prefix("vendor/").or_else(|| Some(file.split_once("/vendor/")?.1))?;
    let (folder, rest) = vendored.split_once('/')?;
    rest.starts_with("src/").then(|| (without_version(folder), rest))
}

/// `foo-1.2.3` is `foo`, and `sha-1-0.10.0` is `sha-1`.
fn without_version(folder: &str) -> &str {
    let is_version = |text: &str| {
        let mut numbers = text.splitn(3, '.');
        let mut is_number = || {
            numbers.next().is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()))
        };
        is_number()
            && is_number()
            && is_number()
            && !text[..text.find('.').unwrap_or(0)].contains('-')
    };
    let mut dashes = folder.match_indices('-');
    let dash = dashes.find(|(at, _)| is_version(&folder[at + 1..]));
    dash.map_or(folder, |(at, _)| &folder[..at])
}

fn is_hash(text: &str) -> bool {
    text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// From the last `src/`; without one from the last `tests/`, `examples/` or `benches/`.
fn below_crate(file: &str) -> &str {
    let from = |folder: &str| {
        let inner = file.rfind(&format!("/{folder}/")).map(|slash| slash + 1);
        inner.or_else(|| file.starts_with(&format!("{folder}/")).then_some(0))
    };
    let start =
        from("src").or_else(|| ["tests", "examples", "benches"].iter().find_map(|f| from(f)));
    &file[start.unwrap_or(0)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_of_a_generic_type_are_one() {
        for (name, plain) in [
            ("shop::Failure", "shop::Failure"),
            ("shop::Failure<i32>", "shop::Failure"),
            ("&shop::Failure<alloc::string::String>", "shop::Failure"),
            ("&mut shop::Failure<(i32, &str)>", "shop::Failure"),
            ("alloc::vec::Vec<shop::Failure<i32>>", "alloc::vec::Vec"),
            ("alloc::boxed::Box<shop::Failure<i32>>", "shop::Failure"),
            ("alloc::sync::Arc<alloc::boxed::Box<shop::Failure>>", "shop::Failure"),
            ("(shop::A<i32>, shop::B<u8>)", "(shop::A, shop::B)"),
            ("dyn shop::Pay<Item = u8>", "dyn shop::Pay"),
            ("shop::Task<fn(u8) -> shop::A<u8>>", "shop::Task"),
            ("shop::Buffer<{ N + 1 }>", "shop::Buffer"),
        ] {
            assert_eq!(plain_name(name), plain, "{name}");
        }
    }

    #[test]
    fn paths_of_instances_and_of_closures_are_one() {
        for (name, plain) in [
            ("shop::Cart<u8>::pay", "shop::Cart::pay"),
            ("shop::Cart<u8>::pay<i32>", "shop::Cart::pay"),
            ("<shop::Cart<u8> as shop::Pay<i32>>::pay", "<shop::Cart as shop::Pay>::pay"),
            ("shop::run::{{closure}}::inner", "shop::run::inner"),
            ("shop::run::{closure#0}::{closure#12}", "shop::run"),
            ("shop[1a2b3c4d]::pay::{impl#3}::run", "shop::pay::run"),
            ("shop::parse::<u8>::inner", "shop::parse::inner"),
        ] {
            assert_eq!(plain_name(name), plain, "{name}");
        }
    }

    #[test]
    fn a_name_that_is_cut_or_odd_is_no_panic() {
        for name in ["shop::A<", "<", ">", "{", "[", "shop::{{closure", "a<b>>", "é<ü>"] {
            let _ = plain_name(name);
        }
    }

    #[test]
    fn a_file_is_named_from_its_crate_on() {
        for (file, name) in [
            ("/home/a/shop/src/pay.rs", "src/pay.rs"),
            ("src/pay.rs", "src/pay.rs"),
            ("C:\\work\\shop\\src\\pay\\mod.rs", "src/pay/mod.rs"),
            ("/usr/src/app/src/main.rs", "src/main.rs"),
            ("src/tests/a.rs", "src/tests/a.rs"),
            ("shop/tests/a.rs", "tests/a.rs"),
            ("build.rs", "build.rs"),
        ] {
            assert_eq!(crate_relative(file), name);
        }
    }

    #[test]
    fn a_file_that_is_asked_for_again_has_the_name_it_had() {
        let mut names = FileName::default();
        for file in ["", "/home/a/shop/src/pay.rs", "/home/a/shop/src/pay.rs", "build.rs", ""] {
            assert_eq!(names.of(file), crate_relative(file));
        }
    }

    #[test]
    fn a_dependency_keeps_its_name_but_not_its_version() {
        let registry = "registry/src/index.crates.io-1949cf8c6b5b557f";
        for (file, name) in [
            (format!("/root/.cargo/{registry}/foo-bar-1.2.3/src/lib.rs"), "foo-bar/src/lib.rs"),
            (format!("/root/.cargo/{registry}/sha-1-0.10.0-rc.1/src/a.rs"), "sha-1/src/a.rs"),
            (format!("C:\\cargo\\{registry}\\foo-2.0.0\\src\\lib.rs"), "foo/src/lib.rs"),
            ("/x/git/checkouts/foo-1949cf8c6b5b557f/1a2b3c4/src/a.rs".into(), "foo/src/a.rs"),
            ("vendor/foo-1.2.3/src/lib.rs".into(), "foo/src/lib.rs"),
            ("/b/shop/vendor/foo/src/lib.rs".into(), "foo/src/lib.rs"),
        ] {
            assert_eq!(crate_relative(&file), name);
        }
    }

    #[test]
    fn files_of_std_and_generated_ones_are_the_same_in_any_build() {
        for (file, name) in [
            ("/rustc/59807616e1fa2540/library/core/src/option.rs", "library/core/src/option.rs"),
            (
                "/root/.rustup/toolchains/stable/lib/rustlib/src/rust/library/core/src/option.rs",
                "library/core/src/option.rs",
            ),
            ("target/debug/build/shop-1a2b3c4d5e6f7a8b/out/api.rs", "shop/out/api.rs"),
            ("/tmp/t/release/build/shop-99999999aaaaaaaa/out/x/api.rs", "shop/out/x/api.rs"),
        ] {
            assert_eq!(crate_relative(file), name);
        }
    }
}
