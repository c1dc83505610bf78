//! Third stage: a plan becomes code. Anything with logic is a function of the runtime's `__private`.

mod asynchronous;
pub(crate) mod body;
mod caller;
pub(crate) mod calls;
pub(crate) mod masked;
pub(crate) mod notes;
pub(crate) mod probe;
pub(crate) mod root;
pub(crate) mod scope;
mod settle;
pub(crate) mod site;
mod synchronous;

use crate::validate::{Place, Plan, Shape};
use proc_macro2::TokenStream;
use root::Root;

/// The annotated function with its expansion as the body.
pub(crate) fn function(plan: Plan, place: Place) -> TokenStream {
    let root = Root::of(plan.options.root.as_ref());
    if let Some(function) = caller::function(&plan, &root, place) {
        return function;
    }
    let body = match plan.shape {
        Shape::Sync => synchronous::body(&plan, &root),
        Shape::Async => asynchronous::body(&plan, &root),
        Shape::Block => asynchronous::block(&plan, &root),
    };
    plan.function.with_body(body)
}
