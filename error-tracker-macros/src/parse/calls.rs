//! Parses the input of `scope!`, `capture_exception!`, `capture_message!`, `breadcrumb!` and `print_exception!`.

use crate::parse::options::{level, Silent, Word};
use crate::parse::pairs::{key, Pair, Shown};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Block, Expr, ExprAsync, ExprClosure, LitStr, Pat, Result, Token, Type};

/// What a call hands over besides its main value.
#[derive(Default)]
pub(crate) struct Extras {
    pub(crate) pairs: Vec<Pair>,
    pub(crate) error: Option<Expr>,
    pub(crate) request: Option<Expr>,
    pub(crate) level: Option<Ident>,
    pub(crate) fingerprint: Option<Shown>,
}

/// The keys that are no context; each call takes some of them.
const RESERVED: [&str; 4] = ["error", "request", "level", "fingerprint"];

/// Which macro is read, and the reserved keys that it takes.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    pub(crate) name: &'static str,
    pub(crate) keys: &'static [&'static str],
}

/// `$crate ; input`, as the runtime's `macro_rules` hand it over.
pub(crate) fn split(tokens: TokenStream) -> (TokenStream, TokenStream) {
    let mut rest = tokens.into_iter();
    let is_end = |token: &TokenTree| matches!(token, TokenTree::Punct(end) if end.as_char() == ';');
    let krate = rest.by_ref().take_while(|token| !is_end(token)).collect();
    (krate, rest.collect())
}

