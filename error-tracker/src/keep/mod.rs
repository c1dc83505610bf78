//! Keeping arguments while a function runs, so that they can be shown if it fails.
//!
//! Nothing is formatted while all goes well: `Copy` values (which references are) are kept as
//! they are, strings and byte vectors by a bounded head, everything else by its type alone until
//! its call site has failed once. Which way a value goes is decided by method lookup at compile
//! time: `(&&&&&Cap::new(&value)).keep(&SITE)` dereferences step by step, each step having one
//! implementation with one bound, the most telling first.

mod collections;
mod masked;
mod probe;
mod serialized;

use std::fmt::{Debug, Write as _};

use crate::text::{Bounded, Limiter, Limits};

pub use self::collections::Limited;
pub(crate) use self::probe::{discard, fenced};
pub use self::probe::{kept, kept_text, Cap, Keep};
pub use self::serialized::Serialized;

/// Where a kept value writes itself on a failing exit: bounded text that is masked afterwards.
pub struct Sketch<'a, 'b> {
    pub(crate) out: &'a mut Bounded<'b>,
    pub(crate) limits: Limits,
}

impl Sketch<'_, '_> {
    pub(crate) fn debug(&mut self, value: &(impl Debug + ?Sized)) {
        let _ = write!(Limiter::new(self.out, self.limits), "{value:?}");
    }

    pub(crate) fn type_of<T: ?Sized>(&mut self) {
        let _ = write!(self.out, "<{}>", std::any::type_name::<T>());
    }

    pub(crate) fn raw(&mut self, text: &str) {
        let _ = self.out.write_str(text);
    }
}

/// A kept argument.
pub trait Local {
    /// Writes the value as far as it was kept.
    fn show(&self, sketch: &mut Sketch<'_, '_>);

    /// Tells whether the value was never kept, because it is always masked.
    fn is_masked(&self) -> bool {
        false
    }
}
