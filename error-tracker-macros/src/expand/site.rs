//! The one static of an annotated function, and the values its frame shows.

use crate::expand::notes::Point;
use crate::expand::probe;
use crate::expand::root::Root;
use crate::parse::options::{Options, LEVELS};
use crate::text::{laid_out, line_of, one_line};
use crate::validate::bindings::{mentions_self, Known};
use crate::validate::{How, Local, Plan};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned, ToTokens};
use syn::ext::IdentExt;

/// Tuples of kept values go up to this; the others are shown by the closure.
const IN_TUPLE: usize = 12;

/// `static __SITE: Site = ..;`
pub(crate) fn site(plan: &Plan, root: &Root, points: &[Point]) -> TokenStream {
    declared(plan, root, &plan.locals, points)
}

/// The same for a frame that shows no argument.
pub(crate) fn without_locals(plan: &Plan, root: &Root) -> TokenStream {
    declared(plan, root, &[], &[])
}

fn declared(plan: &Plan, root: &Root, locals: &[Local], points: &[Point]) -> TokenStream {
    let p = root.private();
    let here = Span::mixed_site();
    let sig = &plan.function.sig;
    let name = sig.ident.unraw().to_string();
    let line = line_of(sig.ident.span());
    let arguments = locals.iter().take(IN_TUPLE).map(|local| local.name.clone());
    let points = points
        .iter()
        .map(|Point { line, text }| quote_spanned!(here=> #p::Point::new(#line, #text)));
    let path = mentions_self(sig).then(|| path_fn(root));
    let more = modifiers(plan, root, path.is_some());
    quote_spanned! {here=>
        #path
        static __SITE: #p::Site = #p::Site::new(
            #name, ::core::module_path!(), ::core::file!(), #line, &[#(#arguments),*], &[#(#points),*]
        ) #more;
    }
}

/// A function that knows the path it stands at, types included.
pub(crate) fn path_fn(root: &Root) -> TokenStream {
    let p = root.private();
    quote_spanned! {Span::mixed_site()=>
        fn __path() -> &'static str {
            #p::path_of(__path)
        }
    }
}

