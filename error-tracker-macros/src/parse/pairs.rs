//! Parses `key = value` pairs, with `%` for `Display` and `?` for `Debug`.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Ident, LitStr, Result, Token};

/// How a value becomes text or JSON.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sigil {
    None,
    Display,
    Debug,
}

/// A value with its sigil.
#[derive(Clone)]
pub(crate) struct Shown {
    pub(crate) sigil: Sigil,
    pub(crate) expr: Expr,
}

/// One `key = value`.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) key: String,
    pub(crate) span: Span,
    pub(crate) value: Shown,
}

impl Parse for Shown {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let sigil = if input.parse::<Option<Token![%]>>()?.is_some() {
            Sigil::Display
        } else if input.parse::<Option<Token![?]>>()?.is_some() {
            Sigil::Debug
        } else {
            Sigil::None
        };
        Ok(Shown { sigil, expr: input.parse()? })
    }
}

impl Parse for Pair {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let (key, span) = key(input)?;
        input.parse::<Token![=]>()?;
        Ok(Pair { key, span, value: input.parse()? })
    }
}

/// A key: an identifier, several with dots between, or a string literal.
pub(crate) fn key(input: ParseStream<'_>) -> Result<(String, Span)> {
    if input.peek(LitStr) {
        let text: LitStr = input.parse()?;
        return Ok((text.value(), text.span()));
    }
    let first = Ident::parse_any(input)?;
    let mut key = first.unraw().to_string();
    while input.parse::<Option<Token![.]>>()?.is_some() {
        key.push('.');
        key.push_str(&Ident::parse_any(input)?.unraw().to_string());
    }
    Ok((key, first.span()))
}

#[cfg(test)]
mod tests {
    use super::{Pair, Sigil};

    #[test]
    fn keys_are_identifiers_dotted_names_or_literals() {
        let key = |text: &str| syn::parse_str::<Pair>(text).map(|pair| pair.key).ok();
        assert_eq!(key("user = 1").as_deref(), Some("user"));
        assert_eq!(key("user.id = 1").as_deref(), Some("user.id"));
        assert_eq!(key("\"user id\" = 1").as_deref(), Some("user id"));
        assert_eq!(key("r#type = 1").as_deref(), Some("type"));
        assert_eq!(key("user 1"), None);
    }

    #[test]
    fn sigils_choose_the_trait() {
        let sigil = |text: &str| syn::parse_str::<Pair>(text).map(|pair| pair.value.sigil).ok();
        assert_eq!(sigil("a = %b"), Some(Sigil::Display));
        assert_eq!(sigil("a = ?b"), Some(Sigil::Debug));
        assert_eq!(sigil("a = b"), Some(Sigil::None));
    }
}
