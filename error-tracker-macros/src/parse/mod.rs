//! First stage: tokens become options, functions and pairs, nothing is judged.

pub(crate) mod calls;
pub(crate) mod function;
pub(crate) mod masked;
pub(crate) mod options;
pub(crate) mod pairs;
