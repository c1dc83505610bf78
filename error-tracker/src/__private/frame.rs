//! The drop guard of an annotated call.

use std::any::Any;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::capture::{Call, Recorder, Shown};
use crate::fault::Failure;
use crate::global;
use crate::site::Site;
use crate::task::{self, BUSY, OPEN};

/// The last point that was reached in an annotated body.
///
/// A relaxed atomic rather than a `Cell`, so that futures that hold it stay `Send`; it costs the
/// same plain store.
#[derive(Default)]
pub struct Line(AtomicU32);

impl Line {
    /// Makes a line on which nothing was reached yet.
    pub const fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    /// Notes that a point is reached.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn set(&self, point: u32) {
        self.0.store(point, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    #[cfg(panic = "abort")]
    pub(super) fn as_atomic(&self) -> &AtomicU32 {
        &self.0
    }
}

/// The payload of a caught panic.
pub struct Panicked(Box<dyn Any + Send>);

impl Panicked {
    pub(super) fn new(payload: Box<dyn Any + Send>) -> Self {
        Self(payload)
    }

    pub(super) fn discard(self) {
        crate::keep::discard(self.0);
    }
}

/// Calls the body once.
///
/// A closure that is called in place may borrow too little for what it returns; this bound makes
/// it `FnOnce`.
#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn call<R>(body: impl FnOnce() -> R) -> R {
    body()
}

/// Calls the body once and catches its panic.
#[inline]
pub fn catch<R>(body: impl FnOnce() -> R) -> Result<R, Panicked> {
    catch_unwind(AssertUnwindSafe(body)).map_err(Panicked)
}

/// A running annotated call.
///
/// It is forgotten on every normal exit, so that only unwinding drops it.
pub struct Frame<'f> {
    site: &'static Site,
    shown: &'f dyn Shown,
    line: Line,
}

impl<'f> Frame<'f> {
    /// Enters the call.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn enter(site: &'static Site, shown: &'f dyn Shown) -> Self {
        let word = task::word();
        task::set_word(word + 1);
        if word & OPEN != 0 {
            entered(word);
        }
        Self { site, shown, line: Line::new() }
    }

    /// Returns where the body notes its points. Called once, when the frame stands in its place.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn line(&self) -> &Line {
        #[cfg(panic = "abort")]
        super::frame_list::push(self.site, self.shown, &self.line);
        &self.line
    }

    /// Leaves the call without a failure.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn leave(self) {
        let word = task::word();
        if word & OPEN != 0 {
            return self.leave_open();
        }
        task::set_word(word - 1);
        self.done();
    }

    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn done(self) {
        #[cfg(panic = "abort")]
        super::frame_list::pop();
        std::mem::forget(self);
    }

    fn call(&self) -> Call<'_> {
        Call { site: self.site, shown: self.shown, point: self.line.get(), depth: task::depth() }
    }

    #[cold]
    #[inline(never)]
    fn leave_open(self) {
        record(|recorder| recorder.left(&self.call()));
        task::set_word(task::word() - 1);
        self.done();
    }

    /// Leaves the call with an error.
    #[cold]
    #[inline(never)]
    pub fn fail(self, failure: Failure<'_>, swallowed: bool) {
        record(|recorder| recorder.failed(&self.call(), failure, swallowed));
        task::set_word(task::word() - 1);
        self.done();
    }

    /// Leaves the call with an error that the attribute ignores.
    #[cold]
    #[inline(never)]
    pub fn ignored(self) {
        self.leave();
    }

    /// Leaves the call with a panic that was caught.
    #[cold]
    #[inline(never)]
    pub fn caught(self, panic: Panicked) {
        record(|recorder| recorder.caught(&self.call()));
        task::set_word(task::word() - 1);
        self.done();
        panic.discard();
    }
}

impl Drop for Frame<'_> {
    // Inlined, so that what it needs is put together in the landing pad and nowhere else.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn drop(&mut self) {
        unwound(self.site, self.shown, self.line.get());
    }
}

/// Leaves a call that is dropped without having been left: its body unwinds.
#[cold]
#[inline(never)]
fn unwound(site: &'static Site, shown: &dyn Shown, point: u32) {
    if std::thread::panicking() {
        let call = Call { site, shown, point, depth: task::depth() };
        record(|recorder| recorder.unwound(&call));
    }
    #[cfg(panic = "abort")]
    super::frame_list::pop();
    task::set_word(task::word() - 1);
}

/// Notes that a call is entered while a record is open: a panic may be unwinding meanwhile.
#[cold]
#[inline(never)]
pub(super) fn entered(before: u32) {
    let depth = task::depth_of(before) + 1;
    crate::frames::with(|state| state.entered(depth, std::thread::panicking()));
}

/// Runs `record` with the tracker of this thread, if there is one and no value is being formatted.
pub(super) fn record(record: impl FnOnce(&Recorder)) {
    if !task::has(BUSY) {
        global::with_recorder(record);
    }
}
