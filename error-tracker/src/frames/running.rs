//! The annotated calls that are running on this thread, for programs that abort on panic.
//!
//! Nothing unwinds there, so the panic hook itself has to ask each frame for its arguments.
//! This is the crate's only list of pointers into stack frames, and is compiled for
//! `panic = "abort"` alone.

use std::cell::RefCell;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::site::Site;

/// A running call. What it shows is of a type that only later layers know.
pub(crate) struct Running<S: ?Sized> {
    site: &'static Site,
    shown: NonNull<S>,
    line: NonNull<AtomicU32>,
}

/// The running calls of a thread, outermost first.
pub(crate) struct List<S: ?Sized>(RefCell<Vec<Running<S>>>);

impl<S: ?Sized> List<S> {
    pub(crate) const fn new() -> Self {
        Self(RefCell::new(Vec::new()))
    }

    /// Adds a call.
    ///
    /// # Safety
    ///
    /// `shown` and `line` must stay alive and in place until the matching [`List::pop`].
    pub(crate) unsafe fn push(
        &self,
        site: &'static Site,
        shown: NonNull<S>,
        line: NonNull<AtomicU32>,
    ) {
        if let Ok(mut list) = self.0.try_borrow_mut() {
            list.push(Running { site, shown, line });
        }
    }

    /// Removes the innermost call.
    pub(crate) fn pop(&self) {
        if let Ok(mut list) = self.0.try_borrow_mut() {
            list.pop();
        }
    }

    /// Shows the running calls, innermost first, each with its depth.
    pub(crate) fn each(&self, mut show: impl FnMut(&'static Site, &S, u32, u32)) {
        let Ok(list) = self.0.try_borrow() else { return };
        for (below, call) in list.iter().enumerate().rev() {
            // SAFETY: `push` promised that both live until `pop`, which removes the entry; the
            // panic hook runs on the same thread, above all these calls.
            let (shown, line) = unsafe { (call.shown.as_ref(), call.line.as_ref()) };
            show(call.site, shown, line.load(Ordering::Relaxed), below as u32 + 1);
        }
    }
}
