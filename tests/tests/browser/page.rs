//! What a person does with a page: look, click, type, go back.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{json, Value};

use crate::driver::{Driver, Refused};
use error_tracker_tests::LIMIT;

/// The key under which WebDriver gives an element's name.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// What may be over in a moment: a part of the page is just being replaced.
const PASSING: [&str; 5] = [
    "no such element",
    "stale element reference",
    "element not interactable",
    "element click intercepted",
    "javascript error",
];

/// The one tab of a browser.
pub struct Page(pub Driver);

impl Page {
    /// Starts a browser with a window of a desktop's size.
    pub fn new() -> Self {
        let page = Self(Driver::start());
        page.desktop();
        page
    }

    #[track_caller]
    pub fn open(&self, url: &str) {
        done(self.0.post("url", json!({ "url": url })));
    }

    #[track_caller]
    pub fn back(&self) {
        done(self.0.post("back", json!({})));
    }

    #[track_caller]
    pub fn url(&self) -> String {
        string(done(self.0.get("url")))
    }

    /// Runs a function's body in the page and returns what it returns.
    #[track_caller]
    pub fn run(&self, script: &str, arguments: Value) -> Value {
        done(self.try_run(script, arguments))
    }

    fn try_run(&self, script: &str, arguments: Value) -> Result<Value, Refused> {
        self.0.post("execute/sync", json!({"script": script, "args": arguments}))
    }

    /// Clicks the first such element, once it is there and can be clicked.
    #[track_caller]
    pub fn click(&self, css: &str) {
        self.on_element(css, |element| self.0.post(&format!("element/{element}/click"), json!({})));
    }

    /// Types into the first such element, in place of what it holds.
    #[track_caller]
    pub fn type_into(&self, css: &str, text: &str) {
        self.on_element(css, |element| {
            self.0.post(&format!("element/{element}/clear"), json!({}))?;
            self.0.post(&format!("element/{element}/value"), json!({ "text": text }))
        });
    }

    /// Presses and releases one key, wherever the focus is.
    #[track_caller]
    pub fn press(&self, key: &str) {
        let keys = json!([{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]);
        let actions = json!({"actions": [{"type": "key", "id": "keyboard", "actions": keys}]});
        done(self.0.post("actions", actions));
    }

    /// Returns the shown texts of all such elements.
    #[track_caller]
    pub fn texts(&self, css: &str) -> Vec<String> {
        let script = "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText)";
        let texts = self.run(script, json!([css]));
        texts.as_array().into_iter().flatten().cloned().map(string).collect()
    }

    /// Returns the shown text of the first such element, once it is there.
    #[track_caller]
    pub fn text(&self, css: &str) -> String {
        self.until(css, || self.texts(css).into_iter().next())
    }

    /// Returns an attribute or property of the first such element, once it is there.
    #[track_caller]
    pub fn value(&self, css: &str, name: &str) -> Value {
        let script = "const e = document.querySelector(arguments[0]);
            return e && [e.getAttribute(arguments[1]) ?? e[arguments[1]] ?? null]";
        self.until(css, || self.run(script, json!([css, name])).get(0).cloned())
    }

    #[track_caller]
    pub fn count(&self, css: &str) -> usize {
        self.texts(css).len()
    }

    /// Tells whether such an element can be seen.
    #[track_caller]
    pub fn shows(&self, css: &str) -> bool {
        let script = "return [...document.querySelectorAll(arguments[0])]
            .some(e => e.checkVisibility({ visibilityProperty: true }))";
        self.run(script, json!([css])) == true
    }

    /// Waits until something is there, and returns it.
    #[track_caller]
    pub fn until<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(started.elapsed() < LIMIT, "not there: {what}, at {}", self.url());
        }
    }

    /// Waits until the shown text of such an element holds this.
    #[track_caller]
    pub fn until_text(&self, css: &str, part: &str) {
        let shown = || self.texts(css).iter().any(|text| text.contains(part)).then_some(());
        self.until(&format!("{part:?} in {css}"), shown);
    }

    /// Waits until there are as many such elements.
    #[track_caller]
    pub fn until_count(&self, css: &str, count: usize) {
        self.until(&format!("{count} of {css}"), || (self.count(css) == count).then_some(()));
    }

    /// Returns what the console shows in red since it was last asked.
    #[track_caller]
    pub fn complaints(&self) -> Vec<String> {
        let log = done(self.0.post("se/log", json!({"type": "browser"})));
        let red = log.as_array().into_iter().flatten().filter(|entry| entry["level"] == "SEVERE");
        red.map(|entry| string(entry["message"].clone())).collect()
    }

    /// Keeps a picture of what the window shows as `target/screenshots/NAME.png`.
    #[track_caller]
    pub fn picture(&self, name: &str) {
        self.keep_picture(name, json!({}));
    }

    /// Keeps a picture of the upper part of what the window shows.
    #[track_caller]
    pub fn top_picture(&self, name: &str, height: u32) {
        let clip = json!({"x": 0, "y": 0, "width": 1400, "height": height, "scale": 1});
        self.keep_picture(name, json!({ "clip": clip }));
    }

    /// Keeps a picture of the page down to its end.
    #[track_caller]
    pub fn long_picture(&self, name: &str) {
        self.keep_picture(name, json!({"captureBeyondViewport": true, "fromSurface": true}));
    }

    fn keep_picture(&self, name: &str, parameters: Value) {
        let taken = done(self.0.devtools("Page.captureScreenshot", parameters));
        let text = taken["data"].as_str().expect("a picture is text in base64");
        let folder = pictures();
        fs::create_dir_all(&folder).expect("the folder of pictures is made");
        fs::write(folder.join(name).with_extension("png"), base64(text)).expect("it is written");
    }

    #[track_caller]
    fn on_element(&self, css: &str, act: impl Fn(&str) -> Result<Value, Refused>) {
        let find = json!({"using": "css selector", "value": css});
        self.until(css, || {
            let found = self.0.post("element", find.clone());
            let acted = found.and_then(|found| act(found[ELEMENT].as_str().unwrap_or_default()));
            match acted {
                Ok(_) => Some(()),
                Err(refused) if PASSING.contains(&refused.error.as_str()) => None,
                Err(refused) => panic!("{css}: {refused:?}"),
            }
        });
    }
}

/// The folder of pictures, which are looked at, not compared.
fn pictures() -> PathBuf {
    let below_target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    below_target.parent().unwrap_or(below_target).join("screenshots")
}

#[track_caller]
pub fn done(answer: Result<Value, Refused>) -> Value {
    answer.unwrap_or_else(|refused| panic!("{}: {}", refused.error, refused.message))
}

fn string(value: Value) -> String {
    value.as_str().map(str::to_owned).unwrap_or_default()
}

fn base64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut held, mut bits) = (Vec::with_capacity(text.len()), 0_u32, 0);
    for letter in text.bytes().filter_map(|byte| LETTERS.iter().position(|it| *it == byte)) {
        held = held << 6 | letter as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    bytes
}
