//! Views of the error values that functions return or users hand in.
//!
//! An annotated function may return any type. Which view of it is taken is decided by method
//! lookup at compile time: `(&&&&&&&Exit::new(&result)).failure()` dereferences step by step, and
//! each step has one implementation with one bound, the most telling first. The first that holds wins,
//! so no type needs to implement anything for us.

use std::any::type_name;
use std::error::Error;
use std::fmt::{self, Debug, Display, Write as _};
use std::sync::OnceLock;

use crate::text::{Bounded, Limiter, Limits};

/// What an error says through `Debug` is cut by its size; its depth alone is looked at here.
const WIDE: Limits = Limits { elements: usize::MAX, string: usize::MAX, depth: 200, locals: 0 };

/// The most telling view of an error value.
#[derive(Clone, Copy)]
pub struct Failure<'a>(View<'a>);

#[derive(Clone, Copy)]
enum View<'a> {
    /// A type that implements `Error`; its name.
    Typed(&'a (dyn Error + 'a), &'static str),
    /// A boxed error behind `Box<dyn Error>`, `anyhow::Error`, `eyre::Report`: its type is not
    /// known, but the box has a name, and its `Debug` shows the backtrace that it carries.
    Boxed(&'a (dyn Error + 'static), &'static str, &'a dyn Debug),
    Display(&'a dyn Display, &'static str),
    Debug(&'a dyn Debug, &'static str),
    Opaque(&'static str),
}

impl<'a> Failure<'a> {
    /// Views an error of which only `dyn Error` is known.
    pub(crate) fn from_dyn(error: &'a (dyn Error + 'a)) -> Self {
        Self(View::Typed(error, ""))
    }

    /// Views an error whose type has this name; empty if that is not known.
    #[cfg(feature = "watch")]
    pub(crate) fn typed(error: &'a (dyn Error + 'a), type_name: &'static str) -> Self {
        Self(View::Typed(error, type_name))
    }

    /// Returns the type's name; empty for a `dyn Error`, whose type can't be known.
    pub(crate) fn type_name(&self) -> &'static str {
        match self.0 {
            View::Boxed(..) => "",
            View::Typed(_, name)
            | View::Display(_, name)
            | View::Debug(_, name)
            | View::Opaque(name) => name,
        }
    }

    /// Returns the name of the container that hides the type: `anyhow::Error` and the like.
    pub(crate) fn container(&self) -> &'static str {
        match self.0 {
            View::Boxed(_, name, _) => name,
            _ => "dyn Error",
        }
    }

    /// Tells whether the type says enough for grouping; else the text has to.
    pub(crate) fn groups_by_text(&self) -> bool {
        match self.0 {
            View::Typed(_, name) => name.is_empty(),
            View::Boxed(..) | View::Display(..) => true,
            View::Debug(..) | View::Opaque(_) => false,
        }
    }

    /// Returns where the error object itself lives, if that tells one object from another.
    pub(crate) fn address(&self) -> usize {
        match self.0 {
            View::Boxed(error, ..) => std::ptr::from_ref(error).cast::<()>() as usize,
            View::Typed(error, "") => std::ptr::from_ref(error).cast::<()>() as usize,
            _ => 0,
        }
    }

    /// Writes what the error says.
    pub(crate) fn write_message(&self, out: &mut Bounded<'_>) {
        let _ = match self.0 {
            View::Typed(error, _) => write!(out, "{error}"),
            View::Boxed(error, ..) => write!(out, "{error}"),
            View::Display(error, _) => write!(out, "{error}"),
            View::Debug(error, _) => write!(Limiter::new(out, WIDE), "{error:?}"),
            View::Opaque(name) => write!(out, "<{name}>"),
        };
    }

    /// Writes the leading identifier of the error's `Debug`: the variant of an enum.
    pub(crate) fn write_identifier(&self, out: &mut String) {
        let mut identifier = Identifier(out);
        let _ = match self.0 {
            View::Typed(error, _) => write!(identifier, "{error:?}"),
            View::Boxed(error, ..) => write!(identifier, "{error:?}"),
            View::Debug(error, _) => write!(identifier, "{error:?}"),
            View::Display(..) | View::Opaque(_) => Ok(()),
        };
    }

    /// Writes the backtrace that the error itself carries: `anyhow` and `eyre` capture one where
    /// `RUST_BACKTRACE` asks for it, and give it away in their `Debug` alone.
    pub(crate) fn write_backtrace(&self, out: &mut Bounded<'_>) {
        let View::Boxed(_, name, container) = self.0 else { return };
        if (name.starts_with("anyhow::") || name.starts_with("eyre::")) && captures_backtraces() {
            let mut after = After { out, heading: HEADING, matched: 0 };
            let _ = write!(after, "{container:?}");
        }
    }

    /// Returns the causes, nearest first.
    pub(crate) fn causes(&self) -> impl Iterator<Item = &'a (dyn Error + 'static)> + use<'a> {
        let first = match self.0 {
            View::Typed(error, _) => error.source(),
            View::Boxed(error, ..) => error.source(),
            _ => None,
        };
        std::iter::successors(first, |error| {
            let error: &'a (dyn Error + 'static) = *error;
            error.source()
        })
    }
}

