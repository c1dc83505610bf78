//! Carries the function-like macros through their stages.

use crate::expand::root::Root;
use crate::parse::calls::split;
use proc_macro2::TokenStream;
use syn::parse::Parse;
use syn::Result;

/// Parses what follows `$crate ;` and expands it.
pub(crate) fn expand<T: Parse>(
    tokens: TokenStream,
    expand: fn(&Root, &T) -> TokenStream,
) -> TokenStream {
    expand_with(tokens, syn::parse2, expand)
}

/// The same for input that one type is read from in more than one way.
pub(crate) fn expand_with<T>(
    tokens: TokenStream,
    parse: fn(TokenStream) -> Result<T>,
    expand: fn(&Root, &T) -> TokenStream,
) -> TokenStream {
    let (krate, input) = split(tokens);
    match parse(input) {
        Ok(call) => expand(&Root::new(krate), &call),
        Err(error) => error.to_compile_error(),
    }
}
