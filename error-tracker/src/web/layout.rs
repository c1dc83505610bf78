//! The document around every page, and pages that say one thing.

use super::assets::assets;
use super::context::Context;
use super::html::Html;
use super::response::Response;
use crate::model::Reference;

/// Makes a whole page of a title and what stands below the bar at its head.
pub(super) fn page(context: &Context<'_>, title: &str, body: impl FnOnce(&mut Html)) -> Response {
    Response::html(
        200,
        document(title, |html| {
            bar(html, context);
            html.raw("<main id=\"main\">");
            not_kept(html, context);
            body(html);
            html.raw("</main>");
        }),
    )
}

/// Makes a page that says one thing, and leads back to the list.
pub(super) fn notice(context: &Context<'_>, status: u16, title: &str, sentence: &str) -> Response {
    let page = page(context, title, |html| {
        html.raw("<section class=\"notice\"><h1>").text(title).raw("</h1><p>").text(sentence);
        html.raw("</p><p><a").attr("href", context.base).raw(">All errors</a></p></section>");
    });
    Response { status, ..page }
}

/// Makes the page of those who may not even know what there is.
pub(super) fn stranger() -> Response {
    let html = document("Not permitted", |html| {
        html.raw(
            "<main id=\"main\"><section class=\"notice\"><h1>Not permitted</h1>\
             <p>Who may see these pages is said by the setting <code>view_permission</code>.</p>\
             </section></main>",
        );
    });
    Response::html(401, html)
}

fn document(title: &str, body: impl FnOnce(&mut Html)) -> Html {
    let assets = assets();
    let mut html = Html::new();
    html.raw("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">");
    html.raw("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
    // The header says `no-referrer`, under which a browser gives a form no origin, either.
    html.raw("<meta name=\"referrer\" content=\"same-origin\">");
    html.raw("<meta name=\"color-scheme\" content=\"light dark\"><title>").text(title);
    html.raw("</title><style>").raw(assets.style).raw("</style><script>").raw(assets.script);
    html.raw("</script></head><body><a class=\"skip\" href=\"#main\">Skip to the content</a>");
    body(&mut html);
    html.raw("</body></html>");
    html
}

/// What is switched there needs the script, which shows it.
fn bar(html: &mut Html, context: &Context<'_>) {
    html.raw("<header class=\"bar\"><a class=\"home\"").attr("href", context.base);
    html.raw(">errors</a> <span class=\"app\">").text(application(context)).raw("</span>");
    html.raw("<span class=\"gap\"></span>");
    html.raw("<button type=\"button\" id=\"live\" class=\"quiet\" aria-pressed=\"true\" hidden>● live</button>");
    html.raw("<button type=\"button\" id=\"theme\" class=\"quiet\" aria-label=\"Light or dark\" hidden>◐</button>");
    html.raw("<button type=\"button\" id=\"help\" class=\"quiet\" aria-label=\"Keys\" hidden>?</button></header>");
}

/// Where a search for a reference led to the issue alone.
fn not_kept(html: &mut Html, context: &Context<'_>) {
    if let Some(Ok(reference)) = context.params.get("missing").map(str::parse::<Reference>) {
        html.raw("<p class=\"note\" role=\"status\">The event <b>").show(reference);
        html.raw("</b> was not kept in full: this is its issue.</p>");
    }
}

/// The release begins with the crate's name.
fn application<'a>(context: &Context<'a>) -> &'a str {
    let Some(config) = context.tracker.config() else { return "" };
    match config.release.split('@').next() {
        Some(name) if !name.is_empty() => name,
        _ => &config.server_name,
    }
}
