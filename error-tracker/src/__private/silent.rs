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

    /// Takes the type of a value whose type is not written.
    pub fn like(_: &Option<R>) -> Self {
        Self(PhantomData)
    }
}

/// What a `silent` function can return without being told: everything with a `Default`.
#[diagnostic::on_unimplemented(
    message = "`silent` has no default to return: `{Self}` is not `Default`",
    label = "write `silent = expr` to say what is returned instead"
)]
pub trait Swallowed {
    /// Returns the default.
    fn swallowed() -> Self;
}

impl<T: Default> Swallowed for T {
    fn swallowed() -> Self {
        T::default()
    }
}

/// The first step: `Ok` of a default.
///
/// The bound stands on the method: lookup stops at the right step, and a type without a default is
/// what the compiler complains about.
pub trait SilentOk {
    /// The return type.
    type Out;
    /// What is in its `Ok`.
    type Value;
    /// Returns `Ok(Default::default())`.
    fn value(&self) -> Self::Out
    where
        Self::Value: Swallowed;
}

impl<T, E> SilentOk for &Silent<Result<T, E>> {
    type Out = Result<T, E>;
    type Value = T;

    fn value(&self) -> Self::Out
    where
        T: Swallowed,
    {
        Ok(T::swallowed())
    }
}

/// The last step: the default itself.
pub trait SilentDefault {
    /// The return type.
    type Out;
    /// Returns `Default::default()`.
    fn value(&self) -> Self::Out
    where
        Self::Out: Swallowed;
}

impl<R> SilentDefault for Silent<R> {
    type Out = R;

    fn value(&self) -> R
    where
        R: Swallowed,
    {
        R::swallowed()
    }
}
