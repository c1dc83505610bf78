//! Parses the options of `#[track_exception(..)]` and `#[auto_track_exception(..)]`.

use crate::errors::{nearest, Errors};
use crate::parse::function::list;
use crate::parse::pairs::{Pair, Shown};
use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{parenthesized, Expr, Ident, LitStr, Pat, Path, Result, Token};

pub(crate) const NAMES: [&str; 16] = [
    "silent",
    "context",
    "context_now",
    "ignore",
    "skip",
    "skip_all",
    "mask",
    "globals",
    "keep",
    "serialize",
    "level",
    "fingerprint",
    "name",
    "handler",
    "source",
    "crate",
];

/// Level names as users write them, and the variants they stand for.
pub(crate) const LEVELS: [(&str, &str); 5] = [
    ("debug", "Debug"),
    ("info", "Info"),
    ("warning", "Warning"),
    ("error", "Error"),
    ("fatal", "Fatal"),
];

/// The options as written.
#[derive(Default)]
pub(crate) struct Options {
    /// Each option's name where it was written.
    pub(crate) given: Vec<Ident>,
    pub(crate) silent: Option<Silent>,
    pub(crate) context: Vec<Pair>,
    pub(crate) context_now: Vec<Pair>,
    pub(crate) ignore: Vec<Ignored>,
    pub(crate) skip: Vec<Ident>,
    pub(crate) skip_all: bool,
    pub(crate) mask: Vec<Ident>,
    pub(crate) globals: Vec<Path>,
    pub(crate) keep: Vec<Ident>,
    pub(crate) serialize: Vec<Ident>,
    pub(crate) level: Option<Ident>,
    pub(crate) fingerprint: Option<Shown>,
    pub(crate) name: Option<LitStr>,
    pub(crate) handler: Option<Ident>,
    pub(crate) source: bool,
    pub(crate) root: Option<Path>,
}

/// `silent`, or `silent = expr`.
pub(crate) enum Silent {
    Default,
    Value(Box<Expr>),
}

/// A pattern of `ignore(..)`, with its guard.
pub(crate) struct Ignored {
    pub(crate) pattern: Pat,
    pub(crate) guard: Option<Expr>,
}

impl Parse for Ignored {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let pattern = Pat::parse_multi_with_leading_vert(input)?;
        let guard = match input.parse::<Option<Token![if]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        Ok(Ignored { pattern, guard })
    }
}

/// Parses what stands in the attribute's parentheses, going on after each bad option.
pub(crate) fn parse(attribute: &str, tokens: TokenStream, errors: &mut Errors) -> Options {
    let mut options = Options::default();
    let parsed = (|input: ParseStream<'_>| {
        options.read_all(attribute, input, errors);
        Ok(())
    })
    .parse2(tokens);
    if let Err(error) = parsed {
        errors.push(error);
    }
    options
}

impl Options {
    /// Where an option's name was written.
    pub(crate) fn span_of(&self, name: &str) -> Span {
        self.given.iter().find(|given| *given == name).map_or_else(Span::call_site, Ident::span)
    }

    fn read_all(&mut self, attribute: &str, input: ParseStream<'_>, errors: &mut Errors) {
        while !input.is_empty() {
            if let Err(error) = self.read(attribute, input) {
                errors.push(error);
                skip_to_comma(input);
            } else if !input.is_empty() && !input.peek(Token![,]) {
                errors.at(
                    input.span(),
                    format_args!("`{attribute}` expects a comma between its options"),
                );
                skip_to_comma(input);
            }
            let _ = input.parse::<Option<Token![,]>>();
        }
    }

    fn read(&mut self, attribute: &str, input: ParseStream<'_>) -> Result<()> {
        let name = input.call(Ident::parse_any)?;
        let text = name.unraw().to_string();
        if !NAMES.contains(&text.as_str()) {
            return Err(unknown(attribute, &name, &text));
        }
        let twice = self.given.contains(&name);
        self.given.push(name.clone());
        self.read_value(attribute, &name, &text, input)
            .map_err(|error| named(attribute, &text, error))?;
        if twice {
            return Err(syn::Error::new(
                name.span(),
                format_args!("`{attribute}`: `{text}` is given twice"),
            ));
        }
        Ok(())
    }

    fn read_value(
        &mut self,
        attribute: &str,
        name: &Ident,
        text: &str,
        input: ParseStream<'_>,
    ) -> Result<()> {
        let form = Form { attribute, name, text, input };
        match text {
            "silent" if input.peek(Token![=]) => {
                self.silent = Some(Silent::Value(Box::new(form.value()?)))
            }
            "silent" => form.bare(|| self.silent = Some(Silent::Default))?,
            "skip_all" => form.bare(|| self.skip_all = true)?,
            "source" => form.bare(|| self.source = true)?,
            "context" => self.context.extend(form.list::<Pair>("key = value")?),
            "context_now" => self.context_now.extend(form.list::<Pair>("key = value")?),
            "ignore" => self.ignore.extend(form.list::<Ignored>("pattern")?),
            "skip" => self.skip.extend(form.names()?),
            "mask" => self.mask.extend(form.names()?),
            "keep" => self.keep.extend(form.names()?),
            "serialize" => self.serialize.extend(form.names()?),
            "globals" => self.globals.extend(form.list::<Path>("path")?),
            "level" => self.level = Some(level(attribute, form.value()?)?),
            "fingerprint" => self.fingerprint = Some(form.value()?),
            "name" => self.name = Some(form.value()?),
            "handler" => self.handler = Some(form.value::<Word>()?.0),
            _ => self.root = Some(form.value::<RootPath>()?.0),
        }
        Ok(())
    }
}

