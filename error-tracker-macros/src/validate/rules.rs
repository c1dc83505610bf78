//! The rules that an annotated function and its options must keep.

use crate::errors::Errors;
use crate::parse::function::Function;
use crate::parse::options::{Options, Silent};
use crate::validate::bindings::Binding;
use crate::validate::returns::Returns;
use syn::spanned::Spanned;
use syn::Ident;

/// Reports every rule that is broken.
pub(crate) fn check(
    attribute: &str,
    options: &Options,
    function: &Function,
    bound: &[Binding],
    returns: &Returns,
    errors: &mut Errors,
) {
    if let Some(constness) = &function.sig.constness {
        let rule = "can't be put on a `const fn`: recording is not possible at compile time";
        errors.at(constness.span, format_args!("`{attribute}` {rule}"));
    }
    known_arguments(attribute, options, bound, errors);
    conflicts(attribute, options, errors);
    silent_value(attribute, options, returns, errors);
}

fn known_arguments(attribute: &str, options: &Options, bound: &[Binding], errors: &mut Errors) {
    let lists = [
        ("skip", &options.skip),
        ("mask", &options.mask),
        ("keep", &options.keep),
        ("serialize", &options.serialize),
    ];
    for (option, name) in
        lists.into_iter().flat_map(|(option, list)| list.iter().map(move |name| (option, name)))
    {
        known(attribute, option, name, bound, errors);
    }
    if let Some(name) = &options.handler {
        known(attribute, "handler", name, bound, errors);
    }
}

fn known(attribute: &str, option: &str, name: &Ident, bound: &[Binding], errors: &mut Errors) {
    if bound.iter().any(|binding| binding.ident == *name) {
        return;
    }
    let all: Vec<_> = bound.iter().map(|binding| format!("`{}`", binding.ident)).collect();
    let rule = if all.is_empty() {
        "the function has no arguments".to_owned()
    } else {
        format!("the function's arguments are {}", all.join(", "))
    };
    errors.at(name.span(), format_args!("`{attribute}`: `{option}` names `{name}`, but {rule}"));
}

fn conflicts(attribute: &str, options: &Options, errors: &mut Errors) {
    let lists = [
        ("skip", &options.skip),
        ("mask", &options.mask),
        ("keep", &options.keep),
        ("serialize", &options.serialize),
    ];
    for (place, (option, list)) in lists.iter().enumerate() {
        for (index, name) in list.iter().enumerate() {
            if list[..index].contains(name) {
                errors.at(
                    name.span(),
                    format_args!("`{attribute}`: `{option}` names `{name}` twice"),
                );
            }
            let earlier = lists[..place].iter().filter(|(_, earlier)| earlier.contains(name));
            for (other, _) in
                earlier.filter(|(other, _)| (*other, *option) != ("keep", "serialize"))
            {
                let rule = "an argument is shown in one way only";
                errors.at(
                    name.span(),
                    format_args!(
                        "`{attribute}`: `{name}` is in `{other}` and in `{option}`; {rule}"
                    ),
                );
            }
            if options.skip_all {
                let rule = "leaves no argument to name";
                errors.at(
                    name.span(),
                    format_args!("`{attribute}`: `skip_all` {rule} in `{option}`"),
                );
            }
        }
    }
}

fn silent_value(attribute: &str, options: &Options, returns: &Returns, errors: &mut Errors) {
    if !matches!(options.silent, Some(Silent::Default)) {
        return;
    }
    let rule = "has no default to return: write `silent = expr`";
    match returns {
        Returns::Never => {
            errors.at(
                options.span_of("silent"),
                format_args!("`{attribute}`: `silent` on `-> !` {rule}"),
            );
        }
        Returns::Value { written, opaque: true, .. } => {
            errors.at(
                written.span(),
                format_args!("`{attribute}`: `silent` with `impl Trait` {rule}"),
            );
        }
        _ => {}
    }
}
