//! Values as people read them: short ones side by side, long ones laid out, masked ones as blocks.

use serde_json::{Map, Value};

use super::indent::indent;
use crate::model::{Local, MaskNote};
use crate::web::format::{counted, start};
use crate::web::html::Html;

/// What is at most so long stands beside others, in characters.
const SHORT: usize = 90;

/// What is longer is folded, in characters and lines.
const FOLDED: (usize, usize) = (2_000, 24);

/// How much of a folded value is shown.
const HEAD: usize = 120;

/// How a page shows what is masked.
pub(super) struct Masks<'e> {
    /// What stands for a masked value.
    pub(super) text: &'e str,
    /// What was masked in the event.
    pub(super) notes: &'e [MaskNote],
}

impl Masks<'_> {
    /// Writes a text in which masked parts are blocks.
    pub(super) fn text(&self, html: &mut Html, text: &str, place: &str) {
        // A mask that may as well be data can't be told from it.
        if self.text.chars().count() < 3 || self.notes.is_empty() {
            html.text(text);
            return;
        }
        let mut parts = text.split(self.text);
        html.text(parts.next().unwrap_or_default());
        for part in parts {
            self.block(html, self.text, &self.rules_at(place));
            html.text(part);
        }
    }

    /// Writes a block in place of a value that is masked as a whole.
    fn whole(&self, html: &mut Html, text: &str, rule: &str) {
        self.block(html, text, &sentence(rule));
    }

    fn block(&self, html: &mut Html, text: &str, title: &str) {
        let shown = if text == self.text { "masked" } else { text };
        html.raw("<span class=\"mask\"").attr("title", title).raw(">").text(shown).raw("</span>");
    }

    /// Tells by which rules something was masked at a place of the event, or below it.
    fn rules_at(&self, place: &str) -> String {
        let is_there = |note: &&MaskNote| {
            let rest = note.place.strip_prefix(place);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || place.is_empty())
        };
        let mut rules: Vec<String> = Vec::new();
        for note in self.notes.iter().filter(is_there) {
            let rule = sentence(&note.rule);
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
        match rules.is_empty() {
            true => "masked".to_owned(),
            false => rules.join(", or "),
        }
    }
}

/// Tells why something was masked, in words.
pub(super) fn sentence(rule: &str) -> String {
    match rule {
        "name" => "masked because of its name".to_owned(),
        "mask(..)" => "masked by mask(..) of the attribute".to_owned(),
        "type" => "masked because its type never shows its value".to_owned(),
        rule => format!("masked because it looks like a {rule}"),
    }
}

/// Writes arguments and statics.
pub(super) fn locals<'l>(
    html: &mut Html,
    masks: &Masks<'_>,
    group: &str,
    locals: impl IntoIterator<Item = &'l Local>,
) {
    html.raw("<dl class=\"values\">");
    for local in locals {
        let place = format!("{group}.{}", local.name);
        match &local.masked {
            Some(rule) => {
                begin(html, &local.name, "");
                masks.whole(html, &local.value, rule);
                end(html);
            }
            None => named(html, masks, (&local.name, &place), &local.value),
        }
    }
    html.raw("</dl>");
}

/// Writes the pairs of a map; texts keep their quotes, so that types are told apart.
pub(super) fn map(html: &mut Html, masks: &Masks<'_>, group: &str, values: &Map<String, Value>) {
    html.raw("<dl class=\"values\">");
    for (key, value) in values {
        let place = format!("{group}.{key}");
        match value {
            Value::String(text) if text == masks.text => {
                begin(html, key, "");
                masks.text(html, text, &place);
                end(html);
            }
            value => named(html, masks, (key, &place), &indent(&value.to_string())),
        }
    }
    html.raw("</dl>");
}

/// Writes pairs of texts, as of a query or of headers.
pub(super) fn pairs<K: AsRef<str>, V: AsRef<str>>(
    html: &mut Html,
    masks: &Masks<'_>,
    place: &str,
    pairs: impl IntoIterator<Item = (K, V)>,
) {
    html.raw("<dl class=\"values pairs\">");
    rows(html, masks, place, pairs);
    html.raw("</dl>");
}

/// Writes pairs of short texts side by side.
pub(super) fn facts<'f>(
    html: &mut Html,
    masks: &Masks<'_>,
    place: &str,
    facts: impl IntoIterator<Item = (&'f str, &'f str)>,
) {
    html.raw("<dl class=\"values facts\">");
    rows(html, masks, place, facts);
    html.raw("</dl>");
}

