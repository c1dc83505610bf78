//! Source text of tokens: on one line for points, as it was laid out for `source`.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

const LONGEST: usize = 200;

/// The tokens on one line, with spaces only where two words would run together.
pub(crate) fn one_line(tokens: TokenStream) -> String {
    let mut out = String::new();
    write_tokens(tokens, &mut out);
    match out.char_indices().nth(LONGEST) {
        Some((end, _)) => out[..end].to_owned(),
        None => out,
    }
}

fn write_tokens(tokens: TokenStream, out: &mut String) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = delimiters(group.delimiter());
                out.push_str(open);
                write_tokens(group.stream(), out);
                out.push_str(close);
            }
            TokenTree::Punct(punct) => out.push(punct.as_char()),
            word => push_word(&word.to_string(), out),
        }
    }
}

fn push_word(word: &str, out: &mut String) {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '"';
    if out.ends_with(is_word) && word.starts_with(is_word) {
        out.push(' ');
    }
    out.push_str(word);
}

fn delimiters(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

/// The line that a span starts at; 0 outside the compiler.
pub(crate) fn line_of(span: Span) -> u32 {
    if !proc_macro::is_available() {
        return 0;
    }
    u32::try_from(span.unwrap().start().line()).unwrap_or_default()
}

/// A function's text as it stands in the file, comments of the signature aside.
pub(crate) fn laid_out(signature: TokenStream, body: Span) -> Option<String> {
    if !proc_macro::is_available() {
        return Some(one_line(signature));
    }
    let mut page = Page::default();
    page.put_all(signature);
    page.put(body, &body.source_text()?);
    Some(page.text)
}

/// Text that grows towards the place of the next token.
#[derive(Default)]
struct Page {
    text: String,
    at: Option<(usize, usize)>,
}

impl Page {
    fn put_all(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    let (open, close) = delimiters(group.delimiter());
                    self.put(group.span_open(), open);
                    self.put_all(group.stream());
                    self.put(group.span_close(), close);
                }
                token => self.put(token.span(), &token.to_string()),
            }
        }
    }

    fn put(&mut self, span: Span, text: &str) {
        let (start, end) = (span.unwrap().start(), span.unwrap().end());
        let (line, column) = self.at.unwrap_or((start.line(), start.column()));
        if start.line() > line {
            self.text.extend(std::iter::repeat_n('\n', start.line() - line));
            self.text.extend(std::iter::repeat_n(' ', start.column().saturating_sub(1)));
        } else {
            self.text.extend(std::iter::repeat_n(' ', start.column().saturating_sub(column)));
        }
        self.text.push_str(text);
        self.at = Some((end.line(), end.column()));
    }
}

#[cfg(test)]
mod tests {
    use super::one_line;
    use quote::quote;

    #[test]
    fn points_keep_only_the_spaces_that_part_words() {
        let tokens = quote! { vault . open ( card_token , & mut x as u8 ) };
        assert_eq!(one_line(tokens), "vault.open(card_token,&mut x as u8)");
    }

    #[test]
    fn long_texts_are_cut() {
        let word = "x".repeat(300);
        assert_eq!(one_line(quote! { #word }).chars().count(), 200);
    }
}
