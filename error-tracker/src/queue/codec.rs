//! The compact form of an event's parts: one buffer, written and read front to back.
//!
//! It lives between two threads of one process. What is learnt of an event later is also kept in
//! the spool in this form, and read by the next version of the program.

use serde_json::{Map, Value};

use crate::model::{Breadcrumb, Cause, Event, Frame, Level, Local, MaskNote, Request, Timestamp};

/// Names the kind of a part; the fields that follow it are listed beside.
///
/// A spool that another version wrote holds these: a tag is only ever added at the end, and
/// neither its number nor its fields change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Tag {
    /// type name
    ExceptionName,
    /// text
    Message,
    /// text; nearest cause first
    Cause,
    /// file:line
    Location,
    /// path, file, line, expression, source, failed; innermost frame first
    Frame,
    /// name, value, rule; of the frame before
    Local,
    /// name, value, rule; of the frame before
    FrameGlobal,
    /// name, value, rule
    Global,
    /// key, JSON
    Context,
    /// key, JSON
    Searchable,
    /// text
    User,
    /// microseconds, level, message, JSON
    Breadcrumb,
    /// host, method, path, query, body, JSON of the headers
    Request,
    /// name
    Thread,
    /// version, label, text
    Grouping,
    /// return addresses, eight bytes each
    Addresses,
    /// text
    LentBacktrace,
    /// text; of the frame before
    Says,
    /// place, rule
    Masked,
    /// route, client; of the request before
    Route,
    /// key, JSON
    RequestData,
    /// number
    Status,
    /// number; of the frame before
    SourceLine,
}

const TAGS: [Tag; 23] = [
    Tag::ExceptionName,
    Tag::Message,
    Tag::Cause,
    Tag::Location,
    Tag::Frame,
    Tag::Local,
    Tag::FrameGlobal,
    Tag::Global,
    Tag::Context,
    Tag::Searchable,
    Tag::User,
    Tag::Breadcrumb,
    Tag::Request,
    Tag::Thread,
    Tag::Grouping,
    Tag::Addresses,
    Tag::LentBacktrace,
    Tag::Says,
    Tag::Masked,
    Tag::Route,
    Tag::RequestData,
    Tag::Status,
    Tag::SourceLine,
];

/// The parts of an event, one after another in one buffer.
#[derive(Default, Clone)]
pub(crate) struct Parts(Vec<u8>);

