//! Finds the names that code mentions, inside macro calls and format strings too.

use proc_macro2::{Literal, TokenStream, TokenTree};
use std::collections::HashSet;
use syn::ext::IdentExt;
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprPath, Ident, Item, Macro};

/// The plain names that some code mentions.
#[derive(Debug, Default)]
pub(crate) struct Names(HashSet<String>);

impl Names {
    pub(crate) fn of_block(block: &Block) -> Names {
        let mut names = Names::default();
        names.visit_block(block);
        names
    }

    pub(crate) fn of_expr(expr: &Expr) -> Names {
        let mut names = Names::default();
        names.visit_expr(expr);
        names
    }

    pub(crate) fn add_expr(&mut self, expr: &Expr) {
        self.visit_expr(expr);
    }

    pub(crate) fn has(&self, name: &Ident) -> bool {
        self.0.contains(&name.unraw().to_string())
    }

    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut after_dot = false;
        for token in tokens {
            match &token {
                TokenTree::Ident(ident) if !after_dot => {
                    self.0.insert(ident.unraw().to_string());
                }
                TokenTree::Group(group) => self.add_tokens(group.stream()),
                TokenTree::Literal(literal) => self.add_format(literal),
                _ => {}
            }
            after_dot = matches!(&token, TokenTree::Punct(dot) if dot.as_char() == '.');
        }
    }

    /// The names captured by a format string: `{name}`, `{name:?}`, `{:>width$}`.
    fn add_format(&mut self, literal: &Literal) {
        let text = literal.to_string();
        if !text.contains('"') {
            return;
        }
        for place in text.split('{').skip(1) {
            let inside = place.split('}').next().unwrap_or_default();
            for word in inside.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
                self.0.insert(word.to_owned());
            }
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_expr_path(&mut self, path: &'ast ExprPath) {
        if path.qself.is_none() {
            if let Some(name) = path.path.get_ident() {
                self.0.insert(name.unraw().to_string());
            }
        }
        visit::visit_expr_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.add_tokens(call.tokens.clone());
    }

    fn visit_item(&mut self, item: &'ast Item) {
        if let Item::Macro(item) = item {
            self.visit_macro(&item.mac);
        }
    }

    fn visit_token_stream(&mut self, tokens: &'ast TokenStream) {
        self.add_tokens(tokens.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::Names;
    use quote::format_ident;

    fn named(body: &str, name: &str) -> bool {
        let block = syn::parse_str(body).unwrap_or_else(|error| panic!("{body}: {error}"));
        Names::of_block(&block).has(&format_ident!("{name}"))
    }

    #[test]
    fn paths_shorthand_fields_macros_and_format_strings_name() {
        assert!(named("{ a + 1 }", "a"));
        assert!(named("{ S { a } }", "a"));
        assert!(named("{ println!(\"{}\", a) }", "a"));
        assert!(named("{ println!(\"{a:?}\") }", "a"));
        assert!(named("{ println!(\"{:>a$}\", 1) }", "a"));
        assert!(named("{ || async { a } }", "a"));
        assert!(named("{ self.a }", "self"));
    }

    #[test]
    fn fields_paths_and_nested_items_do_not() {
        assert!(!named("{ b.a }", "a"));
        assert!(!named("{ a::b() }", "a"));
        assert!(!named("{ fn g(a: u8) -> u8 { a } }", "a"));
        assert!(!named("{ vec![b.a] }", "a"));
        assert!(!named("{ println!(\"a\") }", "a"));
    }
}
