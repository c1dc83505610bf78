//! The steps by which method lookup finds how an argument is kept.

use std::fmt::Debug;
use std::marker::PhantomData;

use crate::keep::{Limited, Local, Sketch};
use crate::site::Site;
use crate::text::{Limits, Raw};

/// A value about to be kept.
pub struct Cap<'a, T: ?Sized>(pub(crate) &'a T);

impl<'a, T: ?Sized> Cap<'a, T> {
    /// Wraps the value for method lookup.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn new(value: &'a T) -> Self {
        Self(value)
    }
}

/// `Copy` values of more bytes than this are treated like owned ones.
const LARGEST_COPY: usize = 128;
/// How many bytes of an owned string or byte vector are kept.
const HEAD: usize = 64;
/// How much of an owned value is formatted while its function may still succeed, in bytes.
const EAGER: usize = 1_024;

/// A `Copy` value, kept as it is.
pub struct Kept<T, W> {
    value: Option<T>,
    way: PhantomData<W>,
}

/// Shows through `Debug`.
pub struct ByDebug;
/// Shows through [`Limited`].
pub struct ByLimited;

/// How a value is shown.
pub trait Way<T> {
    /// Writes the value.
    fn write(value: &T, sketch: &mut Sketch<'_, '_>);
}

impl<T: Debug> Way<T> for ByDebug {
    fn write(value: &T, sketch: &mut Sketch<'_, '_>) {
        sketch.debug(value);
    }
}

impl<T: Limited> Way<T> for ByLimited {
    fn write(value: &T, sketch: &mut Sketch<'_, '_>) {
        value.limited(sketch);
    }
}

impl<T: Copy, W> Kept<T, W> {
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn new(value: &T) -> Self {
        let small = size_of::<T>() <= LARGEST_COPY;
        Self { value: if small { Some(*value) } else { None }, way: PhantomData }
    }
}

impl<T, W: Way<T>> Local for Kept<T, W> {
    fn show(&self, sketch: &mut Sketch<'_, '_>) {
        match &self.value {
            Some(value) => W::write(value, sketch),
            None => sketch.type_of::<T>(),
        }
    }
}

/// Keeps a number, `bool` or `char`: the macro can tell these without a lookup.
#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn kept<T: Copy + Debug>(value: &T) -> Kept<T, ByDebug> {
    Kept::new(value)
}

/// Keeps a `&str`, the same way.
#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn kept_text<'a>(value: &&'a str) -> Kept<&'a str, ByLimited> {
    Kept::new(value)
}

/// The first bytes of an owned string or byte vector.
pub struct Head<T> {
    bytes: [u8; HEAD],
    length: usize,
    /// The whole text, if the value is longer; boxed twice, so that its absence is one word.
    armed: Option<Box<Box<str>>>,
    of: PhantomData<fn() -> T>,
}

/// What a [`Head`] is taken of.
pub trait HasHead {
    /// Returns the bytes.
    fn bytes(&self) -> &[u8];
    /// Writes the head of a value that is `length` bytes long.
    fn write(head: &[u8], length: usize, sketch: &mut Sketch<'_, '_>);
}

impl HasHead for String {
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn bytes(&self) -> &[u8] {
        self.as_bytes()
    }

    fn write(head: &[u8], length: usize, sketch: &mut Sketch<'_, '_>) {
        let text = match std::str::from_utf8(head) {
            Ok(text) => text,
            Err(cut) => std::str::from_utf8(&head[..cut.valid_up_to()]).unwrap_or_default(),
        };
        if text.len() == length {
            return text.limited(sketch);
        }
        let mut quoted = format!("{text:?}");
        quoted.pop();
        sketch.raw(&quoted);
        sketch.raw(&format!("…+{} bytes\"", length - text.len()));
    }
}

impl HasHead for Vec<u8> {
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn bytes(&self) -> &[u8] {
        self
    }

    fn write(head: &[u8], length: usize, sketch: &mut Sketch<'_, '_>) {
        if head.len() == length {
            return head.limited(sketch);
        }
        let shown = format!("{head:?}");
        sketch.raw(shown.trim_end_matches(']'));
        sketch.raw(&format!(", …+{}]", length - head.len()));
    }
}

impl<T: HasHead + Limited> Head<T> {
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn new(value: &T, whole: impl FnOnce() -> bool) -> Self {
        let bytes = value.bytes();
        let (mut head, mut armed) = ([0; HEAD], None);
        if bytes.len() > HEAD {
            head.copy_from_slice(&bytes[..HEAD]);
            armed = whole().then(|| Box::new(sketched(value)));
        } else {
            head[..bytes.len()].copy_from_slice(bytes);
        }
        Self { bytes: head, length: bytes.len(), armed, of: PhantomData }
    }
}

