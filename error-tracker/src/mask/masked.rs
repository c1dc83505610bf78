//! The wrapper that never shows its value, and what it shows instead.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::mask::MASK;

/// Holds a secret that no `Debug`, `Display` or `Serialize` shows.
///
/// All three write the masking text in its place: the tracker's `mask_with` while an event is
/// written, `*****` elsewhere. Neither the value's length nor what it is made of shows, and `T`
/// needs no trait for it. It holds where names don't help: in tuples, in error messages, in a type
/// of somebody else's, and where the name rules are switched off.
///
/// It deserializes as `T` itself, and a value that `T` refuses is not quoted in the error. It
/// *serializes as the masking text*: what is serialized leaves the program, be it in a log, in an
/// event through `serialize(arg)` or in an answer. Where the value must go out, as into a file of
/// settings, write `expose()` there: `#[serde(serialize_with = "..")]`.
///
/// Comparing takes as long as `T`'s own comparing takes, and dropping does not wipe memory.
///
/// # Examples
///
/// A configuration that can be logged, whatever its fields are called:
///
/// ```
/// use error_tracker::Masked;
///
/// #[derive(Debug, serde::Deserialize)]
/// struct Mailer {
///     host: String,
///     login: Masked<String>,
/// }
///
/// let json = r#"{"host": "mx", "login": "joe:hunter2"}"#;
/// let mailer: Mailer = serde_json::from_str(json)?;
/// assert_eq!(format!("{mailer:?}"), r#"Mailer { host: "mx", login: ***** }"#);
/// assert_eq!(mailer.login.expose(), "joe:hunter2");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// As context:
///
/// ```
/// use error_tracker::{capture_message, scope, Masked};
///
/// let events = error_tracker::testing::record(|| {
///     let pin = Masked::new(4711);
///     let _scope = scope!(pin = pin);
///     capture_message!("card was kept");
/// });
/// assert_eq!(events[0].context["pin"], "*****");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Masked<T>(T);

impl<T> Masked<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Returns the value, to be used and not to be shown.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Returns the value, to be changed.
    pub fn expose_mut(&mut self) -> &mut T {
        &mut self.0
    }

    /// Unwraps the value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> From<T> for Masked<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Masked<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_instead(out)
    }
}

impl<T> fmt::Display for Masked<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_instead(out)
    }
}

impl<T> Serialize for Masked<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Hidden)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Masked<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // What serde says of a wrong value quotes it.
        let refused = |_| D::Error::custom("a masked value is not what it should be");
        T::deserialize(deserializer).map(Self).map_err(refused)
    }
}

/// What stands in `Debug` text for a field that `#[derive(Masked)]` hides.
pub struct Hidden;

impl fmt::Debug for Hidden {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_instead(out)
    }
}

impl fmt::Display for Hidden {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_instead(out)
    }
}

thread_local! {
    static TEXT: RefCell<Option<Arc<str>>> = const { RefCell::new(None) };
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

/// Until dropped, masked values of this thread show as the text it was entered with.
#[must_use = "masked values show as the text only until this is dropped"]
pub(crate) struct ShownAs {
    before: Option<Arc<str>>,
    /// It is the thread's, so it must not leave it.
    thread: PhantomData<*const ()>,
}

/// Lets masked values of this thread show as `text`, until the guard drops.
pub(crate) fn shown_as(text: &Arc<str>) -> ShownAs {
    ShownAs { before: replace(Some(Arc::clone(text))), thread: PhantomData }
}

impl Drop for ShownAs {
    fn drop(&mut self) {
        drop(replace(self.before.take()));
    }
}

/// Returns how many masked values this thread has shown so far: it grows where one was met.
pub(crate) fn shown_count() -> u64 {
    COUNT.try_with(Cell::get).unwrap_or_default()
}

fn replace(text: Option<Arc<str>>) -> Option<Arc<str>> {
    let put = |shown: &RefCell<Option<Arc<str>>>| {
        shown.try_borrow_mut().ok().and_then(|mut shown| std::mem::replace(&mut *shown, text))
    };
    TEXT.try_with(put).ok().flatten()
}

fn write_instead(out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let _ = COUNT.try_with(|count| count.set(count.get().wrapping_add(1)));
    // Cloned: the formatter may be somebody's, which must not be called under the borrow.
    let text = TEXT.try_with(|shown| shown.try_borrow().ok().and_then(|shown| shown.clone()));
    out.write_str(text.ok().flatten().as_deref().unwrap_or(MASK))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Has no trait at all.
    struct Key;

    #[test]
    fn neither_debug_nor_display_nor_serialize_shows_the_value() {
        let masked = Masked::new("hunter2");
        assert_eq!(format!("{masked:?} {masked} {masked:#?}"), "***** ***** *****");
        assert_eq!(serde_json::to_string(&masked).ok().as_deref(), Some("\"*****\""));
        assert_eq!(format!("{:?}", Some(Masked::new(Key))), "Some(*****)");
    }

    #[test]
    fn it_deserializes_as_the_value_and_quotes_none_that_it_refuses() {
        let read: Masked<Vec<u8>> = serde_json::from_str("[1, 2]").expect("it is a list");
        assert_eq!(read.expose(), &[1, 2]);
        let refused = serde_json::from_str::<Masked<u32>>("\"hunter2\"").expect_err("no number");
        assert!(!refused.to_string().contains("hunter2"), "{refused}");
        assert!(refused.to_string().contains("masked value"), "{refused}");
    }

    #[test]
    fn the_text_is_that_of_the_innermost_guard_and_each_showing_counts() {
        let (hash, cut): (Arc<str>, Arc<str>) = ("###".into(), "[cut]".into());
        let before = shown_count();
        let outer = shown_as(&hash);
        {
            let _inner = shown_as(&cut);
            assert_eq!(Masked::new(1).to_string(), "[cut]");
        }
        assert_eq!(Masked::new(1).to_string(), "###");
        drop(outer);
        assert_eq!(format!("{Hidden:?}"), "*****");
        assert_eq!(shown_count() - before, 3);
    }

    #[test]
    fn another_thread_shows_the_plain_text_and_counts_for_itself() {
        let _shown = shown_as(&"###".into());
        let there = std::thread::spawn(|| (Masked::new(1).to_string(), shown_count()));
        assert_eq!(there.join().ok(), Some(("*****".to_owned(), 1)));
    }

    #[test]
    fn the_value_comes_out_only_when_asked_for() {
        let mut masked = Masked::from(String::from("a"));
        masked.expose_mut().push('b');
        assert_eq!(
            (masked.expose().as_str(), masked.clone() == Masked::new("ab".into())),
            ("ab", true)
        );
        assert_eq!(masked.into_inner(), "ab");
    }
}
