//! Pages of issues: every order, every filter, one after the other.

use super::samples::{at, issue};
use super::{holds, works, Part};
use crate::model::{Fingerprint, Issue, IssueState};
use crate::store::{Direction, Page, Query, Sort, Store};

pub(super) fn parts<S: Store>() -> Vec<Part<S>> {
    vec![
        the_newest_come_first,
        pages_follow_each_other_in_every_order,
        each_filter_names_the_issues_it_says,
        filters_and_orders_go_together,
        a_page_goes_on_where_it_was_though_issues_move,
        pages_lead_back_the_way_they_came,
        a_page_that_is_empty_by_now_leads_back,
        fingerprints_between_two_are_listed,
    ]
}

const ALL: u8 = 25;

fn filled<S: Store>(store: &mut S) -> Vec<Issue> {
    let all: Vec<Issue> = (0..ALL).map(issue).collect();
    all.iter().for_each(|issue| works("`put`", store.put(issue)));
    all
}

/// Goes through all pages; every page but the last is full.
fn pages<S: Store>(store: &mut S, query: &Query) -> Vec<Issue> {
    let (mut query, mut found) = (query.clone(), Vec::new());
    for _ in 0..=ALL {
        let page = works("`list`", store.list(&query));
        let is_full = page.items.len() == query.page_size();
        found.extend(page.items);
        match page.next {
            Some(next) => {
                holds("a page with another behind it is full", is_full, true);
                query = query.after(next);
            }
            None => return found,
        }
    }
    panic!("store contract: the pages of {query:?} have no end");
}

#[inline]
fn sorted(issues: &[Issue]) -> Vec<Fingerprint> {
    let mut names: Vec<_> = issues.iter().map(|issue| issue.fingerprint).collect();
    names.sort_unstable();
    names
}

/// Which issues a query names, and that they stand in its order: how ties are broken is free.
fn answers<S: Store>(store: &mut S, query: &Query, all: &[Issue]) {
    let found = pages(store, query);
    let expected: Vec<Issue> = all.iter().filter(|issue| query.matches(issue)).cloned().collect();
    let rule = format!("{query:?} names the right issues, each once");
    holds(&rule, sorted(&found), sorted(&expected));
    let again = query.clone().size(1_000).page_of(found.clone());
    let keys = |issues: &[Issue]| issues.iter().map(|i| query.key_of(i)).collect::<Vec<_>>();
    holds(&format!("{query:?} gives its order"), keys(&found), keys(&again.items));
    let whole = |issue: &Issue| all.iter().any(|known| known == issue);
    holds("listed issues are whole", found.iter().all(whole), true);
}

fn the_newest_come_first<S: Store>(store: &mut S) {
    let all = filled(store);
    let page = works("`list`", store.list(&Query::new().size(4)));
    let newest = all.iter().map(|issue| issue.last_seen).max();
    holds("the page has the size asked for", page.items.len(), 4);
    holds("the newest comes first", page.items.first().map(|issue| issue.last_seen), newest);
}

fn pages_follow_each_other_in_every_order<S: Store>(store: &mut S) {
    let all = filled(store);
    for sort in Sort::ALL {
        for direction in [Direction::Descending, Direction::Ascending] {
            for size in [3, 5, 1_000] {
                answers(store, &Query::new().sort(sort).direction(direction).size(size), &all);
            }
        }
    }
}

#[inline]
fn filters() -> Vec<Query> {
    let new = Query::new;
    vec![
        new().state(IssueState::Unresolved),
        new().state(IssueState::Regressed),
        new().host("host-1:5000"),
        new().host("HOST-1:5000"),
        new().method("POST"),
        new().path("/pay/3"),
        new().exception_name("shop::Error5"),
        new().exception_name("nothing"),
        new().notification_sent(true),
        new().notification_sent(false),
        new().ticket_raised(true),
        new().host_contains("ST-2"),
        new().method_contains("os"),
        new().path_contains("/4"),
        new().path_contains("/order/1"),
        new().path_contains("%"),
        new().exception_contains("error_"),
        new().exception_contains("::ERROR1"),
        new().seen_from(at(4)),
        new().seen_before(at(4)),
        new().seen_from(at(2)).seen_before(at(3)),
        new().created_from(at(6)),
        new().created_from(at(3)).seen_from(at(5)),
        new().count_from(5),
        new().count_to(2),
        new().count_from(3).count_to(3),
    ]
}

