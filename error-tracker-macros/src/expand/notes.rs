//! Rewrites a body so that it notes each point it may fail at: `?`, `return`, tails, macros that may return.

use crate::text::{line_of, one_line};
use proc_macro2::{Span, TokenStream};
use quote::{quote_spanned, ToTokens};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprBlock, Item, Macro, Pat, Stmt, Type};

/// One point of a body: its line and its text.
pub(crate) struct Point {
    pub(crate) line: u32,
    pub(crate) text: String,
}

/// How a body reaches the line that it notes to.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Reach {
    /// `__at` is a `&Line`.
    Line,
    /// `__at` is a function, in a body that has no room for one more lifetime.
    Function,
}

/// Rewrites the statements of a body and returns its points.
pub(crate) fn add(block: &mut Block, reach: Reach) -> Vec<Point> {
    let mut notes = Notes { points: Vec::new(), reach };
    notes.mark_tail(block);
    notes.visit_block_mut(block);
    notes.points
}

struct Notes {
    points: Vec<Point>,
    reach: Reach,
}

impl Notes {
    /// `__at.set(N);` for a new point.
    fn note(&mut self, span: Span, text: String) -> TokenStream {
        self.points.push(Point { line: line_of(span), text });
        let number = u32::try_from(self.points.len()).unwrap_or_default();
        let here = Span::mixed_site();
        match self.reach {
            Reach::Line => quote_spanned!(here=> __at.set(#number);),
            Reach::Function => quote_spanned!(here=> __at(#number);),
        }
    }

    fn note_of(&mut self, code: &impl ToTokens) -> TokenStream {
        let tokens = code.to_token_stream();
        let span =
            tokens.clone().into_iter().next().map_or_else(Span::call_site, |first| first.span());
        self.note(span, one_line(tokens).replace("__self", "self"))
    }

    fn mark_tail(&mut self, block: &mut Block) {
        let Some((Stmt::Expr(tail, None), before)) = block.stmts.split_last_mut() else { return };
        if let Some(inner) = before.last_mut().and_then(|stmt| named_result(stmt, tail)) {
            self.mark_tail(inner);
        } else if let Some(note) = self.mark(tail) {
            let last = block.stmts.len().saturating_sub(1);
            block.stmts.insert(last, statement(note));
        }
    }

    /// Marks a tail from inside, or returns the note to put before it.
    fn mark(&mut self, tail: &mut Expr) -> Option<TokenStream> {
        match tail {
            Expr::If(branch) => {
                self.mark_tail(&mut branch.then_branch);
                if let Some((_, other)) = &mut branch.else_branch {
                    self.mark(other);
                }
                None
            }
            Expr::Match(choice) => {
                choice.arms.iter_mut().for_each(|arm| self.mark_arm(&mut arm.body));
                None
            }
            Expr::Block(inner) if inner.label.is_none() => {
                self.mark_tail(&mut inner.block);
                None
            }
            Expr::Unsafe(inner) => {
                self.mark_tail(&mut inner.block);
                None
            }
            quiet if is_quiet(quiet) => None,
            leaf => Some(self.note_of(leaf)),
        }
    }

    fn mark_arm(&mut self, body: &mut Expr) {
        if let Some(note) = self.mark(body) {
            *body = after(note, body);
        }
    }

    fn visit_statement(&mut self, stmt: &mut Stmt, out: &mut Vec<Stmt>) {
        let call = match stmt {
            Stmt::Macro(call) => Some(&call.mac),
            Stmt::Expr(Expr::Macro(call), Some(_)) => Some(&call.mac),
            _ => None,
        };
        if let Some(call) = call.filter(|call| may_return(call)) {
            let call = call.clone();
            out.push(statement(self.note_of(&call)));
        }
        self.visit_stmt_mut(stmt);
    }
}

impl VisitMut for Notes {
    fn visit_block_mut(&mut self, block: &mut Block) {
        let mut stmts = Vec::with_capacity(block.stmts.len());
        for mut stmt in std::mem::take(&mut block.stmts) {
            self.visit_statement(&mut stmt, &mut stmts);
            stmts.push(stmt);
        }
        block.stmts = stmts;
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Closure(_)
            | Expr::Async(_)
            | Expr::Const(_)
            | Expr::TryBlock(_)
            | Expr::Macro(_) => {}
            Expr::Repeat(repeat) => self.visit_expr_mut(&mut repeat.expr),
            Expr::Try(attempt) => {
                let text = one_line(attempt.expr.to_token_stream()).replace("__self", "self");
                let note = self.note(attempt.question_token.span(), text);
                self.visit_expr_mut(&mut attempt.expr);
                let inner = &attempt.expr;
                let here = Span::mixed_site();
                *attempt.expr =
                    Expr::Verbatim(quote_spanned!(here=> (match #inner { __v => { #note __v } })));
            }
            Expr::Return(give) => {
                let Some(value) = &mut give.expr else { return };
                let note = (!is_quiet(value)).then(|| self.note_of(value));
                self.visit_expr_mut(value);
                if let Some(note) = note {
                    **value = after(note, value);
                }
            }
            other => visit_mut::visit_expr_mut(self, other),
        }
    }

    fn visit_item_mut(&mut self, _: &mut Item) {}

    fn visit_type_mut(&mut self, _: &mut Type) {}

    fn visit_pat_mut(&mut self, _: &mut Pat) {}
}

/// The block of `let __ret = { .. }; __ret`, which `async_trait` makes of a body.
fn named_result<'a>(stmt: &'a mut Stmt, tail: &Expr) -> Option<&'a mut Block> {
    let Stmt::Local(local) = stmt else { return None };
    match &mut *local.init.as_mut()?.expr {
        Expr::Block(body) if is_result_name(tail) => Some(&mut body.block),
        _ => None,
    }
}

fn is_result_name(expr: &Expr) -> bool {
    matches!(expr, Expr::Path(path) if path.path.is_ident("__ret"))
}

fn statement(tokens: TokenStream) -> Stmt {
    Stmt::Expr(Expr::Verbatim(tokens), None)
}

/// `{ note value }`
fn after(note: TokenStream, value: &Expr) -> Expr {
    let block = Block {
        brace_token: syn::token::Brace(Span::mixed_site()),
        stmts: vec![statement(note), Stmt::Expr(value.clone(), None)],
    };
    Expr::Block(ExprBlock { attrs: Vec::new(), label: None, block })
}

/// Values that are no failure, and code that is noted elsewhere or never ends here.
fn is_quiet(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(_) | Expr::Try(_) | Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => true,
        Expr::Loop(_) | Expr::While(_) | Expr::ForLoop(_) | Expr::Closure(_) | Expr::Async(_) => {
            true
        }
        Expr::Verbatim(_) => true,
        Expr::Tuple(tuple) => tuple.elems.is_empty(),
        Expr::Path(path) => path.path.is_ident("None") || is_result_name(expr),
        Expr::Call(call) => ends_in(&call.func, &["Ok", "Some"]),
        Expr::Macro(call) => !may_return(&call.mac),
        Expr::Paren(inner) => is_quiet(&inner.expr),
        _ => false,
    }
}

fn ends_in(func: &Expr, names: &[&str]) -> bool {
    let Expr::Path(path) = func else { return false };
    path.path.segments.last().is_some_and(|last| names.iter().any(|name| last.ident == name))
}

/// Whether a macro's expansion may leave the function; those of the standard library don't.
fn may_return(call: &Macro) -> bool {
    const HARMLESS: [&str; 30] = [
        "println",
        "eprintln",
        "print",
        "eprint",
        "format",
        "vec",
        "write",
        "writeln",
        "assert",
        "assert_eq",
        "assert_ne",
        "debug_assert",
        "debug_assert_eq",
        "debug_assert_ne",
        "panic",
        "todo",
        "unimplemented",
        "unreachable",
        "dbg",
        "matches",
        "trace",
        "debug",
        "info",
        "warn",
        "error",
        "log",
        "format_args",
        "thread_local",
        "concat",
        "include_str",
    ];
    call.path
        .segments
        .last()
        .is_some_and(|last| !HARMLESS.contains(&last.ident.to_string().as_str()))
}

#[cfg(test)]
mod tests {
    use super::{add, Reach};
    use quote::ToTokens;
    use syn::Block;

    fn texts(body: &str) -> Vec<String> {
        rewritten(body).1
    }

    fn rewritten(body: &str) -> (String, Vec<String>) {
        let mut block: Block =
            syn::parse_str(body).unwrap_or_else(|error| panic!("{body}: {error}"));
        let points = add(&mut block, Reach::Line);
        (block.to_token_stream().to_string(), points.into_iter().map(|point| point.text).collect())
    }

    #[test]
    fn question_marks_are_noted_from_inside_out_of_chains() {
        assert_eq!(texts("{ a()?.b(c?)?; Ok(()) }").len(), 3);
        let (code, points) = rewritten("{ let x = f(1)?; Ok(x) }");
        assert_eq!(points, ["f(1)"]);
        assert_eq!(
            code,
            "{ let x = (match f (1) { __v => { __at . set (1u32) ; __v } }) ? ; Ok (x) }"
        );
    }

    #[test]
    fn returns_of_failures_are_noted_and_of_values_are_not() {
        assert_eq!(
            texts("{ if a { return Err(E); } if b { return Ok(1); } return f(2); }"),
            ["Err(E)", "f(2)"]
        );
        assert!(texts("{ return; }").is_empty());
    }

    #[test]
    fn tails_are_followed_to_their_leaves() {
        let body = "{ if a { Err(E) } else if b { g() } else { match c { 1 => h(), 2 => { i() } _ => Ok(1) } } }";
        assert_eq!(texts(body), ["Err(E)", "g()", "h()", "i()"]);
        assert_eq!(texts("{ unsafe { j() } }"), ["j()"]);
        assert!(texts("{ Ok(1) }").is_empty());
        assert!(texts("{ loop { x(); } }").is_empty());
    }

    #[test]
    fn a_tail_s_text_is_the_user_s() {
        assert_eq!(texts("{ f(a?) }"), ["f(a?)", "a"]);
    }

    #[test]
    fn closures_nested_items_and_async_blocks_are_left_alone() {
        let body =
            "{ let f = || a()?; async { b()? }; const { c()? }; fn g() -> R { d()? } Ok([1; 3]) }";
        assert!(texts(body).is_empty());
    }

    #[test]
    fn macros_that_may_return_are_noted_and_well_known_ones_are_not() {
        assert_eq!(texts("{ ensure!(a > 1, \"no\"); println!(\"x\"); bail!(\"y\") }").len(), 2);
        assert!(texts("{ anyhow_like::format!(\"x\"); Ok(1) }").is_empty());
    }
}
