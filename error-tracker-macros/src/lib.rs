//! The attributes and macros of error-tracker; use them through the crate `error-tracker`.

mod attribute;
mod block;
mod calls;
mod errors;
mod expand;
mod manifest;
mod parse;
mod text;
mod validate;

use parse::calls::MessageCall;
use proc_macro::TokenStream;

/// Records a returned `Err` and a panic of the function, with its arguments.
#[proc_macro_attribute]
pub fn track_exception(options: TokenStream, item: TokenStream) -> TokenStream {
    attribute::track_exception(options.into(), item.into()).into()
}

/// Records failures of a function, or of every function of an `impl` block or inline module.
#[proc_macro_attribute]
pub fn auto_track_exception(options: TokenStream, item: TokenStream) -> TokenStream {
    attribute::auto_track_exception(options.into(), item.into()).into()
}

/// Leaves a function out of the `#[auto_track_exception]` around it.
#[proc_macro_attribute]
pub fn no_track(_options: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// Stands behind `error_tracker::scope!`.
#[doc(hidden)]
#[proc_macro]
pub fn scope_impl(input: TokenStream) -> TokenStream {
    calls::expand(input.into(), expand::scope::scope).into()
}

/// Stands behind `error_tracker::capture_exception!`.
#[doc(hidden)]
#[proc_macro]
pub fn capture_exception_impl(input: TokenStream) -> TokenStream {
    calls::expand(input.into(), expand::calls::capture_exception).into()
}

/// Stands behind `error_tracker::print_exception!`.
#[doc(hidden)]
#[proc_macro]
pub fn print_exception_impl(input: TokenStream) -> TokenStream {
    calls::expand(input.into(), expand::calls::print_exception).into()
}

/// Stands behind `error_tracker::capture_message!`.
#[doc(hidden)]
#[proc_macro]
pub fn capture_message_impl(input: TokenStream) -> TokenStream {
    calls::expand_with(input.into(), MessageCall::message, expand::calls::capture_message).into()
}

/// Stands behind `error_tracker::breadcrumb!`.
#[doc(hidden)]
#[proc_macro]
pub fn breadcrumb_impl(input: TokenStream) -> TokenStream {
    calls::expand_with(input.into(), MessageCall::breadcrumb, expand::calls::breadcrumb).into()
}
