//! Names and values out of a query or a form.

use serde_json::Value;

/// How many bytes a name or a value may have.
const LONGEST: usize = 1_000;
/// The same for those that hold a place in the list, which may be the path of an issue.
const LONGEST_PLACE: usize = 8_000;
/// How many bytes a query may have as it was sent.
const QUERY: usize = 32 * 1024;

/// Names and values, in the order in which they were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads a query.
    pub(super) fn of_query(query: &str) -> Result<Self, String> {
        if query.len() > QUERY {
            return Err(format!(
                "The query has {} bytes; at most {QUERY} are allowed.",
                query.len()
            ));
        }
        Self::of_form(query)
    }

    /// Reads `name=value&name=value`; what is not UTF-8 is replaced.
    pub(super) fn of_form(text: &str) -> Result<Self, String> {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        });
        Self(pairs.collect()).checked()
    }

    /// Reads a JSON object of texts, or of lists of texts; nothing at all is an empty one.
    pub(super) fn of_json(body: &[u8]) -> Result<Self, String> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        let Ok(Value::Object(object)) = serde_json::from_slice(body) else {
            return Err("The body is no JSON object.".into());
        };
        let mut params = Self::default();
        for (name, value) in object {
            let values = match value {
                Value::Array(values) => values,
                value => vec![value],
            };
            for value in values {
                let Value::String(value) = value else {
                    return Err(format!(
                        "In the body, {name:?} is neither a text nor a list of texts."
                    ));
                };
                params.0.push((name.clone(), value));
            }
        }
        params.checked()
    }

    fn checked(self) -> Result<Self, String> {
        for (name, value) in &self.0 {
            if name.len() > LONGEST {
                let many = name.len();
                return Err(format!("A name has {many} bytes; at most {LONGEST} are allowed."));
            }
            let (many, most) = (value.len(), longest(name));
            if many > most {
                return Err(format!(
                    "The value of {name} has {many} bytes; at most {most} are allowed."
                ));
            }
        }
        Ok(self)
    }

    /// Returns the first value of this name that is not empty: forms send the empty ones, too.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let named = self.0.iter().filter(|(known, _)| known == name);
        named.map(|(_, value)| value.as_str()).find(|value| !value.is_empty())
    }

    /// Returns all values of this name.
    pub(super) fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        let pairs = self.0.iter().filter(move |(known, _)| known == name);
        pairs.map(|(_, value)| value.as_str())
    }

    /// Returns the pairs of the names that are known to somebody, without empty values.
    pub(super) fn only(&self, names: &[&str]) -> Self {
        let known =
            names.iter().filter_map(|name| Some(((*name).to_owned(), self.get(name)?.to_owned())));
        Self(known.collect())
    }

    /// Returns the same with another value; an empty one removes the name.
    pub(super) fn with(&self, name: &str, value: &str) -> Self {
        let mut pairs = self.0.clone();
        pairs.retain(|(known, _)| known != name);
        if !value.is_empty() {
            pairs.push((name.to_owned(), value.to_owned()));
        }
        Self(pairs)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes the query with its question mark; nothing if there is no pair.
    pub(super) fn to_query(&self) -> String {
        let mut query = String::new();
        for (name, value) in &self.0 {
            query.push(if query.is_empty() { '?' } else { '&' });
            encode(name, &mut query);
            query.push('=');
            encode(value, &mut query);
        }
        query
    }
}

fn longest(name: &str) -> usize {
    match name {
        "cursor" | "back" => LONGEST_PLACE,
        _ => LONGEST,
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let byte = match (first, after) {
            (b'%', [high, low, ..]) => {
                digit(*high).zip(digit(*low)).map(|(high, low)| high << 4 | low)
            }
            _ => None,
        };
        rest = match byte {
            Some(_) => &after[2..],
            None => after,
        };
        bytes.push(byte.unwrap_or(if *first == b'+' { b' ' } else { *first }));
    }
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

/// Writes a text so that it can stand anywhere in a URL.
fn encode(text: &str, url: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            let [high, low] =
                [byte >> 4, byte & 15].map(|half| char::from(DIGITS[usize::from(half)]));
            url.extend(['%', high, low]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        Params::of_form(text).unwrap().0
    }

    #[test]
    fn pairs_are_decoded_and_odd_ones_taken_as_they_are() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            pairs("a=1&b=x+y%20z&a=%C3%A9"),
            [pair("a", "1"), pair("b", "x y z"), pair("a", "é")]
        );
        assert_eq!(pairs("&&a&=b&c=d=e&"), [pair("a", ""), pair("", "b"), pair("c", "d=e")]);
        assert_eq!(
            pairs("a=%&b=%4&c=%zz&d=%ff"),
            [pair("a", "%"), pair("b", "%4"), pair("c", "%zz"), pair("d", "\u{fffd}")]
        );
    }

    #[test]
    fn a_query_reads_back_what_it_wrote() {
        let params = Params(vec![
            ("sé arch".into(), "a&b=c?d#e+f\r\n\"<>%20".into()),
            ("x".into(), "".into()),
        ]);
        let query = params.to_query();
        assert!(
            query.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>#".contains(&byte)),
            "{query}"
        );
        assert_eq!(Params::of_query(&query[1..]), Ok(params));
        assert_eq!(Params::default().to_query(), "");
    }

    #[test]
    fn what_is_too_long_is_refused_by_its_name() {
        let long = "x".repeat(1_001);
        let refused = Params::of_query(&format!("search={long}")).unwrap_err();
        assert_eq!(refused, "The value of search has 1001 bytes; at most 1000 are allowed.");
        assert!(Params::of_query(&format!("{long}=1")).unwrap_err().starts_with("A name has"));
        assert!(Params::of_query(&format!("search={}", &long[1..])).is_ok());
        assert!(Params::of_query(&"a=b&".repeat(10_000)).unwrap_err().starts_with("The query has"));
    }

    #[test]
    fn empty_values_count_as_absent_and_a_pair_is_replaced() {
        let params = Params::of_form("a=&a=2&b=1&c=").unwrap();
        assert_eq!((params.get("a"), params.get("c"), params.get("d")), (Some("2"), None, None));
        assert_eq!(params.only(&["a", "c", "b"]).with("b", "3").to_query(), "?a=2&b=3");
        assert_eq!(params.only(&["a", "b"]).with("a", "").to_query(), "?b=1");
    }

    #[test]
    fn json_gives_texts_and_lists_of_them() {
        let params = Params::of_json(br#"{"action": "mute", "fingerprint": ["a", "b"]}"#).unwrap();
        assert_eq!(params.all("fingerprint").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(Params::of_json(b""), Ok(Params::default()));
        for bad in ["[]", "{", "7", r#"{"a": 1}"#, r#"{"a": [[]]}"#, "\u{feff}{}"] {
            assert!(Params::of_json(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