fn each_filter_names_the_issues_it_says<S: Store>(store: &mut S) {
    let all = filled(store);
    filters().into_iter().for_each(|query| answers(store, &query.size(3), &all));
}

fn filters_and_orders_go_together<S: Store>(store: &mut S) {
    let all = filled(store);
    for (place, query) in filters().into_iter().enumerate() {
        let sort = Sort::ALL[place % Sort::ALL.len()];
        let query = query.sort(sort).method("GET").size(2);
        answers(store, &query, &all);
        answers(store, &query.direction(Direction::Ascending), &all);
    }
}

fn a_page_goes_on_where_it_was_though_issues_move<S: Store>(store: &mut S) {
    let all = filled(store);
    let first = works("`list`", store.list(&Query::new().size(5)));
    let Some(next) = first.next.clone() else {
        panic!("store contract: five of {ALL} issues are not the last page")
    };
    // The one the second page begins after moves to the top.
    let moved = Issue { last_seen: at(1_000), ..first.items[4].clone() };
    works("`put`", store.put(&moved));
    let rest = pages(store, &Query::new().size(5).after(next));
    let mut found = first.items;
    found.extend(rest);
    holds("no issue is missed or shown twice", sorted(&found), sorted(&all));
}

/// Goes through all pages, and back again from each of them.
fn goes_back<S: Store>(store: &mut S, asked: &Query) {
    let names = |page: &Page<Issue>| page.items.iter().map(|i| i.fingerprint).collect::<Vec<_>>();
    let first = works("`list`", store.list(asked));
    holds("the first page has none before it", first.previous.clone(), None);
    let (mut page, mut seen) = (first, Vec::new());
    while let Some(next) = page.next.clone() {
        seen.push(names(&page));
        page = works("`list`", store.list(&asked.clone().after(next)));
    }
    while let Some(expected) = seen.pop() {
        let Some(previous) = page.previous.clone() else {
            panic!("store contract: a page of {asked:?} behind another has none before it")
        };
        let rest = names(&page);
        page = works("`list`", store.list(&asked.clone().before(previous)));
        holds(&format!("{asked:?} leads back to the page before"), names(&page), expected);
        let on = page.next.clone().map(|next| asked.clone().after(next));
        let on = on.map(|query| names(&works("`list`", store.list(&query))));
        holds("and from there on again", on, Some(rest));
    }
    holds("the way back ends at the first page", page.previous, None);
}

fn pages_lead_back_the_way_they_came<S: Store>(store: &mut S) {
    filled(store);
    for sort in Sort::ALL {
        for direction in [Direction::Descending, Direction::Ascending] {
            let query = Query::new().sort(sort).direction(direction);
            goes_back(store, &query.clone().size(7));
            goes_back(store, &query.method("GET").size(3));
        }
    }
    filters().into_iter().for_each(|query| goes_back(store, &query.size(2)));
}

fn a_page_that_is_empty_by_now_leads_back<S: Store>(store: &mut S) {
    let all = filled(store);
    let query = || Query::new().size(20);
    let first = works("`list`", store.list(&query()));
    let Some(next) = first.next.clone() else {
        panic!("store contract: 20 of {ALL} issues are not the last page")
    };
    let shown = |issue: &Issue| first.items.iter().any(|i| i.fingerprint == issue.fingerprint);
    for gone in all.iter().filter(|issue| !shown(issue)) {
        works("`delete`", store.delete(gone.fingerprint));
    }
    let empty = works("`list`", store.list(&query().after(next)));
    let back = empty.previous.map(|place| works("`list`", store.list(&query().before(place))));
    let back = back.map(|page| page.items).unwrap_or_default();
    holds("an empty page leads back to all before it", back, first.items);
}

fn fingerprints_between_two_are_listed<S: Store>(store: &mut S) {
    let all = filled(store);
    let mut known = sorted(&all);
    let (first, last) = (known[3], known[9]);
    answers(store, &Query::new().fingerprints(first, last).size(3), &all);
    answers(store, &Query::new().fingerprints(first, last).sort(Sort::Count).method("GET"), &all);
    known.truncate(1);
    answers(store, &Query::new().fingerprints(known[0], known[0]), &all);
}