impl<T: HasHead> Local for Head<T> {
    fn show(&self, sketch: &mut Sketch<'_, '_>) {
        match &self.armed {
            Some(text) => sketch.raw(text),
            None => T::write(&self.bytes[..self.length.min(HEAD)], self.length, sketch),
        }
    }
}

/// An owned value: its text if it was formatted on entry, else its type.
pub struct Owned<T: ?Sized> {
    text: Option<Box<str>>,
    of: PhantomData<fn(&T)>,
}

impl<T: ?Sized> Owned<T> {
    pub(crate) fn new(text: Option<Box<str>>) -> Self {
        Self { text, of: PhantomData }
    }
}

impl<T: ?Sized> Local for Owned<T> {
    fn show(&self, sketch: &mut Sketch<'_, '_>) {
        match &self.text {
            Some(text) => sketch.raw(text),
            None => sketch.type_of::<T>(),
        }
    }
}

#[cold]
#[inline(never)]
fn sketched<T: Limited + ?Sized>(value: &T) -> Box<str> {
    eagerly(|sketch| value.limited(sketch))
}

/// Formats a value on entry, fenced: a `Debug` that panics must not change the call.
pub(crate) fn eagerly(write: impl FnOnce(&mut Sketch<'_, '_>)) -> Box<str> {
    match crate::task::Busy::enter() {
        Some(_busy) => fenced(write),
        // Formatting was what called this function: it could go round for ever.
        None => "<not formatted>".into(),
    }
}

/// Formats a value, bounded and fenced; also while another is being formatted.
pub(crate) fn fenced(write: impl FnOnce(&mut Sketch<'_, '_>)) -> Box<str> {
    let mut raw = Raw::default();
    let limits = Limits::default();
    let written = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        raw.write_bounded(EAGER, |out| write(&mut Sketch { out, limits }));
    }));
    match written {
        Ok(()) => raw.reveal().into(),
        Err(payload) => {
            discard(payload);
            "<panicked while formatting>".into()
        }
    }
}

/// Drops a panic's payload, whose own `Drop` may panic too.
pub(crate) fn discard(payload: Box<dyn std::any::Any + Send>) {
    let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(payload)));
    if let Err(again) = dropped {
        std::mem::forget(again);
    }
}

/// A step of the lookup: one trait for all steps, so that the compiler tries one at each.
pub trait Keep {
    /// What is kept.
    type Out: Local;
    /// Keeps the value; formats it only if the call site is armed.
    fn keep(&self, site: &Site) -> Self::Out;
    /// Keeps the value; formats it now if it can't be kept.
    fn keep_always(&self, site: &Site) -> Self::Out;
}

macro_rules! steps {
    ($([$($refs:tt)*] ($($bound:tt)*) -> $out:ty,
       |$value:ident, $whole:ident| $make:expr;)*) => { $(
        impl<'a, T: $($bound)*> Keep for $($refs)* Cap<'a, T> {
            type Out = $out;

            #[cfg_attr(debug_assertions, inline)]
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn keep(&self, site: &Site) -> $out {
                let ($value, $whole) = (self.0, || site.arming.formats());
                $make
            }

            #[cfg_attr(debug_assertions, inline)]
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn keep_always(&self, _: &Site) -> $out {
                let ($value, $whole) = (self.0, || true);
                $make
            }
        }
    )* };
}

steps! {
    [&&&&&] (Copy + Limited) -> Kept<T, ByLimited>, |value, _whole| Kept::new(value);
    [&&&&] (Copy + Debug) -> Kept<T, ByDebug>, |value, _whole| Kept::new(value);
    [&&&] (HasHead + Limited) -> Head<T>, |value, whole| Head::new(value, whole);
    [&&] (Limited + ?Sized) -> Owned<T>,
        |value, whole| Owned::new(if whole() { Some(sketched(value)) } else { None });
    [&] (Debug + ?Sized) -> Owned<T>,
        |value, whole| Owned::new(if whole() { Some(debugged(value)) } else { None });
    [] (?Sized) -> Owned<T>, |_value, _whole| Owned::new(None);
}

#[cold]
#[inline(never)]
fn debugged<T: Debug + ?Sized>(value: &T) -> Box<str> {
    eagerly(|sketch| sketch.debug(value))
}
