//! The text that tells people of one event: what failed, where, with which values.

use std::fmt::{Result, Write};

use serde_json::{Map, Value};

use crate::model::{crate_of, Event, Frame, Local};

/// How many names of crates the line of folded frames holds.
const NAMED_CRATES: usize = 4;

/// Writes what is known of an event, and the frames of its stack.
pub(crate) fn write(out: &mut dyn Write, event: &Event, stack: &[Frame]) -> Result {
    head(out, event)?;
    event.frames.iter().try_for_each(|frame| call(out, frame))?;
    locals(out, "statics", &event.globals)?;
    names(out, stack)?;
    values(out, "context", &event.context)?;
    values(out, "tags", &event.tags)?;
    values(out, "request data", &event.request_data)?;
    surroundings(out, event)
}

/// Adds where the event comes from, as far as it is known.
pub(crate) fn write_origin(out: &mut dyn Write, origin: &[(&str, &str)]) -> Result {
    let known = origin.iter().filter(|(_, value)| !value.is_empty());
    known.into_iter().try_for_each(|(name, value)| writeln!(out, "{name}: {value}"))
}

fn head(out: &mut dyn Write, event: &Event) -> Result {
    writeln!(out, "{}: {}", event.exception_name, event.message)?;
    for cause in &event.chain {
        writeln!(out, "  caused by: {}", cause.message)?;
    }
    match event.location.as_str() {
        "" => Ok(()),
        location => writeln!(out, "  at {location}"),
    }
}

fn call(out: &mut dyn Write, frame: &Frame) -> Result {
    write!(out, "  in {}", frame.function)?;
    place(out, frame)?;
    writeln!(out)?;
    if !frame.expression.is_empty() {
        writeln!(out, "    > {}", frame.expression)?;
    }
    if !frame.says.is_empty() {
        writeln!(out, "    left as: {}", frame.says)?;
    }
    for local in frame.locals.iter().chain(&frame.globals) {
        writeln!(out, "    {} = {}", local.name, local.value)?;
    }
    Ok(())
}

fn place(out: &mut dyn Write, frame: &Frame) -> Result {
    match (frame.file.as_str(), frame.line) {
        ("", _) => Ok(()),
        (file, 0) => write!(out, " ({file})"),
        (file, line) => write!(out, " ({file}:{line})"),
    }
}

fn locals(out: &mut dyn Write, title: &str, locals: &[Local]) -> Result {
    if locals.is_empty() {
        return Ok(());
    }
    writeln!(out, "{title}:")?;
    locals.iter().try_for_each(|local| writeln!(out, "    {} = {}", local.name, local.value))
}

/// The application's own frames, then how many others there are.
fn names(out: &mut dyn Write, stack: &[Frame]) -> Result {
    if stack.is_empty() {
        return Ok(());
    }
    writeln!(out, "stack:")?;
    for frame in stack.iter().filter(|frame| frame.in_app) {
        write!(out, "    {}", frame.function)?;
        place(out, frame)?;
        writeln!(out)?;
    }
    folded(out, stack)
}

fn folded(out: &mut dyn Write, stack: &[Frame]) -> Result {
    let others = stack.iter().filter(|frame| !frame.in_app);
    let mut crates: Vec<&str> = Vec::new();
    let mut count = 0;
    for frame in others {
        count += 1;
        let name = crate_of(&frame.function);
        if !name.is_empty() && !crates.contains(&name) {
            crates.push(name);
        }
    }
    let more = if crates.len() > NAMED_CRATES { ", …" } else { "" };
    crates.truncate(NAMED_CRATES);
    match count {
        0 => Ok(()),
        1 => writeln!(out, "    … 1 frame of {}", crates.concat()),
        _ => writeln!(out, "    … {count} frames of {}{more}", crates.join(", ")),
    }
}

fn values(out: &mut dyn Write, title: &str, values: &Map<String, Value>) -> Result {
    if values.is_empty() {
        return Ok(());
    }
    writeln!(out, "{title}:")?;
    values.iter().try_for_each(|(key, value)| writeln!(out, "    {key} = {value}"))
}

fn surroundings(out: &mut dyn Write, event: &Event) -> Result {
    let request = event.request.as_ref();
    let route = request.map_or("", |request| &request.route);
    let request = request.map(|r| format!("{} {}{}", r.method, r.host, r.path));
    let status = event.status.map(|status| status.to_string());
    let pairs = [
        ("request", request.as_deref().map(str::trim).unwrap_or_default()),
        ("route", route),
        ("status", status.as_deref().unwrap_or_default()),
        ("user", event.user.as_deref().unwrap_or_default()),
        ("thread", event.thread.as_str()),
    ];
    write_origin(out, &pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Cause, Request};

    fn frame(function: &str, file: &str, line: u32) -> Frame {
        Frame {
            function: function.into(),
            file: file.into(),
            line,
            in_app: function.contains("shop"),
            ..Frame::default()
        }
    }

    fn local(name: &str, value: &str) -> Local {
        Local { name: name.into(), value: value.into(), ..Local::default() }
    }

    fn declined() -> Event {
        let mut event = Event {
            exception_name: "shop::CardDeclined".into(),
            message: "declined by the bank".into(),
            chain: vec![Cause { message: "status 402".into() }],
            frames: vec![
                Frame {
                    expression: "gateway.charge(user_id)".into(),
                    locals: vec![local("user_id", "7"), local("card_secret", "*****")],
                    ..frame("shop::charge", "src/pay.rs", 88)
                },
                frame("shop::main", "src/main.rs", 12),
            ],
            request: Some(Request::new("shop.example", "POST", "/pay/7").route("/pay/{id}")),
            status: Some(500),
            thread: "main".into(),
            ..Event::default()
        };
        event.context.insert("email".into(), "a@b.example".into());
        event.context.insert("order".into(), serde_json::json!({"id": 7}));
        event
    }

    #[test]
    fn a_report_tells_all_that_is_known() {
        let stack = [
            frame("shop::charge::{{closure}}", "src/pay.rs", 88),
            frame("<hyper::Server as core::ops::FnOnce>::call_once", "", 0),
            frame("tokio::runtime::run", "/registry/tokio/src/run.rs", 5),
            frame("shop::main", "src/main.rs", 12),
        ];
        let mut text = String::new();
        write(&mut text, &declined(), &stack).unwrap();
        write_origin(&mut text, &[("release", "shop@1"), ("environment", "")]).unwrap();
        assert_eq!(text, EXPECTED);
    }

    const EXPECTED: &str = "\
shop::CardDeclined: declined by the bank
  caused by: status 402
  in shop::charge (src/pay.rs:88)
    > gateway.charge(user_id)
    user_id = 7
    card_secret = *****
  in shop::main (src/main.rs:12)
stack:
    shop::charge::{{closure}} (src/pay.rs:88)
    shop::main (src/main.rs:12)
    … 2 frames of hyper, tokio
context:
    email = \"a@b.example\"
    order = {\"id\":7}
request: POST shop.example/pay/7
route: /pay/{id}
status: 500
thread: main
release: shop@1
";

    #[test]
    fn an_event_of_which_little_is_known_takes_one_line() {
        let event = Event {
            exception_name: "panic".into(),
            message: "index out of bounds".into(),
            location: "src/main.rs:3".into(),
            ..Event::default()
        };
        let mut text = String::new();
        write(&mut text, &event, &[]).unwrap();
        assert_eq!(text, "panic: index out of bounds\n  at src/main.rs:3\n");
    }
}