impl Extras {
    /// Reads pairs with commas between until `stop` or the end.
    pub(crate) fn read(
        &mut self,
        call: Call,
        input: ParseStream<'_>,
        stop: fn(ParseStream<'_>) -> bool,
    ) -> Result<()> {
        while !input.is_empty() && !stop(input) {
            self.read_pair(call, input)?;
            if !input.is_empty() && !stop(input) {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }

    pub(crate) fn read_pair(&mut self, call: Call, input: ParseStream<'_>) -> Result<()> {
        let ahead = input.fork();
        let name =
            ahead.call(Ident::parse_any).map(|name| name.unraw().to_string()).unwrap_or_default();
        if !RESERVED.contains(&name.as_str()) || !ahead.peek(Token![=]) {
            self.pairs.push(input.parse()?);
            return Ok(());
        }
        let word: Ident = input.call(Ident::parse_any)?;
        input.parse::<Token![=]>()?;
        if !call.keys.contains(&name.as_str()) {
            return Err(reserved(call, &word));
        }
        match name.as_str() {
            "error" => self.error = Some(input.parse()?),
            "request" => self.request = Some(input.parse()?),
            "level" => self.level = Some(level(call.name, input.parse::<Word>()?)?),
            _ => self.fingerprint = Some(input.parse()?),
        }
        Ok(())
    }
}

fn reserved(call: Call, word: &Ident) -> syn::Error {
    let allowed = match call.keys {
        [] => "none of these is allowed here".to_owned(),
        keys => format!("allowed of these here: {}", keys.join(", ")),
    };
    syn::Error::new(
        word.span(),
        format_args!("`{}!`: `{word}` is a reserved key; {allowed}", call.name),
    )
}

/// The input of `scope!`.
pub(crate) struct ScopeCall {
    pub(crate) silent: Option<Silent>,
    pub(crate) extras: Extras,
    pub(crate) body: ScopeBody,
    pub(crate) span: Span,
}

/// What `scope!` runs.
pub(crate) enum ScopeBody {
    /// Nothing: it gives back a guard.
    Guard,
    Block {
        scope: Option<Box<Pat>>,
        output: Option<Box<Type>>,
        block: Block,
    },
    Async(Box<ExprAsync>),
}

const SCOPE: Call = Call { name: "scope", keys: &["request"] };

impl Parse for ScopeCall {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let span = input.span();
        let silent = silent(input)?;
        let mut extras = Extras::default();
        extras.read(SCOPE, input, starts_body)?;
        let body = ScopeBody::parse(input)?;
        input.parse::<Option<Token![,]>>()?;
        if let (Some(_), ScopeBody::Guard) = (&silent, &body) {
            return Err(syn::Error::new(
                span,
                "`scope!`: `silent` needs a block to run: `scope!(silent, { .. })`",
            ));
        }
        Ok(ScopeCall { silent, extras, body, span })
    }
}

fn silent(input: ParseStream<'_>) -> Result<Option<Silent>> {
    let ahead = input.fork();
    match ahead.parse::<Ident>() {
        Ok(word) if word == "silent" => input.parse::<Ident>()?,
        _ => return Ok(None),
    };
    let silent = match input.parse::<Option<Token![=]>>()? {
        Some(_) => Silent::Value(Box::new(input.parse()?)),
        None => Silent::Default,
    };
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(Some(silent))
}

fn starts_body(input: ParseStream<'_>) -> bool {
    input.peek(syn::token::Brace)
        || input.peek(Token![->])
        || input.peek(Token![|])
        || input.peek(Token![async])
}

impl Parse for ScopeBody {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.is_empty() {
            return Ok(ScopeBody::Guard);
        }
        if input.peek(Token![async]) {
            return Ok(ScopeBody::Async(Box::new(input.parse()?)));
        }
        if input.peek(Token![|]) {
            return with_scope(input.parse()?);
        }
        let output = match input.parse::<Option<Token![->]>>()? {
            Some(_) => Some(Box::new(input.call(Type::without_plus)?)),
            None => None,
        };
        Ok(ScopeBody::Block { scope: None, output, block: input.parse()? })
    }
}

fn with_scope(closure: ExprClosure) -> Result<ScopeBody> {
    let mut inputs = closure.inputs.into_iter();
    let (Some(scope), None) = (inputs.next(), inputs.next()) else {
        let message = "`scope!`: the closure takes one argument, the scope: `|scope| { .. }`";
        return Err(syn::Error::new(closure.inputs_begin.spans[0], message));
    };
    let output = match closure.output {
        syn::ReturnType::Type(_, ty) => Some(ty),
        syn::ReturnType::Default => None,
    };
    let block = match *closure.body {
        Expr::Block(body) if body.label.is_none() => body.block,
        other => syn::parse_quote!({ #other }),
    };
    Ok(ScopeBody::Block { scope: Some(Box::new(scope)), output, block })
}

/// The input of `capture_exception!`.
pub(crate) struct ExceptionCall {
    pub(crate) error: Expr,
    pub(crate) extras: Extras,
}

impl Parse for ExceptionCall {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let call = Call { name: "capture_exception", keys: &["request", "level", "fingerprint"] };
        let error = main_value(call, "the error", input)?;
        let mut extras = Extras::default();
        extras.read(call, input, |_| false)?;
        Ok(ExceptionCall { error, extras })
    }
}

/// The input of `print_exception!`: an error, and what to write it to.
pub(crate) struct PrintCall {
    pub(crate) error: Expr,
    pub(crate) writer: Expr,
}

impl Parse for PrintCall {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let call = Call { name: "print_exception", keys: &[] };
        let error = main_value(call, "the error", input)?;
        let writer = main_value(call, "the writer", input)?;
        Ok(PrintCall { error, writer })
    }
}

fn main_value(call: Call, what: &str, input: ParseStream<'_>) -> Result<Expr> {
    if input.is_empty() {
        return Err(syn::Error::new(
            Span::call_site(),
            format_args!("`{}!` needs {what}", call.name),
        ));
    }
    let value = input.parse()?;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(value)
}

/// The input of `capture_message!` and `breadcrumb!`.
pub(crate) struct MessageCall {
    pub(crate) text: LitStr,
    /// What follows the text as in `format!`, comma included.
    pub(crate) arguments: TokenStream,
    pub(crate) extras: Extras,
}

impl MessageCall {
    /// `key = value, ..; "text {}", arguments`
    pub(crate) fn message(tokens: TokenStream) -> Result<MessageCall> {
        let call =
            Call { name: "capture_message", keys: &["error", "request", "level", "fingerprint"] };
        let parser = |input: ParseStream<'_>| {
            let mut extras = Extras::default();
            if has_values(input) {
                extras.read(call, input, |input| input.peek(Token![;]))?;
                semicolon(call, input)?;
            }
            Ok(MessageCall { text: text(call, input)?, arguments: input.parse()?, extras })
        };
        parser.parse2(tokens)
    }

