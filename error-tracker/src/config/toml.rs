//! The keys and values of a TOML text with their places; what is nested is noted, not read.

use toml_parser::decoder::{Encoding, ScalarKind};
use toml_parser::parser::{parse_document, EventReceiver, ValidateWhitespace};
use toml_parser::{ErrorSink, Expected, ParseError, Raw, Source, Span};

use crate::config::value::Value;

/// One `key = value`, or the header of a table; places are offsets in bytes.
#[derive(Debug)]
pub(crate) struct Entry {
    /// None: the header of a table, with which the entries end.
    pub(crate) key: Option<String>,
    pub(crate) key_at: usize,
    pub(crate) value: Value,
    pub(crate) value_at: usize,
    pub(crate) end: usize,
}

/// Where a text is no TOML, and why: a fixed sentence that quotes nothing of the text.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) at: usize,
    pub(crate) reason: String,
}

/// Reads the entries in their order, and the first thing that is no TOML.
///
/// Takes linear time. Nothing here or in the parser goes deeper than a list, however deep the text.
pub(crate) fn parse(text: &str) -> (Vec<Entry>, Option<Broken>) {
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    let mut reader = Reader {
        source,
        entries: Vec::new(),
        key: String::new(),
        key_at: 0,
        is_dotted: false,
        lists: 0,
        in_table: false,
    };
    let mut first = FirstError(None);
    parse_document(&tokens, &mut ValidateWhitespace::new(&mut reader, source), &mut first);
    (reader.entries, first.0.map(|(at, error)| Broken { at, reason: reason(&error) }))
}

/// The parser goes on after an error, and reports those of a line in no certain order.
struct FirstError(Option<(usize, ParseError)>);

impl ErrorSink for FirstError {
    fn report_error(&mut self, error: ParseError) {
        let at = error.unexpected().or(error.context()).map_or(0, |span| span.start());
        if self.0.as_ref().is_none_or(|(first, _)| at < *first) {
            self.0 = Some((at, error));
        }
    }
}

fn reason(error: &ParseError) -> String {
    let expected = error.expected().unwrap_or_default().iter().map(|expected| match expected {
        Expected::Literal("\n") => "a new line".to_owned(),
        Expected::Literal(text) => format!("`{text}`"),
        Expected::Description(what) => (*what).to_owned(),
        _ => "something else".to_owned(),
    });
    let expected: Vec<String> = expected.collect();
    match expected.is_empty() {
        true => error.description().to_owned(),
        false => format!("{}, expected {}", error.description(), expected.join(" or ")),
    }
}

/// Collects entries from what the parser tells.
struct Reader<'s> {
    source: Source<'s>,
    entries: Vec<Entry>,
    key: String,
    key_at: usize,
    /// A dot was read: the next key goes on where the last one ended.
    is_dotted: bool,
    /// How many lists are open.
    lists: usize,
    in_table: bool,
}

impl<'s> Reader<'s> {
    fn raw(&self, span: Span, encoding: Option<Encoding>) -> Option<Raw<'s>> {
        Some(Raw::new_unchecked(self.source.get(span)?.as_str(), encoding, span))
    }

    fn table(&mut self, span: Span) {
        if !self.in_table {
            self.key_at = span.start();
            self.push(None, Value::Other("a table"), span);
        }
        self.in_table = true;
    }

    /// Begins an entry, or adds to the list that is open.
    fn value(&mut self, value: Value, span: Span) {
        if self.lists > 0 {
            self.add(value, span);
        } else if !self.in_table {
            let key = std::mem::take(&mut self.key);
            self.push(Some(key), value, span);
        }
    }

    fn push(&mut self, key: Option<String>, value: Value, span: Span) {
        let (value_at, end) = (span.start(), span.end());
        self.entries.push(Entry { key, key_at: self.key_at, value, value_at, end });
    }

    fn add(&mut self, value: Value, span: Span) {
        let Some(entry) = self.entries.last_mut() else { return };
        entry.end = entry.end.max(span.end());
        match (&mut entry.value, value) {
            (Value::List(list), Value::Text(text)) => list.push(text),
            (Value::Numbers(list), Value::Integer(number)) => list.push(number),
            (list @ Value::List(_), Value::Integer(number)) if list.is_empty_list() => {
                *list = Value::Numbers(vec![number]);
            }
            (list @ (Value::List(_) | Value::Numbers(_)), _) => {
                *list = Value::Other("a list with something else than texts in it");
                entry.value_at = span.start();
            }
            _ => {}
        }
    }
}

impl EventReceiver for Reader<'_> {
    fn std_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.table(span);
    }

    fn array_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.table(span);
    }

    fn inline_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        self.value(Value::Other("a table"), span);
        false
    }

    fn array_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        self.value(Value::List(Vec::new()), span);
        self.lists += 1;
        self.lists == 1
    }

    fn array_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.lists = self.lists.saturating_sub(1);
        if let Some(entry) = self.entries.last_mut().filter(|_| !self.in_table) {
            entry.end = entry.end.max(span.end());
        }
    }

    fn simple_key(&mut self, span: Span, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        let Some(raw) = self.raw(span, encoding) else { return };
        let mut part = String::new();
        raw.decode_key(&mut part, error);
        if std::mem::take(&mut self.is_dotted) {
            self.key.push('.');
            self.key.push_str(&part);
        } else {
            self.key = part;
            self.key_at = span.start();
        }
    }

    fn key_sep(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.is_dotted = true;
    }

    fn scalar(&mut self, span: Span, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        if let Some(raw) = self.raw(span, encoding) {
            self.value(scalar(raw, error), span);
        }
    }
}

