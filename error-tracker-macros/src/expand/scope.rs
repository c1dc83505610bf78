//! Expands `scope!`: a guard, a tracked block, or a future in a scope.

use crate::expand::asynchronous;
use crate::expand::body::Body;
use crate::expand::notes::{Point, Reach};
use crate::expand::probe;
use crate::expand::root::Root;
use crate::expand::settle::Settle;
use crate::expand::site::path_fn;
use crate::expand::synchronous;
use crate::parse::calls::{Extras, ScopeBody, ScopeCall};
use crate::text::line_of;
use crate::validate::returns::Returns;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::{Block, ExprAsync, Pat};

pub(crate) fn scope(root: &Root, call: &ScopeCall) -> TokenStream {
    match &call.body {
        ScopeBody::Guard => made(root, &call.extras, "ScopeGuard"),
        ScopeBody::Block { scope, output, block } => {
            let returns = output.as_ref().map_or(Returns::Unknown, |ty| Returns::of_type(ty));
            self::block(root, call, scope.as_deref(), &returns, block)
        }
        ScopeBody::Async(future) => self::future(root, call, future),
    }
}

/// A guard or a scope with its values.
fn made(root: &Root, extras: &Extras, kind: &str) -> TokenStream {
    let (here, p) = (Span::mixed_site(), root.private());
    let kind = Ident::new(kind, here);
    let pairs = extras.pairs.iter().map(|pair| {
        let (key, value) = (&pair.key, probe::value(root, &pair.value));
        quote_spanned!(here=> __scope.set(#key, #value);)
    });
    let request = extras
        .request
        .as_ref()
        .map(|request| quote_spanned!(here=> __scope.set_request(#request);));
    if extras.pairs.is_empty() && request.is_none() {
        return quote_spanned!(here=> #p::#kind::new());
    }
    quote_spanned! {here=> {
        let mut __scope = #p::#kind::new();
        #(#pairs)*
        #request
        __scope
    }}
}

fn block(
    root: &Root,
    call: &ScopeCall,
    scope: Option<&Pat>,
    returns: &Returns,
    block: &Block,
) -> TokenStream {
    let here = Span::mixed_site();
    let body = Body::new(block.clone(), returns, Reach::Line);
    let settle = Settle { root, returns, silent: call.silent.as_ref(), ignore: &[] };
    let site = site(root, &body.points, call.span);
    let guard = made(root, &call.extras, "ScopeGuard");
    let named = scope.map(|scope| quote_spanned!(here=> let #scope = &__scope;));
    let run = synchronous::run(&settle, &body, false);
    quote_spanned!(here=> { #site let __scope = #guard; #named let __kept = (); #run })
}

fn future(root: &Root, call: &ScopeCall, future: &ExprAsync) -> TokenStream {
    let (here, p) = (Span::mixed_site(), root.private());
    let body = Body::new(future.block.clone(), &Returns::Unknown, Reach::Line);
    let settle =
        Settle { root, returns: &Returns::Unknown, silent: call.silent.as_ref(), ignore: &[] };
    let site = site(root, &body.points, call.span);
    let scope = made(root, &call.extras, "Scope");
    let (attrs, capture) = (&future.attrs, &future.capture);
    let run = asynchronous::run(&settle, &body, capture.is_some());
    quote_spanned! {here=>
        #p::scoped(#scope, #(#attrs)* async #capture { #site let __kept = (); #run })
    }
}

fn site(root: &Root, points: &[Point], at: Span) -> TokenStream {
    let (here, p) = (Span::mixed_site(), root.private());
    let (path, line) = (path_fn(root), line_of(at));
    let points = points
        .iter()
        .map(|Point { line, text }| quote_spanned!(here=> #p::Point::new(#line, #text)));
    quote_spanned! {here=>
        #path
        static __SITE: #p::Site = #p::Site::new(
            "scope", ::core::module_path!(), ::core::file!(), #line, &[], &[#(#points),*]
        ).with_path(__path).with_kind_block();
    }
}