fn modifiers(plan: &Plan, root: &Root, path: bool) -> TokenStream {
    let here = Span::mixed_site();
    let mut out = TokenStream::new();
    if path {
        out.extend(quote_spanned!(here=> .with_path(__path)));
    }
    if let Some(name) = &plan.options.name {
        out.extend(quote_spanned!(here=> .with_name(#name)));
    }
    if let Some(text) = plan.options.source.then(|| source(plan)).flatten() {
        let line = line_of(first_span(plan));
        out.extend(quote_spanned!(here=> .with_source(#line, #text)));
    }
    if let Some(level) = &plan.options.level {
        let level = level_path(root, level);
        out.extend(quote_spanned!(here=> .with_level(#level)));
    }
    if plan.options.fingerprint.is_some() {
        out.extend(quote_spanned!(here=> .with_fingerprint()));
    }
    out
}

/// `::error_tracker::Level::Warning`
pub(crate) fn level_path(root: &Root, level: &Ident) -> TokenStream {
    let krate = root.krate();
    let text = level.to_string();
    let variant =
        LEVELS.iter().find(|(name, _)| *name == text).map_or("Error", |(_, variant)| variant);
    let variant = Ident::new(variant, Span::mixed_site());
    quote_spanned!(Span::mixed_site()=> #krate::Level::#variant)
}

fn source(plan: &Plan) -> Option<String> {
    let (vis, sig) = (&plan.function.vis, &plan.function.sig);
    laid_out(quote!(#vis #sig), plan.function.block.brace_token.span.join())
}

/// Where the text of the function begins: at its `pub`, else at what its signature begins with.
fn first_span(plan: &Plan) -> Span {
    let (vis, sig) = (&plan.function.vis, &plan.function.sig);
    let first = quote!(#vis #sig).into_iter().next();
    first.map_or_else(|| sig.ident.span(), |token| token.span())
}

/// The value handed to the frame: the kept arguments, and what else it shows.
pub(crate) fn kept(plan: &Plan, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let (first, rest) = plan.locals.split_at(plan.locals.len().min(IN_TUPLE));
    let tuple = tuple(first, root);
    let more = extras(&plan.options, root, rest);
    if more.is_empty() {
        return tuple;
    }
    let p = root.private();
    let lazy = plan.options.context.first().map_or(here, |pair| here.located_at(pair.span));
    let closure = quote_spanned!(lazy=> |__w: &mut #p::Show<'_>|);
    quote_spanned!(here=> #p::with(#tuple, #closure { #more }))
}

/// Silences the lint that would ask why a name with an underscore is used.
pub(crate) fn underscore(locals: &[Local]) -> Option<TokenStream> {
    let any = locals.iter().any(|local| local.ident.to_string().starts_with('_'));
    any.then(|| quote_spanned!(Span::mixed_site()=> #[allow(clippy::used_underscore_binding)]))
}

/// The statements that come before it: what is evaluated on entry.
pub(crate) fn on_entry(plan: &Plan, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let context = plan.options.context_now.iter().enumerate().map(|(index, pair)| {
        let (name, value) = (now_name(index), probe::value(root, &pair.value));
        quote_spanned!(here=> let #name = #value;)
    });
    let traits = probe::keep_traits(root);
    let rest = plan.locals.iter().enumerate().skip(IN_TUPLE).map(|(index, local)| {
        let (name, value) = (rest_name(index - IN_TUPLE), keep(local, root));
        let allow = underscore(std::slice::from_ref(local));
        quote_spanned!(here=> #allow let #name = { #traits #value };)
    });
    context.chain(rest).collect()
}

fn now_name(index: usize) -> Ident {
    Ident::new(&format!("__now{index}"), Span::mixed_site())
}

fn rest_name(index: usize) -> Ident {
    Ident::new(&format!("__rest{index}"), Span::mixed_site())
}

fn tuple(locals: &[Local], root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    if locals.is_empty() {
        return quote_spanned!(here=> ());
    }
    let values = locals.iter().map(|local| keep(local, root));
    let traits = probe::keep_traits(root);
    quote_spanned!(here=> { #traits (#(#values,)*) })
}

fn keep(local: &Local, root: &Root) -> TokenStream {
    let p = root.private();
    let ident = &local.ident;
    let here = Span::mixed_site();
    match local.how {
        How::Keep => quote_spanned!(here=> (&&&&&&#p::Cap::new(&#ident)).keep(&__SITE)),
        How::Known(Known::Text) => quote_spanned!(here=> #p::kept_text(&#ident)),
        How::Known(_) => quote_spanned!(here=> #p::kept(&#ident)),
        How::Always => quote_spanned!(here=> (&&&&&&#p::Cap::new(&#ident)).keep_always(&__SITE)),
        How::Masked => quote_spanned!(here=> #p::MaskedArgument),
        How::Serialize | How::SerializeAlways => {
            let new = Ident::new(if local.how == How::Serialize { "new" } else { "always" }, here);
            quote_spanned!(here.located_at(ident.span())=> #p::Serialized::#new(&#ident, &__SITE))
        }
    }
}

fn extras(options: &Options, root: &Root, rest: &[Local]) -> TokenStream {
    let p = root.private();
    let here = Span::mixed_site();
    let mut out = TokenStream::new();
    for (index, local) in rest.iter().enumerate() {
        let (name, value) = (&local.name, rest_name(index));
        out.extend(quote_spanned!(here=> __w.local(#name, &#value);));
    }
    for pair in &options.context {
        let (key, value) = (&pair.key, probe::value(root, &pair.value));
        let lazy = quote_spanned!(here.located_at(pair.span)=> ||);
        out.extend(quote_spanned!(here=> __w.context(#key, #lazy #value);));
    }
    for (index, pair) in options.context_now.iter().enumerate() {
        let (key, value) = (&pair.key, now_name(index));
        out.extend(quote_spanned!(here=> __w.context_now(#key, &#value);));
    }
    for path in &options.globals {
        let (name, traits) = (one_line(path.to_token_stream()), probe::keep_traits(root));
        let value = quote_spanned!(here=> { #traits (&&&&&&#p::Cap::new(&&#path)).keep(&__SITE) });
        out.extend(quote_spanned!(here=> __w.global(#name, &#value);));
    }
    if let Some(shown) = &options.fingerprint {
        let value = probe::value(root, shown);
        out.extend(quote_spanned!(here=> __w.fingerprint(|| #value);));
    }
    out
}