fn scalar(raw: Raw<'_>, error: &mut dyn ErrorSink) -> Value {
    let mut text = String::new();
    match raw.decode_scalar(&mut text, error) {
        ScalarKind::String => Value::Text(text),
        ScalarKind::Boolean(switch) => Value::Switch(switch),
        ScalarKind::DateTime => Value::Other("a date"),
        ScalarKind::Float => text.parse().map_or(Value::Other("a number"), Value::Float),
        ScalarKind::Integer(radix) => i64::from_str_radix(&text, radix.value())
            .map_or(Value::Other("a number of more than 64 bits"), Value::Integer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(String, Value)> {
        let (entries, broken) = parse(text);
        assert!(broken.is_none(), "{broken:?}");
        entries.into_iter().map(|entry| (entry.key.unwrap_or_default(), entry.value)).collect()
    }

    fn value(text: &str) -> Value {
        values(&format!("key = {text}\n")).remove(0).1
    }

    #[test]
    fn every_kind_of_value_is_read() {
        let text = |text: &str| Value::Text(text.to_owned());
        for (given, expected) in [
            (r#""a\t\u00e9""#, text("a\té")),
            (r"'C:\a'", text("C:\\a")),
            ("\"\"\"\na\nb\"\"\"", text("a\nb")),
            ("'''\na'b'''", text("a'b")),
            ("1_000", Value::Integer(1_000)),
            ("-7", Value::Integer(-7)),
            ("0xff", Value::Integer(255)),
            ("0o17", Value::Integer(15)),
            ("0b11", Value::Integer(3)),
            ("1.5", Value::Float(1.5)),
            ("-inf", Value::Float(f64::NEG_INFINITY)),
            ("true", Value::Switch(true)),
            ("1979-05-27T07:32:00Z", Value::Other("a date")),
            ("9223372036854775808", Value::Other("a number of more than 64 bits")),
            ("{ a = 1, b = { c = [2] } }", Value::Other("a table")),
            ("[]", Value::List(Vec::new())),
            ("[ 'a', # one\n \"b,c\",\n]", Value::List(vec!["a".into(), "b,c".into()])),
            ("[404, 0x1f4]", Value::Numbers(vec![404, 500])),
            ("[404, 'a']", Value::Other("a list with something else than texts in it")),
            ("[404, 1.5]", Value::Other("a list with something else than texts in it")),
            ("['a', 1]", Value::Other("a list with something else than texts in it")),
            ("[['a']]", Value::Other("a list with something else than texts in it")),
            ("[{ a = 1 }]", Value::Other("a list with something else than texts in it")),
        ] {
            assert_eq!(value(given), expected, "{given}");
        }
    }

    #[test]
    fn keys_keep_their_dots_and_a_table_ends_the_entries() {
        let read =
            values("\u{feff}# head\r\n'a' = 1\r\nb . \"c\" = 2\r\n[d]\r\ne = [3]\r\n[[f]]\r\n");
        let keys: Vec<&str> = read.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["a", "b.c", ""]);
    }

    #[test]
    fn the_first_error_is_told_without_the_text() {
        for (text, at, reason) in [
            ("hunter2", 7, "key with no value, expected `=`"),
            ("a = hunter2", 4, "string values must be quoted, expected literal string"),
            ("a: hunter2", 1, "invalid unquoted key, expected letters or numbers or `-` or `_`"),
            ("a = 'hunter2\nb = 2", 12, "invalid literal string, expected `'`"),
            ("a = \"\\hunter2\"", 6, "missing escaped value, expected `b` or `e`"),
            ("a = 'x' hunter2", 8, "unexpected key or value, expected a new line or `#`"),
            ("a = ['hunter2'", 14, "unclosed array, expected `]`"),
            ("a = [['hunter2'", 15, "unclosed array, expected `]`"),
            ("a = 1\n= 'hunter2'\n", 6, "unquoted keys cannot be empty, expected letters"),
            (
                "a = 1 # hunter2\u{7}",
                15,
                "invalid comment character, expected printable characters",
            ),
        ] {
            let broken = parse(text).1.unwrap_or_else(|| panic!("{text} is TOML"));
            assert!(broken.reason.starts_with(reason), "{text}: {}", broken.reason);
            assert_eq!(broken.at, at, "{text}: {}", broken.reason);
            assert!(!broken.reason.contains("hunter2"));
        }
    }

    #[test]
    fn a_text_nested_ten_thousand_deep_is_read_to_its_end() {
        let deep =
            |open: &str, close: &str| format!("{}{}", open.repeat(10_000), close.repeat(10_000));
        for nested in
            [deep("[", "]"), deep("{a=", "}"), deep("[{a=", "}]"), deep("[", ""), deep("]", "")]
        {
            let (entries, broken) = parse(&format!("a = {nested}\n"));
            assert!(broken.is_some() || matches!(entries[0].value, Value::Other(_)));
        }
        assert_eq!(parse(&deep("[", "]")).0.len(), 1);
        assert_eq!(parse(&format!("a{} = 1", ".b".repeat(10_000))).0.len(), 1);
    }
}
