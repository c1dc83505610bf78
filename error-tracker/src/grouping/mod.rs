//! Grouping: the fingerprint, made of facts that the failing thread has without a stack.

mod cache;
mod normalize;

use sha2::{Digest, Sha256};

use crate::model::{Fingerprint, Kind};

pub(crate) use self::cache::Cache;
pub(crate) use self::normalize::normalize;

/// The version of the rules; it is part of every fingerprint.
pub(crate) const VERSION: &str = "1";

/// The facts of one failure that decide its issue.
#[derive(Clone, Copy, Default)]
pub(crate) struct Facts<'a> {
    pub(crate) kind: Kind,
    /// The error's type without generic arguments, or the leading identifier of its `Debug`.
    pub(crate) exception: &'a str,
    /// The variant of an enum.
    pub(crate) variant: &'a str,
    /// The path of the innermost annotated function, the calling function, or the file.
    pub(crate) site: &'a str,
    /// The text of the failing expression.
    pub(crate) expression: &'a str,
    /// The message without its variable parts, where the type says too little.
    pub(crate) text: &'a str,
    /// What the user gave instead of all that.
    pub(crate) custom: &'a str,
}

impl<'a> Facts<'a> {
    /// Returns the parts that count, each with its label.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&'static str, &'a str)> {
        let all = if self.custom.is_empty() {
            [
                ("kind", self.kind.as_str()),
                ("type", self.exception),
                ("variant", self.variant),
                ("site", self.site),
                ("expression", self.expression),
                ("text", self.text),
            ]
        } else {
            [("fingerprint", self.custom), ("", ""), ("", ""), ("", ""), ("", ""), ("", "")]
        };
        all.into_iter().filter(|(_, text)| !text.is_empty())
    }

    /// Hashes the parts.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let mut hash = Sha256::new();
        hash.update(VERSION);
        for (label, text) in self.parts() {
            // Lengths keep neighbouring parts from running into one another.
            hash.update((label.len() as u32).to_le_bytes());
            hash.update(label);
            hash.update((text.len() as u32).to_le_bytes());
            hash.update(text);
        }
        Fingerprint::from_bytes(hash.finalize().into())
    }
}

/// Returns a type's name without its generic arguments, closures' and references' marks.
pub(crate) fn plain_type_name(name: &str) -> &str {
    let name = name.trim_start_matches(['&', '*']);
    let name = name.strip_prefix("mut ").unwrap_or(name);
    match name.find('<') {
        Some(0) | None => name,
        Some(at) => &name[..at],
    }
}

/// Returns a file's path below its crate: from the last `src/`, `tests/`, `examples/` or `benches/`.
pub(crate) fn crate_relative(file: &str) -> &str {
    let mut end = file.len();
    while let Some(slash) = file[..end].rfind(['/', '\\']) {
        let start = file[..slash].rfind(['/', '\\']).map_or(0, |before| before + 1);
        if matches!(&file[start..slash], "src" | "tests" | "examples" | "benches") {
            return &file[start..];
        }
        end = slash;
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_parts_do_not_run_into_one_another() {
        let one = Facts { exception: "ab", variant: "c", ..Facts::default() };
        let other = Facts { exception: "a", variant: "bc", ..Facts::default() };
        assert_ne!(one.fingerprint(), other.fingerprint());
    }

    #[test]
    fn generic_instances_are_one_type() {
        assert_eq!(plain_type_name("shop::Failure<i32>"), "shop::Failure");
        assert_eq!(plain_type_name("&shop::Failure<alloc::string::String>"), "shop::Failure");
    }

    #[test]
    fn a_file_is_named_from_its_crate_on() {
        assert_eq!(crate_relative("/home/a/shop/src/pay.rs"), "src/pay.rs");
        assert_eq!(crate_relative("src/pay.rs"), "src/pay.rs");
        assert_eq!(crate_relative("shop/tests/src/a.rs"), "src/a.rs");
        assert_eq!(crate_relative("build.rs"), "build.rs");
    }
}
