//! Watching a request from its head to its answer.

use std::future::Future;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::capture::{Answer, Snapshot};
use crate::frames;
use crate::global;
use crate::keep::discard;
use crate::model::Reference;
use crate::scope::{self, Head, Mark, Noted, Serving};
use crate::task::{self, OPEN, POLLING};

/// The end of a request that was watched.
pub(crate) struct Ended<T> {
    /// What the framework's future gave; `None` if it panicked.
    pub(crate) output: Option<T>,
    /// The event that tells of its failure, if it failed.
    pub(crate) reference: Option<Reference>,
}

/// What an answer tells.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) status: u16,
    /// What it says beside a status that says nothing: `grpc-status 13`.
    pub(crate) trouble: Option<String>,
    /// The error that the framework gives beside it; one that the handler gave says more.
    pub(crate) error: Option<Box<Snapshot>>,
}

impl Told {
    /// Tells a status and nothing else.
    pub(crate) fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }
}

/// A request that is being served.
pub(crate) struct Watch {
    serving: Arc<Serving>,
    scopes: scope::Carried,
    records: frames::Carried,
}

impl Watch {
    /// Begins to watch a request; `None` if nothing is recorded now.
    pub(crate) fn begin(fill: impl FnOnce(&mut Head)) -> Option<Self> {
        global::with_recorder(|_| ())?;
        let mut head = Head::new();
        fill(&mut head);
        let serving = Arc::new(Serving::new(head));
        let scopes = scope::Carried::of_request(Arc::clone(&serving));
        Some(Self { serving, scopes, records: Vec::new() })
    }

    pub(crate) fn serving(&self) -> &Arc<Serving> {
        &self.serving
    }

    /// Runs what the framework does before there is a future, within the request's scope.
    ///
    /// `None`: it panicked.
    pub(crate) fn enter<R>(&mut self, run: impl FnOnce() -> std::thread::Result<R>) -> Option<R> {
        let entered = Entered::new(self);
        let result = run();
        entered.suspend(self);
        result.map_err(discard).ok()
    }

    /// Ends the request outside of the framework's future.
    pub(crate) fn finish(&mut self, told: Told, panicked: bool) -> Option<Reference> {
        let _entered = Entered::new(self);
        self.end(told, panicked)
    }

    /// Polls within the request's scope; what panics goes no further.
    fn poll<T>(&mut self, poll: impl FnOnce() -> Poll<T>, tell: &fn(&T) -> Told) -> Poll<Ended<T>> {
        let entered = Entered::new(self);
        match catch_unwind(AssertUnwindSafe(poll)) {
            Ok(Poll::Pending) => {
                entered.suspend(self);
                Poll::Pending
            }
            Ok(Poll::Ready(output)) => {
                let reference = self.end(tell(&output), false);
                Poll::Ready(Ended { output: Some(output), reference })
            }
            Err(payload) => {
                let reference = self.end(Told::status(500), true);
                discard(payload);
                Poll::Ready(Ended { output: None, reference })
            }
        }
    }

    fn end(&self, told: Told, panicked: bool) -> Option<Reference> {
        let tracks = || global::with_recorder(|recorder| recorder.tracks(told.status));
        if !panicked && !task::has(OPEN) && tracks() != Some(true) {
            return None;
        }
        let given = self.serving.take_error().and_then(|error| error.downcast::<Snapshot>().ok());
        let error = given.or(told.error);
        let answer = Answer {
            status: told.status,
            trouble: told.trouble.as_deref(),
            panicked,
            error: error.as_deref(),
        };
        let noted = global::with_recorder(|recorder| recorder.answered(&self.serving, &answer));
        noted.flatten().map(|Noted { fingerprint, id, .. }| Reference::new(fingerprint, id))
    }
}

impl Drop for Watch {
    /// The request was given up while a failure was on its way.
    fn drop(&mut self) {
        if !self.records.is_empty() {
            let records = std::mem::take(&mut self.records);
            global::with_recorder(|recorder| recorder.cancelled(records));
        }
    }
}

/// The request's place on the thread's stack, until it drops.
struct Entered {
    before: u32,
    mark: Mark,
}

impl Entered {
    fn new(watch: &mut Watch) -> Self {
        let before = task::word();
        let mark = scope::enter_task(std::mem::take(&mut watch.scopes));
        task::set_word((task::word() + 1) | POLLING);
        let depth = task::depth();
        if before & OPEN != 0 {
            frames::with(|state| state.entered(depth, std::thread::panicking()));
        }
        if !watch.records.is_empty() {
            frames::resume(depth, std::mem::take(&mut watch.records));
        }
        Self { before, mark }
    }

    fn suspend(self, watch: &mut Watch) {
        if task::has(OPEN) {
            watch.records = frames::suspend(task::depth());
        }
        watch.scopes = scope::suspend(self.mark);
        self.depart();
        std::mem::forget(self);
    }

    fn depart(&self) {
        let word = (task::word() - 1) & !POLLING;
        task::set_word(word | (self.before & POLLING));
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        scope::leave(self.mark);
        self.depart();
    }
}

pin_project! {
    /// A framework's future, watched while it serves a request.
    pub(crate) struct Watched<F: Future> {
        #[pin]
        inner: Option<F>,
        watch: Option<Watch>,
        tell: fn(&F::Output) -> Told,
    }
}

impl<F: Future> Watched<F> {
    /// Makes the watched future; without a watch it is as if it were not there.
    ///
    /// `inner` is `None` where the framework panicked already.
    pub(crate) fn new(
        inner: Option<F>,
        watch: Option<Watch>,
        tell: fn(&F::Output) -> Told,
    ) -> Self {
        Self { inner, watch, tell }
    }
}

impl<F: Future> Future for Watched<F> {
    type Output = Ended<F::Output>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match (this.inner.as_pin_mut(), this.watch) {
            (Some(inner), Some(watch)) => watch.poll(|| inner.poll(context), this.tell),
            (Some(inner), None) => {
                inner.poll(context).map(|output| Ended { output: Some(output), reference: None })
            }
            (None, watch) => {
                let finish = |watch: &mut Watch| watch.finish(Told::status(500), true);
                let reference = watch.as_mut().and_then(finish);
                Poll::Ready(Ended { output: None, reference })
            }
        }
    }
}
