//! Finds the name under which the user's crate knows the runtime.

/// The runtime's name in the crate being compiled.
pub(crate) fn crate_name() -> &'static str {
    "error_tracker"
}
