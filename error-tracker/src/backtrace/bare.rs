//! Names without a path, which is all that line tables tell of an inlined function.

use crate::model::Frame;

/// This crate's folder of sources, as the compiler wrote it.
fn own_sources() -> &'static str {
    file!().strip_suffix("backtrace/bare.rs").unwrap_or(file!())
}

/// Puts the path before a bare name, where the file tells it: in libraries, not in workspaces.
pub(crate) fn qualify(frame: &mut Frame) {
    if !is_bare(&frame.function) {
        return;
    }
    let name = frame.function.split('<').next().unwrap_or_default();
    let module = module_of(&frame.file.replace('\\', "/"));
    frame.function = match module {
        Some(module) => format!("{module}::{name}"),
        None => name.to_owned(),
    };
}

/// Tells whether a name has no path, other than in its parameters.
pub(crate) fn is_bare(function: &str) -> bool {
    !function.starts_with('<') && !function.split('<').next().unwrap_or_default().contains("::")
}

fn module_of(file: &str) -> Option<String> {
    let (name, path) = own(file).or_else(|| compilers(file)).or_else(|| registrys(file))?;
    let mut module = name.replace('-', "_");
    let path = path.strip_suffix(".rs").unwrap_or(path);
    for part in path.split('/').filter(|part| !["lib", "mod", "main", ""].contains(part)) {
        module += "::";
        module += part;
    }
    Some(module)
}

fn own(file: &str) -> Option<(&str, &str)> {
    let at = file.find(own_sources())?;
    Some(("error_tracker", &file[at + own_sources().len()..]))
}

/// Reads `/rustc/<hash>/library/core/src/option.rs`.
fn compilers(file: &str) -> Option<(&str, &str)> {
    let is_compilers = file.starts_with("/rustc/") || file.contains("/lib/rustlib/");
    let (_, rest) = file.split_once("/library/").filter(|_| is_compilers)?;
    rest.split_once("/src/")
}

/// Reads `…/registry/src/<index>/serde-1.0.229/src/de.rs`.
fn registrys(file: &str) -> Option<(&str, &str)> {
    let (_, rest) = file.split_once("/registry/src/")?;
    let (_, rest) = rest.split_once('/')?;
    let (package, path) = rest.split_once('/')?;
    let (name, _) = package.rsplit_once('-')?;
    Some((name, path.strip_prefix("src/").unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn qualified(function: &str, file: &str) -> String {
        let mut frame = Frame { function: function.into(), file: file.into(), ..Frame::default() };
        qualify(&mut frame);
        frame.function
    }

    #[test]
    fn libraries_name_their_path() {
        let registry = "/home/u/.cargo/registry/src/index.crates.io-1949/serde-json-1.0.1/src";
        for (function, file, expected) in [
            (
                "panic_fmt",
                "/rustc/5980/library/core/src/panicking.rs",
                "core::panicking::panic_fmt",
            ),
            ("new", "/rustc/5980/library/alloc/src/vec/mod.rs", "alloc::vec::new"),
            ("parse<u8>", &format!("{registry}/de.rs"), "serde_json::de::parse"),
            ("parse", &format!("{registry}/lib.rs"), "serde_json::parse"),
            ("walk", &format!("/x/{}scope/mod.rs", own_sources()), "error_tracker::scope::walk"),
        ] {
            assert_eq!(qualified(function, file), expected);
        }
    }

    #[test]
    fn a_workspace_leaves_a_name_as_it_is() {
        assert_eq!(qualified("charge<shop::Card>", "/home/u/shop/src/pay.rs"), "charge");
        assert_eq!(qualified("clone3", ""), "clone3");
    }

    #[test]
    fn a_name_with_a_path_stays() {
        for name in ["shop::pay", "<shop::Card as Debug>::fmt", "shop::pay<u8>"] {
            assert_eq!(qualified(name, "/rustc/5980/library/core/src/fmt/mod.rs"), name);
        }
    }
}
