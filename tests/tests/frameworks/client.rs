//! A client that speaks HTTP/1.1 byte by byte, so that one serves all frameworks.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use error_tracker_tests::LIMIT;

/// A request as it goes over the wire, but for its host.
#[derive(Clone)]
pub struct Request {
    pub method: &'static str,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

pub fn get(target: &str) -> Request {
    request("GET", target)
}

pub fn request(method: &'static str, target: &str) -> Request {
    Request { method, target: target.to_owned(), headers: Vec::new(), body: Vec::new() }
}

/// Makes a request that has a body of this type.
pub fn post(target: &str, media_type: &str, body: impl Into<Vec<u8>>) -> Request {
    let body = body.into();
    let length = body.len().to_string();
    let request = Request { body, ..request("POST", target) };
    request.header("Content-Type", media_type).header("Content-Length", &length)
}

impl Request {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// A connection, kept alive from one request to the next.
pub struct Connection {
    stream: BufReader<TcpStream>,
    host: String,
}

impl Connection {
    pub fn open(address: SocketAddr, host: &str) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_read_timeout(Some(LIMIT)).expect("a limit can be set");
        Self { stream: BufReader::new(stream), host: host.to_owned() }
    }

    /// Sends a request, but not the end of its body.
    pub fn begin(&mut self, request: &Request) {
        let Request { method, target, headers, body } = request;
        let mut head = format!("{method} {target} HTTP/1.1\r\nHost: {}\r\n", self.host);
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let bytes = [head.as_bytes(), b"\r\n", body].concat();
        // A server may answer, and close, before it has read everything.
        let _ = self.stream.get_mut().write_all(&bytes);
    }

    /// Says that nothing more will be sent.
    pub fn cut_off(&mut self) {
        self.stream.get_ref().shutdown(Shutdown::Write).expect("the connection is open");
    }

    pub fn send(&mut self, request: &Request) -> Answer {
        self.begin(request);
        self.answer(request.method == "HEAD").expect("an answer comes back")
    }

    /// Reads an answer; `None` if the connection ends before it.
    pub fn answer(&mut self, is_bare: bool) -> Option<Answer> {
        let status = self.line()?.split(' ').nth(1)?.parse().ok()?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            match line.split_once(':') {
                Some((name, value)) => headers.push((name.to_owned(), value.trim().to_owned())),
                None => break,
            }
        }
        let mut answer = Answer { status, headers, body: String::new() };
        let body = match (answer.header("transfer-encoding"), answer.header("content-length")) {
            _ if is_bare => Vec::new(),
            (Some("chunked"), _) => self.chunks()?,
            (_, length) => self.bytes(length.unwrap_or("0").parse().ok()?)?,
        };
        answer.body = String::from_utf8_lossy(&body).into_owned();
        Some(answer)
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line).ok().filter(|length| *length > 0)?;
        Some(line.trim_end().to_owned())
    }

    fn chunks(&mut self) -> Option<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let length = usize::from_str_radix(&self.line()?, 16).ok()?;
            body.extend(self.bytes(length)?);
            self.line();
            if length == 0 {
                return Some(body);
            }
        }
    }

    fn bytes(&mut self, length: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }
}
