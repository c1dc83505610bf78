//! An event as text to be pasted elsewhere: Markdown for an issue tracker, a command for a shell.

use std::borrow::Cow;
use std::fmt::Write;

use serde_json::{Map, Value};

use super::format::{counted, Civil};
use super::source::{Excerpt, Sources};
use crate::model::{Event, Frame, Issue, Local, Recorded, Request};

/// How many calls are written with their code.
const WITH_CODE: usize = 5;

/// Writes an event as Markdown; without one, what is known of its issue.
pub(super) fn markdown(issue: &Issue, recorded: Option<&Recorded>, sources: &Sources) -> String {
    let mut out = format!("# {}\n\n", span(&issue.exception_name));
    let message = recorded.map_or(&issue.message, |recorded| &recorded.event.message);
    fence(&mut out, "text", message);
    counts(&mut out, issue);
    match recorded {
        Some(recorded) => event(&mut out, recorded, sources),
        None => section(&mut out, "Report", "text", &issue.traceback),
    }
    out
}

fn counts(out: &mut String, issue: &Issue) {
    let time = |at| {
        let civil = Civil::of(at);
        format!("{} {} UTC", civil.date(), civil.time())
    };
    let times = counted(issue.count, "time", "times");
    item(out, "State", issue.state.as_str());
    item(
        out,
        "Happened",
        &format!("{times}, first {}, last {}", time(issue.created_on), time(issue.last_seen)),
    );
    item(out, "First in release", &issue.first_release);
    item(out, "Last in release", &issue.last_release);
}

fn item(out: &mut String, name: &str, value: &str) {
    if !value.is_empty() {
        let _ = writeln!(out, "- {name}: {}", span(value));
    }
}

fn event(out: &mut String, recorded: &Recorded, sources: &Sources) {
    let event = &recorded.event;
    item(out, "Environment", &recorded.environment);
    item(out, "Server", &recorded.server_name);
    item(out, "Thread", &event.thread);
    item(out, "User", event.user.as_deref().unwrap_or_default());
    item(out, "At", &event.location);
    if let Some(request) = &event.request {
        item(out, "Route", &request.route);
        item(out, "From", &request.client);
    }
    item(out, "Answered", &event.status.map(|status| status.to_string()).unwrap_or_default());
    let causes: Vec<&str> = event.chain.iter().map(|cause| cause.message.as_str()).collect();
    section(out, "Caused by", "text", &causes.join("\n"));
    calls(out, event, sources);
    section(out, "Stack", "text", &stack(&recorded.stack));
    section(out, "Request", "http", &event.request.as_ref().map(request).unwrap_or_default());
    section(out, "Data", "json", &json(&event.request_data));
    section(out, "Context", "json", &json(&event.context));
    section(out, "Tags", "json", &json(&event.tags));
    section(out, "Statics", "text", &locals(&event.globals));
    section(out, "Before it", "text", &breadcrumbs(event));
}

fn calls(out: &mut String, event: &Event, sources: &Sources) {
    if !event.frames.is_empty() {
        heading(out, "Calls, innermost first");
    }
    for (index, frame) in event.frames.iter().enumerate() {
        out.push_str(&span(&frame.function));
        if !frame.file.is_empty() {
            let _ = write!(out, " at {}", span(&format!("{}:{}", frame.file, frame.line)));
        }
        out.push_str("\n\n");
        let excerpt = (index < WITH_CODE).then(|| sources.of(frame)).flatten();
        match excerpt {
            Some(excerpt) => fence(out, "rust", &code(&excerpt, frame.line)),
            None if !frame.expression.is_empty() => fence(out, "rust", &frame.expression),
            None => {}
        }
        if !frame.says.is_empty() {
            fence(out, "text", &format!("left as: {}", frame.says));
        }
        let values = locals(&frame.locals) + &locals(&frame.globals);
        if !values.is_empty() {
            fence(out, "text", &values);
        }
    }
}

fn code(excerpt: &Excerpt, line: u32) -> String {
    let mut out = String::new();
    for (number, text) in (excerpt.first..).zip(&excerpt.lines) {
        let mark = if number == line { '>' } else { ' ' };
        let _ = writeln!(out, "{mark} {number:>4} | {text}");
    }
    out
}

fn locals(locals: &[Local]) -> String {
    locals.iter().map(|local| format!("{} = {}\n", local.name, local.value)).collect()
}

