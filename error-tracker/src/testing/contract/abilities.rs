//! What a store claims to do beside keeping issues.

use std::sync::Arc;

use super::samples::{at, batch, delta, fingerprint, issue, recorded, DAY, HOUR};
use super::{holds, works, Part};
use crate::model::{Event, Fingerprint, Hour, Issue, IssueState, KeptEvent, Recorded, Totals};
use crate::store::{Amended, Facts, Query, Retained, Retention, Store};

pub(super) fn events_parts<S: Store>() -> Vec<Part<S>> {
    vec![
        events_read_back_newest_first,
        events_go_one_by_one_and_with_their_issue,
        a_batch_keeps_the_first_and_the_latest_events,
        an_amended_event_is_replaced,
    ]
}

pub(super) fn hours_parts<S: Store>() -> Vec<Part<S>> {
    vec![hours_add_up_and_go_with_their_issue]
}

pub(super) fn search_parts<S: Store>() -> Vec<Part<S>> {
    vec![text_is_found_where_it_stands]
}

pub(super) fn totals_parts<S: Store>() -> Vec<Part<S>> {
    vec![totals_follow_every_change]
}

pub(super) fn retention_parts<S: Store>() -> Vec<Part<S>> {
    vec![what_is_too_old_goes, what_is_too_much_goes]
}

pub(super) fn exactly_once_parts<S: Store>() -> Vec<Part<S>> {
    vec![a_batch_counts_once]
}

fn events<S: Store>(store: &mut S, of: Fingerprint) -> Vec<Recorded> {
    works("`events`", store.events(of))
}

fn get<S: Store>(store: &mut S, of: Fingerprint) -> Option<Issue> {
    works("`get`", store.get(of))
}

fn events_read_back_newest_first<S: Store>(store: &mut S) {
    let kept = issue(1);
    works("`put`", store.put(&kept));
    for number in [1, 2, 3] {
        works("`put_event`", store.put_event(&recorded(number, kept.fingerprint)));
    }
    let again = recorded(2, kept.fingerprint);
    works("`put_event` again", store.put_event(&again));
    let ids = |events: &[Recorded]| events.iter().map(|event| event.event.id).collect::<Vec<_>>();
    let expected: Vec<_> = [3, 2, 1].map(|number| recorded(number, kept.fingerprint)).to_vec();
    let found = events(store, kept.fingerprint);
    holds("events come newest first, each once", ids(&found), ids(&expected));
    let named = works("`kept_events`", store.kept_events(kept.fingerprint));
    let names: Vec<_> = found.iter().map(KeptEvent::from).collect();
    holds("kept events are named as they are read", named, names);
    let one = works("`event`", store.event(again.event.id));
    let parts = |event: &Recorded| {
        (event.event.message.clone(), event.event.frames.clone(), event.stack.clone(), event.number)
    };
    holds("an event reads back", one.as_ref().map(parts), Some(parts(&again)));
    let other = recorded(9, kept.fingerprint).event.id;
    holds("an unknown event is none", works("`event`", store.event(other)), None);
}

fn events_go_one_by_one_and_with_their_issue<S: Store>(store: &mut S) {
    let kept = issue(1);
    works("`put`", store.put(&kept));
    for number in [1, 2] {
        works("`put_event`", store.put_event(&recorded(number, kept.fingerprint)));
    }
    let first = recorded(1, kept.fingerprint).event.id;
    works("`drop_event`", store.drop_event(first));
    works("`drop_event` of none", store.drop_event(first));
    holds("a dropped event is gone", events(store, kept.fingerprint).len(), 1);
    works("`delete`", store.delete(kept.fingerprint));
    holds("events go with their issue", events(store, kept.fingerprint).len(), 0);
    let second = recorded(2, kept.fingerprint).event.id;
    holds("also by their id", works("`event`", store.event(second)), None);
}