    /// `"text {x}", key = value, ..`
    pub(crate) fn breadcrumb(tokens: TokenStream) -> Result<MessageCall> {
        let call = Call { name: "breadcrumb", keys: &["level"] };
        let parser = |input: ParseStream<'_>| {
            let (text, mut extras) = (text(call, input)?, Extras::default());
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
            extras.read(call, input, |_| false)?;
            Ok(MessageCall { text, arguments: TokenStream::new(), extras })
        };
        parser.parse2(tokens)
    }
}

/// Whether `key = value` comes first, not the text.
fn has_values(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    key(&ahead).is_ok() && ahead.peek(Token![=]) && !ahead.peek(Token![==])
}

fn semicolon(call: Call, input: ParseStream<'_>) -> Result<()> {
    if input.parse::<Option<Token![;]>>()?.is_none() {
        let rule = "needs its text after the values: write `key = value; \"text\"`";
        return Err(syn::Error::new(Span::call_site(), format_args!("`{}!` {rule}", call.name)));
    }
    Ok(())
}

fn text(call: Call, input: ParseStream<'_>) -> Result<LitStr> {
    input.parse().map_err(|error| {
        let rule = "needs its text as a string literal: it decides which messages belong together";
        syn::Error::new(error.span(), format_args!("`{}!` {rule}", call.name))
    })
}

#[cfg(test)]
mod tests {
    use super::{split, ExceptionCall, MessageCall, ScopeBody, ScopeCall};
    use quote::quote;

    fn scope(text: &str) -> ScopeCall {
        syn::parse_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn refused(text: &str) -> String {
        syn::parse_str::<ScopeCall>(text).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn scopes_are_read_in_every_form() {
        assert!(matches!(scope("user_id = 7, email = %email").body, ScopeBody::Guard));
        assert!(matches!(
            scope("user_id = 7, { f()? }").body,
            ScopeBody::Block { scope: None, output: None, .. }
        ));
        assert!(matches!(
            scope("a = 7, -> Result<T, E> { f()? }").body,
            ScopeBody::Block { output: Some(_), .. }
        ));
        assert!(matches!(
            scope("silent, |scope| { f() }").body,
            ScopeBody::Block { scope: Some(_), .. }
        ));
        assert!(matches!(
            scope("a = 1, request = r, async move { f().await }").body,
            ScopeBody::Async(_)
        ));
        assert!(scope("silent = 3, { f() }").silent.is_some());
        assert!(scope("request = r").extras.request.is_some());
    }

    #[test]
    fn reserved_keys_are_refused_where_they_mean_nothing() {
        assert!(refused("level = 3").contains("`level` is a reserved key"));
        assert!(refused("silent, a = 1").contains("`silent` needs a block"));
        assert!(refused("|a, b| {}").contains("one argument"));
    }

    #[test]
    fn messages_take_values_before_and_arguments_after_the_text() {
        let call = |tokens| MessageCall::message(tokens).ok();
        assert!(call(quote!("text {x}")).is_some_and(|call| call.extras.pairs.is_empty()));
        let full = call(quote!(level = warning, order = 9, error = &err; "text {}", 3));
        assert!(
            full.is_some_and(|call| call.extras.pairs.len() == 1 && call.extras.error.is_some())
        );
        assert!(call(quote!("key" = 1; "text")).is_some_and(|call| call.extras.pairs.len() == 1));
        assert!(call(quote!(level = loud; "text")).is_none() && call(quote!(text)).is_none());
    }

    #[test]
    fn an_error_comes_first_and_the_crate_before_all() {
        let (krate, rest) = split(quote!(my::tracker; err, a = 1, level = fatal));
        assert_eq!(krate.to_string(), "my :: tracker");
        assert!(syn::parse2::<ExceptionCall>(rest).is_ok_and(|call| call.extras.level.is_some()));
        assert!(syn::parse2::<ExceptionCall>(quote!()).is_err());
    }
}