fn rows<K: AsRef<str>, V: AsRef<str>>(
    html: &mut Html,
    masks: &Masks<'_>,
    place: &str,
    pairs: impl IntoIterator<Item = (K, V)>,
) {
    for (name, value) in pairs {
        begin(html, name.as_ref(), "");
        masks.text(html, value.as_ref(), place);
        end(html);
    }
}

fn named(html: &mut Html, masks: &Masks<'_>, (name, place): (&str, &str), value: &str) {
    if value.chars().nth(SHORT).is_none() && !value.contains('\n') {
        begin(html, name, "");
        masks.text(html, value, place);
    } else {
        begin(html, name, "long");
        block(html, masks, place, &indent(value));
    }
    end(html);
}

fn begin(html: &mut Html, name: &str, class: &'static str) {
    html.raw("<div");
    if !class.is_empty() {
        html.attr("class", class);
    }
    html.raw("><dt dir=\"auto\">").text(name);
    html.raw("</dt><dd dir=\"auto\">");
}

fn end(html: &mut Html) {
    html.raw("</dd></div>");
}

/// Writes a text of several lines, folded if it is long.
pub(super) fn block(html: &mut Html, masks: &Masks<'_>, place: &str, text: &str) {
    let (characters, lines) = (text.chars().count(), text.lines().count());
    let is_folded = characters > FOLDED.0 || lines > FOLDED.1;
    if is_folded {
        let count = counted(characters as u64, "character", "characters");
        html.raw("<details><summary>");
        masks.text(html, &start(text, HEAD).replace('\n', " "), place);
        html.raw(" <i>").text(&count).raw("</i></summary>");
    }
    html.raw("<pre tabindex=\"0\" dir=\"auto\">");
    masks.text(html, text, place);
    html.raw("</pre>");
    if is_folded {
        html.raw("</details>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(name: &str, value: &str, masked: Option<&str>) -> Local {
        Local { name: name.into(), value: value.into(), masked: masked.map(str::to_owned) }
    }

    fn note(place: &str, rule: &str) -> MaskNote {
        MaskNote { place: place.into(), rule: rule.into() }
    }

    fn shown(value: &Local, notes: &[MaskNote]) -> String {
        let mut html = Html::default();
        locals(&mut html, &Masks { text: "*****", notes }, "locals", [value]);
        html.into_string()
    }

    #[test]
    fn a_masked_value_is_a_block_that_names_the_rule() {
        let text = shown(&local("password", "*****", Some("name")), &[]);
        let block = "<span class=\"mask\" title=\"masked because of its name\">masked</span>";
        assert!(text.contains(block), "{text}");
        let own = shown(&local("iban", "<IBAN>", Some("name")), &[]);
        assert!(own.contains(">&lt;IBAN&gt;</span>"), "{own}");
    }

    #[test]
    fn a_masked_part_of_a_value_is_a_block_that_names_the_rule() {
        let notes = [note("locals.card.number", "card number"), note("message", "name")];
        let text = shown(&local("card", "Card { number: ***** }", None), &notes);
        let expected = "Card { number: <span class=\"mask\" \
                        title=\"masked because it looks like a card number\">masked</span> }";
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn stars_in_an_event_that_masked_nothing_are_data() {
        let text = shown(&local("rating", "\"*****\"", None), &[]);
        assert!(text.contains("&quot;*****&quot;"), "{text}");
    }

    #[test]
    fn a_mask_that_may_as_well_be_data_is_shown_as_it_is() {
        for mask in ["", "x"] {
            let mut html = Html::default();
            Masks { text: mask, notes: &[note("message", "name")] }.text(&mut html, "axb", "");
            assert_eq!(html.into_string(), "axb");
        }
    }

    #[test]
    fn a_long_value_is_laid_out_and_a_very_long_one_folded() {
        let long = shown(&local("a", &format!("[{}]", "12345, ".repeat(30)), None), &[]);
        assert!(long.contains("class=\"long\"") && long.contains("[\n  12345, 12345,"), "{long}");
        let folded = shown(&local("a", &"b".repeat(3_000), None), &[]);
        assert!(folded.contains("<i>3,000 characters</i></summary>"), "{folded}");
        assert!(folded.contains(&"b".repeat(3_000)));
    }

    #[test]
    fn types_of_context_are_told_apart() {
        let mut html = Html::default();
        let Value::Object(values) = serde_json::json!({"number": 7, "text": "7"}) else { panic!() };
        map(&mut html, &Masks { text: "*****", notes: &[] }, "context", &values);
        let text = html.into_string();
        assert!(text.contains(">7</dd>") && text.contains(">&quot;7&quot;</dd>"), "{text}");
    }
}
