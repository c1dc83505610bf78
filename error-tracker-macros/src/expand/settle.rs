//! What happens once the body is through: leave, fail, be ignored, swallow.

use crate::expand::probe;
use crate::expand::root::Root;
use crate::parse::options::{Ignored, Silent};
use crate::validate::returns::Returns;
use proc_macro2::{Span, TokenStream};
use quote::{quote_spanned, ToTokens};
use syn::spanned::Spanned;

/// The code around a body's result.
pub(crate) struct Settle<'a> {
    pub(crate) root: &'a Root,
    pub(crate) returns: &'a Returns,
    pub(crate) silent: Option<&'a Silent>,
    pub(crate) ignore: &'a [Ignored],
}

impl Settle<'_> {
    /// The tail of the function: `outcome` is the body's result, or with `silent` the fenced one.
    pub(crate) fn tail(&self, outcome: TokenStream) -> TokenStream {
        match (self.silent, self.returns) {
            (Some(silent), Returns::Never) => self.instead_of_a_panic(silent, outcome),
            (Some(silent), _) => self.swallowing(silent, outcome),
            (None, Returns::Never) => outcome,
            (None, Returns::Unit) => {
                let passing = self.passing(false);
                quote_spanned!(Span::mixed_site()=> #outcome; #passing)
            }
            (None, _) => {
                let passing = self.passing(false);
                quote_spanned!(Span::mixed_site()=> let __result = #outcome; #passing __result)
            }
        }
    }

    fn instead_of_a_panic(&self, silent: &Silent, outcome: TokenStream) -> TokenStream {
        let value = self.silent_value(silent);
        quote_spanned! {Span::mixed_site()=>
            #[allow(unreachable_code, unreachable_patterns)]
            let __panic = match #outcome {
                ::core::result::Result::Err(__panic) => __panic,
                ::core::result::Result::Ok(_) => ::core::unreachable!(),
            };
            __frame.caught(__panic);
            #value
        }
    }

    fn swallowing(&self, silent: &Silent, outcome: TokenStream) -> TokenStream {
        let here = Span::mixed_site();
        let (passing, value) = (self.passing(true), self.silent_value(silent));
        let some = quote_spanned!(here=> ::core::option::Option::Some);
        let none = quote_spanned!(here=> ::core::option::Option::None);
        let kept = match self.returns.may_fail() {
            true => quote_spanned!(here=> if #passing { #some(__result) } else { #none }),
            false => quote_spanned!(here=> #passing #some(__result)),
        };
        quote_spanned! {here=>
            let __outcome = match #outcome {
                ::core::result::Result::Ok(__result) => { #kept }
                ::core::result::Result::Err(__panic) => {
                    __frame.caught(__panic);
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
        if !self.returns.may_fail() {
            return quote_spanned!(here=> __frame.leave(););
        }
        let exit = probe::exit(self.root, quote_spanned!(here=> __result));
        let (passes, fails) = match swallowed {
            true => (quote_spanned!(here=> true), quote_spanned!(here=> false)),
            false => (TokenStream::new(), TokenStream::new()),
        };
        let probed = quote_spanned! {here=>
            match #exit {
                ::core::option::Option::None => { __frame.leave(); #passes }
                ::core::option::Option::Some(__failure) => { __frame.fail(__failure, #swallowed); #fails }
            }
        };
        self.unless_ignored(probed, &passes)
    }

    fn unless_ignored(&self, probed: TokenStream, passes: &TokenStream) -> TokenStream {
        if self.ignore.is_empty() {
            return probed;
        }
        let here = Span::mixed_site();
        let arms = self.ignore.iter().map(|ignored| {
            let pattern = &ignored.pattern;
            let guard = ignored.guard.as_ref().map(|guard| quote_spanned!(here=> if #guard));
            quote_spanned!(here=> ::core::result::Result::Err(#pattern) #guard => { __frame.ignored(); #passes })
        });
        quote_spanned!(here=> match &__result { #(#arms)* _ => #probed })
    }

    /// What the output of a tracked future means, `__result` being a borrow of it.
    pub(crate) fn verdict(&self) -> TokenStream {
        let (here, p) = (Span::mixed_site(), self.root.private());
        if !self.returns.may_fail() {
            return quote_spanned!(here=> { let _ = __result; #p::Verdict::Fine });
        }
        let exit = probe::exit_of(self.root, quote_spanned!(here=> __result));
        let probed = quote_spanned! {here=>
            match #exit {
                ::core::option::Option::None => #p::Verdict::Fine,
                ::core::option::Option::Some(__failure) => #p::Verdict::Failed(__failure),
            }
        };
        let arms = self.ignore.iter().map(|ignored| {
            let pattern = &ignored.pattern;
            let guard = ignored.guard.as_ref().map(|guard| quote_spanned!(here=> if #guard));
            quote_spanned!(here=> ::core::result::Result::Err(#pattern) #guard => #p::Verdict::Ignored,)
        });
        match self.ignore.is_empty() {
            true => probed,
            false => quote_spanned!(here=> match __result { #(#arms)* _ => #probed }),
        }
    }

    /// Awaits a tracked future, as the tail of the function.
    pub(crate) fn awaited(&self, tracked: TokenStream) -> TokenStream {
        let here = Span::mixed_site();
        let Some(silent) = self.silent else {
            return match self.returns {
                Returns::Unit => quote_spanned!(here=> #tracked.await;),
                _ => quote_spanned!(here=> #tracked.await),
            };
        };
        let value = self.silent_value(silent);
        quote_spanned! {here=>
            let __outcome = #tracked.silent().await;
            #[allow(unreachable_code, unreachable_patterns)]
            match __outcome {
                ::core::option::Option::Some(__result) => __result,
                ::core::option::Option::None => #value,
            }
        }
    }

    fn silent_value(&self, silent: &Silent) -> TokenStream {
        match (silent, self.returns) {
            (Silent::Value(expr), _) => expr.to_token_stream(),
            (Silent::Default, Returns::Value { written, .. }) => {
                probe::silent(self.root, &written.to_token_stream(), written.span())
            }
            (Silent::Default, Returns::Unknown) => probe::silent_like(self.root),
            (Silent::Default, _) => quote_spanned!(Span::mixed_site()=> ()),
        }
    }
}
