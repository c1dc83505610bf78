//! The attributes and macros of error-tracker; use them through the crate `error-tracker`.

mod attribute;
mod block;
mod calls;
mod derive;
mod errors;
mod expand;
mod manifest;
mod parse;
mod text;
mod validate;

use parse::calls::MessageCall;
use proc_macro::TokenStream;

/// Records a returned `Err` and a panic of the function, with its arguments.
///
/// The function returns or unwinds exactly as before. Arguments need no trait; what can't be shown
/// is shown as its type's name, names that may hold secrets are masked. It stands above or below
/// other attributes, on functions and methods of every kind but `const fn`.
///
/// | option | meaning |
/// |---|---|
/// | `silent`, `silent = expr` | the failure is recorded and swallowed; the default, or `expr`, is returned |
/// | `context(key = expr, ..)` | additional values, evaluated only when something is recorded |
/// | `context_now(key = expr, ..)` | the same, evaluated on entry: for what the body moves or changes |
/// | `ignore(PATTERN, ..)` | `Err` values that match are not recorded; they are returned, with `silent` too |
/// | `skip(a, b)`, `skip_all` | arguments that are not shown |
/// | `mask(a, b)` | arguments that are always masked |
/// | `keep(a)` | an owned argument is formatted on every call |
/// | `serialize(a)` | an argument is shown through its `Serialize` |
/// | `globals(PATH, ..)` | statics shown with the frame |
/// | `level = warning` | debug, info, warning, error or fatal |
/// | `fingerprint = expr` | decides which failures belong together |
/// | `name = ".."` | the function's display name |
/// | `handler = arg` | the error that `arg` holds is recorded before the function runs |
/// | `source` | the function's source text is embedded |
/// | `crate = path` | where the runtime is found if it is neither a dependency nor a renamed one |
///
/// Values of `context`, `context_now` and `fingerprint` are kept like arguments; `%expr` takes
/// `Display`, `?expr` takes `Debug`. `context` may use shared references, `Copy` arguments and what
/// the body only reads.
///
/// # Limits
///
/// An argument that the body never names is shown only if its name begins with `_`, so that the
/// compiler still warns of unused ones. In `#[track_caller]` functions `Location::caller()` is the
/// body's own line in trait methods, in private methods annotated alone, in `unsafe` functions,
/// with `silent`, and where a parameter is a pattern.
///
/// A function that returns an `impl Future` without an `async` block at its end is followed too, but
/// the future's frame shows no arguments and no `context`: they may live shorter than the future.
///
/// # Examples
///
/// ```
/// use error_tracker::track_exception;
///
/// #[track_exception(context(currency = "EUR"), mask(card))]
/// fn charge(user_id: u64, card: &str) -> Result<u64, std::num::ParseIntError> {
///     let number: u64 = card.parse()?;
///     Ok(number + user_id)
/// }
///
/// let events = error_tracker::testing::record(|| charge(7, "4111 1111"));
/// assert_eq!(events[0].frames[0].locals[0].value, "7");
/// assert_eq!(events[0].frames[0].locals[1].value, "*****");
/// assert_eq!(events[0].frames[0].expression, "card.parse()");
/// ```
#[proc_macro_attribute]
pub fn track_exception(options: TokenStream, item: TokenStream) -> TokenStream {
    attribute::track_exception(options.into(), item.into()).into()
}

/// Records failures of a function, or of every function of an `impl` block or inline module.
///
/// On a function it is [`macro@track_exception`]. On a block it covers every function with a body,
/// in nested modules and blocks too, but leaves alone: `const fn`s, functions under
/// [`macro@no_track`], functions of `fmt` traits, `Drop` and `GlobalAlloc`, and functions with an
/// attribute of their own, which wins. On a block the options `silent`, `context` (without
/// arguments), `skip_all`, `globals`, `level`, `ignore` and `source` are allowed.
///
/// The compiler allows no attribute of this kind on a module in a file of its own (`mod name;`).
///
/// # Examples
///
/// ```
/// use error_tracker::{auto_track_exception, no_track};
///
/// struct Shop;
///
/// #[auto_track_exception(level = fatal)]
/// impl Shop {
///     fn price(&self, text: &str) -> Result<u64, std::num::ParseIntError> {
///         text.parse()
///     }
///
///     #[no_track]
///     fn guess(&self, text: &str) -> Result<u64, std::num::ParseIntError> {
///         text.parse()
///     }
/// }
///
/// let events = error_tracker::testing::record(|| (Shop.price("dear"), Shop.guess("cheap")));
/// assert_eq!(events.len(), 1);
/// ```
#[proc_macro_attribute]
pub fn auto_track_exception(options: TokenStream, item: TokenStream) -> TokenStream {
    attribute::auto_track_exception(options.into(), item.into()).into()
}

/// Leaves a function out of the [`macro@auto_track_exception`] around it.
#[proc_macro_attribute]
pub fn no_track(_options: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// Implements `Debug` with every field shown as the masking text.
///
/// Names of the type, the variant and the fields stay. A field marked `#[masked(show)]` is written by
/// its own `Debug`; only such fields ask for one. It goes on structs and enums, generic ones too, in
/// place of `derive(Debug)`. `#[masked(crate = path)]` on the type says where the runtime is found if
/// it is neither a dependency nor a renamed one.
///
/// It is about `Debug` alone. A derived `Serialize` beside it still writes every value, so that an
/// argument under `serialize(arg)` shows them; make such fields `Masked<T>`, the type of this name.
///
/// # Examples
///
/// ```
/// use error_tracker::Masked;
///
/// #[derive(Masked)]
/// struct Account {
///     #[masked(show)]
///     id: u64,
///     iban: String,
///     holder: String,
/// }
///
/// let (iban, holder) = ("DE02 1203 0000 0000 2020 51".into(), "Erika".into());
/// let account = Account { id: 7, iban, holder };
/// assert_eq!(format!("{account:?}"), "Account { id: 7, iban: *****, holder: ***** }");
/// # let _ = (account.iban, account.holder);
/// ```
#[proc_macro_derive(Masked, attributes(masked))]
pub fn masked(item: TokenStream) -> TokenStream {
    derive::masked(item.into()).into()
}

/// Stands behind `error_tracker::scope!`.
#[doc(hidden)]
#[proc_macro]
pub fn scope_impl(input: TokenStream) -> TokenStream {
    calls::expand(input.into(), expand::scope::scope).into()
}

/// Stands behind `error_tracker::capture_exception!`.
#[doc(hidden)]
#[proc_macro]
pub fn capture_exception_impl(input: TokenStream) -> TokenStream {
    calls::expand(input.into(), expand::calls::capture_exception).into()
}

/// Stands behind `error_tracker::print_exception!`.
#[doc(hidden)]
#[proc_macro]
pub fn print_exception_impl(input: TokenStream) -> TokenStream {
    calls::expand(input.into(), expand::calls::print_exception).into()
}

/// Stands behind `error_tracker::capture_message!`.
#[doc(hidden)]
#[proc_macro]
pub fn capture_message_impl(input: TokenStream) -> TokenStream {
    calls::expand_with(input.into(), MessageCall::message, expand::calls::capture_message).into()
}

/// Stands behind `error_tracker::breadcrumb!`.
#[doc(hidden)]
#[proc_macro]
pub fn breadcrumb_impl(input: TokenStream) -> TokenStream {
    calls::expand_with(input.into(), MessageCall::breadcrumb, expand::calls::breadcrumb).into()
}
