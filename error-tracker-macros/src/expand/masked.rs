//! Writes the `Debug` that `#[derive(Masked)]` stands for.

use crate::expand::root::Root;
use crate::parse::masked::{Field, MaskedType, Shape};
use proc_macro2::{Span, TokenStream};
use quote::{quote_spanned, ToTokens};
use std::collections::HashSet;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{parse_quote_spanned, Generics, Ident, Member, Type, TypePath, WherePredicate};

/// Implements `Debug` for the type, with every unmarked field shown as the masking text.
pub(crate) fn debug(ty: &MaskedType) -> TokenStream {
    let root = Root::of(ty.root.as_ref());
    let (ident, here) = (&ty.ident, Span::mixed_site());
    let generics = bounded(ty);
    let (parameters, arguments, conditions) = generics.split_for_impl();
    let arms = ty.shapes.iter().map(|shape| arm(shape, ident, &root));
    // An enum without variants has no arm, and only `*self` is known to be none of them.
    let subject = if ty.shapes.is_empty() {
        quote_spanned!(here=> *self)
    } else {
        quote_spanned!(here=> self)
    };
    quote_spanned! {here=>
        #[automatically_derived]
        #[allow(deprecated)]
        impl #parameters ::core::fmt::Debug for #ident #arguments #conditions {
            fn fmt(&self, __out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match #subject { #(#arms)* }
            }
        }
    }
}

fn arm(shape: &Shape, ident: &Ident, root: &Root) -> TokenStream {
    let here = Span::mixed_site();
    let name = shape.variant.as_ref().unwrap_or(ident).unraw().to_string();
    let variant = shape.variant.iter();
    let shown = shape.fields.iter().enumerate().filter(|(_, field)| field.shown);
    let bound = shown.map(|(index, field)| {
        let (member, value) = (&field.member, value_name(field, index));
        quote_spanned!(here=> #member: #value)
    });
    let written = shape.fields.iter().enumerate().map(|(index, field)| write(field, index, root));
    let start = Ident::new(if shape.named { "debug_struct" } else { "debug_tuple" }, here);
    quote_spanned! {here=>
        Self #(:: #variant)* { #(#bound,)* .. } => __out.#start(#name) #(#written)* .finish(),
    }
}

fn write(field: &Field, index: usize, root: &Root) -> TokenStream {
    let (p, here) = (root.private(), Span::mixed_site());
    let value = if field.shown {
        value_name(field, index).into_token_stream()
    } else {
        quote_spanned!(here=> &#p::Hidden)
    };
    match &field.member {
        Member::Named(name) => {
            let name = name.unraw().to_string();
            quote_spanned!(here=> .field(#name, #value))
        }
        Member::Unnamed(_) => quote_spanned!(here=> .field(#value)),
    }
}

/// Located at the field's type, so that a type without `Debug` is reported there.
fn value_name(field: &Field, index: usize) -> Ident {
    let at = Span::mixed_site().located_at(field.ty.span());
    Ident::new(&format!("__field{index}"), at)
}

/// The type's generics; what stands in a shown field's type must be `Debug` too.
fn bounded(ty: &MaskedType) -> Generics {
    let mut generics = ty.generics.clone();
    let names = ty.generics.type_params().map(|parameter| parameter.ident.clone()).collect();
    let mut mentioned = Mentioned { names, types: Vec::new() };
    for field in ty.shapes.iter().flat_map(|shape| &shape.fields).filter(|field| field.shown) {
        mentioned.visit_type(&field.ty);
    }
    if !mentioned.types.is_empty() {
        generics.make_where_clause().predicates.extend(mentioned.predicates());
    }
    generics
}

/// Finds parameters and their associated types, as the standard derives do.
struct Mentioned {
    names: HashSet<Ident>,
    types: Vec<Type>,
}

impl Mentioned {
    fn predicates(self) -> impl Iterator<Item = WherePredicate> {
        let here = Span::mixed_site();
        self.types.into_iter().map(move |ty| parse_quote_spanned!(here=> #ty: ::core::fmt::Debug))
    }

    fn is_parameter(&self, path: &syn::Path) -> bool {
        path.segments.first().is_some_and(|first| self.names.contains(&first.ident))
    }
}

impl<'ast> Visit<'ast> for Mentioned {
    fn visit_type_path(&mut self, path: &'ast TypePath) {
        let projected = path
            .qself
            .as_ref()
            .is_some_and(|of| matches!(&*of.ty, Type::Path(of) if self.is_parameter(&of.path)));
        if projected || (path.qself.is_none() && self.is_parameter(&path.path)) {
            self.types.push(Type::Path(path.clone()));
            return;
        }
        visit::visit_type_path(self, path);
    }
}
