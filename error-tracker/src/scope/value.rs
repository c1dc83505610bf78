//! Values of context, tags and breadcrumbs: JSON-typed where the type is plain, else text.

use std::fmt::{Debug, Display, Write as _};

use serde::Serialize;
use serde_json::Value as Json;

use crate::keep::{fenced, Cap, Sketch};
use crate::task::Busy;

/// A value of context; not masked yet.
#[derive(Clone)]
pub struct Value(Json);

impl Value {
    /// Takes what `Display` writes.
    pub fn display(value: &(impl Display + ?Sized)) -> Self {
        Self::written(|sketch| {
            let _ = write!(sketch.out, "{value}");
        })
    }

    /// Takes what `Debug` writes.
    pub fn debug(value: &(impl Debug + ?Sized)) -> Self {
        Self::written(|sketch| sketch.debug(value))
    }

    /// Takes what is written; `context(..)` is evaluated while the thread formats already.
    fn written(write: impl FnOnce(&mut Sketch<'_, '_>)) -> Self {
        let _busy = Busy::enter();
        Self(Json::String(String::from(fenced(write))))
    }

    /// Takes the value as JSON.
    pub fn json(value: &(impl Serialize + ?Sized)) -> Self {
        let made =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| serde_json::to_value(value)));
        match made {
            Ok(Ok(json)) => Self(json),
            Ok(Err(_)) => Self(Json::String("<can't be serialized>".into())),
            Err(payload) => {
                crate::keep::discard(payload);
                Self::panicked()
            }
        }
    }

    pub(crate) fn panicked() -> Self {
        Self(Json::String("<panicked while formatting>".into()))
    }

    pub(crate) fn type_of<T: ?Sized>() -> Self {
        Self(Json::String(format!("<{}>", std::any::type_name::<T>())))
    }

    /// Opens the value, for masking.
    pub(crate) fn reveal(self) -> Json {
        self.0
    }

    /// Opens the value as text, for a fingerprint.
    pub(crate) fn into_text(self) -> String {
        match self.0 {
            Json::String(text) => text,
            other => other.to_string(),
        }
    }
}

/// Types that keep their JSON type in context.
pub trait Plain {
    /// Returns the value as JSON.
    fn to_json(&self) -> Json;
}

macro_rules! plain {
    ($($type:ty),*) => { $(
        impl Plain for $type {
            fn to_json(&self) -> Json {
                Json::from(self.clone())
            }
        }
    )* };
}

plain!(bool, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, f32, f64, String, Json);

impl Plain for str {
    fn to_json(&self) -> Json {
        Json::from(self)
    }
}

impl Plain for char {
    fn to_json(&self) -> Json {
        Json::from(self.to_string())
    }
}

impl Plain for u128 {
    fn to_json(&self) -> Json {
        u64::try_from(*self).map_or_else(|_| Json::from(self.to_string()), Json::from)
    }
}

impl Plain for i128 {
    fn to_json(&self) -> Json {
        i64::try_from(*self).map_or_else(|_| Json::from(self.to_string()), Json::from)
    }
}

impl<T: Plain + ?Sized> Plain for &T {
    fn to_json(&self) -> Json {
        (**self).to_json()
    }
}

impl<T: Plain + ?Sized> Plain for Box<T> {
    fn to_json(&self) -> Json {
        (**self).to_json()
    }
}

impl<T: Plain> Plain for Option<T> {
    fn to_json(&self) -> Json {
        self.as_ref().map_or(Json::Null, Plain::to_json)
    }
}

impl<T: Plain> Plain for Vec<T> {
    fn to_json(&self) -> Json {
        self.iter().take(100).map(Plain::to_json).collect()
    }
}

impl Plain for Value {
    fn to_json(&self) -> Json {
        self.0.clone()
    }
}

/// A step of the lookup: a plain type, else one with `Debug`, else only the type's name.
pub trait Values {
    /// Takes the value.
    fn value(&self) -> Value;
}

impl<T: Plain + ?Sized> Values for &&Cap<'_, T> {
    fn value(&self) -> Value {
        Value(self.0.to_json())
    }
}

impl<T: Debug + ?Sized> Values for &Cap<'_, T> {
    fn value(&self) -> Value {
        Value::debug(self.0)
    }
}

impl<T: ?Sized> Values for Cap<'_, T> {
    fn value(&self) -> Value {
        Value::type_of::<T>()
    }
}
