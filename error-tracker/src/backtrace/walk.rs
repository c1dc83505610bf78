//! Raw return addresses of the running thread, without a lock.

/// How many frames of a stack are kept.
pub(crate) const FRAMES: usize = 128;

/// The raw return addresses of a stack, innermost first.
pub(crate) struct Walk {
    addresses: [usize; FRAMES],
    length: usize,
}

impl Walk {
    /// Walks the stack of the calling thread.
    ///
    /// `backtrace::trace` would take the process-wide lock that symbolication holds for hundreds
    /// of milliseconds; so would `std::backtrace`.
    #[cfg(not(all(windows, target_env = "msvc")))]
    // Inlined, as each frame of our own that is walked costs more than all else here.
    #[inline(always)]
    pub(crate) fn new() -> Self {
        let mut walk = Self { addresses: [0; FRAMES], length: 0 };
        // SAFETY: the lock that the synchronized form takes guards dbghelp, which exists on
        // Windows only; elsewhere the walk is `_Unwind_Backtrace`, which any thread may call at
        // any time. The closure does not unwind.
        unsafe {
            backtrace::trace_unsynchronized(|frame| {
                walk.addresses[walk.length] = frame.ip() as usize;
                walk.length += 1;
                walk.length < FRAMES
            });
        }
        walk
    }

    /// Walks the stack of the calling thread; dbghelp needs the process-wide lock.
    #[cfg(all(windows, target_env = "msvc"))]
    // Inlined, as each frame of our own that is walked costs more than all else here.
    #[inline(always)]
    pub(crate) fn new() -> Self {
        let mut walk = Self { addresses: [0; FRAMES], length: 0 };
        backtrace::trace(|frame| {
            walk.addresses[walk.length] = frame.ip() as usize;
            walk.length += 1;
            walk.length < FRAMES
        });
        walk
    }

    /// Returns the addresses, innermost first.
    pub(crate) fn addresses(&self) -> &[usize] {
        &self.addresses[..self.length]
    }
}
