//! Reads HTML as a browser does, as far as tags and attributes go: what it finds would be there.

/// What a page is made of.
#[derive(Debug, Default)]
pub struct Parsed {
    /// Its start tags.
    pub tags: Vec<Tag>,
    /// What stands in elements whose content is no HTML: styles, scripts, the title by its name.
    pub raw: Vec<String>,
}

#[derive(Debug, Default)]
pub struct Tag {
    pub name: String,
    /// Names in lower case, values decoded.
    pub attributes: Vec<(String, String)>,
}

impl Tag {
    pub fn is(&self, name: &str) -> bool {
        self.name == name
    }

    pub fn value(&self, name: &str) -> &str {
        self.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub fn has(&self, name: &str, value: &str) -> bool {
        self.attributes.iter().any(|(known, given)| known == name && given == value)
    }
}

/// Reads a page. Its text can't be told from ours, its tags can.
pub fn parse(page: &str) -> Parsed {
    let (mut parsed, mut rest) = (Parsed::default(), page);
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        match rest.chars().next() {
            Some(first) if first.is_ascii_alphabetic() => {
                let (tag, after) = tag(rest);
                rest = after;
                if matches!(tag.name.as_str(), "script" | "style" | "title") {
                    let end = rest.to_ascii_lowercase().find(&format!("</{}", tag.name));
                    let end = end.unwrap_or(rest.len());
                    let shown = if tag.is("title") { "title" } else { &rest[..end] };
                    // A picture has a title of its own.
                    if !(tag.is("title") && parsed.tags.iter().any(|tag| tag.is("body"))) {
                        parsed.raw.push(shown.to_owned());
                    }
                    rest = &rest[end..];
                }
                parsed.tags.push(tag);
            }
            Some('!') if rest.starts_with("!doctype html>") => {}
            Some('/') => rest = &rest[rest.find('>').unwrap_or(rest.len())..],
            // A comment, or what a browser takes for one.
            Some('!' | '?') => {
                parsed.tags.push(Tag { name: "!".into(), ..Tag::default() });
            }
            _ => {}
        }
    }
    parsed
}

/// Reads a start tag from its name on; returns what follows it.
fn tag(text: &str) -> (Tag, &str) {
    let end =
        text.find(|c: char| c.is_ascii_whitespace() || "/>".contains(c)).unwrap_or(text.len());
    let mut tag = Tag { name: text[..end].to_ascii_lowercase(), ..Tag::default() };
    let mut rest = &text[end..];
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() || rest.starts_with('>') {
            return (tag, rest.strip_prefix('>').unwrap_or(rest));
        }
        let is_end =
            |(at, c): &(usize, char)| *at > 0 && (c.is_ascii_whitespace() || "/>=".contains(*c));
        let end = rest.char_indices().find(is_end).map_or(rest.len(), |(at, _)| at);
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            (value, rest) = attribute_value(after.trim_start());
        }
        tag.attributes.push((name, decoded(value)));
    }
}

fn attribute_value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    text.split_at(text.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(text.len()))
}

fn decoded(value: &str) -> String {
    let named = value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    named.replace("&#39;", "'").replace("&amp;", "&")
}

#[test]
fn tags_are_found_where_a_browser_finds_them() {
    let page = "<!doctype html><title><b></title><a HREF=x onclick='y' z>&lt;i&gt;<3</a><br/><p\n\
                title=\"a>b &amp; c\">< em><script>if (a<b) {}</script><!-- <u> -->";
    let parsed = parse(page);
    let names: Vec<&str> = parsed.tags.iter().map(|tag| tag.name.as_str()).collect();
    assert_eq!(names, ["title", "a", "br", "p", "script", "!", "u"]);
    assert_eq!(parsed.tags[1].attributes.len(), 3);
    assert!(parsed.tags[1].has("href", "x") && parsed.tags[3].has("title", "a>b & c"));
    assert_eq!(parsed.raw, ["title", "if (a<b) {}"]);
}
