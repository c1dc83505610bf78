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

/// A running annotated future, awaited by reference: `(&mut frame).await`.
///
/// It borrows the pinned body and owns the kept arguments, so that it is `Send` where they are.
/// On `Ready` it stays entered until it is left.
pub struct AsyncFrame<'f, K: Shown, F> {
    site: &'static Site,
    body: Pin<&'f mut F>,
    line: &'f Line,
    suspended: Option<Box<Suspended>>,
    mark: Mark,
    kept: K,
}

/// The body is pinned elsewhere, and nothing else here is ever pinned.
impl<K: Shown, F> Unpin for AsyncFrame<'_, K, F> {}

/// What a future takes with it while it is not polled.
struct Suspended {
    records: frames::Carried,
    scopes: scope::Carried,
}

impl<K: Shown, F: Future> Future for AsyncFrame<'_, K, F> {
    type Output = F::Output;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let frame = self.get_mut();
        frame.enter();
        #[cfg(panic = "abort")]
        super::frame_list::push(frame.site, &frame.kept, frame.line);
        let polling =
            Polling { site: frame.site, shown: &frame.kept, line: frame.line, mark: frame.mark };
        let result = frame.body.as_mut().poll(context);
        std::mem::forget(polling);
        if result.is_pending() {
            frame.suspend();
        }
        result
    }
}

/// A running annotated future whose panic is caught.
pub struct Catching<'c, 'f, K: Shown, F>(&'c mut AsyncFrame<'f, K, F>);

impl<K: Shown, F: Future> Future for Catching<'_, '_, K, F> {
    type Output = Result<F::Output, Panicked>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let frame = &mut *self.get_mut().0;
        frame.enter();
        #[cfg(panic = "abort")]
        super::frame_list::push(frame.site, &frame.kept, frame.line);
        match catch_unwind(AssertUnwindSafe(|| frame.body.as_mut().poll(context))) {
            Ok(Poll::Pending) => {
                frame.suspend();
                Poll::Pending
            }
            Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
            Err(payload) => Poll::Ready(Err(Panicked::new(payload))),
        }
    }
}

impl<'f, K: Shown, F> AsyncFrame<'f, K, F> {
    /// Makes the frame of a future that is about to be polled.
    #[inline(always)]
    pub fn new(site: &'static Site, kept: K, line: &'f Line, body: Pin<&'f mut F>) -> Self {
        Self { site, body, line, suspended: None, mark: Mark::clean(false), kept }
    }

    /// Awaits the body and catches its panic.
    pub fn catching(&mut self) -> Catching<'_, 'f, K, F> {
        Catching(self)
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

    fn call(&self) -> Call<'_> {
        Call { site: self.site, shown: &self.kept, point: self.line.get(), depth: task::depth() }
    }

    /// Leaves the future without a failure.
    #[inline(always)]
    pub fn leave(&mut self) {
        if task::word() & (OPEN | SCOPED) != 0 {
            return self.leave_open();
        }
        self.depart();
    }

    #[cold]
    #[inline(never)]
    fn leave_open(&self) {
        record(|recorder| recorder.left(&self.call()));
        self.finish();
    }

    fn finish(&self) {
        scope::leave(self.mark);
        self.depart();
    }

    /// Leaves the future with an error.
    #[cold]
    #[inline(never)]
    pub fn fail(&mut self, failure: Failure<'_>, swallowed: bool) {
        record(|recorder| recorder.failed(&self.call(), failure, swallowed));
        self.finish();
    }

    /// Leaves the future with an error that the attribute ignores.
    #[cold]
    #[inline(never)]
    pub fn ignored(&mut self) {
        self.leave();
    }

    /// Leaves the future with a panic that was caught.
    #[cold]
    #[inline(never)]
    pub fn caught(&mut self, panic: Panicked) {
        record(|recorder| recorder.caught(&self.call()));
        self.finish();
        panic.discard();
    }
}

impl<K: Shown, F> Drop for AsyncFrame<'_, K, F> {
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
