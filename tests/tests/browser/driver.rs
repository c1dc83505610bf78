//! Speaks to Chromium through its driver: <https://www.w3.org/TR/webdriver2/>.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{json, Value};
use tempfile::TempDir;

use error_tracker_tests::LIMIT;

const MISSING: &str = "chromedriver does not start: install it with \
    `apt-get install chromium chromium-driver`, or run `cargo xtask test --install`";

/// What makes Chromium quiet, small and deaf to everything but the loopback.
const FLAGS: [&str; 14] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--lang=en-US",
    // A name that is not the machine's own, as a stranger would give it.
    "--host-resolver-rules=MAP elsewhere.example 127.0.0.1",
];

/// How large an answer may be: a picture of a long page, in base64.
const PICTURE: u64 = 64 << 20;

pub type Answer = Result<Value, Refused>;

/// What the driver says where it did not do what it was asked for.
#[derive(Debug)]
pub struct Refused {
    pub error: String,
    pub message: String,
}

/// A running Chromium of its own, with an empty profile; gone when it drops.
pub struct Driver {
    process: Child,
    client: ureq::Agent,
    session: String,
    _profile: TempDir,
}

impl Driver {
    pub fn start() -> Self {
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect(MISSING);
        let port = port_of(&mut process);
        let profile = tempfile::tempdir().expect("a temporary folder");
        let client = client();
        let url = format!("http://127.0.0.1:{port}/session");
        let created = send(&client, "POST", &url, &capabilities(&profile));
        let created =
            created.unwrap_or_else(|refused| panic!("Chromium does not start: {refused:?}"));
        let id = created["sessionId"].as_str().expect("a session has an id");
        let session = format!("{url}/{id}");
        Self { process, client, session, _profile: profile }
    }

    /// Sends a command of the session.
    pub fn post(&self, command: &str, body: Value) -> Answer {
        send(&self.client, "POST", &format!("{}/{command}", self.session), &body)
    }

    /// Asks the session for something.
    pub fn get(&self, command: &str) -> Answer {
        send(&self.client, "GET", &format!("{}/{command}", self.session), &Value::Null)
    }

    /// Sends a command of the DevTools protocol, for what WebDriver has no word for.
    pub fn devtools(&self, command: &str, parameters: Value) -> Answer {
        self.post("goog/cdp/execute", json!({"cmd": command, "params": parameters}))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Ends Chromium; a driver that does not answer is ended all the same.
        let _ = self.client.delete(&self.session).call();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn client() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .timeout_global(Some(LIMIT + Duration::from_secs(60)));
    config.build().into()
}

/// Reads the port that the driver chose, and goes on reading so that it never waits to be read.
fn port_of(process: &mut Child) -> u16 {
    let output = process.stdout.take().expect("stdout is piped");
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    let port = lines.by_ref().find_map(|line| {
        let (_, rest) = line.split_once("started successfully on port ")?;
        rest.trim_end_matches('.').parse().ok()
    });
    std::thread::spawn(move || lines.for_each(drop));
    port.expect("chromedriver tells its port")
}

fn capabilities(profile: &TempDir) -> Value {
    let folder = format!("--user-data-dir={}", profile.path().display());
    let flags: Vec<&str> = FLAGS.into_iter().chain([folder.as_str()]).collect();
    json!({"capabilities": {"alwaysMatch": {
        "browserName": "chrome",
        "goog:chromeOptions": {"args": flags},
        "goog:loggingPrefs": {"browser": "ALL"},
        // A dialog that nobody expects makes the next command fail.
        "unhandledPromptBehavior": "ignore",
    }}})
}

fn send(client: &ureq::Agent, method: &str, url: &str, body: &Value) -> Answer {
    let answer = match method {
        "GET" => client.get(url).call(),
        _ => client.post(url).send_json(body),
    };
    let mut answer = answer.unwrap_or_else(|error| panic!("{method} {url}: {error}"));
    let body = answer.body_mut().with_config().limit(PICTURE);
    let mut read: Value = body.read_json().expect("the driver answers in JSON");
    let value = read["value"].take();
    match value.get("error").and_then(Value::as_str) {
        Some(error) => {
            let message = value["message"].as_str().unwrap_or_default();
            Err(Refused { error: error.to_owned(), message: message.to_owned() })
        }
        None => Ok(value),
    }
}
