//! HTML as it is written: what is not our own source text is escaped.

/// A piece of HTML.
///
/// Only texts of the program's own source go in as they are; every value is escaped, so that it is
/// text wherever it stands: between tags, or in a quoted attribute.
#[derive(Debug, Default)]
pub(crate) struct Html(String);

impl Html {
    pub(crate) fn new() -> Self {
        Self(String::with_capacity(16 * 1024))
    }

    /// Adds source text of ours: tags, names of attributes.
    pub(crate) fn raw(&mut self, html: &'static str) -> &mut Self {
        self.0.push_str(html);
        self
    }

    /// Adds a value, escaped; `0` and control characters, which HTML has no way to write, are replaced.
    pub(crate) fn text(&mut self, value: &str) -> &mut Self {
        let mut rest = value;
        while let Some(at) = rest.find(is_special) {
            self.0.push_str(&rest[..at]);
            let special = rest[at..].chars().next().unwrap_or_default();
            match special {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                _ => self.0.push(char::REPLACEMENT_CHARACTER),
            }
            rest = &rest[at + special.len_utf8()..];
        }
        self.0.push_str(rest);
        self
    }

    /// Adds a number or another value that formats itself, escaped.
    pub(crate) fn show(&mut self, value: impl std::fmt::Display) -> &mut Self {
        self.text(&value.to_string())
    }

    /// Adds an attribute with its value: ` name="value"`.
    pub(crate) fn attr(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.raw(" ").raw(name).raw("=\"").text(value).raw("\"")
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

fn is_special(c: char) -> bool {
    let is_control = c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    matches!(c, '&' | '<' | '>' | '"' | '\'') || is_control
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_text_wherever_it_stands() {
        let mut html = Html::default();
        html.raw("<a").attr("title", "\" onload='x' <b> &amp;").raw(">").text("<script>\0\u{7f}é");
        assert_eq!(
            html.into_string(),
            "<a title=\"&quot; onload=&#39;x&#39; &lt;b&gt; &amp;amp;\">&lt;script&gt;\u{fffd}\u{fffd}é"
        );
    }
}
