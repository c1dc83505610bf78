//! Formatting of strings and collections that takes bounded time.
//!
//! `Debug` of a collection goes through all elements even if the writer refuses them:
//! 10 million bytes take 40 ms. So these formats stop at the limit and say what is left.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::fmt::Debug;
use std::rc::Rc;
use std::sync::Arc;

use crate::keep::Sketch;

/// A value whose formatting takes bounded time, however large it is.
pub trait Limited {
    /// Writes the value up to the limits.
    fn limited(&self, sketch: &mut Sketch<'_, '_>);
}

impl Limited for str {
    fn limited(&self, sketch: &mut Sketch<'_, '_>) {
        let end = self.char_indices().nth(sketch.limits.string).map_or(self.len(), |(at, _)| at);
        let rest = self.len() - end;
        if rest == 0 {
            return sketch.debug(self);
        }
        let mut quoted = format!("{:?}", &self[..end]);
        quoted.pop();
        sketch.raw(&quoted);
        sketch.raw(&format!("…+{rest} bytes\""));
    }
}

impl Limited for String {
    fn limited(&self, sketch: &mut Sketch<'_, '_>) {
        self.as_str().limited(sketch);
    }
}

fn entries<I: Iterator>(
    sketch: &mut Sketch<'_, '_>,
    brackets: [&str; 2],
    (values, length): (I, usize),
    mut write: impl FnMut(&mut Sketch<'_, '_>, I::Item),
) {
    sketch.raw(brackets[0]);
    let shown = sketch.limits.elements.min(length);
    for (index, value) in values.take(shown).enumerate() {
        if index > 0 {
            sketch.raw(", ");
        }
        write(sketch, value);
        if sketch.out.is_cut() {
            return;
        }
    }
    if length > shown {
        sketch.raw(&format!(", …+{}", length - shown));
    }
    sketch.raw(brackets[1]);
}

impl<T: Debug> Limited for [T] {
    fn limited(&self, sketch: &mut Sketch<'_, '_>) {
        entries(sketch, ["[", "]"], (self.iter(), self.len()), |sketch, value| sketch.debug(value));
    }
}

macro_rules! sequences {
    ($($type:ident $brackets:expr;)*) => { $(
        impl<T: Debug> Limited for $type<T> {
            fn limited(&self, sketch: &mut Sketch<'_, '_>) {
                let values = (self.iter(), self.len());
                entries(sketch, $brackets, values, |sketch, value| sketch.debug(value));
            }
        }
    )* };
}

sequences! {
    Vec ["[", "]"];
    VecDeque ["[", "]"];
    LinkedList ["[", "]"];
    BinaryHeap ["[", "]"];
    BTreeSet ["{", "}"];
}

impl<T: Debug, S> Limited for HashSet<T, S> {
    fn limited(&self, sketch: &mut Sketch<'_, '_>) {
        entries(sketch, ["{", "}"], (self.iter(), self.len()), |sketch, value| sketch.debug(value));
    }
}

fn pair(sketch: &mut Sketch<'_, '_>, (key, value): (&impl Debug, &impl Debug)) {
    sketch.debug(key);
    sketch.raw(": ");
    sketch.debug(value);
}

impl<K: Debug, V: Debug> Limited for BTreeMap<K, V> {
    fn limited(&self, sketch: &mut Sketch<'_, '_>) {
        entries(sketch, ["{", "}"], (self.iter(), self.len()), pair);
    }
}

impl<K: Debug, V: Debug, S> Limited for HashMap<K, V, S> {
    fn limited(&self, sketch: &mut Sketch<'_, '_>) {
        entries(sketch, ["{", "}"], (self.iter(), self.len()), pair);
    }
}

impl<T: Debug, const N: usize> Limited for [T; N] {
    fn limited(&self, sketch: &mut Sketch<'_, '_>) {
        self.as_slice().limited(sketch);
    }
}

macro_rules! pointers {
    ($($type:ty),*) => { $(
        impl<T: Limited + ?Sized> Limited for $type {
            fn limited(&self, sketch: &mut Sketch<'_, '_>) {
                (**self).limited(sketch);
            }
        }
    )* };
}

pointers!(&T, &mut T, Box<T>, Rc<T>, Arc<T>);

impl<T: Limited> Limited for Option<T> {
    fn limited(&self, sketch: &mut Sketch<'_, '_>) {
        match self {
            Some(value) => {
                sketch.raw("Some(");
                value.limited(sketch);
                sketch.raw(")");
            }
            None => sketch.raw("None"),
        }
    }
}