impl Parts {
    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.0.reserve(bytes);
    }

    /// Returns the parts in as little room as they need, for a queue full of them is held at once,
    /// and the room that they had; where that is more than so many bytes, they stay in it.
    pub(crate) fn into_exact(mut self, most: usize) -> (Self, Vec<u8>) {
        if self.0.capacity() > most {
            return (self, Vec::new());
        }
        let exact = Self(self.0.as_slice().into());
        self.0.clear();
        (exact, self.0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns how many bytes the parts take.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Takes parts as they were queued; what can't be read of them is left out.
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Returns the parts as they are queued.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Adds a part with text fields.
    pub(crate) fn put(&mut self, tag: Tag, fields: &[&str]) {
        self.0.push(tag as u8);
        for field in fields {
            self.field(field.as_bytes());
        }
    }

    /// Adds a call of an annotated function.
    pub(crate) fn put_frame(
        &mut self,
        path: &str,
        place: (&str, u32),
        rest: [&str; 2],
        failed: bool,
    ) {
        self.0.push(Tag::Frame as u8);
        self.field(path.as_bytes());
        self.field(place.0.as_bytes());
        self.field(&place.1.to_le_bytes());
        rest.iter().for_each(|text| self.field(text.as_bytes()));
        self.field(&[u8::from(failed)]);
    }

    /// Adds the raw return addresses of a stack.
    pub(crate) fn put_addresses(&mut self, addresses: &[usize]) {
        self.0.push(Tag::Addresses as u8);
        self.0.extend_from_slice(&((addresses.len() * 8) as u32).to_le_bytes());
        let start = self.0.len();
        // Once for all of them, so that no address asks for room of its own.
        self.0.resize(start + addresses.len() * 8, 0);
        for (room, address) in self.0[start..].as_chunks_mut().0.iter_mut().zip(addresses) {
            *room = (*address as u64).to_le_bytes();
        }
    }

    /// Adds something that happened before.
    pub(crate) fn put_breadcrumb(
        &mut self,
        at: Timestamp,
        level: Level,
        message: &str,
        data: &str,
    ) {
        self.0.push(Tag::Breadcrumb as u8);
        self.field(&at.as_micros().to_le_bytes());
        self.field(level.as_str().as_bytes());
        self.field(message.as_bytes());
        self.field(data.as_bytes());
    }

    fn field(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        self.0.extend_from_slice(bytes);
    }

    /// Adds these parts to an event.
    pub(crate) fn apply(&self, event: &mut Event) {
        let mut reader = Reader(&self.0);
        while let Some(tag) = reader.tag() {
            if reader.part(tag, event).is_none() {
                break;
            }
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn tag(&mut self) -> Option<Tag> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        TAGS.get(usize::from(*first)).copied()
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first_chunk::<4>()?;
        let (field, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        self.0 = rest;
        Some(field)
    }

    fn text(&mut self) -> Option<String> {
        self.bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    fn json(&mut self) -> Option<Value> {
        let bytes = self.bytes()?;
        let as_text = || Value::String(String::from_utf8_lossy(bytes).into_owned());
        Some(serde_json::from_slice(bytes).unwrap_or_else(|_| as_text()))
    }

    fn local(&mut self) -> Option<Local> {
        let (name, value, rule) = (self.text()?, self.text()?, self.text()?);
        Some(Local { name, value, masked: (!rule.is_empty()).then_some(rule) })
    }

    fn part(&mut self, tag: Tag, event: &mut Event) -> Option<()> {
        match tag {
            Tag::ExceptionName => event.exception_name = self.text()?,
            Tag::Message => event.message = self.text()?,
            Tag::Cause => event.chain.push(Cause { message: self.text()? }),
            Tag::Location => event.location = self.text()?,
            Tag::Frame => event.frames.push(self.frame()?),
            Tag::Local => {
                let local = self.local()?;
                event.frames.last_mut()?.locals.push(local);
            }
            Tag::FrameGlobal => {
                let global = self.local()?;
                event.frames.last_mut()?.globals.push(global);
            }
            Tag::Global => event.globals.push(self.local()?),
            Tag::Context => self.pair(&mut event.context)?,
            Tag::Searchable => self.pair(&mut event.tags)?,
            Tag::User => event.user = Some(self.text()?),
            Tag::Breadcrumb => event.breadcrumbs.push(self.breadcrumb()?),
            Tag::Request => event.request = Some(self.request()?),
            Tag::Thread => event.thread = self.text()?,
            Tag::Grouping => self.grouping(event)?,
            Tag::Addresses => event.addresses = self.addresses()?,
            Tag::LentBacktrace => event.lent_backtrace = Some(self.text()?),
            Tag::SourceLine => {
                event.frames.last_mut()?.source_line = self.text()?.parse().unwrap_or_default();
            }
            Tag::Says => event.frames.last_mut()?.says = self.text()?,
            Tag::Route => {
                let (route, client) = (self.text()?, self.text()?);
                let request = event.request.get_or_insert_default();
                (request.route, request.client) = (route, client);
            }
            Tag::Status => event.status = self.text()?.parse().ok(),
            Tag::RequestData => self.pair(&mut event.request_data)?,
            Tag::Masked => {
                let note = MaskNote { place: self.text()?, rule: self.text()? };
                if !event.masked.contains(&note) {
                    event.masked.push(note);
                }
            }
        }
        Some(())
    }

    /// On equal keys the part that comes first wins: nearest first.
    fn pair(&mut self, map: &mut Map<String, Value>) -> Option<()> {
        let (key, value) = (self.text()?, self.json()?);
        map.entry(key).or_insert(value);
        Some(())
    }

    fn frame(&mut self) -> Option<Frame> {
        let (function, file) = (self.text()?, self.text()?);
        let line = u32::from_le_bytes(self.bytes()?.try_into().ok()?);
        let (expression, source) = (self.text()?, self.text()?);
        let failed = self.bytes()? == [1];
        let source = (!source.is_empty()).then_some(source);
        Some(Frame {
            function,
            file,
            line,
            expression,
            source,
            failed,
            in_app: true,
            ..Frame::default()
        })
    }

    fn breadcrumb(&mut self) -> Option<Breadcrumb> {
        let at = i64::from_le_bytes(self.bytes()?.try_into().ok()?);
        let level = self.text()?.parse().unwrap_or(Level::Info);
        let message = self.text()?;
        let data = match self.json()? {
            Value::Object(data) => data,
            _ => Map::new(),
        };
        Some(Breadcrumb { at: Timestamp::from_micros(at), level, message, data })
    }

    fn request(&mut self) -> Option<Request> {
        let mut text = || self.text();
        let (host, method, path) = (text()?, text()?, text()?);
        let (query, body) = (text()?, text()?);
        let headers = serde_json::from_slice(self.bytes()?).unwrap_or_default();
        Some(Request { host, method, path, query, headers, body, ..Request::default() })
    }

    fn grouping(&mut self, event: &mut Event) -> Option<()> {
        event.grouping.version = self.text()?.parse().unwrap_or_default();
        let part = (self.text()?, self.text()?);
        event.grouping.parts.push(part);
        Some(())
    }

    fn addresses(&mut self) -> Option<Vec<u64>> {
        let bytes = self.bytes()?;
        Some(
            bytes
                .chunks_exact(8)
                .filter_map(|raw| raw.try_into().ok())
                .map(u64::from_le_bytes)
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_read_back_what_was_put() {
        let mut parts = Parts::default();
        parts.put(Tag::ExceptionName, &["shop::CardDeclined"]);
        parts.put(Tag::Message, &["declined"]);
        parts.put_frame("shop::charge", ("src/pay.rs", 88), ["gateway.charge()", ""], true);
        parts.put(Tag::Local, &["user_id", "7", ""]);
        parts.put(Tag::Local, &["card_secret", "*****", "secret"]);
        parts.put(Tag::Context, &["user_id", "7"]);
        parts.put_addresses(&[1, 2]);
        let mut event = Event::default();
        parts.apply(&mut event);
        assert_eq!(event.frames[0].line, 88);
        assert_eq!(event.frames[0].locals[1].masked.as_deref(), Some("secret"));
        assert_eq!(event.context["user_id"], 7);
        assert_eq!(event.addresses, [1, 2]);
    }

    #[test]
    fn the_numbers_of_the_tags_stay() {
        let numbers = TAGS.map(|tag| tag as u8);
        assert_eq!(numbers, std::array::from_fn(|at| at as u8));
        assert_eq!([Tag::ExceptionName as u8, Tag::Masked as u8, Tag::Route as u8], [0, 18, 19]);
        assert_eq!(Tag::SourceLine as u8, 22);
    }

    #[test]
    fn what_follows_a_cut_is_not_read_as_other_parts() {
        for tag in [Tag::User, Tag::LentBacktrace] {
            // The text is announced with 258 bytes; from its length on, this would be a cause.
            let cut = vec![tag as u8, Tag::Cause as u8, 1, 0, 0, 0, b'x'];
            let mut event = Event::default();
            Parts::from_bytes(cut).apply(&mut event);
            assert_eq!(event, Event::default());
        }
    }

    #[test]
    fn a_cut_buffer_keeps_the_parts_before_the_cut() {
        let mut parts = Parts::default();
        parts.put(Tag::Message, &["declined"]);
        parts.put(Tag::Cause, &["402"]);
        for length in 0..parts.0.len() {
            let mut event = Event::default();
            Parts(parts.0[..length].to_vec()).apply(&mut event);
            assert!(event.chain.is_empty());
        }
    }
}
