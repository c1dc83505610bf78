//! What an issue shows of its newest event.

use serde_json::{Map, Value};

use crate::model::{Event, Frame, Kind};
use crate::queue::Seed;
use crate::report;
use crate::store::{Facts, Origin};

pub(super) fn of_seed(seed: &Seed) -> Facts {
    let [exception_name, message, culprit] = seed.texts().map(str::to_owned);
    Facts {
        kind: seed.kind,
        level: seed.level,
        exception_name,
        message,
        culprit,
        request_data: "{}".into(),
        ..Facts::default()
    }
}

pub(crate) fn of_event(event: &Event, stack: &[Frame], origin: &Origin) -> Facts {
    let request = event.request.clone().unwrap_or_default();
    let (path, requested_path) = match request.route.as_str() {
        "" => (request.path, String::new()),
        _ => (request.route, request.path),
    };
    let host = if request.host.is_empty() { origin.server_name.clone() } else { request.host };
    Facts {
        at: Some(event.at),
        kind: event.kind,
        level: event.level,
        grouping: event.grouping.clone(),
        host,
        path,
        requested_path,
        method: request.method,
        exception_name: event.exception_name.clone(),
        message: event.message.clone(),
        culprit: culprit(event, stack),
        location: location(event, stack),
        request_data: Value::Object(request_data(event)).to_string(),
        traceback: traceback(event, stack, origin),
    }
}

/// A panic may stand deeper than the innermost annotated function; an `Err` is seen there first.
fn culprit(event: &Event, stack: &[Frame]) -> String {
    let annotated = event.innermost();
    let own = stack.iter().find(|frame| frame.in_app);
    // With line tables alone an inlined function is known without its path.
    let has_path = own.is_some_and(|frame| frame.function.contains("::"));
    let frame = match event.kind {
        Kind::Panic if has_path => own,
        _ => annotated.or(own),
    };
    frame.map(|frame| frame.function.clone()).unwrap_or_default()
}

fn location(event: &Event, stack: &[Frame]) -> String {
    if !event.location.is_empty() {
        return event.location.clone();
    }
    let own = stack.iter().find(|frame| frame.in_app);
    let known = event.innermost().or(own).filter(|frame| !frame.file.is_empty());
    known.map(|frame| format!("{}:{}", frame.file, frame.line)).unwrap_or_default()
}

fn request_data(event: &Event) -> Map<String, Value> {
    let mut data = Map::new();
    if !event.context.is_empty() {
        data.insert("context".into(), event.context.clone().into());
    }
    if !event.tags.is_empty() {
        data.insert("tags".into(), event.tags.clone().into());
    }
    for (key, value) in &event.request_data {
        data.entry(key.clone()).or_insert_with(|| value.clone());
    }
    if let Some(user) = &event.user {
        data.insert("user".into(), user.clone().into());
    }
    let request = event.request.as_ref().and_then(|r| serde_json::to_value(r).ok());
    if let Some(request) = request {
        data.insert("request".into(), request);
    }
    data
}

fn traceback(event: &Event, stack: &[Frame], origin: &Origin) -> String {
    let mut text = String::new();
    let origin = [
        ("release", origin.release.as_str()),
        ("environment", origin.environment.as_str()),
        ("server", origin.server_name.as_str()),
    ];
    // Writing to a String does not fail.
    let _ = report::write(&mut text, event, stack);
    let _ = report::write_origin(&mut text, &origin);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Request;

    fn frame(function: &str) -> Frame {
        Frame {
            function: function.into(),
            file: "src/pay.rs".into(),
            line: 3,
            in_app: true,
            ..Frame::default()
        }
    }

    #[test]
    fn without_a_request_the_host_is_the_server() {
        let origin = Origin { server_name: "web-1".into(), ..Origin::default() };
        let mut event = Event::default();
        assert_eq!(of_event(&event, &[], &origin).host, "web-1");
        event.request = Some(Request::new("shop.example", "GET", "/pay"));
        let facts = of_event(&event, &[], &origin);
        assert_eq!((facts.host.as_str(), facts.method.as_str()), ("shop.example", "GET"));
        assert_eq!((facts.path.as_str(), facts.requested_path.as_str()), ("/pay", ""));
        event.request = Some(Request::new("shop.example", "GET", "/pay/7").route("/pay/{id}"));
        let facts = of_event(&event, &[], &origin);
        assert_eq!((facts.path.as_str(), facts.requested_path.as_str()), ("/pay/{id}", "/pay/7"));
    }

    #[test]
    fn the_culprit_of_a_panic_is_the_innermost_own_function_of_the_stack() {
        let mut event = Event { kind: Kind::Panic, ..Event::default() };
        event.frames.push(frame("shop::charge"));
        let stack = [frame("shop::gateway::connect")];
        assert_eq!(culprit(&event, &stack), "shop::gateway::connect");
        event.kind = Kind::Error;
        assert_eq!(culprit(&event, &stack), "shop::charge");
        assert_eq!(location(&event, &stack), "src/pay.rs:3");
    }

    #[test]
    fn context_is_an_object_under_its_key_and_absent_when_empty() {
        let mut event = Event::default();
        assert_eq!(of_event(&event, &[], &Origin::default()).request_data, "{}");
        event.context.insert("user_id".into(), 1234.into());
        let data = of_event(&event, &[], &Origin::default()).request_data;
        assert_eq!(data, r#"{"context":{"user_id":1234}}"#);
    }
}
