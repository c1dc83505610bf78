//! What runs when the process exits by itself.

/// Runs a function when the process exits: by `exit`, or as `main` returns.
///
/// A kill, an abort and `_exit` run nothing. Where there is no `atexit`, neither does an exit.
#[cfg(unix)]
pub(crate) fn at_exit(run: extern "C" fn()) {
    extern "C" {
        fn atexit(run: extern "C" fn()) -> std::ffi::c_int;
    }
    // SAFETY: this is C's `atexit`, which any thread may call. It keeps the pointer to a function
    // of its signature, whose code stays loaded until it has run: in a library that is unloaded,
    // it runs before. An `extern "C"` function never unwinds into its caller.
    let refused = unsafe { atexit(run) };
    // Without room for one more function all goes on as before.
    let _ = refused;
}

#[cfg(not(unix))]
pub(crate) fn at_exit(_: extern "C" fn()) {}
