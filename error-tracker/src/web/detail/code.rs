//! Lines of a source, with the failing one marked.

use crate::web::html::Html;
use crate::web::source::Excerpt;

/// Writes the lines; those that have no code in common are not indented for nothing.
pub(super) fn write(html: &mut Html, excerpt: &Excerpt, line: u32) {
    let margin = margin(excerpt);
    html.raw("<pre class=\"code\" tabindex=\"0\"><code>");
    for (number, text) in (excerpt.first..).zip(&excerpt.lines) {
        let is_failing = number == line;
        html.raw(if is_failing { "<mark>" } else { "<span>" });
        html.raw("<b>").show(number).raw("</b>").text(text.get(margin..).unwrap_or_default());
        html.raw(if is_failing { "</mark>\n" } else { "</span>\n" });
    }
    html.raw("</code></pre>");
    if excerpt.is_changed {
        html.raw(
            "<p class=\"note\">The file has changed since the build: lines may have moved.</p>",
        );
    }
}

/// Writes the failing expression where no lines are known.
pub(super) fn expression(html: &mut Html, line: u32, text: &str) {
    html.raw("<pre class=\"code\" tabindex=\"0\"><code><mark><b>");
    if line > 0 {
        html.show(line);
    }
    html.raw("</b>").text(text).raw("</mark></code></pre>");
}

/// How many spaces all lines begin with.
fn margin(excerpt: &Excerpt) -> usize {
    let used = excerpt.lines.iter().filter(|line| !line.trim().is_empty());
    let spaces = used.map(|line| line.len() - line.trim_start_matches(' ').len());
    spaces.min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_failing_line_is_marked_and_the_common_margin_is_taken_off() {
        let lines = ["    if a {".into(), String::new(), "      b(<c>)?;".into()].to_vec();
        let excerpt = Excerpt { first: 9, lines, is_changed: true };
        let mut html = Html::default();
        write(&mut html, &excerpt, 11);
        let text = html.into_string();
        let expected = "<span><b>9</b>if a {</span>\n<span><b>10</b></span>\n\
                        <mark><b>11</b>  b(&lt;c&gt;)?;</mark>\n</code></pre>";
        assert!(text.contains(expected), "{text}");
        assert!(text.contains("changed since the build"), "{text}");
    }
}
