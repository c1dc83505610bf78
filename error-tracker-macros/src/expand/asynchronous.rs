//! The body of an `async fn`, and of a function whose work is an `async` block.

use crate::expand::body::Body;
use crate::expand::notes::Reach;
use crate::expand::root::Root;
use crate::expand::settle::Settle;
use crate::expand::site;
use crate::validate::returns::Returns;
use crate::validate::{async_tail, async_tail_mut, Plan};
use proc_macro2::{Span, TokenStream};
use quote::{quote_spanned, ToTokens};
use syn::token::Brace;
use syn::{Block, Expr, Stmt};

pub(crate) fn body(plan: &Plan, root: &Root) -> TokenStream {
    tracked(plan, root, plan.function.block.clone(), !plan.borrows)
}

/// Tracks the `async` block in the tail and leaves what stands before it.
pub(crate) fn block(plan: &Plan, root: &Root) -> TokenStream {
    let mut stmts = plan.function.block.stmts.clone();
    if let Some(tail) = async_tail(&plan.function.block.stmts) {
        let moves = tail.capture.is_some() && !plan.borrows;
        let inside = tracked(plan, root, tail.block.clone(), moves);
        let (attrs, capture) = (&tail.attrs, &tail.capture);
        let whole = quote_spanned!(Span::mixed_site()=> #(#attrs)* async #capture { #inside });
        if let Some(place) = async_tail_mut(&mut stmts) {
            *place = Expr::Verbatim(whole);
        }
    }
    stmts.iter().map(Stmt::to_token_stream).collect()
}

/// Tracks a future that the body got from elsewhere; the arguments may live shorter than it.
pub(crate) fn around(
    plan: &Plan,
    root: &Root,
    sync: &TokenStream,
    output: &Returns,
) -> TokenStream {
    let here = Span::mixed_site();
    let awaited = Expr::Verbatim(quote_spanned!(here=> __future.await));
    let block = Block { brace_token: Brace(here), stmts: vec![Stmt::Expr(awaited, None)] };
    let body = Body::new(block, &Returns::Unit, Reach::Line).with_return_type(output);
    let settle = Settle { root, returns: output, silent: None, ignore: &plan.options.ignore };
    let (site, run) = (site::without_locals(plan, root), run(&settle, &body, true));
    quote_spanned! {here=>
        let __future = { #sync };
        async move { #site let __kept = (); #run }
    }
}

fn tracked(plan: &Plan, root: &Root, block: Block, moves: bool) -> TokenStream {
    let here = Span::mixed_site();
    let body = Body::new(block, &plan.returns, Reach::Line)
        .with_return_type(&plan.returns)
        .with_handler(plan, root);
    let settle = Settle {
        root,
        returns: &plan.returns,
        silent: plan.options.silent.as_ref(),
        ignore: &plan.options.ignore,
    };
    let site = site::site(plan, root, &body.points);
    let (entry, kept, allow) =
        (site::on_entry(plan, root), site::kept(plan, root), site::underscore(&plan.locals));
    let run = run(&settle, &body, moves);
    quote_spanned!(here=> #site #entry #allow let __kept = #kept; #run)
}

/// The statements that run a body as a tracked future that owns `__kept`.
pub(crate) fn run(settle: &Settle<'_>, body: &Body, moves: bool) -> TokenStream {
    let (here, p) = (Span::mixed_site(), settle.root.private());
    let at = (!body.points.is_empty()).then(|| quote_spanned!(here=> let __at = &__line;));
    let capture = moves.then(|| quote_spanned!(here=> move));
    let verdict = settle.verdict();
    let tail = settle.awaited(quote_spanned! {here=>
        #p::Tracked::new(&__SITE, __kept, &__line, __body, |__result| #verdict)
    });
    let never = matches!((settle.returns, settle.silent), (Returns::Never, None));
    let end = never
        .then(|| quote_spanned!(here=> ; #[allow(unreachable_code)] { ::core::unreachable!() }));
    quote_spanned! {here=>
        let __line = #p::Line::new();
        #at
        let __body = ::core::pin::pin!(async #capture { #body });
        #tail #end
    }
}
