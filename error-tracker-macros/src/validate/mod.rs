//! Second stage: options and function are held against the rules and become a plan.

pub(crate) mod bindings;
pub(crate) mod names;
pub(crate) mod returns;
mod rules;

use crate::errors::Errors;
use crate::parse::function::Function;
use crate::parse::options::{Options, Silent};
use crate::text::one_line;
use bindings::{bindings, Binding, Known};
use names::Names;
use quote::ToTokens;
use returns::{future_output, Returns};
use syn::ext::IdentExt;
use syn::{Block, Expr, ExprAsync, Ident, Item, ReturnType, Stmt, Type, TypeParamBound};

/// How one argument is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum How {
    Keep,
    /// Kept without looking what it can do.
    Known(Known),
    Always,
    Serialize,
    SerializeAlways,
    Masked,
}

/// An argument that the frame shows.
#[derive(Clone)]
pub(crate) struct Local {
    pub(crate) ident: Ident,
    /// What the frame calls it.
    pub(crate) name: String,
    pub(crate) how: How,
}

/// Where the function's work is done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Shape {
    Sync,
    Async,
    /// The body ends in an `async` block, perhaps boxed, that is the work.
    Block,
}

/// A function that passed all rules, with everything that the expansion needs.
pub(crate) struct Plan {
    pub(crate) function: Function,
    pub(crate) options: Options,
    pub(crate) shape: Shape,
    pub(crate) locals: Vec<Local>,
    /// What the work returns: the future's output where there is a future.
    pub(crate) returns: Returns,
    /// What the future gives that a function returns without an `async` block of its own.
    pub(crate) future: Option<Returns>,
    /// The options' expressions read what the body would otherwise take.
    pub(crate) borrows: bool,
}

/// Where a function was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Place {
    /// The attribute stands on the function itself.
    Alone,
    /// In a module that the attribute covers.
    Free,
    /// In an inherent `impl` that the attribute covers: a sibling may be added.
    Inherent,
    /// In another block that the attribute covers.
    Other,
}

/// Checks a function with its options; on violations the function comes back.
pub(crate) fn plan(
    attribute: &str,
    options: Options,
    function: Function,
    mut errors: Errors,
) -> Result<Plan, Errors> {
    let bound = bindings(&function.sig);
    let (shape, returns) = shape(&function);
    rules::check(attribute, &options, &function, &bound, &returns, &mut errors);
    if !errors.is_empty() {
        return Err(errors);
    }
    let locals = locals(&options, &function, &bound, shape);
    let borrows = borrows(&options, &bound);
    let future = opaque_future(&function, &options, shape);
    let returns = if future.is_some() { returns.infallible() } else { returns };
    Ok(Plan { function, options, shape, locals, returns, future, borrows })
}

fn shape(function: &Function) -> (Shape, Returns) {
    let whole = Returns::of(&function.sig.output);
    if function.sig.asyncness.is_some() {
        return (Shape::Async, whole);
    }
    let (Returns::Value { written, .. }, Some(_)) = (&whole, async_tail(&function.block.stmts))
    else {
        return (Shape::Sync, whole);
    };
    match future_output(written) {
        Some(output) => (Shape::Block, Returns::of_type(output)),
        None => (Shape::Sync, whole),
    }
}

/// The output of an `impl Future` that the body gets from elsewhere.
fn opaque_future(function: &Function, options: &Options, shape: Shape) -> Option<Returns> {
    let ReturnType::Type(_, ty) = &function.sig.output else { return None };
    let Type::ImplTrait(bounds) = &**ty else { return None };
    let plain = bounds.bounds.iter().all(|bound| match bound {
        TypeParamBound::Trait(bound) => {
            let last = bound.path.segments.last();
            last.is_some_and(|last| last.ident == "Future" || last.ident == "Send")
        }
        _ => true,
    });
    if shape != Shape::Sync || options.silent.is_some() || !plain {
        return None;
    }
    future_output(ty).map(Returns::of_type)
}

