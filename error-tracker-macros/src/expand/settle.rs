//! What happens once the body is through: leave, fail, be ignored, swallow.

use crate::expand::probe;
use crate::expand::root::Root;
use crate::parse::options::Silent;
use crate::validate::returns::Returns;
use crate::validate::Plan;
use proc_macro2::{Span, TokenStream};
use quote::{quote_spanned, ToTokens};
use syn::spanned::Spanned;

/// The code around a body's result; `line` is the argument that async frames take first.
pub(crate) struct Settle<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) root: &'a Root,
    pub(crate) line: TokenStream,
}

impl Settle<'_> {
    /// The tail of the function: `outcome` is the body's result, or with `silent` the fenced one.
    pub(crate) fn tail(&self, outcome: TokenStream) -> TokenStream {
        match (&self.plan.options.silent, &self.plan.returns) {
            (Some(silent), _) => self.swallowing(silent, outcome),
            (None, Returns::Never) => outcome,
            (None, Returns::Unit) => {
                quote_spanned!(Span::mixed_site()=> #outcome; __frame.leave();)
            }
            (None, _) => {
                let passing = self.passing(false);
                quote_spanned!(Span::mixed_site()=> let __result = #outcome; #passing __result)
            }
        }
    }

    fn swallowing(&self, silent: &Silent, outcome: TokenStream) -> TokenStream {
        let here = Span::mixed_site();
        let (passing, line, value) = (self.passing(true), &self.line, self.silent_value(silent));
        let some = quote_spanned!(here=> ::core::option::Option::Some);
        let none = quote_spanned!(here=> ::core::option::Option::None);
        let kept = match self.plan.returns.may_fail() {
            true => quote_spanned!(here=> if #passing { #some(__result) } else { #none }),
            false => quote_spanned!(here=> #passing #some(__result)),
        };
        quote_spanned! {here=>
            let __outcome = match #outcome {
                ::core::result::Result::Ok(__result) => { #kept }
                ::core::result::Result::Err(__panic) => {
                    __frame.caught(#line __panic);
                    #none
                }
            };
            match __outcome {
                #some(__result) => __result,
                #none => #value,
            }
        }
    }

    /// Closes the frame; with `silent` an expression that says whether the result may pass.
    fn passing(&self, swallowed: bool) -> TokenStream {
        let here = Span::mixed_site();
        if !self.plan.returns.may_fail() {
            return quote_spanned!(here=> __frame.leave(););
        }
        let line = &self.line;
        let exit = probe::exit(self.root, quote_spanned!(here=> __result));
        let (passes, fails) = match swallowed {
            true => (quote_spanned!(here=> true), quote_spanned!(here=> false)),
            false => (TokenStream::new(), TokenStream::new()),
        };
        let probed = quote_spanned! {here=>
            match #exit {
                ::core::option::Option::None => { __frame.leave(); #passes }
                ::core::option::Option::Some(__failure) => { __frame.fail(#line __failure, #swallowed); #fails }
            }
        };
        self.unless_ignored(probed, &passes)
    }

    fn unless_ignored(&self, probed: TokenStream, passes: &TokenStream) -> TokenStream {
        if self.plan.options.ignore.is_empty() {
            return probed;
        }
        let here = Span::mixed_site();
        let arms = self.plan.options.ignore.iter().map(|ignored| {
            let pattern = &ignored.pattern;
            let guard = ignored.guard.as_ref().map(|guard| quote_spanned!(here=> if #guard));
            quote_spanned!(here=> ::core::result::Result::Err(#pattern) #guard => { __frame.ignored(); #passes })
        });
        quote_spanned!(here=> match &__result { #(#arms)* _ => #probed })
    }

    fn silent_value(&self, silent: &Silent) -> TokenStream {
        match (silent, &self.plan.returns) {
            (Silent::Value(expr), _) => expr.to_token_stream(),
            (Silent::Default, Returns::Value { written, .. }) => {
                probe::silent(self.root, &written.to_token_stream(), written.span())
            }
            (Silent::Default, _) => quote_spanned!(Span::mixed_site()=> ()),
        }
    }
}
