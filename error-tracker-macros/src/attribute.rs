//! Carries an attribute through the three stages.

use crate::block::{self, Covering};
use crate::errors::Errors;
use crate::expand;
use crate::parse::function::{Function, Target};
use crate::parse::options;
use crate::validate::{plan, Place};
use proc_macro2::{Span, TokenStream};
use syn::Item;

const TRACK: &str = "track_exception";
const AUTO: &str = "auto_track_exception";

/// Expands `#[track_exception(..)]`.
pub(crate) fn track_exception(options: TokenStream, item: TokenStream) -> TokenStream {
    match Target::parse(&item) {
        Target::Function(function) => alone(TRACK, options, item, *function),
        Target::Unfinished => item,
        Target::Bodiless(method) => refused(item, method.sig.ident.span(), TRACK, BODILESS),
        Target::Item(_) => {
            let rule = "goes on functions; `auto_track_exception` goes on `impl` blocks and inline modules too";
            refused(item, Span::call_site(), TRACK, rule)
        }
    }
}

/// Expands `#[auto_track_exception(..)]`.
pub(crate) fn auto_track_exception(options: TokenStream, item: TokenStream) -> TokenStream {
    match Target::parse(&item) {
        Target::Function(function) => alone(AUTO, options, item, *function),
        Target::Unfinished => item,
        Target::Bodiless(method) => refused(item, method.sig.ident.span(), AUTO, BODILESS),
        Target::Item(parsed) if matches!(&*parsed, Item::Mod(module) if module.content.is_none()) => {
            refused(
                item,
                Span::call_site(),
                AUTO,
                "needs the module's code in its braces: `mod name { .. }`",
            )
        }
        Target::Item(parsed)
            if matches!(*parsed, Item::Impl(_) | Item::Mod(_) | Item::Trait(_)) =>
        {
            covered(options, item, *parsed)
        }
        Target::Item(_) => refused(
            item,
            Span::call_site(),
            AUTO,
            "goes on functions, `impl` blocks and inline modules",
        ),
    }
}

const BODILESS: &str =
    "needs a body to record: put it on the methods of the `impl`, or on a default method";

fn alone(name: &str, options: TokenStream, item: TokenStream, function: Function) -> TokenStream {
    let mut errors = Errors::default();
    let options = options::parse(name, options, &mut errors);
    match plan(name, options, function, errors) {
        Ok(plan) => expand::function(plan, Place::Alone),
        Err(errors) => with_errors(item, errors),
    }
}

fn covered(options: TokenStream, item: TokenStream, parsed: Item) -> TokenStream {
    let mut covering = Covering::new(AUTO, options);
    let expanded = block::item(&mut covering, parsed);
    match covering.into_errors() {
        errors if errors.is_empty() => expanded,
        errors => with_errors(item, errors),
    }
}

fn refused(item: TokenStream, at: Span, name: &str, rule: &str) -> TokenStream {
    let mut errors = Errors::default();
    errors.at(at, format_args!("`{name}` {rule}"));
    with_errors(item, errors)
}

/// The item as it was, so that nothing but the mistake is reported.
fn with_errors(item: TokenStream, errors: Errors) -> TokenStream {
    item.into_iter().chain(errors.into_tokens()).collect()
}

#[cfg(test)]
mod tests {
    use super::{auto_track_exception, track_exception};
    use proc_macro2::TokenStream;
    use quote::quote;

    #[test]
    fn a_body_that_does_not_parse_is_passed_through() {
        let item: TokenStream = quote! { fn f(user: User) -> u8 { user. } };
        assert_eq!(track_exception(TokenStream::new(), item.clone()).to_string(), item.to_string());
        let item: TokenStream = quote! { impl S { fn f(&self) -> u8 { self. } } };
        assert_eq!(
            auto_track_exception(TokenStream::new(), item.clone()).to_string(),
            item.to_string()
        );
    }

    #[test]
    fn a_refused_function_is_kept_beside_its_error() {
        let text =
            track_exception(quote!(skip(b)), quote! { const fn f(a: u8) -> u8 { a } }).to_string();
        assert!(text.starts_with("const fn f (a : u8) -> u8 { a }"), "{text}");
        assert_eq!(text.matches("compile_error").count(), 2, "{text}");
    }

    #[test]
    fn a_block_s_functions_are_covered_but_for_those_that_opt_out() {
        let text = auto_track_exception(
            TokenStream::new(),
            quote! {
                mod m {
                    fn a() -> R { b()? }
                    #[no_track] fn b() {}
                    const fn c() {}
                    #[track_exception(silent)] fn d() {}
                    impl Display for S { fn fmt(&self) {} }
                    impl S { fn e(&self) {} }
                    trait T { fn f(&self) {} fn g(&self); }
                    mod n { fn h() {} }
                }
            },
        )
        .to_string();
        assert_eq!(text.matches("static __SITE").count(), 4, "{text}");
    }

    #[test]
    fn a_block_takes_only_options_that_fit_every_function() {
        let text = auto_track_exception(
            quote!(skip(a), silent = 3, context(n = a), level = error),
            quote! { impl S { fn f(a: u8) {} } },
        )
        .to_string();
        assert_eq!(text.matches("compile_error").count(), 3, "{text}");
    }
}
