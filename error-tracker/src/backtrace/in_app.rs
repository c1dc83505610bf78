//! Tells the application's own frames from those of libraries.

use crate::backtrace::bare::is_bare;
use crate::model::{crate_of, Event, Frame};

/// Parts of the paths under which sources of libraries and of the compiler lie.
const FOREIGN: [&str; 6] = [
    "/.cargo/registry/",
    "/registry/src/",
    "/.cargo/git/checkouts/",
    "/rustc/",
    "/lib/rustlib/",
    "/.rustup/toolchains/",
];

/// The crates that are the application's own, as far as settings and start tell.
#[derive(Clone, Debug, Default)]
pub(crate) struct InApp {
    given: Vec<String>,
    application: Option<String>,
}

impl InApp {
    /// Takes the crates of the setting, and the crate that started the tracker.
    pub(crate) fn new(given: &[String], application: Option<&str>) -> Self {
        let plain = |name: &str| name.replace('-', "_");
        Self {
            given: given.iter().map(|name| plain(name)).collect(),
            application: application.map(plain),
        }
    }

    /// Returns the crates that are the application's own in this event.
    pub(crate) fn crates<'a>(&'a self, event: &'a Event) -> Vec<&'a str> {
        if !self.given.is_empty() {
            return self.given.iter().map(String::as_str).collect();
        }
        let annotated = event.frames.iter().map(|frame| crate_of(&frame.function));
        let mut crates: Vec<&str> = self.application.as_deref().into_iter().collect();
        for name in annotated.filter(|name| !name.is_empty()) {
            if !crates.contains(&name) {
                crates.push(name);
            }
        }
        crates
    }
}

/// Tells whether a frame belongs to one of the crates.
///
/// With line tables alone, an inlined function has a name without a path. Then the file decides:
/// what lies neither with the compiler nor in a registry is of the application's workspace.
pub(crate) fn is_in_app(frame: &Frame, crates: &[&str]) -> bool {
    let file = frame.file.replace('\\', "/");
    let is_own = match is_bare(&frame.function) {
        true => !file.is_empty(),
        false => crates.iter().any(|name| belongs_to(&frame.function, name)),
    };
    is_own && !FOREIGN.iter().any(|part| file.contains(part))
}

fn belongs_to(function: &str, name: &str) -> bool {
    crate_of(function) == name || implements_for(function, name)
}

/// Finds `<impl Trait for shop::Cart>` and `<alloc::Box<F> as Fn>` forms that end in our crate.
fn implements_for(function: &str, name: &str) -> bool {
    let Some((_, after)) = function.split_once(" for ") else { return false };
    function.contains("<impl ") && crate_of(after) == name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(function: &str, file: &str) -> Frame {
        Frame { function: function.into(), file: file.into(), ..Frame::default() }
    }

    #[test]
    fn functions_methods_and_impls_belong_to_their_crate() {
        for function in [
            "shop::pay::charge",
            "shop::pay::charge::{{closure}}",
            "<shop::Cart>::pay",
            "<shop::Cart as core::clone::Clone>::clone",
            "<&shop::Cart as core::fmt::Debug>::fmt",
            "core::convert::From::<impl core::convert::From<u8> for shop::Cart>::from",
        ] {
            assert!(is_in_app(&frame(function, "src/pay.rs"), &["shop"]), "{function}");
        }
    }

    #[test]
    fn libraries_and_names_that_only_begin_alike_are_foreign() {
        for (function, file) in [
            ("shopping::pay", "src/lib.rs"),
            ("core::ops::function::FnOnce::call_once", ""),
            ("<alloc::boxed::Box<F> as core::ops::Fn>::call", ""),
            ("shop::pay", "/home/u/.cargo/registry/src/index/shop-1.0/src/lib.rs"),
            ("clone3", ""),
            ("unwrap", "/rustc/5980/library/core/src/option.rs"),
            ("", ""),
        ] {
            assert!(!is_in_app(&frame(function, file), &["shop"]), "{function}");
        }
    }

    #[test]
    fn a_name_without_a_path_is_judged_by_its_file() {
        assert!(is_in_app(&frame("charge", "/home/u/shop/src/pay.rs"), &["shop"]));
    }

    #[test]
    fn without_a_setting_the_annotated_crates_count_too() {
        let mut event = Event::default();
        event.frames.push(frame("shop_core::pay", ""));
        event.frames.push(frame("<shop_core::Cart>::pay", ""));
        let found = InApp::new(&[], Some("shop-web"));
        assert_eq!(found.crates(&event), ["shop_web", "shop_core"]);
        let given = InApp::new(&["billing".into()], Some("shop-web"));
        assert_eq!(given.crates(&event), ["billing"]);
    }
}
