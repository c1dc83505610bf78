//! The running thread's depth of annotated calls, and what else is going on: one word.
//!
//! Every annotated call reads and writes this word and nothing else while all goes well.

use std::cell::Cell;

/// An open record may be waiting for a frame to exit: exits take the slow path.
pub(crate) const OPEN: u32 = 1 << 31;
/// Scopes, tags or breadcrumbs exist on this thread: polls take the slow path.
pub(crate) const SCOPED: u32 = 1 << 30;
/// Values of the user are being formatted: nothing is recorded meanwhile.
pub(crate) const BUSY: u32 = 1 << 29;
/// A tracked future is being polled.
pub(crate) const POLLING: u32 = 1 << 28;

const DEPTH: u32 = POLLING - 1;

thread_local! {
    static WORD: Cell<u32> = const { Cell::new(0) };
}

/// Returns the word.
#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn word() -> u32 {
    WORD.with(Cell::get)
}

/// Replaces the word.
#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn set_word(word: u32) {
    WORD.with(|cell| cell.set(word));
}

/// Returns how many annotated calls are running on this thread.
#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn depth() -> u32 {
    word() & DEPTH
}

/// Returns the depth in a word.
#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) const fn depth_of(word: u32) -> u32 {
    word & DEPTH
}

pub(crate) fn has(flag: u32) -> bool {
    word() & flag != 0
}

pub(crate) fn set(flag: u32, on: bool) {
    let word = word();
    set_word(if on { word | flag } else { word & !flag });
}

/// Marks the thread as formatting values of the user, until it drops.
pub(crate) struct Busy(());

impl Busy {
    /// Returns `None` if the thread is formatting already.
    pub(crate) fn enter() -> Option<Self> {
        if has(BUSY) {
            return None;
        }
        set(BUSY, true);
        Some(Self(()))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        set(BUSY, false);
    }
}
