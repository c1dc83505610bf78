//! Asks axe-core whether everybody can use a page.

use std::fs;
use std::path::Path;

use serde_json::{json, Value};

use crate::page::{done, Page};

const FILE: &str = "axe/node_modules/axe-core/axe.min.js";

impl Page {
    /// Returns the violations of the page as it is now, each with the elements concerned.
    #[track_caller]
    pub fn axe(&self) -> Vec<String> {
        self.run(&source(), json!([]));
        let script = "const done = arguments[arguments.length - 1];
            axe.run(document).then(found => done(found.violations), e => done([String(e)]))";
        let found = done(self.0.post("execute/async", json!({"script": script, "args": []})));
        found.as_array().into_iter().flatten().map(describe).collect()
    }
}

fn source() -> String {
    let below_target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = below_target.parent().unwrap_or(below_target).join(FILE);
    fs::read_to_string(&file).unwrap_or_else(|error| {
        let file = file.display();
        panic!(
            "{file}: {error}; install it with `npm install --prefix target/axe axe-core`, \
             or run `cargo xtask test --install`"
        )
    })
}

fn describe(violation: &Value) -> String {
    let nodes = violation["nodes"].as_array().into_iter().flatten();
    let places: Vec<String> =
        nodes.map(|node| format!("{} {}", node["target"], node["failureSummary"])).collect();
    format!("{}: {}: {}", violation["id"], violation["help"], places.join("; "))
}
