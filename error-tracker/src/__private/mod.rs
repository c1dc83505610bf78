//! What the expansions of this crate's macros call. Not public: it changes without notice.

mod captures;
mod frame;
#[cfg(panic = "abort")]
mod frame_list;
pub mod measured;
mod scoped;
mod silent;
mod tracked;

pub use crate::capture::{with, Extras, MaskedArgument, Show, Shown, With};
pub use crate::fault::{Exit, Exits, Failure, Fault, Faults};
pub use crate::keep::{kept, kept_text, Cap, Keep, Limited, Local, Serialized};
pub use crate::mask::Hidden;
pub use crate::scope::{Plain, Scope, ScopeGuard, Value, Values};
pub use crate::site::{Point, Site};

pub use self::captures::{breadcrumb, capture_failure, capture_message, handle, print_failure};
pub use self::frame::{call, catch, Frame, Line, Panicked};
pub use self::scoped::scoped;
pub use self::silent::{Silent, SilentDefault, SilentOk};
pub use self::tracked::{Silenced, Tracked, Verdict};

#[cfg(feature = "macros")]
pub mod macros {
    //! The function-like procedural macros; `macro_rules` pass `$crate` to them.
    pub use error_tracker_macros::{
        breadcrumb_impl, capture_exception_impl, capture_message_impl, print_exception_impl,
        scope_impl,
    };
}

/// Returns the path of the function that a nested function stands in.
pub fn path_of<T>(_: T) -> &'static str {
    let path = std::any::type_name::<T>();
    let path = path.rfind("::").map_or(path, |at| &path[..at]);
    path.trim_end_matches("::{{closure}}")
}
