//! Carries an attribute through the three stages.

use crate::errors::Errors;
use crate::expand;
use crate::parse::function::{Function, Target};
use crate::parse::options;
use crate::validate::plan;
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// Expands `#[track_exception(..)]`.
pub(crate) fn track_exception(options: TokenStream, item: TokenStream) -> TokenStream {
    const NAME: &str = "track_exception";
    let mut errors = Errors::default();
    match Target::parse(&item) {
        Target::Function(function) => expand_function(NAME, options, *function, errors),
        Target::Unfinished => item,
        Target::Bodiless(method) => {
            errors.at(method.sig.ident.span(), BODILESS);
            with_errors(item, errors)
        }
        Target::Item(_) => {
            let rule = "goes on functions; `auto_track_exception` goes on `impl` blocks and inline modules too";
            errors.at(Span::call_site(), format_args!("`{NAME}` {rule}"));
            with_errors(item, errors)
        }
    }
}

pub(crate) const BODILESS: &str =
    "`track_exception` needs a body to record: put it on the methods of the `impl`, or on a default method";

fn expand_function(name: &str, options: TokenStream, function: Function, mut errors: Errors) -> TokenStream {
    let options = options::parse(name, options, &mut errors);
    match plan(name, options, function, errors) {
        Ok(plan) => expand::function(plan),
        Err((function, errors)) => {
            let body = function.block.stmts.iter().map(ToTokens::to_token_stream).collect();
            with_errors(function.with_body(body), errors)
        }
    }
}

fn with_errors(item: TokenStream, errors: Errors) -> TokenStream {
    item.into_iter().chain(errors.into_tokens()).collect()
}
