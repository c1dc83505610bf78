//! What the macros know of an annotated function: one static each.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::OnceLock;
use std::time::Instant;

use crate::model::Level;

/// A noted place in an annotated body: a `?`, a `return` or a tail expression.
pub struct Point {
    pub(crate) line: u32,
    pub(crate) text: &'static str,
    /// Whether a literal stands in the text, which may be a secret.
    pub(crate) has_literal: bool,
}

impl Point {
    /// Notes the line and the text of an expression.
    pub const fn new(line: u32, text: &'static str) -> Self {
        Self { line, text, has_literal: has_literal(text.as_bytes()) }
    }
}

const fn has_literal(text: &[u8]) -> bool {
    let mut at = 0;
    while at < text.len() {
        if matches!(text[at], b'"' | b'0'..=b'9') {
            return true;
        }
        at += 1;
    }
    false
}

/// What is known of an annotated function at compile time, and whether it failed before.
pub struct Site {
    pub(crate) file: &'static str,
    pub(crate) line: u32,
    arguments: &'static [&'static str],
    points: &'static [Point],
    /// First line and text.
    pub(crate) source: Option<(u32, &'static str)>,
    pub(crate) level: Option<Level>,
    pub(crate) has_fingerprint: bool,
    pub(crate) arming: Arming,
    function: &'static str,
    module: &'static str,
    path: Option<fn() -> &'static str>,
    name: Option<&'static str>,
    block: bool,
}

impl Site {
    /// Describes a function by its name, module, place, arguments and noted points.
    pub const fn new(
        function: &'static str,
        module: &'static str,
        file: &'static str,
        line: u32,
        arguments: &'static [&'static str],
        points: &'static [Point],
    ) -> Self {
        Self {
            file,
            line,
            arguments,
            points,
            source: None,
            level: None,
            has_fingerprint: false,
            arming: Arming::new(),
            function,
            module,
            path: None,
            name: None,
            block: false,
        }
    }

    /// Gives the full path of a method, as the compiler names it.
    pub const fn with_path(mut self, path: fn() -> &'static str) -> Self {
        self.path = Some(path);
        self
    }

    /// Overrides the display name.
    pub const fn with_name(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }

    /// Embeds the function's own source text, which begins at this line of its file.
    pub const fn with_source(mut self, line: u32, source: &'static str) -> Self {
        self.source = Some((line, source));
        self
    }

    /// Overrides the level of what starts to fail here.
    pub const fn with_level(mut self, level: Level) -> Self {
        self.level = Some(level);
        self
    }

    /// Says that the show closure knows a fingerprint.
    pub const fn with_fingerprint(mut self) -> Self {
        self.has_fingerprint = true;
        self
    }

    /// Says that this is a `scope!` block rather than a function.
    pub const fn with_kind_block(mut self) -> Self {
        self.block = true;
        self
    }

    /// Writes the function's path as people read it.
    pub(crate) fn write_path(&self, out: &mut String) {
        if let Some(name) = self.name {
            out.push_str(name);
            return;
        }
        match self.path {
            Some(path) => out.push_str(path()),
            None => {
                out.push_str(self.module);
                out.push_str("::");
                out.push_str(self.function);
            }
        }
        if self.block {
            out.push_str("::scope!");
        }
    }

    /// Tells whether the path is of a module and a function alone, so that it has no arguments.
    pub(crate) fn has_plain_path(&self) -> bool {
        self.path.is_none() && self.name.is_none()
    }

    pub(crate) fn argument(&self, index: usize) -> &'static str {
        self.arguments.get(index).copied().unwrap_or_default()
    }

    pub(crate) fn point(&self, index: u32) -> Option<&'static Point> {
        self.points.get((index as usize).checked_sub(1)?)
    }
}

/// Whether a call site has failed before, and so formats what it can't keep.
///
/// A failure arms the site: its next 64 calls format their arguments, then one call in 256,
/// at most 1,000 a second. While it never failed it costs one relaxed load.
pub(crate) struct Arming {
    calls: AtomicU32,
    second: AtomicU32,
    formatted: AtomicU32,
}

const EVERY_CALL: u32 = 64;
const ONE_IN: u32 = 256;
const PER_SECOND: u32 = 1_000;

impl Arming {
    const fn new() -> Self {
        Self { calls: AtomicU32::new(0), second: AtomicU32::new(0), formatted: AtomicU32::new(0) }
    }

    /// Notes a failure.
    pub(crate) fn arm(&self) {
        self.calls.store(1, Ordering::Relaxed);
    }

    /// Tells whether this call formats its owned arguments.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn formats(&self) -> bool {
        self.calls.load(Ordering::Relaxed) != 0 && self.formats_armed()
    }

    #[cold]
    #[inline(never)]
    fn formats_armed(&self) -> bool {
        // Lost updates between threads only shift which call is the 256th.
        let calls = self.calls.load(Ordering::Relaxed);
        let next = if calls >= EVERY_CALL + ONE_IN { EVERY_CALL + 1 } else { calls + 1 };
        self.calls.store(next, Ordering::Relaxed);
        (calls <= EVERY_CALL || next == EVERY_CALL + 1) && self.within_rate()
    }

    fn within_rate(&self) -> bool {
        let second = seconds();
        if self.second.swap(second, Ordering::Relaxed) != second {
            self.formatted.store(0, Ordering::Relaxed);
        }
        self.formatted.fetch_add(1, Ordering::Relaxed) < PER_SECOND
    }
}

fn seconds() -> u32 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_that_never_failed_formats_nothing() {
        assert!((0..1_000).all(|_| !Arming::new().formats()));
    }

    #[test]
    fn an_armed_site_formats_64_calls_and_then_one_in_256() {
        let arming = Arming::new();
        arming.arm();
        assert_eq!((0..64).filter(|_| arming.formats()).count(), 64);
        assert_eq!((0..256).filter(|_| arming.formats()).count(), 1);
        assert_eq!((0..2_560).filter(|_| arming.formats()).count(), 10);
    }

    #[test]
    fn a_site_formats_at_most_a_thousand_calls_a_second() {
        let arming = Arming::new();
        let formatted = (0..64 * 100)
            .filter(|call| {
                if call % 64 == 0 {
                    arming.arm();
                }
                arming.formats()
            })
            .count();
        // Two seconds may be touched on a slow machine.
        assert!(formatted <= 2 * PER_SECOND as usize, "{formatted}");
    }
}
