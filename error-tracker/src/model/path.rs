//! The paths of functions, as the compiler writes them.

/// Returns the crate in `shop::pay::charge`, `<shop::Cart>::pay` and `<shop::Cart as Clone>::clone`.
pub(crate) fn crate_of(function: &str) -> &str {
    let start = function
        .trim_start_matches(['<', '&', '*', '(', '['])
        .trim_start_matches("mut ")
        .trim_start_matches("dyn ")
        .trim_start_matches("impl ");
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let end = start.find(|c| !is_part(c)).unwrap_or(start.len());
    match start[end..].starts_with("::") {
        true => &start[..end],
        false => "",
    }
}
