//! The process's tracker, and the one that a test puts in its place on its own thread.

use std::cell::RefCell;
use std::panic::{catch_unwind, AssertUnwindSafe, Location};
use std::sync::{Arc, Once};
use std::time::Duration;

use once_cell::sync::OnceCell;

use crate::backtrace::{InApp, Symbolizer};
use crate::capture::{Recorder, RecorderParts};
use crate::error::{Error, ErrorKind};
use crate::exit;
use crate::fault::Failure;
use crate::frames;
use crate::report;
use crate::tracker::{Builder, Ending, Guard, Tracker};

static GLOBAL: OnceCell<Installed> = OnceCell::new();
static HOOK: Once = Once::new();

/// A tracker in its place.
pub(crate) struct Installed {
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) tracker: Tracker,
    pub(crate) in_app: InApp,
    pub(crate) ending: Arc<Ending>,
}

thread_local! {
    static LOCAL: RefCell<Option<Arc<Recorder>>> = const { RefCell::new(None) };
}

/// Makes the process's tracker, unless there is one.
pub(crate) fn install(
    make: impl FnOnce() -> Result<Installed, Error>,
) -> Result<&'static Installed, Error> {
    let mut made = false;
    let installed = GLOBAL.get_or_try_init(|| {
        made = true;
        make()
    })?;
    if !made {
        return Err(Error::new(
            ErrorKind::AlreadyInitialized,
            "initialize the tracker, which runs already in this process",
        ));
    }
    hook_panics();
    exit::at_exit(exiting);
    Ok(installed)
}

/// Stores what a program recorded that exits while its guard lives.
///
/// Thread-locals may be gone on this thread, and other threads go on.
extern "C" fn exiting() {
    if let Some(installed) = GLOBAL.get() {
        // An exit is no place to panic.
        let _ = catch_unwind(AssertUnwindSafe(|| installed.ending.come()));
    }
}

impl Builder {
    /// Checks everything, starts the writer, and makes this the process's tracker.
    ///
    /// # Errors
    ///
    /// An unusable setting ([`Error::is_setting`]), a tracker that runs already
    /// ([`Error::is_already_initialized`]), a thread that can't be started
    /// ([`Error::is_writer`]), or with `require_store` a store that can't be opened
    /// ([`Error::is_store`]).
    pub fn init(self) -> Result<Guard, Error> {
        let mut guard = None;
        install(|| {
            let built = self.build()?;
            let ending = built.guard.ending();
            guard = Some(built.guard);
            let (recorder, tracker, in_app) = (built.recorder, built.tracker, built.in_app);
            Ok(Installed { recorder, tracker, in_app, ending })
        })?;
        guard.ok_or_else(|| Error::new(ErrorKind::Writer, "start the tracker"))
    }
}

/// Runs `use_recorder` with the tracker of this thread: a test's, else the process's.
#[inline(always)]
pub(crate) fn with_recorder<R>(use_recorder: impl FnOnce(&Recorder) -> R) -> Option<R> {
    let local = LOCAL.try_with(|local| local.try_borrow().ok()?.clone()).ok().flatten();
    let recorder = match &local {
        Some(recorder) => recorder,
        None => {
            let recorder = &GLOBAL.get()?.recorder;
            // In a destructor of a thread-local, frames could not be told to belong together.
            if !recorder.is_open() || frames::is_ending() {
                return None;
            }
            recorder
        }
    };
    // Called in one place, so that it is inlined: each frame of our own is one more to walk.
    Some(use_recorder(recorder))
}

/// Puts a tracker in the place of the process's for this thread, until the guard drops.
pub(crate) fn replace_here(recorder: Arc<Recorder>) -> Replaced {
    hook_panics();
    let before = LOCAL.try_with(|local| local.replace(Some(recorder))).ok().flatten();
    Replaced(before)
}

/// Puts back what was replaced.
pub(crate) struct Replaced(Option<Arc<Recorder>>);

impl Drop for Replaced {
    fn drop(&mut self) {
        let before = self.0.take();
        let _ = LOCAL.try_with(|local| local.replace(before));
    }
}

fn hook_panics() {
    HOOK.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            with_recorder(|recorder| panicked(recorder, info));
            previous(info);
        }));
    });
}

#[cfg(not(panic = "abort"))]
#[inline(always)]
fn panicked(recorder: &Recorder, info: &std::panic::PanicHookInfo<'_>) {
    recorder.panicked(info);
}

/// Stores the panic before the process is gone: first what is safe to know, then the arguments,
/// whose `Debug` may panic again and so end the process at once.
#[cfg(panic = "abort")]
fn panicked(recorder: &Recorder, info: &std::panic::PanicHookInfo<'_>) {
    const LIMIT: Duration = Duration::from_secs(2);
    let id = recorder.panicked(info);
    // Nothing was recorded on the writer's own thread, which could not store it either.
    if id.is_nil() {
        return;
    }
    recorder.flush(LIMIT);
    recorder.add_running(id);
    recorder.flush(LIMIT);
}

/// Returns the handle of the process's tracker.
///
/// Before [`init!`](crate::init!) it reads nothing, and its health says *closed*.
pub fn tracker() -> Tracker {
    GLOBAL.get().map_or(Tracker::none(), |installed| installed.tracker.clone())
}

/// Waits until everything recorded so far is stored, at most `timeout`.
///
/// Returns whether it is; `true` if there is no tracker, and so nothing to store.
pub fn flush(timeout: Duration) -> bool {
    GLOBAL.get().is_none_or(|installed| installed.tracker.flush(timeout))
}

/// Returns the masked report of an error, recording nothing.
///
/// The process's masking applies, also after its guard dropped; before there is one, the default.
pub(crate) fn report(failure: &Failure<'_>, location: &'static Location<'static>) -> String {
    let local = LOCAL.try_with(|local| local.try_borrow().ok()?.clone()).ok().flatten();
    let installed = GLOBAL.get().map(|installed| Arc::clone(&installed.recorder));
    let recorder =
        local.or(installed).unwrap_or_else(|| Arc::new(Recorder::new(RecorderParts::default())));
    let mut text = String::new();
    if let Some(event) = recorder.describe(failure, location) {
        let crates = GLOBAL.get().map(|installed| installed.in_app.crates(&event));
        let stack = Symbolizer::default().name(&event.addresses, &crates.unwrap_or_default());
        let frames = stack.as_deref().map_or(&[][..], |stack| &stack.frames);
        // Writing to a String does not fail.
        let _ = report::write(&mut text, &event, frames);
    }
    text
}
