//! Expands `capture_exception!`, `capture_message!`, `breadcrumb!` and `print_exception!`.

use crate::expand::probe;
use crate::expand::root::Root;
use crate::expand::site::level_path;
use crate::parse::calls::{ExceptionCall, Extras, MessageCall, PrintCall};
use proc_macro2::{Span, TokenStream};
use quote::{quote_spanned, ToTokens};
use syn::Expr;

pub(crate) fn capture_exception(root: &Root, call: &ExceptionCall) -> TokenStream {
    let (here, p) = (Span::mixed_site(), root.private());
    let (borrow, extras) = (borrow(&call.error), extras(root, &call.extras));
    let fault = probe::fault(root, quote_spanned!(here=> __error));
    quote_spanned! {here=>
        match #borrow {
            __error => #p::capture_failure(#fault, #extras, ::core::panic::Location::caller()),
        }
    }
}

pub(crate) fn print_exception(root: &Root, call: &PrintCall) -> TokenStream {
    let (here, p) = (Span::mixed_site(), root.private());
    let (borrow, writer) = (borrow(&call.error), &call.writer);
    let fault = probe::fault(root, quote_spanned!(here=> __error));
    quote_spanned!(here=> match #borrow { __error => #p::print_failure(#fault, #writer) })
}

pub(crate) fn capture_message(root: &Root, call: &MessageCall) -> TokenStream {
    let (here, p) = (Span::mixed_site(), root.private());
    let (text, arguments, extras) = (&call.text, &call.arguments, extras(root, &call.extras));
    let (borrow, failure) = match &call.extras.error {
        Some(error) => {
            let fault = probe::fault(root, quote_spanned!(here=> __error));
            (borrow(error), quote_spanned!(here=> ::core::option::Option::Some(#fault)))
        }
        None => (quote_spanned!(here=> ()), quote_spanned!(here=> ::core::option::Option::None)),
    };
    quote_spanned! {here=> {
        fn __caller() {}
        match #borrow {
            __error => #p::capture_message(
                ::core::format_args!(#text #arguments), (#text, #p::path_of(__caller)),
                ::core::panic::Location::caller(), #extras, #failure
            ),
        }
    }}
}

pub(crate) fn breadcrumb(root: &Root, call: &MessageCall) -> TokenStream {
    let (here, p, krate) = (Span::mixed_site(), root.private(), root.krate());
    let (text, extras) = (&call.text, context(root, &call.extras));
    let level = match &call.extras.level {
        Some(level) => level_path(root, level),
        None => quote_spanned!(here=> #krate::Level::Info),
    };
    quote_spanned!(here=> #p::breadcrumb(::core::format_args!(#text), #level, #extras))
}

/// `&error`, or the user's own borrow of it.
fn borrow(error: &Expr) -> TokenStream {
    match error {
        Expr::Reference(reference) if reference.mutability.is_none() => reference.to_token_stream(),
        other => quote_spanned!(Span::mixed_site()=> &(#other)),
    }
}

fn extras(root: &Root, extras: &Extras) -> TokenStream {
    let here = Span::mixed_site();
    let mut more = TokenStream::new();
    if let Some(level) = &extras.level {
        let level = level_path(root, level);
        more.extend(quote_spanned!(here=> __extras.level(#level);));
    }
    if let Some(shown) = &extras.fingerprint {
        let value = probe::value(root, shown);
        more.extend(quote_spanned!(here=> __extras.fingerprint(#value);));
    }
    if let Some(request) = &extras.request {
        more.extend(quote_spanned!(here=> __extras.request(#request);));
    }
    closure(root, extras, more)
}

fn context(root: &Root, extras: &Extras) -> TokenStream {
    closure(root, extras, TokenStream::new())
}

fn closure(root: &Root, extras: &Extras, more: TokenStream) -> TokenStream {
    let (here, p) = (Span::mixed_site(), root.private());
    if extras.pairs.is_empty() && more.is_empty() {
        return quote_spanned!(here=> |_: &mut #p::Extras| {});
    }
    let pairs = extras.pairs.iter().map(|pair| {
        let (key, value) = (&pair.key, probe::value(root, &pair.value));
        quote_spanned!(here=> __extras.set(#key, #value);)
    });
    quote_spanned!(here=> |__extras: &mut #p::Extras| { #(#pairs)* #more })
}
