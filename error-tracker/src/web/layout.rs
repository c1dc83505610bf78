//! The document around a page.

use super::context::Context;
use super::html::Html;
use super::response::Response;

/// Renders a whole document.
pub(super) fn page(_: &Context<'_>, title: &str, body: impl FnOnce(&mut Html)) -> Response {
    let mut html = Html::new();
    html.raw("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>").text(title);
    html.raw("</title><style>").raw(include_str!("assets/detail.css")).raw("</style><main>");
    body(&mut html);
    html.raw("</main>");
    let headers = vec![("content-type", "text/html; charset=utf-8".to_owned())];
    Response { status: 200, headers, body: html.into_string().into_bytes() }
}
