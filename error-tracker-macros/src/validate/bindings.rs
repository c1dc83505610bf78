//! Lists the names that a signature's patterns bind.

use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{FnArg, Ident, Pat, PatIdent, PatOr, PatType, Receiver, ReceiverKind, Signature, Type};

/// A name that the function's arguments bind.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    pub(crate) ident: Ident,
    /// It can be read by others while a `move` closure has its own copy.
    pub(crate) copied: bool,
    pub(crate) known: Known,
}

/// A type that the signature alone makes known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Known {
    Nothing,
    Primitive,
    Text,
}

/// Every binding, in the order of the signature.
pub(crate) fn bindings(sig: &Signature) -> Vec<Binding> {
    sig.inputs.iter().flat_map(of_argument).collect()
}

fn of_argument(argument: &FnArg) -> Vec<Binding> {
    match argument {
        FnArg::Receiver(receiver) => vec![of_receiver(receiver)],
        FnArg::Typed(typed) if is_conditional(typed) => Vec::new(),
        FnArg::Typed(typed) => {
            // An argument's own name may begin with a capital; further in that is a constant.
            if let Pat::Ident(PatIdent { ident, by_ref, subpat: None, .. }) = &*typed.pat {
                let (ident, plain) = (ident.clone(), by_ref.is_none());
                let known = if plain { known(&typed.ty) } else { Known::Nothing };
                return vec![Binding { ident, copied: plain && is_copied(&typed.ty), known }];
            }
            let mut found = Found::default();
            found.visit_pat(&typed.pat);
            let bound = |ident| Binding { ident, copied: false, known: Known::Nothing };
            found.0.into_iter().map(bound).collect()
        }
    }
}

fn is_conditional(typed: &PatType) -> bool {
    typed.attrs.iter().any(|attr| attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr"))
}

fn of_receiver(receiver: &Receiver) -> Binding {
    let copied = match &receiver.kind {
        ReceiverKind::Reference(_, _, mutable) => mutable.is_none(),
        ReceiverKind::Typed(_, ty) => is_copied(ty),
        _ => false,
    };
    Binding { ident: Ident::from(receiver.self_token), copied, known: Known::Nothing }
}

fn known(ty: &Type) -> Known {
    let name = |ty: &Type| match ty {
        Type::Path(path) if path.qself.is_none() => path.path.get_ident().cloned(),
        _ => None,
    };
    match ty {
        Type::Reference(to) if to.mutability.is_none() => match name(&to.elem) {
            Some(inner) if inner == "str" => Known::Text,
            _ => Known::Nothing,
        },
        ty if name(ty).is_some_and(|name| is_primitive(&name)) => Known::Primitive,
        _ => Known::Nothing,
    }
}

/// Shared references and primitive types; of other types it can't be known.
fn is_copied(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => reference.mutability.is_none(),
        Type::Path(path) => path.path.get_ident().is_some_and(is_primitive),
        Type::Paren(inner) => is_copied(&inner.elem),
        Type::Group(inner) => is_copied(&inner.elem),
        _ => false,
    }
}

pub(crate) fn is_primitive(name: &Ident) -> bool {
    const PRIMITIVES: [&str; 16] = [
        "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16",
        "u32", "u64", "u128", "usize",
    ];
    PRIMITIVES.contains(&name.to_string().as_str())
}

/// Whether a signature tells that it stands in an `impl` or a trait.
pub(crate) fn mentions_self(sig: &Signature) -> bool {
    struct Mentions(bool);
    impl<'ast> Visit<'ast> for Mentions {
        fn visit_ident(&mut self, ident: &'ast Ident) {
            self.0 |= ident == "Self";
        }
        fn visit_receiver(&mut self, _: &'ast Receiver) {
            self.0 = true;
        }
    }
    let mut found = Mentions(false);
    found.visit_signature(sig);
    found.0
}

#[derive(Default)]
struct Found(Vec<Ident>);

impl<'ast> Visit<'ast> for Found {
    fn visit_pat_ident(&mut self, pat: &'ast PatIdent) {
        if !may_be_constant(pat) {
            self.0.push(pat.ident.clone());
        }
        visit::visit_pat_ident(self, pat);
    }

    fn visit_pat_or(&mut self, pat: &'ast PatOr) {
        if let Some(first) = pat.cases.first() {
            self.visit_pat(first);
        }
    }

    fn visit_expr(&mut self, _: &'ast syn::Expr) {}
}

/// `fn f(Marker: Marker)` matches a unit struct and binds nothing.
fn may_be_constant(pat: &PatIdent) -> bool {
    let plain = pat.by_ref.is_none() && pat.mutability.is_none() && pat.subpat.is_none();
    plain && pat.ident.to_token_stream().to_string().starts_with(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::bindings;

    fn names(signature: &str) -> Vec<(String, bool)> {
        let sig = syn::parse_str(signature).unwrap_or_else(|error| panic!("{signature}: {error}"));
        bindings(&sig).into_iter().map(|found| (found.ident.to_string(), found.copied)).collect()
    }

    #[test]
    fn every_pattern_gives_its_own_names() {
        let found = names(
            "fn f((a, mut b): (u8, u8), S { c, d: [e, ..], .. }: S, ref g @ (h, _): T, Unit: Unit)",
        );
        let found: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(found, ["a", "b", "c", "e", "g", "h", "Unit"]);
    }

    #[test]
    fn shared_references_and_primitives_stay_readable() {
        let found = names("fn f(&self, a: &str, b: &mut u8, c: u64, d: String)");
        let found: Vec<_> = found.iter().map(|(_, copied)| *copied).collect();
        assert_eq!(found, [true, true, false, true, false]);
    }
}
