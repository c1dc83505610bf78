//! The style and the script that every page carries, and the policy that lets in these alone.

use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use crate::visit::base64;

const STYLE: &str = concat!(
    include_str!("assets/base.css"),
    include_str!("assets/list.css"),
    include_str!("assets/detail.css")
);
const SCRIPT: &str = include_str!("assets/page.js");

/// What is written between `<style>` and `<script>` tags, the same for all pages of a process.
pub(super) struct Assets {
    pub(super) style: &'static str,
    pub(super) script: &'static str,
    /// The header `Content-Security-Policy`.
    pub(super) policy: String,
}

/// Returns them; they are made once.
pub(super) fn assets() -> &'static Assets {
    static ASSETS: OnceLock<Assets> = OnceLock::new();
    ASSETS.get_or_init(|| {
        // Once in a process: so these count as source text of ours, which they are.
        let kept = |text: String| &*Box::leak(text.into_boxed_str());
        let (style, script) = (kept(packed(STYLE)), kept(without_margins(SCRIPT)));
        Assets { style, script, policy: policy(style, script) }
    })
}

fn policy(style: &str, script: &str) -> String {
    let [style, script] = [style, script].map(|text| base64::encode(&Sha256::digest(text)));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// Takes off what only we read: margins, empty lines, and lines that are a comment.
fn without_margins(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let is_read = |line: &&str| {
        !(line.is_empty()
            || line.starts_with("//")
            || line.starts_with("/*") && line.ends_with("*/"))
    };
    let mut short = String::with_capacity(text.len());
    for line in lines.filter(is_read) {
        short.push_str(line);
        short.push('\n');
    }
    short
}

/// Takes spaces off a style sheet, too, where they separate nothing.
fn packed(style: &str) -> String {
    let mut packed = String::with_capacity(style.len());
    for line in without_margins(style).lines() {
        packed.push_str(&line.replace(": ", ":").replace(" {", "{").replace("; ", ";"));
        if !line.ends_with(['{', '}', ';', ',']) {
            packed.push('\n');
        }
    }
    packed.replace(";}", "}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_we_read_is_taken_off() {
        let text = "/* one */\n a {\n\n   // two\n  b: c; /* three */\n}\n";
        assert_eq!(without_margins(text), "a {\nb: c; /* three */\n}\n");
    }

    #[test]
    fn a_style_is_packed_where_spaces_separate_nothing() {
        let style = "a,\nb :is(i, u) {\n  margin: 0 1px;\n  font: a\n    b;\n}\n@media (x: 1px) { c { d: e; } }\n";
        assert_eq!(
            packed(style),
            "a,b :is(i, u){margin:0 1px;font:a\nb}@media (x:1px){ c{ d:e;} }".replace(";}", "}")
        );
    }

    #[test]
    fn the_policy_names_the_digest_of_what_stands_in_the_page() {
        // `printf 'a' | openssl dgst -sha256 -binary | base64`
        let digest = "ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=";
        let policy = policy("a", "a");
        assert!(
            policy.contains(&format!("style-src 'sha256-{digest}'; script-src 'sha256-{digest}';")),
            "{policy}"
        );
    }

    #[test]
    fn neither_ends_its_own_tag() {
        let assets = assets();
        for text in [assets.style, assets.script] {
            assert!(!text.contains("</") && !text.contains("<!--"));
        }
    }
}
