//! An event as JSON, without what columns hold and without what is empty.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::model::{Breadcrumb, Cause, Event, EventId, Frame, Local, MaskNote, Request};

/// The number in the column `codec` for plain JSON; a compressed form gets another one.
pub(crate) const JSON: i64 = 0;

/// The fields keep the names that [`Event`] reads.
#[derive(Serialize)]
struct Payload<'a> {
    exception_name: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    chain: &'a [Cause],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    frames: &'a [Frame],
    #[serde(skip_serializing_if = "str::is_empty")]
    location: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    during: &'a Option<EventId>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    context: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    tags: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: &'a Option<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    breadcrumbs: &'a [Breadcrumb],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    globals: &'a [Local],
    #[serde(skip_serializing_if = "Option::is_none")]
    request: &'a Option<Request>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: &'a Option<u16>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    request_data: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "str::is_empty")]
    thread: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lent_backtrace: &'a Option<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    masked: &'a [MaskNote],
}

pub(crate) fn encode(event: &Event) -> serde_json::Result<String> {
    // Most are about as long; growing a text step by step copies it several times.
    let mut json = Vec::with_capacity(2_048);
    let payload = Payload {
        exception_name: &event.exception_name,
        message: &event.message,
        chain: &event.chain,
        frames: &event.frames,
        location: &event.location,
        during: &event.during,
        context: &event.context,
        tags: &event.tags,
        user: &event.user,
        breadcrumbs: &event.breadcrumbs,
        globals: &event.globals,
        request: &event.request,
        status: &event.status,
        request_data: &event.request_data,
        thread: &event.thread,
        lent_backtrace: &event.lent_backtrace,
        masked: &event.masked,
    };
    serde_json::to_writer(&mut json, &payload)?;
    // What serde_json writes is UTF-8.
    Ok(String::from_utf8(json).unwrap_or_default())
}

pub(crate) fn decode(payload: &str) -> serde_json::Result<Event> {
    // Segments of the spool are read from bytes, too: the code is there once.
    serde_json::from_slice(payload.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_reads_back_all_that_no_column_holds() {
        let mut event = Event {
            exception_name: "shop::CardDeclined".into(),
            message: "declined".into(),
            chain: vec![Cause { message: "402".into() }],
            frames: vec![Frame { function: "shop::charge".into(), line: 7, ..Frame::default() }],
            location: "src/main.rs:3".into(),
            during: Some(EventId::from_bytes([7; 16])),
            user: Some("7".into()),
            breadcrumbs: vec![Breadcrumb { message: "loaded".into(), ..Breadcrumb::default() }],
            globals: vec![Local { name: "RETRIES".into(), ..Local::default() }],
            request: Some(Request::new("shop.example", "GET", "/pay")),
            status: Some(503),
            thread: "main".into(),
            lent_backtrace: Some("0: main".into()),
            masked: vec![MaskNote { place: "message".into(), rule: "name".into() }],
            ..Event::default()
        };
        event.context.insert("order".into(), 7.into());
        event.tags.insert("plan".into(), "free".into());
        event.request_data.insert("url".into(), "shop.example/pay".into());
        assert_eq!(decode(&encode(&event).unwrap()).unwrap(), event);
    }

    #[test]
    fn what_is_empty_takes_no_room() {
        let event = Event { exception_name: "panic".into(), ..Event::default() };
        assert_eq!(encode(&event).unwrap(), r#"{"exception_name":"panic","message":""}"#);
    }
}