/// The `async` block that a body ends in, also inside `Box::pin(..)`.
pub(crate) fn async_tail(stmts: &[Stmt]) -> Option<&ExprAsync> {
    match stmts.last()? {
        Stmt::Expr(Expr::Async(block), None) => Some(block),
        Stmt::Expr(Expr::Call(call), None) if is_box_pin(&call.func) && call.args.len() == 1 => {
            match call.args.first()? {
                Expr::Async(block) => Some(block),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The same, to put another expression in its place.
pub(crate) fn async_tail_mut(stmts: &mut [Stmt]) -> Option<&mut Expr> {
    match stmts.last_mut()? {
        Stmt::Expr(expr @ Expr::Async(_), None) => Some(expr),
        Stmt::Expr(Expr::Call(call), None) => call.args.first_mut(),
        _ => None,
    }
}

fn is_box_pin(func: &Expr) -> bool {
    let Expr::Path(path) = func else { return false };
    let mut segments = path.path.segments.iter().rev();
    let pin = segments.next().is_some_and(|last| last.ident == "pin");
    pin && segments.next().is_some_and(|before| before.ident == "Box")
}

fn locals(options: &Options, function: &Function, bound: &[Binding], shape: Shape) -> Vec<Local> {
    if options.skip_all {
        return Vec::new();
    }
    let tail = async_tail(&function.block.stmts).filter(|_| shape == Shape::Block);
    let work = tail.map_or(&function.block, |tail| &tail.block);
    let named = Names::of_block(work);
    let shown = bound.iter().filter(|binding| !options.skip.contains(&binding.ident));
    let shown = shown.filter_map(|binding| local(options, &named, binding, shape));
    shown.map(|local| Local { name: name_in(work, &local.ident), ..local }).collect()
}

fn local(options: &Options, named: &Names, binding: &Binding, shape: Shape) -> Option<Local> {
    let ident = &binding.ident;
    let how = match (
        options.mask.contains(ident),
        options.serialize.contains(ident),
        options.keep.contains(ident),
    ) {
        (true, ..) => How::Masked,
        (_, true, true) => How::SerializeAlways,
        (_, true, _) => How::Serialize,
        (_, _, true) => How::Always,
        // Before an `async` block the name may have been bound again, to another type.
        _ if binding.known != Known::Nothing && shape != Shape::Block => How::Known(binding.known),
        _ => How::Keep,
    };
    // A name that nothing mentions stays unmentioned, so that the lint for unused arguments holds.
    let quiet = shape != Shape::Block && ident.to_string().starts_with('_');
    let asked = !matches!(how, How::Keep | How::Known(_));
    let shown = asked || quiet || named.has(ident);
    shown.then(|| Local { ident: ident.clone(), name: String::new(), how })
}

/// The argument's name; for one that `async_trait` took apart in the body, its pattern.
fn name_in(work: &Block, ident: &Ident) -> String {
    let name = ident.unraw().to_string();
    if !name.starts_with("__arg") {
        return name;
    }
    let patterns = work.stmts.iter().filter_map(|stmt| match stmt {
        Stmt::Local(syn::Local { pat, init: Some(init), .. }) => Some((pat, &init.expr)),
        _ => None,
    });
    let mut taken = patterns.filter(|(_, from)| Names::of_expr(from).has(ident));
    taken.next().map_or(name, |(pattern, _)| one_line(pattern.to_token_stream()))
}

fn borrows(options: &Options, bound: &[Binding]) -> bool {
    let mut names = Names::default();
    options.context.iter().for_each(|pair| names.add_expr(&pair.value.expr));
    if let Some(shown) = &options.fingerprint {
        names.add_expr(&shown.expr);
    }
    if let Some(Silent::Value(expr)) = &options.silent {
        names.add_expr(expr);
    }
    options
        .ignore
        .iter()
        .filter_map(|ignored| ignored.guard.as_ref())
        .for_each(|guard| names.add_expr(guard));
    bound.iter().any(|binding| !binding.copied && names.has(&binding.ident))
}

/// Whether an item is one that a body may begin with before our own statements.
pub(crate) fn is_leading_item(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Item(item) if !matches!(item, Item::Macro(_) | Item::Verbatim(_)))
}
