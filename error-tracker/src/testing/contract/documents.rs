//! Issues as whole documents, and batches applied to them.

use super::samples::{at, batch, delta, fingerprint, issue};
use super::{holds, works, Part};
use crate::model::{Issue, IssueState};
use crate::store::{Query, Store};

pub(super) fn parts<S: Store>() -> Vec<Part<S>> {
    vec![
        an_empty_store_knows_nothing,
        an_issue_reads_back_as_it_was_put,
        an_issue_is_replaced_by_its_fingerprint,
        odd_text_is_only_text,
        a_deleted_issue_is_gone,
        a_state_is_set_and_of_an_unknown_issue_refused,
        a_batch_makes_issues_and_brings_them_up_to_date,
        a_resolved_issue_that_happens_again_is_regressed,
    ]
}

fn get<S: Store>(store: &mut S, number: u8) -> Issue {
    let found = works("`get` finds an issue", store.get(fingerprint(number)));
    found.unwrap_or_else(|| panic!("store contract: issue {number} was put and is not found"))
}

fn an_empty_store_knows_nothing<S: Store>(store: &mut S) {
    holds("an empty store has no issue", works("`get`", store.get(fingerprint(1))), None);
    let page = works("`list` of an empty store", store.list(&Query::new()));
    holds("an empty store lists nothing", page.items, Vec::new());
    holds("an empty store has no second page", page.next, None);
    holds("nothing is deleted", works("`delete`", store.delete(fingerprint(1))), false);
}

fn an_issue_reads_back_as_it_was_put<S: Store>(store: &mut S) {
    for number in 0..8 {
        works("`put`", store.put(&issue(number)));
    }
    for number in 0..8 {
        holds("an issue reads back whole", get(store, number), issue(number));
    }
}

fn an_issue_is_replaced_by_its_fingerprint<S: Store>(store: &mut S) {
    works("`put`", store.put(&issue(1)));
    let newer = Issue { count: 700, message: "another".into(), ..issue(1) };
    works("`put` again", store.put(&newer));
    holds("the later one counts", get(store, 1), newer);
    let page = works("`list`", store.list(&Query::new()));
    holds("one fingerprint is one issue", page.items.len(), 1);
}

fn odd_text_is_only_text<S: Store>(store: &mut S) {
    let odd = "'; DROP TABLE issues; -- \" \\ % _ \n\t\u{202e} ｆｕｌｌ ünï 🦀 {} <b>";
    let mut put = issue(1);
    for text in [&mut put.host, &mut put.path, &mut put.method, &mut put.message] {
        odd.clone_into(text);
    }
    put.traceback = odd.repeat(2_000);
    put.request_data.insert(odd.into(), odd.into());
    works("`put` of odd text", store.put(&put));
    holds("odd text reads back as it was", get(store, 1), put);
}

fn a_deleted_issue_is_gone<S: Store>(store: &mut S) {
    works("`put`", store.put(&issue(1)));
    works("`put`", store.put(&issue(2)));
    holds("an issue is deleted", works("`delete`", store.delete(fingerprint(1))), true);
    holds("it is deleted once", works("`delete`", store.delete(fingerprint(1))), false);
    holds("it is gone", works("`get`", store.get(fingerprint(1))), None);
    holds("others stay", get(store, 2), issue(2));
}

fn a_state_is_set_and_of_an_unknown_issue_refused<S: Store>(store: &mut S) {
    works("`put`", store.put(&issue(1)));
    let set = store.set_state(fingerprint(1), IssueState::Muted, at(99));
    holds("a state is set", works("`set_state`", set), true);
    let found = get(store, 1);
    holds(
        "the state and its time read back",
        (found.state, found.state_changed),
        (IssueState::Muted, at(99)),
    );
    let set = store.set_state(fingerprint(2), IssueState::Muted, at(99));
    holds("an unknown issue has no state", works("`set_state`", set), false);
}

fn a_batch_makes_issues_and_brings_them_up_to_date<S: Store>(store: &mut S) {
    let of = fingerprint(1);
    works("`write`", store.write(&batch(1, vec![delta(of, 3, &[(1, 50)], 50)])));
    let made = get(store, 1);
    holds("a new issue has the batch's count", made.count, 3);
    holds("it was first and last seen then", (made.created_on, made.last_seen), (at(50), at(50)));
    holds("it is open", made.state, IssueState::Unresolved);
    holds("its names are the event's", made.message.as_str(), "event 1");
    let late = delta(of, 4, &[(2, 90)], 90);
    let unordered = delta(of, 1, &[], 10);
    works("`write`", store.write(&batch(2, vec![late])));
    works("`write`", store.write(&batch(3, vec![unordered, delta(fingerprint(2), 1, &[], 1)])));
    let found = get(store, 1);
    holds("counts add up", found.count, 8);
    holds("first and last sight stay", (found.created_on, found.last_seen), (at(10), at(90)));
    holds("the newest event is shown", found.message.as_str(), "event 2");
    holds(
        "releases are known",
        (found.first_release.as_str(), found.last_release.as_str()),
        ("shop@1", "shop@3"),
    );
    holds("what is only counted is an issue, too", get(store, 2).message.as_str(), "only counted");
    holds("it is no event", get(store, 2).kept, 0);
}

fn a_resolved_issue_that_happens_again_is_regressed<S: Store>(store: &mut S) {
    let of = fingerprint(1);
    works("`write`", store.write(&batch(1, vec![delta(of, 1, &[], 10)])));
    works("`set_state`", store.set_state(of, IssueState::Resolved, at(50)));
    works("`write`", store.write(&batch(2, vec![delta(of, 1, &[], 40)])));
    holds("what happened before stays resolved", get(store, 1).state, IssueState::Resolved);
    works("`write`", store.write(&batch(3, vec![delta(of, 1, &[], 60)])));
    holds("what happens after is regressed", get(store, 1).state, IssueState::Regressed);
}