fn stack(stack: &[Frame]) -> String {
    let own = stack.iter().filter(|frame| frame.in_app);
    own.map(|frame| format!("{} ({}:{})\n", frame.function, frame.file, frame.line)).collect()
}

fn request(request: &Request) -> String {
    let mut out = format!("{} {}\n", request.method, url(request));
    for (name, value) in &request.headers {
        let _ = writeln!(out, "{name}: {value}");
    }
    if !request.body.is_empty() {
        let _ = write!(out, "\n{}", request.body);
    }
    out
}

fn json(values: &Map<String, Value>) -> String {
    match values.is_empty() {
        true => String::new(),
        false => serde_json::to_string_pretty(values).unwrap_or_default(),
    }
}

fn breadcrumbs(event: &Event) -> String {
    let mut out = String::new();
    for crumb in &event.breadcrumbs {
        let _ = write!(out, "{} {} {}", Civil::of(crumb.at).time(), crumb.level, crumb.message);
        if !crumb.data.is_empty() {
            let _ = write!(out, " {}", Value::Object(crumb.data.clone()));
        }
        out.push('\n');
    }
    out
}

fn section(out: &mut String, title: &str, language: &str, text: &str) {
    if !text.trim().is_empty() {
        heading(out, title);
        fence(out, language, text);
    }
}

/// Begins a part, one empty line below what came before.
fn heading(out: &mut String, title: &str) {
    let end = out.trim_end_matches('\n').len();
    out.truncate(end);
    let _ = write!(out, "\n\n## {title}\n\n");
}

/// Writes a block that nothing in its text ends.
fn fence(out: &mut String, language: &str, text: &str) {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    let text = text.trim_end_matches('\n');
    let _ = writeln!(out, "{fence}{language}\n{text}\n{fence}\n");
}

/// Writes a text as code within a line, which nothing in it ends.
fn span(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    let ticks = "`".repeat(longest_run(&text) + 1);
    match text.starts_with('`') || text.ends_with('`') {
        true => format!("{ticks} {text} {ticks}"),
        false => format!("{ticks}{text}{ticks}"),
    }
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Writes the request as a command for a POSIX shell; what is masked stays masked.
pub(super) fn curl(request: &Request) -> String {
    let mut out = String::new();
    if request.body.ends_with('…') {
        out.push_str("# The body is longer than what was kept of it.\n");
    }
    // `-g`: brackets in a URL are no patterns.
    out.push_str("curl -g");
    match request.method.as_str() {
        "" | "GET" if request.body.is_empty() => {}
        "HEAD" => out.push_str(" --head"),
        method => {
            let _ = write!(out, " -X {}", quoted(method));
        }
    }
    let _ = write!(out, " {}", quoted(&url(request)));
    // What follows from the URL and the body would contradict them once one of them is edited.
    let headers =
        request.headers.iter().filter(|(name, _)| *name != "host" && *name != "content-length");
    for (name, value) in headers {
        let line = match value.as_str() {
            // How curl sends a header without a value.
            "" => format!("{name};"),
            value => format!("{name}: {value}"),
        };
        let _ = write!(out, " \\\n  -H {}", quoted(&line.replace(['\n', '\r'], " ")));
    }
    if !request.body.is_empty() {
        let _ = write!(out, " \\\n  --data-raw {}", quoted(&request.body));
    }
    out.push('\n');
    out
}

/// Returns the URL as the client had it, as far as the request tells.
pub(super) fn url(request: &Request) -> String {
    let header = |name: &str| request.headers.get(name).map_or("", String::as_str);
    let is_secure = header("x-forwarded-proto").starts_with("https")
        || header("forwarded").contains("proto=https");
    let scheme = if is_secure { "https" } else { "http" };
    let host = if request.host.is_empty() { "localhost" } else { &request.host };
    let slash = if request.path.starts_with('/') { "" } else { "/" };
    let mark = if request.query.is_empty() { "" } else { "?" };
    format!("{scheme}://{host}{slash}{}{mark}{}", request.path, request.query)
}

/// Quotes a word for a POSIX shell. Characters that a terminal would obey are replaced.
fn quoted(text: &str) -> String {
    let is_obeyed = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    let text = match text.contains(is_obeyed) {
        true => Cow::Owned(text.replace(is_obeyed, "\u{fffd}")),
        false => Cow::Borrowed(text),
    };
    format!("'{}'", text.replace('\'', r"'\''"))
}
#[cfg(test)]
mod tests;
