//! The macros that are not procedural, or only pass on to those that are.

/// Builds and installs the process's tracker; returns a guard that flushes when it drops.
///
/// Settings are written `name: value`, each the name of a setter of [`Builder`](crate::Builder);
/// what is not given comes from the environment (`ERROR_TRACKER_<NAME>`), else from
/// `error-tracker.toml` (in the working directory, or where `ERROR_TRACKER_CONFIG` says), else from
/// the defaults.
/// The application's name, version and crate are those of the call site.
///
/// # Examples
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("error-tracker-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("errors.db");
/// let _tracker = error_tracker::init! {
///     store: path,
///     environment: "staging",
///     masked_key_has: ["password", "secret", "card"],
/// }?;
/// assert!(error_tracker::init!().is_err_and(|error| error.is_already_initialized()));
/// # drop(_tracker);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// A setting that is unusable: the text names it, where it came from (in the file with line and
/// column), and what is allowed. A file that can't be read or is not TOML, though none is needed. A
/// second call: [`is_already_initialized`](crate::Error::is_already_initialized). A writer thread
/// that can't be started. With `require_store: true`, a store that can't be opened.
#[macro_export]
macro_rules! init {
    ($($settings:tt)*) => {
        $crate::__init!(
            ($crate::Builder::new().application(
                ::core::option_env!("CARGO_PKG_NAME"),
                ::core::option_env!("CARGO_PKG_VERSION"),
                ::core::module_path!(),
            ))
            $($settings)*
        )
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __init {
    (($builder:expr)) => { $builder.init() };
    (($builder:expr) globals: [$($path:path),* $(,)?] $(, $($rest:tt)*)?) => {
        $crate::__init!(
            ($builder $(.global(::core::stringify!($path), |show| {
                use $crate::__private::Keep as _;
                static SITE: $crate::__private::Site = $crate::__private::Site::new("", "", "", 0, &[], &[]);
                show.global(
                    ::core::stringify!($path),
                    &(&&&&&&$crate::__private::Cap::new(&&$path)).keep(&SITE),
                );
            }))*)
            $($($rest)*)?
        )
    };
    (($builder:expr) $name:ident: $value:expr $(, $($rest:tt)*)?) => {
        $crate::__init!(($builder.$name($value)) $($($rest)*)?)
    };
}

/// Adds context to what is recorded in this task, or runs a block or a future with it.
///
/// `key = value` keeps plain values' JSON types and shows others through `Debug`;
/// `key = %value` takes `Display`, `key = ?value` takes `Debug`.
///
/// - `scope!(user_id = 7)` is a guard for synchronous code: the context of everything recorded in
///   this task until it drops. Inside an annotated future it is taken off at every `Pending`;
///   elsewhere it must not be held over `.await`. An `Err` that leaves the annotated function
///   which holds the guard is recorded after the guard dropped, and so without its context: use
///   the block form there.
/// - `scope!(user_id = 7, { .. })` runs the block, whose `Err` or panic is recorded and goes on;
///   a `?` or `return` in it leaves the block. `-> Result<T, E>` before the block names its type.
/// - `scope!(silent, user_id = 7, { .. })` swallows as `#[track_exception(silent)]` does.
/// - `scope!(|scope| { scope.set_extra("user_id", 7); .. })` has the scope in hand.
/// - `scope!(user_id = 7, async { .. }).await` does the same for a future.
///
/// # Examples
///
/// ```
/// use error_tracker::{scope, track_exception};
///
/// #[track_exception]
/// fn charge(amount: u32) -> Result<(), String> {
///     Err(format!("{amount} declined"))
/// }
///
/// let events = error_tracker::testing::record(|| {
///     let _scope = scope!(user_id = 7, email = %"a@example.com");
///     charge(12)
/// });
/// assert_eq!(events[0].context["user_id"], 7);
/// ```
#[cfg(feature = "macros")]
#[macro_export]
macro_rules! scope {
    ($($input:tt)*) => { $crate::__private::macros::scope_impl!{ $crate; $($input)* } };
}

/// Records an error in hand, whatever an annotated function may return, with context.
///
/// Returns the [`EventId`](crate::EventId), nil when nothing was recorded. `level = warning`,
/// `fingerprint = expr` and `request = r` override; other keys are context, as in
/// [`scope!`](crate::scope!).
///
/// # Examples
///
/// ```
/// let events = error_tracker::testing::record(|| {
///     error_tracker::capture_exception!("disk full".to_string(), attempt = 3)
/// });
/// assert_eq!(events[0].message, "disk full");
/// ```
#[cfg(feature = "macros")]
#[macro_export]
macro_rules! capture_exception {
    ($($input:tt)*) => { $crate::__private::macros::capture_exception_impl!{ $crate; $($input)* } };
}

/// Records a message, grouped by its text before values go in and by the calling function.
///
/// Options come before the text, set off by `;`: `level`, `fingerprint`, `request`, context, and
/// `error = &err`, which records that error with the text as `context.message`.
///
/// # Examples
///
/// ```
/// let events = error_tracker::testing::record(|| {
///     let left = 2;
///     error_tracker::capture_message!(level = warning, order = 9; "only {left} left")
/// });
/// assert_eq!(events[0].message, "only 2 left");
/// assert_eq!(events[0].context["order"], 9);
/// ```
#[cfg(feature = "macros")]
#[macro_export]
macro_rules! capture_message {
    ($($input:tt)*) => { $crate::__private::macros::capture_message_impl!{ $crate; $($input)* } };
}

/// Notes something for the events that may follow in this task: the newest 100 are kept.
///
/// # Examples
///
/// ```
/// let events = error_tracker::testing::record(|| {
///     error_tracker::breadcrumb!("cart loaded", items = 3);
///     error_tracker::capture_message!("checkout failed")
/// });
/// assert_eq!(events[0].breadcrumbs[0].data["items"], 3);
/// ```
#[cfg(feature = "macros")]
#[macro_export]
macro_rules! breadcrumb {
    ($($input:tt)*) => { $crate::__private::macros::breadcrumb_impl!{ $crate; $($input)* } };
}

/// Writes the masked report of any error to a writer, recording nothing.
///
/// # Examples
///
/// ```
/// let mut report = Vec::new();
/// error_tracker::print_exception!("disk full".to_string(), &mut report)?;
/// assert!(String::from_utf8_lossy(&report).contains("disk full"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[cfg(feature = "macros")]
#[macro_export]
macro_rules! print_exception {
    ($($input:tt)*) => { $crate::__private::macros::print_exception_impl!{ $crate; $($input)* } };
}
