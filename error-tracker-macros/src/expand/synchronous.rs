//! The body of an annotated function that returns its result itself.

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
    let here = Span::mixed_site();
    let body = Body::new(plan, root, plan.function.block.clone(), Reach::Line);
    let capture = (!plan.borrows).then(|| quote_spanned!(here=> move));
    let output = closure_output(&plan.returns);
    let closure = quote_spanned!(here=> #capture || #output { #body });
    let outcome = run(plan, root, closure, !body.points.is_empty());
    let head = head(plan, root, &site::site(plan, root, &body.points));
    let tail = Settle { plan, root, line: TokenStream::new() }.tail(outcome);
    quote_spanned!(here=> #head #tail)
}

/// The static, the kept arguments and the frame.
fn head(plan: &Plan, root: &Root, site: &TokenStream) -> TokenStream {
    let p = root.private();
    let (entry, kept) = (site::on_entry(plan, root), site::kept(plan, root));
    quote_spanned! {Span::mixed_site()=>
        #site
        #entry
        let __kept = #kept;
        let __frame = #p::Frame::enter(&__SITE, &__kept);
    }
}

fn run(plan: &Plan, root: &Root, closure: TokenStream, notes: bool) -> TokenStream {
    let p = root.private();
    let here = Span::mixed_site();
    let call = match &plan.options.silent {
        Some(_) => quote_spanned!(here=> #p::catch(#closure)),
        None => quote_spanned!(here=> #p::call(#closure)),
    };
    match notes {
        true => quote_spanned!(here=> { let __at = __frame.line(); #call }),
        false => call,
    }
}

fn closure_output(returns: &Returns) -> TokenStream {
    let here = Span::mixed_site();
    match returns {
        Returns::Unit => quote_spanned!(here=> -> ()),
        Returns::Never => quote_spanned!(here=> -> !),
        Returns::Value { erased, .. } => quote_spanned!(here=> -> #erased),
    }
}
