//! A stack of distinct functions to fail at the end of.

use std::hint::black_box;

/// How many frames a walk finds at the end of the stack.
pub(crate) const FRAMES: usize = 42;

/// How many levels come to that, as a rule.
const ABOUT_MISSING: usize = 0;

/// A stack this deep that ends in a call.
pub(crate) type End<'e> = &'e mut dyn FnMut();

macro_rules! levels {
    ($name:ident $next:ident $($rest:ident)*) => {
        #[inline(never)]
        fn $name(more: usize, end: End<'_>) {
            $next(more, end);
            black_box(more);
        }
        levels! { $next $($rest)* }
    };
    ($last:ident) => {
        #[inline(never)]
        fn $last(more: usize, end: End<'_>) {
            match more {
                0 => end(),
                _ => $last(more - 1, end),
            }
            black_box(more);
        }
    };
}

levels! {
    l01 l02 l03 l04 l05 l06 l07 l08 l09 l10 l11 l12 l13 l14 l15
    l16 l17 l18 l19 l20 l21 l22 l23 l24 l25 l26
}

/// Calls `end` where a walk finds [`FRAMES`] frames, its own not counted.
#[inline(never)]
pub(crate) fn call(mut end: impl FnMut()) {
    let more = missing();
    l01(more, &mut end);
    black_box(more);
}

/// Calls `end` about as deep as [`call`] does, without a walk that finds out how deep.
#[inline(never)]
pub(crate) fn call_untouched(end: End<'_>) {
    l01(ABOUT_MISSING, end);
    black_box(end);
}

/// Returns how many frames the distinct functions lack: programs start differently deep.
fn missing() -> usize {
    static MORE: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    *MORE.get_or_init(|| {
        let mut found = 0;
        l01(0, &mut || found = frames());
        FRAMES.saturating_sub(found)
    })
}

/// Walks the stack into an array, as cheaply as it goes without a lock.
#[inline(never)]
pub(crate) fn walk() -> ([usize; 128], usize) {
    let (mut addresses, mut length) = ([0; 128], 0);
    // SAFETY: on this platform the walk is `_Unwind_Backtrace`, which any thread may call.
    unsafe {
        backtrace::trace_unsynchronized(|frame| {
            addresses[length] = frame.ip() as usize;
            length += 1;
            length < 128
        });
    }
    (addresses, length)
}

/// Returns how many frames a walk finds here.
pub(crate) fn frames() -> usize {
    walk().1
}
