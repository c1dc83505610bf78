//! What programs get, and that it is what `api/openapi.json` describes.

use serde_json::{json, Value};

use super::*;
use crate::web::route::Route;

fn json_of(response: &Response) -> Value {
    assert_eq!(header(response, "content-type"), Some("application/json"));
    serde_json::from_slice(&response.body).unwrap()
}

fn description() -> Value {
    serde_json::from_str(include_str!("../assets/openapi.json")).unwrap()
}

/// Says what breaks a schema: those of the description need no more than this.
fn breaks(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        return breaks(root, root.pointer(&name[1..]).unwrap(), value, at);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let each: Vec<_> = any.iter().map(|schema| breaks(root, schema, value, at)).collect();
        return if each.iter().any(Vec::is_empty) { Vec::new() } else { each.concat() };
    }
    let mut broken: Vec<String> = Vec::new();
    for schema in schema["allOf"].as_array().into_iter().flatten() {
        broken.extend(breaks(root, schema, value, at));
    }
    if schema["enum"].as_array().is_some_and(|all| !all.contains(value)) {
        broken.push(format!("{at} is {value}"));
    }
    if !is_of_type(&schema["type"], value) {
        broken.push(format!("{at} is {value}, not {}", schema["type"]));
    }
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    for name in required.filter(|name| value.is_object() && value.get(name).is_none()) {
        broken.push(format!("{at}.{name} is missing"));
    }
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = value.get(name) {
            broken.extend(breaks(root, schema, value, &format!("{at}.{name}")));
        }
    }
    for item in value.as_array().into_iter().flatten().filter(|_| schema["items"].is_object()) {
        broken.extend(breaks(root, &schema["items"], item, &format!("{at}[]")));
    }
    broken
}

fn is_of_type(types: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        _ => value.is_null(),
    };
    match types {
        Value::Null => true,
        Value::Array(all) => all.iter().filter_map(Value::as_str).any(is),
        one => one.as_str().is_some_and(is),
    }
}

fn schema<'d>(description: &'d Value, path: &str, method: &str) -> &'d Value {
    &description["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]
}

#[test]
fn a_broken_answer_would_be_noticed() {
    let root = description();
    let schema = &root["components"]["schemas"]["Page"];
    let page = json!({ "issues": [{ "count": "7" }], "next": 7, "is_partial": false, "totals": null, "csrf": "" });
    let broken = breaks(&root, schema, &page, "page");
    for part in [
        "page.previous is missing",
        "page.next is 7",
        "page.issues[].count is \"7\"",
        "page.issues[].host is missing",
    ] {
        assert!(broken.iter().any(|line| line.starts_with(part)), "{part}: {broken:?}");
    }
}

#[test]
fn every_answer_is_as_described() {
    let setup = Setup::new();
    let of = setup.fill(0..12).remove(0).fingerprint;
    let mut store = setup.store();
    store.put_event(&event(7, of)).unwrap();
    store.put_hour(of, hour(1)).unwrap();
    drop(store);
    let root = description();
    let id = EventId::from_bytes([7; 16]);
    for (path, target) in [
        ("/api/issues", "api/issues".to_owned()),
        ("/api/issues/{fingerprint}", format!("api/issues/{of}")),
        ("/api/issues/{fingerprint}/events", format!("api/issues/{of}/events")),
        ("/api/events/{id}", format!("api/events/{id}")),
        ("/api/health", "api/health".into()),
        ("/api/openapi.json", "api/openapi.json".into()),
    ] {
        let response = setup.get(&target);
        assert_eq!(response.status, 200, "{target}");
        let schema = schema(&root, path, "get");
        assert!(schema.is_object(), "{path}");
        assert_eq!(breaks(&root, schema, &json_of(&response), path), [""; 0]);
    }
    for action in ["mute", "delete"] {
        let response = setup.post(&format!("api/issues/{of}/{action}"), "");
        let schema = schema(&root, "/api/issues/{fingerprint}/{action}", "post");
        assert_eq!(breaks(&root, schema, &json_of(&response), action), [""; 0]);
    }
    let refusal = json_of(&setup.get("api/issues?count=x"));
    assert_eq!(
        breaks(&root, &root["components"]["schemas"]["Refusal"], &refusal, "refusal"),
        [""; 0]
    );
}

#[test]
fn every_described_path_and_method_is_there() {
    let paths = description()["paths"].as_object().unwrap().clone();
    assert!(paths.len() >= 9);
    for (path, methods) in paths {
        let path = path.replace("{fingerprint}", &"0".repeat(64)).replace("{id}", &"0".repeat(32));
        let route = Route::of(&path.replace("{action}", "mute"));
        assert!(route.is_known(), "{path}");
        let described = if methods["post"].is_object() { "POST" } else { "GET, HEAD" };
        assert_eq!(route.methods(), described, "{path}");
    }
}

#[test]
fn pages_are_turned_by_what_the_answer_says() {
    let setup = Setup::new();
    setup.fill(0..12);
    let ask = |query: &str| json_of(&setup.get(&format!("api/issues?size=5&sort=-count&{query}")));
    let names = |page: &Value| {
        page["issues"]
            .as_array()
            .unwrap()
            .iter()
            .map(|issue| issue["fingerprint"].clone())
            .collect::<Vec<_>>()
    };
    let first = ask("");
    assert_eq!((names(&first).len(), &first["previous"]), (5, &Value::Null));
    let second = ask(&format!("cursor={}", first["next"].as_str().unwrap()));
    let back = ask(&format!("cursor={}", second["previous"].as_str().unwrap()));
    assert_eq!(names(&back), names(&first));
    assert_ne!(names(&second), names(&first));
}

#[test]
fn a_change_is_asked_for_in_json_or_by_a_header() {
    let setup = Setup::new();
    let of = setup.fill([0]).remove(0).fingerprint;
    let target = |action: &str| format!("api/issues/{of}/{action}");
    let body = json!({ "csrf": setup.token() }).to_string();
    let visit = |action: &str| {
        manager("POST", &target(action)).header("content-type", "application/json; charset=utf-8")
    };
    let done = json_of(&setup.send(visit("mute"), &body));
    assert_eq!(
        (done["done"].as_str(), done["issue"]["state"].as_str()),
        (Some("mute"), Some("muted"))
    );
    let by_header = manager("POST", &target("reopen")).header("x-csrf-token", setup.token());
    assert_eq!(json_of(&setup.send(by_header, ""))["issue"]["state"], "unresolved");
    let broken = setup.send(visit("mute"), "{");
    assert_eq!(
        (broken.status, json_of(&broken)),
        (400, json!({ "error": "The body is no JSON object." }))
    );
}
