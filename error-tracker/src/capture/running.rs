//! The running annotated calls, for programs that abort on panic.

use std::ptr::NonNull;
use std::sync::atomic::AtomicU32;

use crate::capture::{Call, Recorder, Shown};
use crate::frames::running::List;
use crate::model::EventId;
use crate::site::Site;
use crate::task::Busy;

thread_local! {
    static RUNNING: List<dyn Shown> = const { List::new() };
}

impl Recorder {
    /// Adds all running calls to a panic's event, innermost first.
    pub(crate) fn add_running(&self, id: EventId) {
        let Some(_busy) = Busy::enter() else { return };
        let _ = RUNNING.try_with(|list| {
            list.each(|site, shown, point, depth| {
                self.add_frame(&Call { site, shown, point, depth }, id, true, None);
            });
        });
    }
}

/// Adds a call.
///
/// # Safety
///
/// As for [`List::push`].
pub(crate) unsafe fn push(
    site: &'static Site,
    shown: NonNull<dyn Shown>,
    line: NonNull<AtomicU32>,
) {
    // SAFETY: the caller's promise is the one that the list asks for.
    let _ = RUNNING.try_with(|list| unsafe { list.push(site, shown, line) });
}

/// Removes the innermost call.
pub(crate) fn pop() {
    let _ = RUNNING.try_with(List::pop);
}
