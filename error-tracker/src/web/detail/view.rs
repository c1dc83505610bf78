//! What the detail page is made of, read from the store once.

use super::values::Masks;
use crate::model::{EventId, Fingerprint, Hour, Issue, KeptEvent, Recorded, Timestamp};
use crate::web::html::Html;
use crate::web::source::Sources;

/// What the detail page is made of.
pub(super) struct View<'a> {
    /// What leads from this page to the list.
    pub(super) base: &'a str,
    pub(super) csrf: &'a str,
    pub(super) may_change: bool,
    pub(super) now: Timestamp,
    /// What stands for a masked value.
    pub(super) mask: &'a str,
    pub(super) issue: Issue,
    /// The kept events, newest first.
    pub(super) kept: Vec<KeptEvent>,
    /// Which of them is shown.
    pub(super) at: usize,
    /// The event that is shown; none if none is kept.
    pub(super) shown: Option<Recorded>,
    /// The event that was asked for, if it is not kept.
    pub(super) missing: Option<EventId>,
    /// The issue of the event during whose handling the shown one happened, if that is kept.
    pub(super) during: Option<Fingerprint>,
    pub(super) hours: Vec<Hour>,
    pub(super) sources: Sources,
}

impl View<'_> {
    /// The event that is shown.
    pub(super) fn shown(&self) -> Option<&Recorded> {
        self.shown.as_ref()
    }

    /// How masked values are shown.
    pub(super) fn masks(&self) -> Masks<'_> {
        let notes = self.shown().map_or(&[][..], |recorded| &recorded.event.masked);
        Masks { text: self.mask, notes }
    }

    /// Writes an attribute with the address of something that belongs to the issue.
    pub(super) fn address(&self, html: &mut Html, name: &'static str, below: &str) {
        let fingerprint = self.issue.fingerprint;
        html.attr(name, &format!("{}{fingerprint}{below}", self.base));
    }
}

/// Writes a part of the page: its title at the side, then what there is.
pub(super) fn section(html: &mut Html, title: &'static str, write: impl FnOnce(&mut Html)) {
    html.raw("<section class=\"part\"><h2>").raw(title).raw("</h2><div>");
    write(html);
    html.raw("</div></section>");
}

/// Writes a path of a program: the modules quiet, the last name loud, and quiet which closure of it.
pub(super) fn path(html: &mut Html, path: &str) {
    let (modules, name) = path.split_at(name_start(path));
    let (name, closure) = name.split_at(name.find("::{").unwrap_or(name.len()));
    html.raw("<span class=\"path\"><i>");
    breakable(html, modules);
    html.raw("</i><b>");
    breakable(html, name);
    html.raw("</b>");
    if !closure.is_empty() {
        html.raw("<i>").text(closure).raw("</i>");
    }
    html.raw("</span>");
}

/// Writes a path that may go on in the next line after each `::`.
fn breakable(html: &mut Html, path: &str) {
    for part in path.split_inclusive("::") {
        html.text(part);
        if part.ends_with("::") {
            html.raw("<wbr>");
        }
    }
}

/// Finds the last name: closures belong to the function that they stand in.
fn name_start(path: &str) -> usize {
    let own = path.find("::{").unwrap_or(path.len());
    let mut depth = 0_usize;
    let bytes = path.as_bytes();
    for at in (2..own).rev() {
        match bytes[at] {
            b'>' if bytes[at - 1] != b'-' => depth += 1,
            b'<' => depth = depth.saturating_sub(1),
            _ if depth == 0 && bytes[..at].ends_with(b"::") => return at,
            _ => {}
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_goes_on_in_the_next_line_after_two_colons_only() {
        let mut html = Html::default();
        path(&mut html, "shop::pay::Issuer<a::B>");
        let expected = "<span class=\"path\"><i>shop::<wbr>pay::<wbr></i>\
                        <b>Issuer&lt;a::<wbr>B&gt;</b></span>";
        assert_eq!(html.into_string(), expected);
    }

    #[test]
    fn a_closure_is_quiet_after_the_name_of_its_function() {
        let mut html = Html::default();
        path(&mut html, "shop::f::{{closure}}");
        let expected = "shop::<wbr></i><b>f</b><i>::{{closure}}</i></span>";
        assert!(html.into_string().ends_with(expected));
    }

    #[test]
    fn the_last_name_of_a_path_is_loud() {
        for (path, name) in [
            ("shop::pay::charge", "charge"),
            ("shop::pay::charge::{{closure}}", "charge::{{closure}}"),
            ("<shop::Cart as core::clone::Clone>::clone", "clone"),
            ("shop::Error<core::num::ParseIntError>", "Error<core::num::ParseIntError>"),
            ("panic", "panic"),
            ("é::ü", "ü"),
            ("::", "::"),
            ("", ""),
        ] {
            assert_eq!(&path[name_start(path)..], name, "{path}");
        }
    }
}
