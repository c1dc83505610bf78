//! Walks an `impl`, trait or inline module and expands the functions that `auto_track_exception` covers.

use crate::errors::Errors;
use crate::expand;
use crate::parse::function::{has_attr, Function};
use crate::parse::options::{self, Options, Silent};
use crate::validate::bindings::bindings;
use crate::validate::names::Names;
use crate::validate::{plan, Place};
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use std::collections::HashSet;
use syn::{Attribute, ImplItem, Item, ItemImpl, ItemMod, ItemTrait, TraitItem};

/// The options of a block while its functions are expanded.
pub(crate) struct Covering {
    name: &'static str,
    tokens: TokenStream,
    /// The arguments that `context` would read, by name, with their place there.
    context: Vec<(Names, Span)>,
    told: HashSet<usize>,
    errors: Errors,
}

impl Covering {
    pub(crate) fn new(name: &'static str, tokens: TokenStream) -> Covering {
        let mut errors = Errors::default();
        let options = options::parse(name, tokens.clone(), &mut errors);
        check_options(name, &options, &mut errors);
        let context = options
            .context
            .iter()
            .map(|pair| (Names::of_expr(&pair.value.expr), pair.span))
            .collect();
        Covering { name, tokens, context, told: HashSet::new(), errors }
    }

    pub(crate) fn into_errors(self) -> Errors {
        self.errors
    }

    fn function(&mut self, function: Function, place: Place) -> TokenStream {
        self.check_context(&function);
        let options = options::parse(self.name, self.tokens.clone(), &mut Errors::default());
        match plan(self.name, options, function, Errors::default()) {
            Ok(plan) => expand::function(plan, place),
            Err(errors) => {
                self.errors.extend(errors);
                TokenStream::new()
            }
        }
    }

    fn check_context(&mut self, function: &Function) {
        let bound = bindings(&function.sig);
        for (index, (names, at)) in self.context.iter().enumerate() {
            let Some(argument) = bound.iter().find(|binding| names.has(&binding.ident)) else {
                continue;
            };
            if self.told.insert(index) {
                let rule = "on a block can't use a function's arguments; `";
                let (name, ident, function) = (self.name, &argument.ident, &function.sig.ident);
                self.errors.at(
                    *at,
                    format_args!("`{name}`: `context` {rule}{ident}` is one of `{function}`"),
                );
            }
        }
    }
}

fn check_options(name: &str, options: &Options, errors: &mut Errors) {
    const ALLOWED: [&str; 8] =
        ["silent", "context", "skip_all", "globals", "level", "ignore", "source", "crate"];
    for given in options.given.iter().filter(|given| !ALLOWED.contains(&given.to_string().as_str()))
    {
        let rule = "goes on single functions only; on a block allowed are silent, context, skip_all, globals, level, ignore, source";
        errors.at(given.span(), format_args!("`{name}`: `{given}` {rule}"));
    }
    if matches!(options.silent, Some(Silent::Value(_))) {
        let rule = "goes on single functions only: return types differ";
        errors.at(options.span_of("silent"), format_args!("`{name}`: `silent = expr` {rule}"));
    }
}

/// An item with its covered functions expanded.
pub(crate) fn item(covering: &mut Covering, item: Item) -> TokenStream {
    match item {
        Item::Fn(function) => {
            let syn::ItemFn { attrs, vis, modifiers, sig, block } = function;
            let function =
                Function { attrs, vis, default: modifiers.defaultness, sig, block: *block };
            one(covering, function, Place::Free)
        }
        Item::Impl(block) => implementation(covering, block).into_token_stream(),
        Item::Trait(block) => definition(covering, block).into_token_stream(),
        Item::Mod(block) => module(covering, block).into_token_stream(),
        other => other.into_token_stream(),
    }
}

fn module(covering: &mut Covering, mut block: ItemMod) -> ItemMod {
    let covers = covers(&block.attrs);
    if let Some((_, items)) = block.content.as_mut().filter(|_| covers) {
        for place in items {
            let inside = std::mem::replace(place, Item::Verbatim(TokenStream::new()));
            *place = Item::Verbatim(item(covering, inside));
        }
    }
    block
}

fn implementation(covering: &mut Covering, mut block: ItemImpl) -> ItemImpl {
    if !covers(&block.attrs) || is_left_alone(&block) {
        return block;
    }
    let place = if block.trait_.is_none() { Place::Inherent } else { Place::Other };
    for inside in &mut block.items {
        if let ImplItem::Fn(method) = inside {
            *inside = ImplItem::Verbatim(one(covering, method.clone().into(), place));
        }
    }
    block
}

fn definition(covering: &mut Covering, mut block: ItemTrait) -> ItemTrait {
    if !covers(&block.attrs) {
        return block;
    }
    for inside in &mut block.items {
        let TraitItem::Fn(method) = inside else { continue };
        let Some(body) = method.default.clone() else { continue };
        let (attrs, sig) = (method.attrs.clone(), method.sig.clone());
        let function =
            Function { attrs, vis: syn::Visibility::Inherited, default: None, sig, block: body };
        *inside = TraitItem::Verbatim(one(covering, function, Place::Other));
    }
    block
}

fn one(covering: &mut Covering, function: Function, place: Place) -> TokenStream {
    if !covers(&function.attrs) || function.sig.constness.is_some() {
        return function.unchanged();
    }
    covering.function(function, place)
}

/// Whether the outer attribute goes on inside. `#[no_track]` stays, so that its import counts as used.
fn covers(attrs: &[Attribute]) -> bool {
    !["no_track", "track_exception", "auto_track_exception"]
        .iter()
        .any(|name| has_attr(attrs, name))
}

/// `fmt` traits run while an event is written, `Drop` and allocators where nothing may go wrong.
fn is_left_alone(block: &ItemImpl) -> bool {
    const TRAITS: [&str; 12] = [
        "Display",
        "Debug",
        "LowerHex",
        "UpperHex",
        "Binary",
        "Octal",
        "Pointer",
        "LowerExp",
        "UpperExp",
        "Write",
        "Drop",
        "GlobalAlloc",
    ];
    let Some((path, _)) = &block.trait_ else { return false };
    let mut segments = path.segments.iter().rev();
    let Some(last) = segments.next() else { return false };
    let of_fmt = segments.next().is_some_and(|before| before.ident == "fmt");
    TRAITS.iter().any(|name| last.ident == name) && (last.ident != "Write" || of_fmt)
}
