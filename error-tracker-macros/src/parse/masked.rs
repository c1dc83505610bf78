//! Parses the type that `#[derive(Masked)]` stands on, and its `#[masked(..)]` attributes.

use crate::errors::{nearest, Errors};
use proc_macro2::Span;
use std::fmt::Display;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Data, DeriveInput, Fields, Generics, Ident, Member, Path, Result, Type};

/// A struct or an enum: a struct is one shape without a variant.
pub(crate) struct MaskedType {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) shapes: Vec<Shape>,
    pub(crate) root: Option<Path>,
}

/// A variant, or the whole of a struct.
pub(crate) struct Shape {
    pub(crate) variant: Option<Ident>,
    /// The fields have names.
    pub(crate) named: bool,
    pub(crate) fields: Vec<Field>,
}

/// A field, hidden unless it is marked.
pub(crate) struct Field {
    pub(crate) member: Member,
    pub(crate) ty: Type,
    pub(crate) shown: bool,
}

/// Where a `#[masked(..)]` stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Type,
    Variant,
    Field,
}

/// What all attributes of one place say.
#[derive(Default)]
struct Marks {
    shown: bool,
    root: Option<Path>,
}

impl MaskedType {
    /// Reads the type; a union has no fields of which one could say which is there.
    pub(crate) fn read(input: DeriveInput, errors: &mut Errors) -> Option<MaskedType> {
        let root = marks(&input.attrs, Place::Type, errors).root;
        let shapes = match input.data {
            Data::Struct(data) => vec![Shape::read(None, data.fields, errors)],
            Data::Enum(data) => data
                .variants
                .into_iter()
                .map(|variant| {
                    marks(&variant.attrs, Place::Variant, errors);
                    Shape::read(Some(variant.ident), variant.fields, errors)
                })
                .collect(),
            Data::Union(data) => {
                let rule = "goes on structs and enums: which field of a union holds is not known";
                errors.at(data.union_token.span, format_args!("`derive(Masked)` {rule}"));
                return None;
            }
        };
        Some(MaskedType { ident: input.ident, generics: input.generics, shapes, root })
    }
}

impl Shape {
    fn read(variant: Option<Ident>, fields: Fields, errors: &mut Errors) -> Shape {
        let named = matches!(fields, Fields::Named(_));
        let members: Vec<Member> = fields.members().collect();
        let fields = members
            .into_iter()
            .zip(fields)
            .map(|(member, field)| {
                let shown = marks(&field.attrs, Place::Field, errors).shown;
                Field { member, ty: field.ty, shown }
            })
            .collect();
        Shape { variant, named, fields }
    }
}

fn marks(attributes: &[Attribute], place: Place, errors: &mut Errors) -> Marks {
    let mut marks = Marks::default();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("masked")) {
        let read = |input: ParseStream<'_>| marks.read(place, input);
        if attribute.meta.require_list().is_err() {
            errors.at(span(attribute), "`masked` needs an option: write `masked(show)`");
        } else if let Err(error) = attribute.parse_args_with(read) {
            errors.push(error);
        }
    }
    marks
}

impl Marks {
    fn read(&mut self, place: Place, input: ParseStream<'_>) -> Result<()> {
        while !input.is_empty() {
            let name = input.call(Ident::parse_any)?;
            match (name.unraw().to_string().as_str(), place) {
                ("show", Place::Field) => self.shown = true,
                ("show", _) => return wrong(&name, "`masked`: `show` goes on single fields"),
                ("crate", Place::Type) => {
                    input.parse::<syn::Token![=]>()?;
                    self.root = Some(input.call(Path::parse_mod_style)?);
                }
                ("crate", _) => return wrong(&name, "`masked`: `crate` goes on the type"),
                (other, _) => return wrong(&name, unknown(other)),
            }
            if !input.is_empty() {
                input.parse::<syn::Token![,]>()?;
            }
        }
        Ok(())
    }
}

fn wrong(name: &Ident, rule: impl Display) -> Result<()> {
    Err(syn::Error::new(name.span(), rule))
}

fn unknown(text: &str) -> String {
    let hint = match nearest(text, &["show", "crate"]) {
        Some(word) => format!("did you mean `{word}`?"),
        None => "allowed are show, crate".to_owned(),
    };
    format!("`masked` has no option `{text}`; {hint}")
}

fn span(attribute: &Attribute) -> Span {
    attribute.path().get_ident().map_or_else(Span::call_site, Ident::span)
}