/// What stands before the backtrace in the `Debug` of `anyhow` and `eyre`.
const HEADING: &str = "Stack backtrace:\n";

/// The rule of `std::backtrace`: what the environment says at the first look holds.
fn captures_backtraces() -> bool {
    static CAPTURES: OnceLock<bool> = OnceLock::new();
    *CAPTURES.get_or_init(|| {
        let asked =
            std::env::var("RUST_LIB_BACKTRACE").or_else(|_| std::env::var("RUST_BACKTRACE"));
        asked.is_ok_and(|value| value != "0")
    })
}

/// Passes on what is written after a heading.
struct After<'a, 'b> {
    out: &'a mut Bounded<'b>,
    heading: &'static str,
    matched: usize,
}

impl fmt::Write for After<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for (at, byte) in text.bytes().enumerate() {
            if self.matched == self.heading.len() {
                return self.out.write_str(text.get(at..).unwrap_or_default());
            }
            self.matched = match self.heading.as_bytes()[self.matched] == byte {
                true => self.matched + 1,
                false => usize::from(byte == self.heading.as_bytes()[0]),
            };
        }
        Ok(())
    }
}

/// How long an identifier is at most, in bytes.
const IDENTIFIER: usize = 64;

/// Takes the identifier at the start of what is written, and then refuses the rest.
struct Identifier<'a>(&'a mut String);

impl fmt::Write for Identifier<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let starts = text.starts_with(|first: char| first.is_ascii_uppercase());
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let room =
            if self.0.is_empty() && !starts { 0 } else { IDENTIFIER.saturating_sub(self.0.len()) };
        let length = text.bytes().take(room).take_while(is_part).count();
        self.0.push_str(&text[..length]);
        match length == text.len() {
            true => Ok(()),
            false => Err(fmt::Error),
        }
    }
}

/// A value that a function returned.
pub struct Exit<'a, R>(&'a R);

impl<'a, R> Exit<'a, R> {
    /// Wraps the returned value for method lookup.
    pub fn new(result: &'a R) -> Self {
        Self(result)
    }
}

/// An error value in hand.
pub struct Fault<'a, E: ?Sized>(&'a E);

impl<'a, E: ?Sized> Fault<'a, E> {
    /// Wraps the error for method lookup.
    pub fn new(error: &'a E) -> Self {
        Self(error)
    }
}

/// A step of the lookup: one trait for all steps, so that the compiler tries one at each.
pub trait Exits<'a> {
    /// Views the error, if it is one.
    fn failure(&self) -> Option<Failure<'a>>;
}

/// A step of the lookup: one trait for all steps, so that the compiler tries one at each.
pub trait Faults<'a> {
    /// Views the error.
    fn failure(&self) -> Failure<'a>;
}

macro_rules! views {
    ($([$($exit_refs:tt)*], [$($fault_refs:tt)*],
       [$($bound:tt)*], |$error:ident| $view:expr;)*) => { $(
        impl<'a, T, E: $($bound)*> Exits<'a> for $($exit_refs)* Exit<'a, Result<T, E>> {
            #[cfg_attr(debug_assertions, inline)]
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn failure(&self) -> Option<Failure<'a>> {
                match self.0 {
                    Ok(_) => None,
                    Err($error) => Some(Failure($view)),
                }
            }
        }

        impl<'a, E: $($bound)*> Faults<'a> for $($fault_refs)* Fault<'a, E> {
            fn failure(&self) -> Failure<'a> {
                let $error = self.0;
                Failure($view)
            }
        }
    )* };
}

views! {
    [&&&&&&], [&&&&&], [Error + 'a],
        |error| View::Typed(error, type_name::<E>());
    [&&&&&], [&&&&], [AsRef<dyn Error + Send + Sync> + Debug],
        |error| View::Boxed(error.as_ref(), type_name::<E>(), error);
    [&&&&], [&&&], [AsRef<dyn Error> + Debug],
        |error| View::Boxed(error.as_ref(), type_name::<E>(), error);
    [&&&], [&&], [Display + 'a],
        |error| View::Display(error, type_name::<E>());
    [&&], [&], [Debug + 'a],
        |error| View::Debug(error, type_name::<E>());
    [&], [], [],
        |_error| View::Opaque(type_name::<E>());
}

/// The last step of the lookup: not a `Result`.
impl<'a, R> Exits<'a> for Exit<'a, R> {
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn failure(&self) -> Option<Failure<'a>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_read_in_pieces_up_to_what_does_not_belong_to_it() {
        for (pieces, read, refused) in [
            (&["Io", "Error", "(\"x"][..], "IoError", true),
            (&["", "A_1"], "A_1", false),
            (&["a", "B"], "", true),
            (&["Größe"], "Gr", true),
            (&[&"A".repeat(100)], &"A".repeat(64), true),
        ] {
            let mut out = String::new();
            let mut identifier = Identifier(&mut out);
            let written: fmt::Result =
                pieces.iter().try_for_each(|piece| identifier.write_str(piece));
            assert_eq!((out.as_str(), written.is_err()), (read, refused));
        }
    }
}
