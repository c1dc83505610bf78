//! Parses the item under the attribute, telling functions from what only looks like one.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::Parse;
use syn::{
    AttrStyle, Attribute, Block, ImplItemFn, Item, Signature, Token, TraitItemFn, Visibility,
};

/// A function or method with a body.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) default: Option<Token![default]>,
    pub(crate) sig: Signature,
    pub(crate) block: Block,
}

/// What an attribute was put on.
pub(crate) enum Target {
    Function(Box<Function>),
    /// A trait's method without a body.
    Bodiless(Box<TraitItemFn>),
    Item(Box<Item>),
    /// Being typed: the editor needs the tokens back as they are.
    Unfinished,
}

impl Target {
    pub(crate) fn parse(item: &TokenStream) -> Target {
        if let Ok(function) = syn::parse2::<ImplItemFn>(item.clone()) {
            return Target::Function(Box::new(function.into()));
        }
        match syn::parse2::<TraitItemFn>(item.clone()) {
            Ok(method) if method.default.is_none() => return Target::Bodiless(Box::new(method)),
            _ => {}
        }
        match syn::parse2::<Item>(item.clone()) {
            Ok(item) => Target::Item(Box::new(item)),
            Err(_) => Target::Unfinished,
        }
    }
}

impl From<ImplItemFn> for Function {
    fn from(item: ImplItemFn) -> Self {
        let ImplItemFn { attrs, vis, modifiers, sig, block } = item;
        Function { attrs, vis, default: modifiers.defaultness, sig, block }
    }
}

impl Function {
    /// The attributes that stand before the function.
    pub(crate) fn outer(&self) -> impl Iterator<Item = &Attribute> {
        self.attrs.iter().filter(|attr| matches!(attr.style, AttrStyle::Outer))
    }

    /// The attributes at the head of the body.
    pub(crate) fn inner(&self) -> impl Iterator<Item = &Attribute> {
        self.attrs.iter().filter(|attr| matches!(attr.style, AttrStyle::Inner(_)))
    }

    /// The function as it was written.
    pub(crate) fn unchanged(&self) -> TokenStream {
        self.with_body(self.block.stmts.iter().map(ToTokens::to_token_stream).collect())
    }

    /// Whether an attribute's path ends in `name`.
    pub(crate) fn has(&self, name: &str) -> bool {
        has_attr(&self.attrs, name)
    }

    /// The function with other statements between its own braces.
    pub(crate) fn with_body(&self, body: TokenStream) -> TokenStream {
        let mut out = TokenStream::new();
        self.outer().for_each(|attr| attr.to_tokens(&mut out));
        self.vis.to_tokens(&mut out);
        self.default.to_tokens(&mut out);
        self.sig.to_tokens(&mut out);
        self.block.brace_token.surround(&mut out, |out| {
            self.inner().for_each(|attr| attr.to_tokens(out));
            out.extend(body);
        });
        out
    }
}

/// Whether one of the attributes has a path that ends in `name`.
pub(crate) fn has_attr(attrs: &[Attribute], name: &str) -> bool {
    attrs.iter().any(|attr| attr.path().segments.last().is_some_and(|last| last.ident == name))
}

/// Parses a comma-separated list to its end, or says where it broke.
pub(crate) fn list<T: Parse>(input: syn::parse::ParseStream<'_>) -> syn::Result<Vec<T>> {
    let items = syn::punctuated::Punctuated::<T, Token![,]>::parse_terminated(input)?;
    Ok(items.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::Target;
    use quote::quote;

    #[test]
    fn a_body_that_does_not_parse_is_unfinished() {
        let item: proc_macro2::TokenStream = quote! { fn f(a: u8) -> u8 { a. } };
        assert!(matches!(Target::parse(&item), Target::Unfinished));
    }

    #[test]
    fn methods_of_every_kind_are_functions() {
        for item in [
            quote! { pub(crate) async unsafe extern "C" fn f(self: Box<Self>) {} },
            quote! { default fn f(&self) {} },
            quote! { #[inline] const fn f() { #![allow(unused)] } },
        ] {
            assert!(matches!(Target::parse(&item), Target::Function(_)), "{item}");
        }
    }

    #[test]
    fn a_method_without_body_and_a_struct_are_told_apart() {
        assert!(matches!(Target::parse(&quote! { fn f(&self); }), Target::Bodiless(_)));
        assert!(matches!(Target::parse(&quote! { struct S; }), Target::Item(_)));
    }
}