fn a_batch_keeps_the_first_and_the_latest_events<S: Store>(store: &mut S) {
    let of = fingerprint(1);
    for number in 1..=20_u8 {
        let one = delta(of, 10, &[(number, i64::from(number))], i64::from(number));
        works("`write`", store.write(&batch(number.into(), vec![one])));
    }
    let kept = events(store, of);
    let found = get(store, of).map(|issue| (issue.count, issue.kept));
    holds("counts are exact, events are few", found, Some((200, 5)));
    holds("as many are kept as it says", kept.len(), 5);
    let messages = |event: Option<&Recorded>| event.map(|event| event.event.message.clone());
    holds("the latest is kept", messages(kept.first()), Some("event 20".into()));
    holds("the first is kept", messages(kept.last()), Some("event 1".into()));
    let numbers: Vec<u64> = kept.iter().map(|event| event.number).collect();
    holds("an event knows which one it was", (numbers[0], numbers[4]), (191, 1));
}

fn an_amended_event_is_replaced<S: Store>(store: &mut S) {
    let of = fingerprint(1);
    works("`write`", store.write(&batch(1, vec![delta(of, 1, &[(1, 5)], 5)])));
    let event = Event { message: "amended".into(), ..recorded(1, of).event };
    let facts = Facts { message: "amended".into(), request_data: "{}".into(), ..Facts::default() };
    let mut second = batch(2, Vec::new());
    let id = event.id;
    second.amended.push(Amended { event, facts });
    works("`write` of an amended event", store.write(&second));
    let found = works("`event`", store.event(id)).map(|event| event.event.message);
    holds("the event is amended", found.as_deref(), Some("amended"));
    let shown = get(store, of).map(|issue| (issue.message, issue.count));
    holds("its issue shows it and counts nothing", shown, Some(("amended".into(), 1)));
}

fn hours_add_up_and_go_with_their_issue<S: Store>(store: &mut S) {
    let of = fingerprint(1);
    works("`write`", store.write(&batch(1, vec![delta(of, 2, &[], HOUR + 1)])));
    works("`write`", store.write(&batch(2, vec![delta(of, 3, &[], HOUR + 2)])));
    works("`write`", store.write(&batch(3, vec![delta(of, 4, &[], 1)])));
    works("`put_hour`", store.put_hour(of, Hour { hour: DAY, count: 1 }));
    let found = works("`hours`", store.hours(of));
    let expected = vec![Hour { hour: DAY, count: 5 }, Hour { hour: DAY + 1, count: 5 }];
    holds("each hour has its sum, oldest first", found, expected.clone());
    let late = works("`hours_since`", store.hours_since(of, DAY + 1));
    holds("hours from one on are the last of all", late, expected[1..].to_vec());
    let all = works("`hours_since`", store.hours_since(of, i64::MIN));
    holds("from the first on they are all", all, expected);
    works("`delete`", store.delete(of));
    holds("hours go with their issue", works("`hours`", store.hours(of)), Vec::new());
}

fn text_is_found_where_it_stands<S: Store>(store: &mut S) {
    let all: Vec<Issue> = (0..25).map(issue).collect();
    all.iter().for_each(|issue| works("`put`", store.put(issue)));
    let terms = [
        "number 17",
        "NUMBER 1",
        "host-2",
        "/pay/4",
        "Error3",
        "no such text",
        "%",
        "_",
        "\"",
        "'",
        "1",
        "e",
    ];
    for term in terms {
        let query = Query::new().search(term).size(1_000);
        let mut found: Vec<_> = works("`list` with a search", store.list(&query))
            .into_iter()
            .map(|issue| issue.fingerprint)
            .collect();
        let mut expected: Vec<_> =
            all.iter().filter(|issue| query.matches(issue)).map(|i| i.fingerprint).collect();
        found.sort_unstable();
        expected.sort_unstable();
        holds(&format!("a search for {term:?} finds what has it"), found, expected);
    }
    let changed = Issue { message: "a brand new text".into(), ..issue(3) };
    works("`put`", store.put(&changed));
    works("`delete`", store.delete(fingerprint(4)));
    let mut count =
        |term: &str| works("`list`", store.list(&Query::new().search(term))).items.len();
    holds("a changed text is found", count("brand new"), 1);
    holds("the text before is not", count("number 3"), 0);
    holds("a deleted one is not", count("number 4"), 0);
}

