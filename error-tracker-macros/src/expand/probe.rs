//! The expressions that choose a trait by what a type can do.

use crate::expand::root::Root;
use crate::parse::pairs::{Shown, Sigil};
use proc_macro2::{Span, TokenStream};
use quote::{quote_spanned, ToTokens};

/// The imports that captures of arguments need.
pub(crate) fn keep_traits(root: &Root) -> TokenStream {
    let p = root.private();
    quote_spanned! {Span::mixed_site()=>
        #[allow(unused_imports)]
        use #p::Keep as _;
    }
}

/// `Option<Failure>` of a place that holds what the body returned.
pub(crate) fn exit(root: &Root, place: TokenStream) -> TokenStream {
    exit_of(root, quote_spanned!(Span::mixed_site()=> &#place))
}

/// `Option<Failure>` of a borrow of what the body returned.
pub(crate) fn exit_of(root: &Root, borrow: TokenStream) -> TokenStream {
    let p = root.private();
    quote_spanned! {Span::mixed_site()=> {
        use #p::Exits as _;
        (&&&&&&&#p::Exit::new(#borrow)).failure()
    }}
}

/// `Failure` of an error in hand; `place` is a borrow of it.
pub(crate) fn fault(root: &Root, borrow: TokenStream) -> TokenStream {
    let p = root.private();
    quote_spanned! {Span::mixed_site()=> {
        use #p::Faults as _;
        (&&&&&&#p::Fault::new(#borrow)).failure()
    }}
}

/// `Value` of a pair's right side.
pub(crate) fn value(root: &Root, shown: &Shown) -> TokenStream {
    let p = root.private();
    let expr = shown.expr.to_token_stream();
    match shown.sigil {
        Sigil::Display => quote_spanned!(Span::mixed_site()=> #p::Value::display(&(#expr))),
        Sigil::Debug => quote_spanned!(Span::mixed_site()=> #p::Value::debug(&(#expr))),
        Sigil::None => quote_spanned! {Span::mixed_site()=> {
            use #p::Values as _;
            (&&&#p::Cap::new(&(#expr))).value()
        }},
    }
}

/// What `silent` returns where nothing was written, at the return type's place.
pub(crate) fn silent(root: &Root, ty: &TokenStream, at: Span) -> TokenStream {
    let p = root.private();
    let here = Span::mixed_site();
    let call = quote_spanned!(here.located_at(at)=> (&&#p::Silent::<#ty>::new()).value());
    quote_spanned! {here=> {
        #[allow(unused_imports)]
        use #p::{SilentOk as _, SilentDefault as _};
        #call
    }}
}

/// The same where the type has no name in the source: like that of `__outcome`.
pub(crate) fn silent_like(root: &Root) -> TokenStream {
    let p = root.private();
    quote_spanned! {Span::mixed_site()=> {
        #[allow(unused_imports)]
        use #p::{SilentOk as _, SilentDefault as _};
        (&&#p::Silent::like(&__outcome)).value()
    }}
}
