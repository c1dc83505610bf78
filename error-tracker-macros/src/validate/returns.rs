//! Says what can be told from a return type without knowing its names' meaning.

use crate::validate::bindings::is_primitive;
use syn::visit_mut::{self, VisitMut};
use syn::{GenericArgument, PathArguments, ReturnType, Type, TypeInfer, TypeParamBound};

/// What a function returns.
#[derive(Clone)]
pub(crate) enum Returns {
    Unit,
    Never,
    /// Not written: a block's type is left to inference.
    Unknown,
    /// A type, with `_` in place of each `impl Trait`.
    Value {
        written: Box<Type>,
        erased: Box<Type>,
        opaque: bool,
        may_fail: bool,
    },
}

impl Returns {
    pub(crate) fn of(output: &ReturnType) -> Returns {
        match output {
            ReturnType::Default => Returns::Unit,
            ReturnType::Type(_, ty) => Returns::of_type(ty),
        }
    }

    pub(crate) fn of_type(ty: &Type) -> Returns {
        match ty {
            Type::Never(_) => return Returns::Never,
            Type::Tuple(tuple) if tuple.elems.is_empty() => return Returns::Unit,
            _ => {}
        }
        let mut erased = ty.clone();
        let mut eraser = Eraser(false);
        eraser.visit_type_mut(&mut erased);
        Returns::Value {
            written: Box::new(ty.clone()),
            erased: Box::new(erased),
            opaque: eraser.0,
            may_fail: !never_fails(ty),
        }
    }

    /// The same type, known to hold no error.
    pub(crate) fn infallible(self) -> Returns {
        match self {
            Returns::Value { written, erased, opaque, .. } => {
                Returns::Value { written, erased, opaque, may_fail: false }
            }
            other => other,
        }
    }

    /// Whether the value may be an `Err`.
    pub(crate) fn may_fail(&self) -> bool {
        matches!(self, Returns::Unknown | Returns::Value { may_fail: true, .. })
    }
}

struct Eraser(bool);

impl VisitMut for Eraser {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if matches!(ty, Type::ImplTrait(_)) {
            self.0 = true;
            *ty =
                Type::Infer(TypeInfer { attrs: Vec::new(), underscore_token: Default::default() });
        } else {
            visit_mut::visit_type_mut(self, ty);
        }
    }
}

/// Types of the standard library that hold no error: no need to look.
fn never_fails(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => {
            path.path.get_ident().is_some_and(|name| is_primitive(name) || name == "String")
                || path.qself.is_none()
                    && path.path.segments.len() == 1
                    && path
                        .path
                        .segments
                        .iter()
                        .any(|last| last.ident == "Option" || last.ident == "Vec")
        }
        Type::Reference(_) | Type::Array(_) | Type::Slice(_) | Type::Ptr(_) => true,
        Type::Tuple(_) => true,
        _ => false,
    }
}

/// The output type named in `impl Future<Output = T>` or `Pin<Box<dyn Future<Output = T>>>`.
pub(crate) fn future_output(ty: &Type) -> Option<&Type> {
    let bounds = match ty {
        Type::ImplTrait(bounds) => &bounds.bounds,
        Type::TraitObject(bounds) => &bounds.bounds,
        Type::Paren(inner) => return future_output(&inner.elem),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            if last.ident != "Pin" && last.ident != "Box" {
                return None;
            }
            return generic_types(&last.arguments).find_map(future_output);
        }
        _ => return None,
    };
    bounds.iter().find_map(output_of_bound)
}

fn generic_types(arguments: &PathArguments) -> impl Iterator<Item = &Type> {
    let list = match arguments {
        PathArguments::AngleBracketed(list) => Some(list.args.iter()),
        _ => None,
    };
    list.into_iter().flatten().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

fn output_of_bound(bound: &TypeParamBound) -> Option<&Type> {
    let TypeParamBound::Trait(bound) = bound else { return None };
    let last = bound.path.segments.last().filter(|last| last.ident == "Future")?;
    let PathArguments::AngleBracketed(list) = &last.arguments else { return None };
    list.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(assoc) if assoc.ident == "Output" => Some(&assoc.ty),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::{future_output, Returns};
    use quote::ToTokens;
    use syn::Type;

    fn ty(text: &str) -> Type {
        syn::parse_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn impl_trait_is_erased_at_any_depth() {
        let Returns::Value { erased, opaque, .. } =
            Returns::of_type(&ty("Result<(impl Fn(), u8), E>"))
        else {
            panic!("not a value")
        };
        assert!(opaque);
        assert_eq!(erased.to_token_stream().to_string(), "Result < (_ , u8) , E >");
    }

    #[test]
    fn plain_types_need_no_look_and_aliases_do() {
        assert!(!Returns::of_type(&ty("Option<u8>")).may_fail());
        assert!(!Returns::of_type(&ty("&str")).may_fail());
        assert!(Returns::of_type(&ty("io::Result<u8>")).may_fail());
        assert!(Returns::of_type(&ty("Outcome")).may_fail());
    }

    #[test]
    fn the_output_of_futures_is_found_in_each_form() {
        for text in [
            "impl Future<Output = u8> + Send",
            "impl ::core::future::Future<Output = u8>",
            "::core::pin::Pin<Box<dyn ::core::future::Future<Output = u8> + ::core::marker::Send + 'a>>",
        ] {
            let future = ty(text);
            assert_eq!(future_output(&future).map(|ty| ty.to_token_stream().to_string()).as_deref(), Some("u8"));
        }
        assert!(future_output(&ty("Pin<Box<dyn Stream<Item = u8>>>")).is_none());
    }
}
