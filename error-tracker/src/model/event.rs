//! One captured error, panic or message, masked.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::id::{EventId, Fingerprint};
use crate::model::level::Level;
use crate::model::request::Request;
use crate::model::time::Timestamp;

/// One captured error, panic or message, masked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Event {
    /// Names this event.
    pub id: EventId,
    /// Decides the issue.
    pub fingerprint: Fingerprint,
    /// What the fingerprint was made of.
    pub grouping: Grouping,
    /// Whether an error, a panic or a message.
    pub kind: Kind,
    /// How bad it is.
    pub level: Level,
    /// When it happened.
    pub at: Timestamp,
    /// The full path of the error's type, `panic` or `message`.
    pub exception_name: String,
    /// What the error or panic says.
    pub message: String,
    /// The causes, nearest first (`Error::source`).
    pub chain: Vec<Cause>,
    /// The annotated calls that it passed, innermost first.
    pub frames: Vec<Frame>,
    /// Where a panic, message or capture by hand stands, as `file:line`; empty for a returned `Err`.
    pub location: String,
    /// The raw return addresses of the stack, innermost first; empty where no stack was walked.
    pub addresses: Vec<u64>,
    /// What became of it.
    pub outcome: Outcome,
    /// The event during whose handling it happened.
    pub during: Option<EventId>,
    /// Additional context: from scopes, `context(..)` and captures.
    pub context: Map<String, Value>,
    /// Searchable pairs.
    pub tags: Map<String, Value>,
    /// Who was served.
    pub user: Option<String>,
    /// What happened before, oldest first.
    pub breadcrumbs: Vec<Breadcrumb>,
    /// Statics shown with every event, by name.
    pub globals: Vec<Local>,
    /// The web request, if any.
    pub request: Option<Request>,
    /// The status that the request was answered with, where a layer saw it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What the program's own [`ContextBuilder`](crate::ContextBuilder) made of the request.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub request_data: Map<String, Value>,
    /// The thread's name, or its number where it has none.
    pub thread: String,
    /// The text of the backtrace that the error itself carried.
    pub lent_backtrace: Option<String>,
    /// What was masked, and by which rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub masked: Vec<MaskNote>,
}

impl Event {
    /// Returns the innermost annotated call, if any.
    pub fn innermost(&self) -> Option<&Frame> {
        self.frames.first()
    }
}

/// An event with the names of its stack.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Recorded {
    /// The event.
    #[serde(flatten)]
    pub event: Event,
    /// The stack, innermost first: functions, files and lines as far as debug information tells.
    pub stack: Vec<Frame>,
    /// Which one of its issue's failures it is, counted from 1; 0 if that is not known.
    pub number: u64,
    /// The release of the program that it happened in; from here on empty where it is not known.
    pub release: String,
    /// The environment, such as `production`.
    pub environment: String,
    /// The machine.
    pub server_name: String,
}

/// An event that is stored in full, by its name: enough to find it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KeptEvent {
    /// Names the event.
    pub id: EventId,
    /// Which one of its issue's failures it is, counted from 1; 0 if that is not known.
    pub number: u64,
    /// When it happened.
    pub at: Timestamp,
}

impl KeptEvent {
    /// Makes one of what a store keeps.
    pub const fn new(id: EventId, number: u64, at: Timestamp) -> Self {
        Self { id, number, at }
    }
}

impl From<&Recorded> for KeptEvent {
    fn from(recorded: &Recorded) -> Self {
        Self::new(recorded.event.id, recorded.number, recorded.event.at)
    }
}

/// Whether an event is an error, a panic or a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Kind {
    /// An error value: returned as `Err`, or captured by hand.
    #[default]
    Error,
    /// A panic.
    Panic,
    /// A message.
    Message,
}

impl Kind {
    /// Returns the name in lower case, as stores keep it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Error => "error",
            Kind::Panic => "panic",
            Kind::Message => "message",
        }
    }
}

/// What became of a failure after it was recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Outcome {
    /// Still on its way, or recorded where nothing tells.
    #[default]
    Open,
    /// An annotated caller went on without failing.
    Handled,
    /// It left the outermost annotated function.
    Propagated,
    /// A `silent` function took it.
    Swallowed,
    /// The future that it passed was dropped.
    Cancelled,
}

impl Outcome {
    /// Returns the name in lower case, as stores keep it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Open => "open",
            Outcome::Handled => "handled",
            Outcome::Propagated => "propagated",
            Outcome::Swallowed => "swallowed",
            Outcome::Cancelled => "cancelled",
        }
    }
}

/// One cause in an error's chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Cause {
    /// What it says.
    pub message: String,
}

/// One call: of an annotated function, or of the stack.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Frame {
    /// The function's path.
    pub function: String,
    /// The source file as the compiler names it; empty if not known.
    pub file: String,
    /// The line that failed, else the function's own; 0 if not known.
    pub line: u32,
    /// The text of the expression that failed, if one was noted.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub expression: String,
    /// What the error said on leaving this call, where that had changed: as with added context.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub says: String,
    /// Whether it belongs to the application's own crates.
    pub in_app: bool,
    /// Whether this call itself failed (a capture by hand may stand in one that does not).
    pub failed: bool,
    /// The arguments, masked, in the order of the signature.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locals: Vec<Local>,
    /// The statics that the attribute names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub globals: Vec<Local>,
    /// The function's own source text, if embedded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The line of the file that the embedded text begins at; 0 if not known.
    #[serde(skip_serializing_if = "is_zero")]
    pub source_line: u32,
}

fn is_zero(line: &u32) -> bool {
    *line == 0
}

/// A named value, formatted and masked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Local {
    /// The variable's name.
    pub name: String,
    /// Its value as `Debug` writes it, or the masking text.
    pub value: String,
    /// The rule that masked the whole value, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub masked: Option<String>,
}

/// Tells that something was masked: never its value, its length or its hash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MaskNote {
    /// Where it stood: `locals.user.password`, `message`, `request.headers.authorization`.
    pub place: String,
    /// The rule: `name`, `mask(..)`, `type`, or what the value looked like, such as `card number`.
    pub rule: String,
}

/// Something that happened before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Breadcrumb {
    /// When.
    pub at: Timestamp,
    /// How bad.
    pub level: Level,
    /// What.
    pub message: String,
    /// Values beside it.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub data: Map<String, Value>,
}

/// What a fingerprint was made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Grouping {
    /// The version of the rules.
    pub version: u32,
    /// Label and text of each part, in the order in which they were hashed.
    pub parts: Vec<(String, String)>,
}
