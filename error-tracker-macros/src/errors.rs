//! Collects every violation, each at its own span, before giving up.

use proc_macro2::{Span, TokenStream};
use std::fmt::Display;

/// All violations found so far.
#[derive(Debug, Default)]
pub(crate) struct Errors(Vec<syn::Error>);

impl Errors {
    pub(crate) fn at(&mut self, span: Span, message: impl Display) {
        self.0.push(syn::Error::new(span, message));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        self.0.push(error);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn extend(&mut self, other: Errors) {
        self.0.extend(other.0);
    }

    /// The `compile_error!` calls that report them.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.iter().map(syn::Error::to_compile_error).collect()
    }

    #[cfg(test)]
    pub(crate) fn texts(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

/// The known word that `given` most resembles, if any is near enough to be a slip.
pub(crate) fn nearest<'a>(given: &str, known: &[&'a str]) -> Option<&'a str> {
    let limit = given.chars().count().div_ceil(2);
    let (distance, word) = known.iter().map(|word| (distance(given, word), *word)).min()?;
    (distance <= limit).then_some(word)
}

fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut above_left = row[0];
        row[0] = i + 1;
        for (j, y) in b.chars().enumerate() {
            let replaced = above_left + usize::from(x != y);
            above_left = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(above_left + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_finds_its_word_and_nonsense_finds_none() {
        let known = ["silent", "skip", "skip_all", "context"];
        assert_eq!(nearest("silnt", &known), Some("silent"));
        assert_eq!(nearest("skipall", &known), Some("skip_all"));
        assert_eq!(nearest("zzzzzz", &known), None);
    }
}
