//! The body of an annotated function, or of a block, that returns its result itself.

use crate::expand::asynchronous;
use crate::expand::body::Body;
use crate::expand::notes::Reach;
use crate::expand::root::Root;
use crate::expand::settle::Settle;
use crate::expand::site;
use crate::validate::returns::Returns;
use crate::validate::Plan;
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

pub(crate) fn body(plan: &Plan, root: &Root) -> TokenStream {
    let body =
        Body::new(plan.function.block.clone(), &plan.returns, Reach::Line).with_handler(plan, root);
    let settle = Settle {
        root,
        returns: &plan.returns,
        silent: plan.options.silent.as_ref(),
        ignore: if plan.future.is_some() { &[] } else { &plan.options.ignore },
    };
    let site = site::site(plan, root, &body.points);
    let (entry, kept, allow) =
        (site::on_entry(plan, root), site::kept(plan, root), site::underscore(&plan.locals));
    let run = run(&settle, &body, !plan.borrows);
    let whole = quote_spanned!(Span::mixed_site()=> #site #entry #allow let __kept = #kept; #run);
    match &plan.future {
        Some(output) => asynchronous::around(plan, root, &whole, output),
        None => whole,
    }
}

/// The statements that run a body under a frame that shows `__kept`.
pub(crate) fn run(settle: &Settle<'_>, body: &Body, moves: bool) -> TokenStream {
    let (here, p) = (Span::mixed_site(), settle.root.private());
    let at = here.located_at(body.span());
    let capture = moves.then(|| quote_spanned!(here=> move));
    let pipes = quote_spanned!(at=> ||);
    let output = closure_output(settle.returns);
    let runner = match settle.silent {
        Some(_) => quote_spanned!(here=> catch),
        None => quote_spanned!(here=> call),
    };
    let tail = settle.tail(quote_spanned!(here=> {
        let __at = __frame.line();
        #p::#runner(#capture #pipes #output { #body })
    }));
    quote_spanned!(here=> let __frame = #p::Frame::enter(&__SITE, &__kept); #tail)
}

fn closure_output(returns: &Returns) -> TokenStream {
    let here = Span::mixed_site();
    match returns {
        Returns::Unit => quote_spanned!(here=> -> ()),
        Returns::Never => quote_spanned!(here=> -> !),
        Returns::Unknown => TokenStream::new(),
        Returns::Value { erased, .. } => quote_spanned!(here=> -> #erased),
    }
}
