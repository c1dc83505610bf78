//! `#[track_caller]` functions: their body goes to a function of its own, as closures can't have the attribute.

use crate::expand::body::Body;
use crate::expand::notes::Reach;
use crate::expand::root::Root;
use crate::expand::settle::Settle;
use crate::expand::site;
use crate::validate::bindings::mentions_self;
use crate::validate::{Place, Plan, Shape};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote_spanned, ToTokens};
use syn::ext::IdentExt;
use syn::{FnArg, GenericParam, Pat, Safety, Signature, Visibility};

/// Where the body's own function stands.
#[derive(Clone, Copy, PartialEq)]
enum Home {
    Nested,
    Sibling,
}

/// The function with its body moved out, where that is possible.
pub(crate) fn function(plan: &Plan, root: &Root, place: Place) -> Option<TokenStream> {
    if !plan.function.has("track_caller")
        || plan.shape != Shape::Sync
        || plan.options.silent.is_some()
    {
        return None;
    }
    let home = home(plan, place)?;
    let arguments = arguments(&plan.function.sig)?;
    let name = format_ident!(
        "__error_tracker_{}",
        plan.function.sig.ident.unraw(),
        span = Span::mixed_site()
    );
    let body = Body::new(plan.function.block.clone(), &plan.returns, Reach::Function)
        .with_handler(plan, root);
    let inner = inner(plan, &name, &body, home);
    let call = call(plan, &name, &arguments, &body, home);
    let mut outer = plan.function.clone();
    outer.sig = without_mut(&outer.sig);
    let tracked = tracked(plan, root, &body, call);
    let allow = match arguments.is_empty() {
        true => TokenStream::new(),
        false => quote_spanned!(Span::mixed_site()=> #[allow(clippy::used_underscore_binding)]),
    };
    let whole = match home {
        Home::Nested => outer.with_body(inner.into_iter().chain(tracked).collect()),
        Home::Sibling => outer.with_body(tracked).into_iter().chain(inner).collect(),
    };
    Some(allow.into_iter().chain(whole).collect())
}

fn home(plan: &Plan, place: Place) -> Option<Home> {
    let sig = &plan.function.sig;
    if matches!(sig.safety, Safety::Unsafe(_)) || sig.variadic.is_some() {
        return None;
    }
    let in_type = mentions_self(sig);
    match place {
        Place::Inherent => Some(Home::Sibling),
        // A trait's methods are never `pub`.
        Place::Alone if in_type => {
            matches!(plan.function.vis, Visibility::Public(_)).then_some(Home::Sibling)
        }
        Place::Alone => may_nest(plan).then_some(Home::Nested),
        Place::Free => Some(Home::Nested),
        Place::Other => None,
    }
}

/// A nested function can't use `Self` or the generics of an `impl` around; those have short names.
fn may_nest(plan: &Plan) -> bool {
    let generics = &plan.function.sig.generics;
    let own: Vec<_> = generics.params.iter().filter_map(param_name).collect();
    let suspect = |ident: &Ident| {
        let text = ident.to_string();
        let short =
            text.len() <= 2 && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        ident == "Self" || short && !own.contains(&ident)
    };
    let sig = plan.function.sig.to_token_stream();
    !any_ident(sig, &suspect) && !any_ident(plan.function.block.to_token_stream(), &suspect)
}

fn param_name(param: &GenericParam) -> Option<&Ident> {
    match param {
        GenericParam::Type(param) => Some(&param.ident),
        GenericParam::Const(param) => Some(&param.ident),
        GenericParam::Lifetime(_) => None,
    }
}

fn any_ident(tokens: TokenStream, wanted: &dyn Fn(&Ident) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => wanted(&ident),
        TokenTree::Group(group) => any_ident(group.stream(), wanted),
        _ => false,
    })
}

/// What the outer function hands on; nothing if a pattern takes an argument apart.
fn arguments(sig: &Signature) -> Option<Vec<TokenStream>> {
    sig.inputs
        .iter()
        .map(|argument| match argument {
            FnArg::Receiver(receiver) => Some(receiver.self_token.to_token_stream()),
            FnArg::Typed(typed) => match &*typed.pat {
                Pat::Ident(name)
                    if name.by_ref.is_none() && name.subpat.is_none() && typed.attrs.is_empty() =>
                {
                    Some(name.ident.to_token_stream())
                }
                _ => None,
            },
        })
        .collect()
}

fn without_mut(sig: &Signature) -> Signature {
    let mut sig = sig.clone();
    for argument in &mut sig.inputs {
        match argument {
            FnArg::Receiver(receiver) => receiver.mutability = None,
            FnArg::Typed(typed) => {
                if let Pat::Ident(name) = &mut *typed.pat {
                    name.mutability = None;
                }
            }
        }
    }
    sig
}

fn inner(plan: &Plan, name: &Ident, body: &Body, home: Home) -> TokenStream {
    let here = Span::mixed_site();
    let Signature { generics, inputs, output, .. } = &plan.function.sig;
    let wheres = &generics.where_clause;
    let inputs = inputs.iter();
    let at =
        (!body.points.is_empty()).then(|| quote_spanned!(here=> __at: impl ::core::ops::Fn(u32)));
    let attrs = plan
        .function
        .attrs
        .iter()
        .filter(|attr| home == Home::Sibling && is_lint_level(attr.path()));
    let hidden =
        (home == Home::Sibling).then(|| quote_spanned!(here=> #[doc(hidden)] #[allow(dead_code)]));
    let inner_attrs = plan.function.inner();
    quote_spanned! {here=>
        #(#attrs)*
        #hidden
        #[track_caller]
        #[inline]
        fn #name #generics (#(#inputs,)* #at) #output #wheres { #(#inner_attrs)* #body }
    }
}

fn is_lint_level(path: &syn::Path) -> bool {
    ["allow", "warn", "deny", "forbid", "expect"].iter().any(|level| path.is_ident(level))
}

fn call(
    plan: &Plan,
    name: &Ident,
    arguments: &[TokenStream],
    body: &Body,
    home: Home,
) -> TokenStream {
    let here = Span::mixed_site();
    let generics: Vec<_> =
        plan.function.sig.generics.params.iter().filter_map(param_name).collect();
    let generics = (!generics.is_empty()).then(|| quote_spanned!(here=> ::<#(#generics),*>));
    let at = (!body.points.is_empty()).then(|| quote_spanned!(here=> |__point| __at.set(__point)));
    let owner = (home == Home::Sibling).then(|| quote_spanned!(here=> Self::));
    quote_spanned!(here=> { let __at = __frame.line(); #owner #name #generics (#(#arguments,)* #at) })
}

fn tracked(plan: &Plan, root: &Root, body: &Body, call: TokenStream) -> TokenStream {
    let (here, p) = (Span::mixed_site(), root.private());
    let settle =
        Settle { root, returns: &plan.returns, silent: None, ignore: &plan.options.ignore };
    let site = site::site(plan, root, &body.points);
    let (entry, kept, allow) =
        (site::on_entry(plan, root), site::kept(plan, root), site::underscore(&plan.locals));
    let tail = settle.tail(call);
    quote_spanned! {here=>
        #site
        #entry
        #allow let __kept = #kept;
        let __frame = #p::Frame::enter(&__SITE, &__kept);
        #tail
    }
}
