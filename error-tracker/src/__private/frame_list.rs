//! The list of running calls, for programs that abort on panic.

use std::ptr::NonNull;

use super::frame::Line;
use crate::capture::{running, Shown};
use crate::site::Site;

/// Adds a call that [`pop`] removes before the frame leaves its place.
pub(super) fn push(site: &'static Site, shown: &dyn Shown, line: &Line) {
    let shown = NonNull::from(shown);
    // SAFETY: only the lifetime changes. The frame that owns or borrows both calls `pop` before
    // it ends, on every exit; it is not moved in between, because the line is borrowed.
    unsafe {
        let shown = std::mem::transmute::<NonNull<dyn Shown + '_>, NonNull<dyn Shown>>(shown);
        running::push(site, shown, NonNull::from(line.as_atomic()));
    }
}

pub(super) fn pop() {
    running::pop();
}
