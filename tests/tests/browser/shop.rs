//! Starts the example `shop`, each time with files of its own.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use error_tracker_tests::LIMIT;

/// A running shop on a free port; gone when it drops.
pub struct Shop {
    process: Child,
    port: u16,
    _folder: TempDir,
}

impl Shop {
    /// Starts a shop to which so many requests of its own traffic have been sent.
    pub fn start(traffic: u32) -> Self {
        Self::start_as("shop", traffic)
    }

    /// Starts the shop, or its twin on another framework.
    pub fn start_as(example: &str, traffic: u32) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new(program(example));
        let ours = std::env::vars_os().map(|(name, _)| name);
        for name in ours.filter(|name| name.to_string_lossy().starts_with("ERROR_TRACKER_")) {
            command.env_remove(name);
        }
        command.args(["--port", "0", "--traffic", &traffic.to_string(), "--folder"]);
        command.arg(folder.path());
        // Sources are read from disk where the pages show them.
        command.current_dir(root()).env("RUST_BACKTRACE", "0");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("the shop starts");
        let output = process.stdout.take().expect("stdout is piped");
        let port = until_open(output);
        Self { process, port, _folder: folder }
    }

    /// The address of a page of the shop.
    pub fn at(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The address of the same page by another name.
    pub fn at_host(&self, host: &str, path: &str) -> String {
        format!("http://{host}:{}{path}", self.port)
    }

    /// The address of a page of the tracker.
    pub fn errors(&self, below: &str) -> String {
        self.at(&format!("/dev/error{below}"))
    }
}

/// What the shop answered.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Shop {
    /// Sends a request as it is given: its first line, its headers, its body.
    pub fn send(&self, first: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut line = TcpStream::connect(("127.0.0.1", self.port)).expect("the shop is there");
        line.set_read_timeout(Some(LIMIT)).expect("a limit is set");
        let mut head = format!("{first} HTTP/1.1\r\nconnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "host") {
            head += &format!("host: 127.0.0.1:{}\r\n", self.port);
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        let sent = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
        line.write_all(sent.as_bytes()).expect("the shop listens");
        let mut answer = Vec::new();
        line.read_to_end(&mut answer).expect("the shop answers");
        Answer::read(&String::from_utf8_lossy(&answer))
    }
}

impl Answer {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Reads what the shop prints until its traffic is answered.
fn until_open(output: ChildStdout) -> u16 {
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    let port = lines.find_map(|line| {
        line.strip_prefix("the shop: ")?.rsplit_once(':').and_then(|(_, port)| port.parse().ok())
    });
    let sent = lines.any(|line| line.ends_with(" requests sent"));
    std::thread::spawn(move || lines.for_each(drop));
    assert!(sent, "the shop answers its own traffic");
    port.expect("the shop tells its port")
}

/// Returns the program of an example.
fn program(example: &str) -> &'static Path {
    static PROGRAMS: OnceLock<Vec<PathBuf>> = OnceLock::new();
    let programs = PROGRAMS.get_or_init(build);
    let found = programs.iter().find(|path| path.file_name().is_some_and(|name| name == example));
    found.expect("cargo tells what it built")
}

/// Builds the examples, which belong to another package than the tests.
fn build() -> Vec<PathBuf> {
    let output = Command::new(env!("CARGO"))
        .args([
            "build",
            "--locked",
            "--all-features",
            "--example",
            "shop",
            "--example",
            "shop_actix",
        ])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaints}");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let messages = printed.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).collect()
}

fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}
