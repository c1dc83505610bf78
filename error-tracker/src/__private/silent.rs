//! The value that a `silent` function returns instead of failing.

use std::marker::PhantomData;

/// Finds the default of a return type by method lookup: `(&&Silent::<R>::new()).value()`.
pub struct Silent<R>(PhantomData<fn() -> R>);

impl<R> Silent<R> {
    /// Names the return type.
    #[expect(clippy::new_without_default, reason = "a probe, not a value")]
    pub fn new() -> Self {
        Self(PhantomData)
    }

    /// Names the return type by a value, where it has no name in the source.
    pub fn like(_: &Option<R>) -> Self {
        Self(PhantomData)
    }
}

/// The first step: `Ok` of a default.
pub trait SilentOk {
    /// The return type.
    type Out;
    /// Returns `Ok(Default::default())`.
    fn value(&self) -> Self::Out;
}

impl<T: Default, E> SilentOk for &Silent<Result<T, E>> {
    type Out = Result<T, E>;

    fn value(&self) -> Self::Out {
        Ok(T::default())
    }
}

/// The last step: the default itself.
pub trait SilentDefault {
    /// The return type.
    type Out;
    /// Returns `Default::default()`.
    fn value(&self) -> Self::Out;
}

impl<R: Default> SilentDefault for Silent<R> {
    type Out = R;

    fn value(&self) -> R {
        R::default()
    }
}
