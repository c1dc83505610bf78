//! The attributes and macros of error-tracker; use them through the crate `error-tracker`.

mod attribute;
mod errors;
mod expand;
mod manifest;
mod parse;
mod text;
mod validate;

use proc_macro::TokenStream;

/// Records a returned `Err` and a panic of the function, with its arguments.
#[proc_macro_attribute]
pub fn track_exception(options: TokenStream, item: TokenStream) -> TokenStream {
    attribute::track_exception(options.into(), item.into()).into()
}

/// Leaves a function out of the `#[auto_track_exception]` around it.
#[proc_macro_attribute]
pub fn no_track(_options: TokenStream, item: TokenStream) -> TokenStream {
    item
}
