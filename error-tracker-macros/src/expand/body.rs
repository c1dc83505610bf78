//! The user's statements, with our own put where they disturb nothing.

use crate::expand::notes::{self, Point, Reach};
use crate::expand::probe;
use crate::expand::root::Root;
use crate::expand::site::level_path;
use crate::validate::returns::Returns;
use crate::validate::{is_leading_item, Plan};
use proc_macro2::{Span, TokenStream};
use quote::{quote_spanned, ToTokens};
use syn::{Block, Stmt};

/// A body ready to be put between the braces of a closure or an `async` block.
pub(crate) struct Body {
    pub(crate) points: Vec<Point>,
    span: Span,
    leading: Vec<Stmt>,
    rest: Vec<Stmt>,
    first: TokenStream,
}

impl Body {
    /// Notes the body's points where its failures matter.
    pub(crate) fn new(mut block: Block, returns: &Returns, reach: Reach) -> Body {
        let points = match returns.may_fail() {
            true => notes::add(&mut block, reach),
            false => Vec::new(),
        };
        let items = block.stmts.iter().take_while(|stmt| is_leading_item(stmt)).count();
        let span = block.brace_token.span.open();
        let rest = block.stmts.split_off(items);
        Body { points, span, leading: block.stmts, rest, first: TokenStream::new() }
    }

    /// Where the body begins in the source.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// Records what the argument of `handler` holds, before the body uses it.
    pub(crate) fn with_handler(mut self, plan: &Plan, root: &Root) -> Body {
        if let Some(error) = &plan.options.handler {
            let (p, here) = (root.private(), Span::mixed_site());
            let fault = probe::fault(root, quote_spanned!(here=> &#error));
            let level = plan.options.level.iter().map(|level| level_path(root, level));
            let fingerprint =
                plan.options.fingerprint.iter().map(|shown| probe::value(root, shown));
            self.first.extend(
                quote_spanned!(here=> #p::handle(#fault, |__extras: &mut #p::Extras| {
                let _ = &__extras;
                #(__extras.level(#level);)*
                #(__extras.fingerprint(#fingerprint);)*
            });),
            );
        }
        self
    }

    /// Tells the compiler what an `async` block returns, as no annotation can.
    pub(crate) fn with_return_type(mut self, returns: &Returns) -> Body {
        let here = Span::mixed_site();
        let hint = match returns {
            Returns::Never | Returns::Unknown => return self,
            Returns::Unit => quote_spanned! {here=>
                #[allow(unreachable_code, clippy::needless_return)]
                if false {
                    return;
                }
            },
            Returns::Value { erased, .. } => quote_spanned! {here=>
                #[allow(unreachable_code, clippy::diverging_sub_expression, clippy::empty_loop, clippy::let_and_return)]
                if false {
                    let __none: #erased = loop {};
                    return __none;
                }
            },
        };
        self.first = hint.into_iter().chain(self.first).collect();
        self
    }
}

impl ToTokens for Body {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.leading.iter().for_each(|stmt| stmt.to_tokens(tokens));
        self.first.to_tokens(tokens);
        self.rest.iter().for_each(|stmt| stmt.to_tokens(tokens));
    }
}