fn totals_follow_every_change<S: Store>(store: &mut S) {
    let check = |store: &mut dyn Store, when: &str, expected: [u64; 4]| {
        let Totals { unresolved, resolved, muted, regressed } = works("`totals`", store.totals());
        let found = [unresolved, resolved, muted, regressed];
        holds(&format!("totals are exact {when}"), found, expected);
    };
    check(store, "at first", [0; 4]);
    (0..8).for_each(|number| works("`put`", store.put(&issue(number))));
    check(store, "after `put`", [2; 4]);
    works("`set_state`", store.set_state(fingerprint(0), IssueState::Resolved, at(1)));
    check(store, "after `set_state`", [1, 3, 2, 2]);
    works("`delete`", store.delete(fingerprint(1)));
    check(store, "after `delete`", [1, 2, 2, 2]);
    let late = delta(fingerprint(0), 1, &[], HOUR);
    let new = delta(fingerprint(99), 1, &[], 1);
    works("`write`", store.write(&batch(1, vec![late, new])));
    check(store, "after `write`", [2, 1, 2, 3]);
}

fn retain<S: Store>(store: &mut S, rules: &Retention) -> Retained {
    let mut sum = Retained::default();
    for _ in 0..10_000 {
        let step = works("`retain`", store.retain(rules));
        sum.issues += step.issues;
        sum.events += step.events;
        if !step.more {
            return sum;
        }
    }
    panic!("store contract: `retain` always has more to do");
}

fn what_is_too_old_goes<S: Store>(store: &mut S) {
    let (old, new) = (fingerprint(1), fingerprint(2));
    works("`write`", store.write(&batch(1, vec![delta(old, 2, &[(1, 1)], 1)])));
    works("`write`", store.write(&batch(2, vec![delta(new, 2, &[(2, 1)], 1)])));
    works("`write`", store.write(&batch(3, vec![delta(new, 3, &[(3, HOUR * 30)], HOUR * 30)])));
    let sum = retain(store, &Retention::new(at(HOUR * 24), u64::MAX));
    holds("one issue went", sum.issues, 1);
    holds("what was last seen too long ago is gone", get(store, old), None);
    let found = get(store, new).map(|issue| issue.count);
    holds("what lives on keeps its count", found, Some(5));
    if store.capabilities().events {
        let kept: Vec<_> = events(store, new).into_iter().map(|e| e.event.message).collect();
        holds("old events of living issues go", kept, vec!["event 3".to_owned()]);
        holds("and it says so", get(store, new).map(|issue| issue.kept), Some(1));
    }
    let sum = retain(store, &Retention::new(at(HOUR * 24), u64::MAX));
    holds("a second run finds nothing", (sum.issues, sum.events), (0, 0));
    let last = works("`last_retention`", store.last_retention());
    let told = last.map(|last| (last.removed.issues, last.removed.events));
    holds("the last run is told", told, Some((0, 0)));
    works("`write`", store.write(&batch(4, vec![delta(new, 1, &[], HOUR * 90)])));
    retain(store, &Retention::new(at(HOUR * 60), u64::MAX));
    if store.capabilities().events {
        holds("the newest event of a living issue stays", events(store, new).len(), 1);
    }
}

fn what_is_too_much_goes<S: Store>(store: &mut S) {
    for number in 0..200_u8 {
        let mut one = delta(fingerprint(number), 1, &[(number, i64::from(number))], number.into());
        Arc::make_mut(&mut one.facts).traceback = "a line of a long report\n".repeat(200);
        works("`write`", store.write(&batch(number.into(), vec![one])));
    }
    retain(store, &Retention::new(at(-HOUR), 400_000));
    holds("the oldest went", get(store, fingerprint(0)), None);
    holds("the newest stayed", get(store, fingerprint(199)).is_some(), true);
}

fn a_batch_counts_once<S: Store>(store: &mut S) {
    let of = fingerprint(1);
    let one = || batch(1, vec![delta(of, 3, &[(1, 1)], 1)]);
    works("`write`", store.write(&one()));
    works("`write` again", store.write(&one()));
    holds("a batch counts once", get(store, of).map(|issue| issue.count), Some(3));
    works("`write`", store.write(&batch(2, vec![delta(of, 1, &[], 2)])));
    holds("another one counts", get(store, of).map(|issue| issue.count), Some(4));
}
