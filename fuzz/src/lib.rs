//! Values that the targets make of their input, with a secret planted among them.

use std::fmt;

use arbitrary::{Arbitrary, Unstructured};
use serde_json::{Map, Value};

/// What must never get through: no input holds it by chance.
pub const CANARY: &str = "kanarienvogel-7391";

/// Returns the input as text, unless the secret stands in it where nothing says that it is one.
pub fn text_of(data: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(data);
    (!text.contains(CANARY)).then(|| text.into_owned())
}

/// Returns the input as so many texts, with a line break between each two.
pub fn texts_of<const N: usize>(data: &[u8]) -> Option<[String; N]> {
    let text = text_of(data)?;
    let mut parts = text.splitn(N, '\n').map(str::to_owned);
    Some(std::array::from_fn(|_| parts.next().unwrap_or_default()))
}

/// Returns the input as a value.
pub fn node_of(data: &[u8]) -> Option<Node> {
    text_of(data)?;
    Node::arbitrary(&mut Unstructured::new(data)).ok()
}

/// How often a text is masked to see that it does not go on growing.
const ROUNDS: usize = 8;

/// Masks a text of no form at all: it grows within its bound, however often it is masked.
///
/// A mask of five characters stands for one character at least. By name it needs a name of five
/// letters and a separator before it, by form a value of four characters. (That masking once more
/// changes nothing holds for known forms; what was masked in noise may have stood between a name
/// and a value.)
pub fn check(text: &str, mask: impl Fn(&str) -> String) -> String {
    let masked = mask(text);
    let mut again = masked.clone();
    for _ in 0..ROUNDS {
        assert!(again.len() <= 2 * text.len() + 8, "{text:?} became {again:?}");
        again = mask(&again);
    }
    masked
}

/// Asserts that the secret is gone.
pub fn check_gone(masked: &str, text: &str) {
    assert!(!masked.contains(CANARY), "{text:?} became {masked:?}");
}

/// A value as programs have them.
#[derive(Arbitrary, Clone)]
pub enum Node {
    Nothing,
    Number(i64),
    Fraction(f32),
    Character(char),
    Text(String),
    List(Vec<Node>),
    Tuple(Vec<Node>),
    Map(Vec<(String, Node)>),
    Fields(Vec<(Name, Node)>),
    Option(Option<Box<Node>>),
    /// A secret in a field, a key, or a pair.
    Secret(Place, Box<Node>),
}

#[derive(Arbitrary, Clone, Copy)]
pub enum Name {
    Id,
    Name,
    Value,
    Note,
}

#[derive(Arbitrary, Clone, Copy)]
pub enum Place {
    Field,
    Key,
    Pair,
}

impl Name {
    fn text(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Name => "name",
            Self::Value => "value",
            Self::Note => "note",
        }
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("Nothing"),
            Self::Number(number) => number.fmt(f),
            Self::Fraction(number) => number.fmt(f),
            Self::Character(character) => character.fmt(f),
            Self::Text(text) => text.fmt(f),
            Self::List(nodes) => f.debug_list().entries(nodes).finish(),
            Self::Tuple(nodes) => {
                let mut tuple = f.debug_tuple("Several");
                nodes.iter().for_each(|node| _ = tuple.field(node));
                tuple.finish()
            }
            Self::Map(pairs) => {
                let pairs = pairs.iter().map(|(key, node)| (key, node));
                f.debug_map().entries(pairs).finish()
            }
            Self::Fields(fields) => {
                let mut shown = f.debug_struct("Fields");
                fields.iter().for_each(|(name, node)| _ = shown.field(name.text(), node));
                shown.finish()
            }
            Self::Option(node) => node.fmt(f),
            Self::Secret(place, beside) => self.secret(*place, beside, f),
        }
    }
}

impl Node {
    fn secret(&self, place: Place, beside: &Node, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The value beside stands here once: within one another they would double each time.
        let secret = ("}, \"", CANARY, [CANARY]);
        match place {
            Place::Field => f
                .debug_struct("Login")
                .field("beside", beside)
                .field("password", &secret)
                .field("last", &1)
                .finish(),
            Place::Key => f
                .debug_map()
                .entry(&"beside", beside)
                .entry(&"X-Api-Key", &Some(CANARY))
                .entry(&"last", &1)
                .finish(),
            Place::Pair => f.debug_list().entry(beside).entry(&("token", secret)).finish(),
        }
    }

    /// Returns the same as JSON.
    pub fn json(&self) -> Value {
        let all = |nodes: &[Node]| Value::Array(nodes.iter().map(Node::json).collect());
        match self {
            Self::Nothing | Self::Option(None) => Value::Null,
            Self::Number(number) => (*number).into(),
            Self::Fraction(number) => (*number).into(),
            Self::Character(character) => character.to_string().into(),
            Self::Text(text) => text.as_str().into(),
            Self::List(nodes) | Self::Tuple(nodes) => all(nodes),
            Self::Map(pairs) => {
                Value::Object(pairs.iter().map(|(key, node)| (key.clone(), node.json())).collect())
            }
            Self::Fields(fields) => {
                let pairs = fields.iter().map(|(name, node)| (name.text().to_owned(), node.json()));
                Value::Object(pairs.collect())
            }
            Self::Option(Some(node)) => node.json(),
            Self::Secret(_, beside) => {
                let mut object = Map::new();
                object.insert("beside".into(), beside.json());
                object.insert("password".into(), serde_json::json!([{"}": CANARY}, CANARY]));
                Value::Object(object)
            }
        }
    }
}
