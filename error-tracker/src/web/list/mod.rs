//! The list of issues: one table with filters, that leads to everything else.

mod asked;
mod bar;
mod dates;
mod foot;
mod head;
mod reference;
mod row;

pub(super) use self::asked::{next, previous, Asked};

use super::context::Context;
use super::html::Html;
use super::layout;
use super::refusal::Refusal;
use super::response::Response;
use crate::model::{Issue, Timestamp, Totals};
use crate::store::{Capabilities, Direction, Page, Query, Sort};

/// So many new issues are counted; of more it is said that they are more.
const COUNTED: usize = 9;

/// What the list is made of.
struct List<'c> {
    context: &'c Context<'c>,
    asked: Asked,
    page: Page<Issue>,
    can: Capabilities,
    totals: Option<Totals>,
    /// How many are new; one more than [`COUNTED`] stands for many.
    new: usize,
    oldest: Timestamp,
}

/// Makes the list, or goes on to the event whose reference was searched for.
pub(super) fn respond(context: &Context<'_>) -> Result<Response, Refusal> {
    let mut asked = Asked::new(context)?;
    let can = context.tracker.capabilities()?;
    if let Some(found) = reference::look(context, &mut asked)? {
        return Ok(found);
    }
    if asked.query.search.is_some() && !can.search {
        return Err(Refusal::new(400, "search is not possible: the store can't look for text."));
    }
    let page = page(context, &mut asked)?;
    let (totals, oldest) = (context.tracker.totals()?, oldest(context)?);
    let list = List { context, new: new(context)?, asked, page, can, totals, oldest };
    Ok(layout::page(context, "Errors", |html| list.write(html)))
}

/// Reads the page; the first one is whole, also for those who come back to it.
fn page(context: &Context<'_>, asked: &mut Asked) -> Result<Page<Issue>, Refusal> {
    let page = context.tracker.issues(asked.query.clone())?;
    let is_first = asked.is_backwards && page.previous.is_none() && !page.is_partial;
    if !is_first {
        return Ok(page);
    }
    asked.rewind();
    Ok(context.tracker.issues(asked.query.clone())?)
}

fn oldest(context: &Context<'_>) -> Result<Timestamp, Refusal> {
    let query = Query::new().direction(Direction::Ascending).size(1);
    let page = context.tracker.issues(query)?;
    Ok(page.items.first().map_or(context.now, |issue| issue.last_seen))
}

/// The newest are looked at first, so that few are.
fn new(context: &Context<'_>) -> Result<usize, Refusal> {
    let query = Query::new().new_since(context.now).sort(Sort::CreatedOn).size(COUNTED + 1);
    Ok(context.tracker.issues(query)?.items.len())
}

impl List<'_> {
    fn write(&self, html: &mut Html) {
        html.raw("<h1 class=\"off\">Errors</h1>");
        bar::write(html, self);
        html.raw("<p id=\"said\" class=\"said\" role=\"status\"></p>");
        foot::write_forms(html, self);
        match self.is_empty() {
            true => self.write_welcome(html),
            false => self.write_table(html),
        }
        foot::write_health(html, self);
    }

    /// Whether issues can be selected.
    fn may_select(&self) -> bool {
        self.context.admin && self.context.may_change()
    }

    /// Whether nothing was recorded at all.
    fn is_empty(&self) -> bool {
        let is_known = self.totals.is_none_or(|totals| totals.all() == 0);
        is_known && self.page.items.is_empty() && !self.asked.is_narrowed()
    }

    fn write_welcome(&self, html: &mut Html) {
        html.raw("<section class=\"notice\" data-part id=\"table\"><h2>Nothing failed yet.</h2>");
        html.raw(
            "<p>Here is how to make something fail: annotate a function, and call it.</p><pre><code>\
             #[error_tracker::track_exception]\n\
             fn parse(number: &amp;str) -&gt; Result&lt;u32, std::num::ParseIntError&gt; {\n    \
             number.parse()\n}\n\nlet _ = parse(\"seven\");</code></pre>\
             <p>It shows here within a second.</p></section>",
        );
    }

    fn write_table(&self, html: &mut Html) {
        html.raw("<div class=\"wide\" data-part id=\"table\" data-keep><table class=\"list\">");
        html.raw("<caption class=\"off\">Issues</caption><thead>");
        head::write(html, self);
        html.raw("</thead><tbody data-part id=\"rows\">");
        for issue in &self.page.items {
            row::write(html, self, issue);
        }
        html.raw("</tbody></table></div>");
        foot::write_pages(html, self);
    }
}
