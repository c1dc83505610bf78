//! Arguments shown through `Serialize`, where the user asked for it.

use std::io;

use serde::Serialize;

use crate::keep::probe::{eagerly, Owned};
use crate::keep::{Local, Sketch};
use crate::site::Site;

/// An argument shown as JSON; formatted on entry if its call site is armed.
pub struct Serialized<T: ?Sized>(Owned<T>);

impl<T: Serialize + ?Sized> Serialized<T> {
    /// Keeps the value.
    pub fn new(value: &T, site: &Site) -> Self {
        let text = site.arming.formats().then(|| eagerly(|sketch| write(value, sketch)));
        Self(Owned::new(text))
    }

    /// Keeps the value; formats it on every call.
    pub fn always(value: &T, _site: &Site) -> Self {
        Self(Owned::new(Some(eagerly(|sketch| write(value, sketch)))))
    }
}

fn write<T: Serialize + ?Sized>(value: &T, sketch: &mut Sketch<'_, '_>) {
    let mut bytes = Cut { bytes: Vec::new(), room: LARGEST };
    let written = serde_json::to_writer(&mut bytes, value);
    let text = String::from_utf8_lossy(&bytes.bytes);
    match written {
        Ok(()) => sketch.raw(&text),
        Err(_) if bytes.room == 0 => sketch.raw(&format!("{text}…")),
        Err(_) => sketch.raw("<can't be serialized>"),
    }
}

/// How much JSON of one argument is written, in bytes.
const LARGEST: usize = 4 * 1024;

struct Cut {
    bytes: Vec<u8>,
    room: usize,
}

impl io::Write for Cut {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = bytes.len().min(self.room);
        self.bytes.extend_from_slice(&bytes[..length]);
        self.room -= length;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<T: ?Sized> Local for Serialized<T> {
    fn show(&self, sketch: &mut Sketch<'_, '_>) {
        self.0.show(sketch);
    }
}
