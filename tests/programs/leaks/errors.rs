//! Paths on which a secret is in what an error, a panic or a message says.
#![allow(clippy::print_stderr, reason = "it is searched")]

use std::error::Error;
use std::fmt;
use std::panic::{catch_unwind, panic_any, AssertUnwindSafe};

use anyhow::Context as _;
use error_tracker::{
    capture_exception, capture_message, format_exception, print_exception, track_exception,
};
use error_tracker_tests::errors::{Gone, Transparent};

use crate::arguments::{order, Order};
use crate::Run;

pub const PATHS: &[(&str, Run)] = &[
    ("error message", |s| says(&s.text).unwrap_or_default()),
    ("error of debug alone", |s| assert!(refuses(order(s)).is_err())),
    ("cause", |s| assert!(caused(&s.text).is_err())),
    ("context of anyhow", |s| assert!(explained(&s.text).is_err())),
    ("text added on the way", |s| assert!(outer(&s.text).is_err())),
    ("lent backtrace", |s| assert!(anyhow_fails(&s.text).is_err())),
    ("boxed error", |s| assert!(boxed(&s.text).is_err())),
    ("exception name", |s| {
        let text = if s.is_told_alone { &s.secret } else { &s.text };
        capture_exception(&Odd(text.clone()));
    }),
    ("error captured twice", |s| {
        let error = Quoting(s.text.clone(), Some(Gone));
        capture_exception(&error);
        capture_exception!(error, attempt = 2);
    }),
    ("panic with a String", |s| panics(|| panic!("{}", s.text))),
    ("panic with a &str", |s| panics(|| panic_any(&*String::leak(s.text.clone())))),
    ("failed assertion", |s| panics(|| assert_eq!(s.text, "nothing"))),
    ("unwrapped error", |s| {
        let refused = refuses(order(s));
        panics(|| refused.unwrap())
    }),
    ("swallowed error", |s| assert!(silent(&s.text).is_ok())),
    ("swallowed panic", |s| assert_eq!(silent_panic(&s.text), 0)),
    ("handler", |s| handled(Quoting(s.text.clone(), None))),
    ("fingerprint", |s| grouped(&s.text).unwrap_or_default()),
    ("message value", |s| {
        let text = &s.text;
        capture_message!("order 7: {text}, {text:?}");
    }),
    ("message beside an error", |s| {
        capture_message!(error = &Gone; "while at {}", s.text);
    }),
    ("printed report", |s| {
        let error = Quoting(s.text.clone(), Some(Gone));
        assert!(print_exception(&error, &mut std::io::stdout()).is_ok());
        assert!(print_exception!(s.text.clone(), &mut std::io::stdout()).is_ok());
        capture_message!("printed");
    }),
    ("formatted report", |s| {
        eprintln!("{}", format_exception(&Transparent(Box::new(Quoting(s.text.clone(), None)))));
        capture_message!("formatted");
    }),
];

/// Says a text, and has a cause.
#[derive(Debug)]
struct Quoting(String, Option<Gone>);

impl fmt::Display for Quoting {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Error for Quoting {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.1.as_ref().map(|cause| cause as _)
    }
}

/// Says nothing of the text that is its cause.
#[derive(Debug)]
struct Wrapping(Quoting);

impl fmt::Display for Wrapping {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("wrapped")
    }
}

impl Error for Wrapping {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

/// Its `Debug` text, from which names of types are taken, is the text itself.
struct Odd(String);

impl fmt::Debug for Odd {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Display for Odd {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("odd")
    }
}

impl Error for Odd {}

fn panics(run: impl FnOnce()) {
    let run = AssertUnwindSafe(|| through(run));
    assert!(catch_unwind(run).is_err());
}

#[track_exception(skip_all)]
fn through(run: impl FnOnce()) {
    run();
}

#[track_exception(skip_all)]
fn says(text: &str) -> Result<(), String> {
    Err(text.to_owned())
}

#[track_exception(skip_all)]
fn refuses(order: Order) -> Result<(), Order> {
    Err(order)
}

#[track_exception(skip_all)]
fn caused(text: &str) -> Result<(), Wrapping> {
    Err(Wrapping(Quoting(text.to_owned(), None)))
}

#[track_exception(skip_all)]
fn explained(text: &str) -> anyhow::Result<()> {
    Err(Gone).context(text.to_owned())
}

#[track_exception(skip_all)]
fn outer(text: &str) -> anyhow::Result<()> {
    inner().context(text.to_owned())?;
    Ok(())
}

#[track_exception]
fn inner() -> anyhow::Result<()> {
    Err(Gone.into())
}

#[track_exception(skip_all)]
fn anyhow_fails(text: &str) -> anyhow::Result<()> {
    Err(anyhow::Error::msg(text.to_owned()).context("above"))
}

#[track_exception(skip_all)]
fn boxed(text: &str) -> Result<(), Box<dyn Error>> {
    Err(text.into())
}

#[track_exception(skip_all, silent)]
fn silent(text: &str) -> Result<u32, Quoting> {
    Err(Quoting(text.to_owned(), None))
}

#[track_exception(skip_all, silent)]
fn silent_panic(text: &str) -> u32 {
    panic!("{text}")
}

#[track_exception(handler = error)]
fn handled(error: Quoting) {
    drop(error);
}

#[track_exception(skip_all, fingerprint = text)]
fn grouped(text: &str) -> Result<(), String> {
    let _ = text;
    Err("grouped by hand".to_owned())
}
