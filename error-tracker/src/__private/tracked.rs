//! The frame of an annotated future: entered at every poll, left at every `Pending`.

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

/// What an annotated future's output means.
pub enum Verdict<'v> {
    /// Nothing failed.
    Fine,
    /// An error that the attribute ignores.
    Ignored,
    /// An error.
    Failed(Failure<'v>),
}

/// A running annotated future.
///
/// It borrows the pinned body and owns the kept arguments, so that it is `Send` where they are.
pub struct Tracked<'f, K: Shown, F, V> {
    site: &'static Site,
    body: Pin<&'f mut F>,
    line: &'f Line,
    suspended: Option<Box<Suspended>>,
    kept: K,
    verdict: V,
}

/// The body is pinned elsewhere, and nothing else here is ever pinned.
impl<K: Shown, F, V> Unpin for Tracked<'_, K, F, V> {}

/// What a future takes with it while it is not polled.
struct Suspended {
    records: frames::Carried,
    scopes: scope::Carried,
}

impl<'f, K: Shown, F: Future, V: Fn(&F::Output) -> Verdict<'_>> Tracked<'f, K, F, V> {
    /// Makes the frame of a future that is about to be polled.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn new(
        site: &'static Site,
        kept: K,
        line: &'f Line,
        body: Pin<&'f mut F>,
        verdict: V,
    ) -> Self {
        Self { site, body, line, suspended: None, kept, verdict }
    }

    /// Makes it catch the body's panic, and give nothing out when the body failed.
    pub fn silent(self) -> Silenced<'f, K, F, V> {
        Silenced(self)
    }
}

impl<K: Shown, F: Future, V: Fn(&F::Output) -> Verdict<'_>> Future for Tracked<'_, K, F, V> {
    type Output = F::Output;

    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.get_mut();
        let before = task::word();
        let mark = enter(before, &mut this.suspended);
        let polling = Polling { site: this.site, shown: &this.kept, line: this.line, mark };
        #[cfg(panic = "abort")]
        super::frame_list::push(this.site, &this.kept, this.line);
        let result = this.body.as_mut().poll(context);
        std::mem::forget(polling);
        let verdict = match &result {
            Poll::Ready(output) => Some((this.verdict)(output)),
            Poll::Pending => None,
        };
        let is_plain = (before | task::word()) & (OPEN | SCOPED) == 0;
        match verdict {
            None | Some(Verdict::Fine) if is_plain => restore(before),
            verdict => {
                let call = (this.site, &this.kept as &dyn Shown, this.line);
                settle(call, verdict, false, &mut this.suspended, mark);
            }
        }
        result
    }
}

/// A running annotated future whose failure is swallowed: it gives `None` out instead.
pub struct Silenced<'f, K: Shown, F, V>(Tracked<'f, K, F, V>);

impl<K: Shown, F: Future, V: Fn(&F::Output) -> Verdict<'_>> Future for Silenced<'_, K, F, V> {
    type Output = Option<F::Output>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut self.get_mut().0;
        let mark = enter(task::word(), &mut this.suspended);
        #[cfg(panic = "abort")]
        super::frame_list::push(this.site, &this.kept, this.line);
        let result = catch_unwind(AssertUnwindSafe(|| this.body.as_mut().poll(context)));
        let call = (this.site, &this.kept as &dyn Shown, this.line);
        match result {
            Ok(Poll::Pending) => {
                settle(call, None, true, &mut this.suspended, mark);
                Poll::Pending
            }
            Ok(Poll::Ready(output)) => {
                let verdict = (this.verdict)(&output);
                let has_failed = matches!(verdict, Verdict::Failed(_));
                settle(call, Some(verdict), true, &mut this.suspended, mark);
                Poll::Ready((!has_failed).then_some(output))
            }
            Err(payload) => {
                record(|recorder| recorder.caught(&call_of(call)));
                scope::leave(mark);
                depart(mark);
                Panicked::new(payload).discard();
                Poll::Ready(None)
            }
        }
    }
}

