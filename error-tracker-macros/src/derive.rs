//! Carries `#[derive(Masked)]` through the stages.

use crate::errors::Errors;
use crate::expand;
use crate::parse::masked::MaskedType;
use proc_macro2::TokenStream;

/// Expands `#[derive(Masked)]`; beside a mistake everything is masked, so that only it is reported.
pub(crate) fn masked(item: TokenStream) -> TokenStream {
    let input = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::default();
    let ty = MaskedType::read(input, &mut errors);
    ty.iter().map(expand::masked::debug).chain([errors.into_tokens()]).collect()
}

#[cfg(test)]
mod tests {
    use super::masked;
    use quote::quote;

    #[test]
    fn only_shown_fields_ask_for_debug() {
        let text = masked(quote! {
            struct Pair<A, B, C: Iterator> { a: A, #[masked(show)] b: Vec<B>, #[masked(show)] c: C::Item }
        })
        .to_string();
        assert!(text.contains("where B : :: core :: fmt :: Debug , C :: Item : :: core"), "{text}");
        assert!(!text.contains("where A") && !text.contains(", A :"), "{text}");
    }

    #[test]
    fn the_runtime_is_found_under_a_path_that_is_given() {
        let text = masked(quote! { #[masked(crate = a::b)] struct S(u8); }).to_string();
        assert!(text.contains("& a :: b :: __private :: Hidden"), "{text}");
    }

    #[test]
    fn each_mistake_is_reported_and_the_implementation_stays() {
        let text = masked(quote! {
            #[masked(show)]
            enum E { #[masked(show)] A { #[masked(shw)] a: u8, #[masked] b: u8, #[masked(crate = x)] c: u8 } }
        })
        .to_string();
        assert_eq!(text.matches("compile_error").count(), 5, "{text}");
        assert!(text.contains("impl :: core :: fmt :: Debug for E"), "{text}");
        let union = masked(quote! { union U { a: u8 } }).to_string();
        assert!(union.contains("compile_error") && !union.contains("impl"), "{union}");
    }
}