/// A level's name, checked.
pub(crate) fn level(owner: &str, name: Word) -> Result<Ident> {
    let text = name.0.to_string();
    if LEVELS.iter().any(|(level, _)| *level == text) {
        return Ok(name.0);
    }
    let message = format!(
        "`{owner}`: unknown level `{text}`; allowed are debug, info, warning, error, fatal"
    );
    Err(syn::Error::new(name.0.span(), message))
}

fn unknown(attribute: &str, name: &Ident, text: &str) -> syn::Error {
    let hint = match nearest(text, &NAMES) {
        Some(word) => format!("; did you mean `{word}`?"),
        None => format!("; allowed are {}", NAMES.join(", ")),
    };
    syn::Error::new(name.span(), format_args!("`{attribute}` has no option `{text}`{hint}"))
}

/// An error of the parser, with the option that it is about.
fn named(attribute: &str, text: &str, error: syn::Error) -> syn::Error {
    let rule = error.to_string();
    if rule.starts_with('`') {
        return error;
    }
    syn::Error::new(error.span(), format_args!("`{attribute}`: `{text}`: {rule}"))
}

/// One option while its value is read.
struct Form<'a> {
    attribute: &'a str,
    name: &'a Ident,
    text: &'a str,
    input: ParseStream<'a>,
}

impl Form<'_> {
    fn bare(&self, set: impl FnOnce()) -> Result<()> {
        if self.input.is_empty() || self.input.peek(Token![,]) {
            set();
            return Ok(());
        }
        Err(self.error(format_args!("takes no value: write `{}`", self.text)))
    }

    fn value<T: Parse>(&self) -> Result<T> {
        if self.input.parse::<Option<Token![=]>>()?.is_none() {
            return Err(self.error(format_args!("needs a value: write `{} = ..`", self.text)));
        }
        self.input.parse()
    }

    fn list<T: Parse>(&self, of: &str) -> Result<Vec<T>> {
        if !self.input.peek(syn::token::Paren) {
            return Err(self.error(format_args!("needs a list: write `{}({of}, ..)`", self.text)));
        }
        let content;
        parenthesized!(content in self.input);
        list(&content)
    }

    fn names(&self) -> Result<Vec<Ident>> {
        Ok(self.list::<Word>("argument")?.into_iter().map(|word| word.0).collect())
    }

    fn error(&self, rule: std::fmt::Arguments<'_>) -> syn::Error {
        syn::Error::new(
            self.name.span(),
            format_args!("`{}`: `{}` {rule}", self.attribute, self.text),
        )
    }
}

/// An identifier or `self`.
pub(crate) struct Word(pub(crate) Ident);

impl Parse for Word {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        input.call(Ident::parse_any).map(Word)
    }
}

struct RootPath(Path);

impl Parse for RootPath {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        input.call(Path::parse_mod_style).map(RootPath)
    }
}

fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<proc_macro2::TokenTree>().is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, Options, Silent};
    use crate::errors::Errors;
    use quote::quote;

    fn read(tokens: proc_macro2::TokenStream) -> (Options, Vec<String>) {
        let mut errors = Errors::default();
        let options = parse("track_exception", tokens, &mut errors);
        (options, errors.texts())
    }

    #[test]
    fn every_option_of_the_table_is_read() {
        let (options, errors) = read(quote! {
            silent = Ok(f::<A, B>()), context(user.id = %u.id, "k" = ?v, n = 1), context_now(m = 2),
            ignore(E::Gone, E::Io(e) if e.is_late(), A | B), skip(a, self), mask(b), globals(crate::X, Y),
            keep(c), serialize(d), level = warning, fingerprint = ?code, name = "pay", handler = err, source,
            crate = crate::tracker, skip_all,
        });
        assert_eq!(errors, Vec::<String>::new());
        assert!(matches!(options.silent, Some(Silent::Value(_))));
        let keys: Vec<_> = options.context.iter().map(|pair| pair.key.as_str()).collect();
        assert_eq!(keys, ["user.id", "k", "n"]);
        assert_eq!((options.ignore.len(), options.skip.len(), options.globals.len()), (3, 2, 2));
        assert!(
            options.skip_all
                && options.source
                && options.root.is_some()
                && options.handler.is_some()
        );
    }

    #[test]
    fn all_mistakes_are_reported_in_one_go() {
        let (_, errors) =
            read(quote! { silnt, level = loud, skip, name = 3, source = 1, silent, silent });
        assert_eq!(errors.len(), 6, "{errors:?}");
        assert_eq!(errors[0], "`track_exception` has no option `silnt`; did you mean `silent`?");
        assert!(errors[1].contains("unknown level `loud`"));
        assert_eq!(errors[2], "`track_exception`: `skip` needs a list: write `skip(argument, ..)`");
        assert_eq!(errors[4], "`track_exception`: `source` takes no value: write `source`");
        assert_eq!(errors[5], "`track_exception`: `silent` is given twice");
    }
}
