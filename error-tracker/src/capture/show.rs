//! The visitor that an annotated call shows itself to on a failing exit.

use crate::capture::draft::{fenced, Draft};
use crate::keep::{Local, Sketch};
use crate::queue::Tag;
use crate::scope::Value;
use crate::site::Site;

/// Takes what an annotated call has to show: arguments, context, statics, its fingerprint.
pub struct Show<'w>(Asked<'w>);

enum Asked<'w> {
    /// Everything but the fingerprint.
    Values(&'w mut Draft),
    /// The fingerprint alone.
    Fingerprint(&'w mut String),
    /// A static that is shown with every event.
    Global(&'w mut Draft),
}

impl<'w> Show<'w> {
    pub(crate) fn new(draft: &'w mut Draft) -> Self {
        Self(Asked::Values(draft))
    }

    pub(crate) fn fingerprint_of(text: &'w mut String) -> Self {
        Self(Asked::Fingerprint(text))
    }

    pub(crate) fn globals(draft: &'w mut Draft) -> Self {
        Self(Asked::Global(draft))
    }

    /// Shows an argument.
    pub fn local(&mut self, name: &'static str, value: &dyn Local) {
        self.add(Tag::Local, name, value);
    }

    /// Shows a static.
    pub fn global(&mut self, name: &'static str, value: &dyn Local) {
        let tag = match self.0 {
            Asked::Global(_) => Tag::Global,
            _ => Tag::FrameGlobal,
        };
        self.add(tag, name, value);
    }

    fn add(&mut self, tag: Tag, name: &'static str, value: &dyn Local) {
        if let Asked::Values(draft) | Asked::Global(draft) = &mut self.0 {
            if value.is_masked() {
                return draft.masked_local(name);
            }
            let limits = draft.limits;
            draft.local(tag, name, |out| value.show(&mut Sketch { out, limits }));
        }
    }

    /// Adds context that is evaluated now.
    pub fn context(&mut self, key: &'static str, value: impl FnOnce() -> Value) {
        if let Asked::Values(draft) = &mut self.0 {
            let value = fenced(value).unwrap_or_else(Value::panicked);
            draft.pair(Tag::Context, key, value);
        }
    }

    /// Adds context that was evaluated on entry.
    pub fn context_now(&mut self, key: &'static str, value: &Value) {
        if let Asked::Values(draft) = &mut self.0 {
            draft.pair(Tag::Context, key, value.clone());
        }
    }

    /// Gives the fingerprint that the attribute overrides.
    pub fn fingerprint(&mut self, value: impl FnOnce() -> Value) {
        if let Asked::Fingerprint(text) = &mut self.0 {
            text.extend(fenced(value).map(Value::into_text));
        }
    }
}

/// What an annotated call shows of itself: its kept arguments, and what its attribute adds.
pub trait Shown {
    /// Shows everything that is asked for.
    fn show(&self, site: &'static Site, show: &mut Show<'_>);
}

impl Shown for () {
    fn show(&self, _: &'static Site, _: &mut Show<'_>) {}
}

macro_rules! tuples {
    ($($($name:ident $index:tt)+;)*) => { $(
        impl<$($name: Local),+> Shown for ($($name,)+) {
            fn show(&self, site: &'static Site, show: &mut Show<'_>) {
                $( show.local(site.argument($index), &self.$index); )+
            }
        }
    )* };
}

tuples! {
    A 0;
    A 0 B 1;
    A 0 B 1 C 2;
    A 0 B 1 C 2 D 3;
    A 0 B 1 C 2 D 3 E 4;
    A 0 B 1 C 2 D 3 E 4 F 5;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11;
}

/// An argument that `mask(..)` names: it is not kept at all.
pub struct MaskedArgument;

impl Local for MaskedArgument {
    fn show(&self, _: &mut Sketch<'_, '_>) {}

    fn is_masked(&self) -> bool {
        true
    }
}

/// Kept arguments, and a closure for what else the attribute names.
pub struct With<K, F> {
    kept: K,
    more: F,
}

/// Joins kept arguments with a closure that shows what else the attribute names.
pub fn with<K: Shown, F: Fn(&mut Show<'_>)>(kept: K, more: F) -> With<K, F> {
    With { kept, more }
}

impl<K: Shown, F: Fn(&mut Show<'_>)> Shown for With<K, F> {
    fn show(&self, site: &'static Site, show: &mut Show<'_>) {
        self.kept.show(site, show);
        (self.more)(show);
    }
}