#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
fn enter(before: u32, suspended: &mut Option<Box<Suspended>>) -> Mark {
    if before & (OPEN | SCOPED) != 0 || suspended.is_some() {
        return resume(before, suspended);
    }
    task::set_word((before + 1) | POLLING);
    Mark::clean(before & POLLING == 0)
}

#[cold]
#[inline(never)]
fn resume(before: u32, suspended: &mut Option<Box<Suspended>>) -> Mark {
    let suspended = suspended.take().map(|suspended| *suspended);
    let (records, scopes) = match suspended {
        Some(Suspended { records, scopes }) => (records, scopes),
        None => Default::default(),
    };
    let mark = scope::enter(before, scopes);
    task::set_word((task::word() + 1) | POLLING);
    if before & OPEN != 0 {
        entered(before);
    }
    if !records.is_empty() {
        frames::resume(task::depth(), records);
    }
    mark
}

/// A call that is being polled: its site, its arguments, its line.
type Polled<'p> = (&'static Site, &'p dyn Shown, &'p Line);

fn call_of((site, shown, line): Polled<'_>) -> Call<'_> {
    Call { site, shown, point: line.get(), depth: task::depth() }
}

/// Ends a poll that has something to record, to carry, or to put away.
#[cold]
#[inline(never)]
fn settle(
    call: Polled<'_>,
    verdict: Option<Verdict<'_>>,
    swallowed: bool,
    suspended: &mut Option<Box<Suspended>>,
    mark: Mark,
) {
    match verdict {
        None => *suspended = suspend(mark),
        Some(verdict) => {
            match verdict {
                Verdict::Failed(failure) => {
                    record(|recorder| recorder.failed(&call_of(call), failure, swallowed));
                }
                Verdict::Fine | Verdict::Ignored => {
                    if task::has(OPEN) {
                        record(|recorder| recorder.left(&call_of(call)));
                    }
                }
            }
            scope::leave(mark);
        }
    }
    depart(mark);
}

fn suspend(mark: Mark) -> Option<Box<Suspended>> {
    let records = if task::has(OPEN) { frames::suspend(task::depth()) } else { Vec::new() };
    let scopes = scope::suspend(mark);
    let is_empty = records.is_empty() && scopes.is_empty();
    (!is_empty).then(|| Box::new(Suspended { records, scopes }))
}

/// Leaves a poll that nothing was recorded in and nothing has to be carried from.
#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
fn restore(before: u32) {
    #[cfg(panic = "abort")]
    super::frame_list::pop();
    task::set_word(before);
}

fn depart(mark: Mark) {
    #[cfg(panic = "abort")]
    super::frame_list::pop();
    let word = task::word() - 1;
    task::set_word(if mark.is_outermost() { word & !POLLING } else { word });
}

impl<K: Shown, F, V> Drop for Tracked<'_, K, F, V> {
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn drop(&mut self) {
        if let Some(suspended) = self.suspended.take() {
            cancelled(suspended);
        }
    }
}

/// The future was dropped while a failure was on its way through it.
#[cold]
#[inline(never)]
fn cancelled(suspended: Box<Suspended>) {
    let Suspended { records, .. } = *suspended;
    record(|recorder| recorder.cancelled(records));
}

/// Dropped only when the body unwinds.
struct Polling<'p> {
    site: &'static Site,
    shown: &'p dyn Shown,
    line: &'p Line,
    mark: Mark,
}

impl Drop for Polling<'_> {
    // Inlined, so that its fields are put together in the landing pad and nowhere else.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn drop(&mut self) {
        unwound((self.site, self.shown, self.line), self.mark);
    }
}

#[cold]
#[inline(never)]
fn unwound(call: Polled<'_>, mark: Mark) {
    record(|recorder| recorder.unwound(&call_of(call)));
    scope::leave(mark);
    depart(mark);
}
