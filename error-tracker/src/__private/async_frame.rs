//! The frame of an annotated `async` function: entered at every poll, left at every `Pending`.

use std::future::Future;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};

use super::frame::{entered, record, Line, Panicked};
use crate::capture::{Call, Shown};
use crate::fault::Failure;
use crate::frames;
use crate::scope::{self, Mark};
use crate::site::Site;
use crate::task::{self, OPEN, POLLING, SCOPED};

/// A running annotated future.
pub struct AsyncFrame<K: Shown> {
    site: &'static Site,
    kept: K,
    mark: Mark,
    suspended: Option<Box<Suspended>>,
}

/// What a future takes with it while it is not polled.
struct Suspended {
    records: frames::Carried,
    scopes: scope::Carried,
}

impl<K: Shown> AsyncFrame<K> {
    /// Makes the frame of a future that is about to be polled.
    #[inline(always)]
    pub fn new(site: &'static Site, kept: K) -> Self {
        Self { site, kept, mark: Mark::clean(false), suspended: None }
    }

    /// Polls the body within the frame. On `Ready` the frame stays entered until it is left.
    #[inline]
    pub fn poll<F: Future>(
        &mut self,
        line: &Line,
        body: Pin<&mut F>,
        context: &mut Context<'_>,
    ) -> Poll<F::Output> {
        self.enter();
        let polling = Polling { site: self.site, shown: &self.kept, line, mark: self.mark };
        #[cfg(panic = "abort")]
        super::frame_list::push(polling.site, polling.shown, line);
        let result = body.poll(context);
        std::mem::forget(polling);
        if result.is_pending() {
            self.suspend();
        }
        result
    }

    /// Polls the body within the frame, and catches its panic.
    #[inline]
    pub fn poll_catch<F: Future>(
        &mut self,
        line: &Line,
        body: Pin<&mut F>,
        context: &mut Context<'_>,
    ) -> Poll<Result<F::Output, Panicked>> {
        self.enter();
        #[cfg(panic = "abort")]
        super::frame_list::push(self.site, &self.kept, line);
        #[cfg(not(panic = "abort"))]
        let _ = line;
        match catch_unwind(AssertUnwindSafe(|| body.poll(context))) {
            Ok(Poll::Pending) => {
                self.suspend();
                Poll::Pending
            }
            Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
            Err(payload) => Poll::Ready(Err(Panicked::new(payload))),
        }
    }

    #[inline(always)]
    fn enter(&mut self) {
        let before = task::word();
        if before & (OPEN | SCOPED) != 0 || self.suspended.is_some() {
            return self.resume(before);
        }
        self.mark = Mark::clean(before & POLLING == 0);
        task::set_word((before + 1) | POLLING);
    }

    #[cold]
    #[inline(never)]
    fn resume(&mut self, before: u32) {
        let suspended = self.suspended.take().map(|suspended| *suspended);
        let (records, scopes) = match suspended {
            Some(Suspended { records, scopes }) => (records, scopes),
            None => Default::default(),
        };
        self.mark = scope::enter(before, scopes);
        task::set_word((task::word() + 1) | POLLING);
        if before & OPEN != 0 {
            entered(before);
        }
        if !records.is_empty() {
            frames::resume(task::depth(), records);
        }
    }

    #[inline(always)]
    fn suspend(&mut self) {
        if task::word() & (OPEN | SCOPED) != 0 {
            self.suspend_open();
        }
        self.depart();
    }

    #[cold]
    #[inline(never)]
    fn suspend_open(&mut self) {
        let records = if task::has(OPEN) { frames::suspend(task::depth()) } else { Vec::new() };
        let scopes = scope::suspend(self.mark);
        if !records.is_empty() || !scopes.is_empty() {
            self.suspended = Some(Box::new(Suspended { records, scopes }));
        }
    }

    #[inline(always)]
    fn depart(&self) {
        #[cfg(panic = "abort")]
        super::frame_list::pop();
        depart(self.mark);
    }

    fn call(&self, line: &Line) -> Call<'_> {
        Call { site: self.site, shown: &self.kept, point: line.get(), depth: task::depth() }
    }

    /// Leaves the future without a failure.
    #[inline(always)]
    pub fn leave(self, line: &Line) {
        if task::word() & (OPEN | SCOPED) != 0 {
            return self.leave_open(line);
        }
        self.depart();
    }

    #[cold]
    #[inline(never)]
    fn leave_open(self, line: &Line) {
        record(|recorder| recorder.left(&self.call(line)));
        self.finish();
    }

    fn finish(&self) {
        scope::leave(self.mark);
        self.depart();
    }

    /// Leaves the future with an error.
    #[cold]
    #[inline(never)]
    pub fn fail(self, line: &Line, failure: Failure<'_>, swallowed: bool) {
        record(|recorder| recorder.failed(&self.call(line), failure, swallowed));
        self.finish();
    }

    /// Leaves the future with an error that the attribute ignores.
    #[cold]
    #[inline(never)]
    pub fn ignored(self, line: &Line) {
        self.leave(line);
    }

    /// Leaves the future with a panic that was caught.
    #[cold]
    #[inline(never)]
    pub fn caught(self, line: &Line, panic: Panicked) {
        record(|recorder| recorder.caught(&self.call(line)));
        self.finish();
        panic.discard();
    }
}

impl<K: Shown> Drop for AsyncFrame<K> {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(suspended) = self.suspended.take() {
            cancelled(*suspended);
        }
    }
}

/// The future was dropped while a failure was on its way through it.
#[cold]
#[inline(never)]
fn cancelled(suspended: Suspended) {
    record(|recorder| recorder.cancelled(suspended.records));
}

#[inline(always)]
fn depart(mark: Mark) {
    let word = task::word() - 1;
    task::set_word(if mark.is_outermost() { word & !POLLING } else { word });
}

/// Dropped only when the body unwinds.
struct Polling<'p> {
    site: &'static Site,
    shown: &'p dyn Shown,
    line: &'p Line,
    mark: Mark,
}

impl Drop for Polling<'_> {
    #[cold]
    #[inline(never)]
    fn drop(&mut self) {
        let call = Call {
            site: self.site,
            shown: self.shown,
            point: self.line.get(),
            depth: task::depth(),
        };
        record(|recorder| recorder.unwound(&call));
        #[cfg(panic = "abort")]
        super::frame_list::pop();
        scope::leave(self.mark);
        depart(self.mark);
    }
}
