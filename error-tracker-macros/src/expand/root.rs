//! The paths that expansions start from.

use proc_macro2::{Span, TokenStream};
use quote::{quote_spanned, ToTokens};
use syn::{Ident, Path};

/// The runtime crate as the expansion names it.
#[derive(Clone)]
pub(crate) struct Root {
    krate: TokenStream,
    private: TokenStream,
}

impl Root {
    /// A path written by the user, or handed in by a macro as `$crate`.
    pub(crate) fn new(krate: TokenStream) -> Root {
        let here = Span::mixed_site();
        let private = quote_spanned!(here=> #krate::__private);
        Root { krate, private }
    }

    pub(crate) fn of(path: Option<&Path>) -> Root {
        if let Some(path) = path {
            return Root::new(path.to_token_stream());
        }
        let name = Ident::new(crate::manifest::crate_name(), Span::mixed_site());
        Root::new(quote_spanned!(Span::mixed_site()=> ::#name))
    }

    /// `::error_tracker`
    pub(crate) fn krate(&self) -> &TokenStream {
        &self.krate
    }

    /// `::error_tracker::__private`
    pub(crate) fn private(&self) -> &TokenStream {
        &self.private
    }
}
