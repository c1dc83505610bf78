//! How a batch becomes whole issues, for stores that only keep documents.

use crate::error::Error;
use crate::model::{Hour, Issue, IssueState, Recorded};
use crate::store::thinning::{self, Numbered};
use crate::store::{shape, Amended, Batch, Delta, Facts, Kept, Origin, Store};

/// Writes a batch by reading each issue, bringing it up to date and putting it back.
pub(super) fn write<S: Store + ?Sized>(store: &mut S, batch: &Batch) -> Result<(), Error> {
    let can = store.capabilities();
    for delta in &batch.deltas {
        let known = store.get(delta.fingerprint)?;
        let before = known.as_ref().map_or(0, |issue| issue.count);
        let mut issue = delta.applied_to(known, &batch.origin.release);
        if can.events {
            issue.kept = put_events(store, batch, delta, before)?;
        }
        if can.hours {
            for (hour, count) in &delta.hours {
                store.put_hour(delta.fingerprint, Hour { hour: *hour, count: *count })?;
            }
        }
        store.put(&issue)?;
    }
    batch.amended.iter().try_for_each(|amended| amend(store, amended))
}

fn put_events<S: Store + ?Sized>(
    store: &mut S,
    batch: &Batch,
    delta: &Delta,
    before: u64,
) -> Result<u64, Error> {
    for (number, kept) in (before + 1..).zip(&delta.events) {
        store.put_event(&kept.recorded(number, &batch.origin))?;
    }
    let kept = store.events(delta.fingerprint)?;
    if kept.len() <= batch.max_events.max(2) {
        return Ok(kept.len() as u64);
    }
    let mut ascending: Vec<_> = kept.iter().rev().collect();
    ascending.sort_by_key(|event| event.number);
    let numbered: Vec<Numbered> = ascending.iter().map(|event| event.numbered()).collect();
    let go = thinning::surplus(&numbered, batch.max_events);
    for event in ascending.iter().filter(|event| go.contains(&event.number)) {
        store.drop_event(event.event.id)?;
    }
    Ok((kept.len() - go.len()) as u64)
}

/// Puts an event anew, unless it was thinned out or deleted meanwhile.
fn amend<S: Store + ?Sized>(store: &mut S, amended: &Amended) -> Result<(), Error> {
    let Some(known) = store.event(amended.event.id)? else { return Ok(()) };
    let fingerprint = amended.event.fingerprint;
    let is_newest = store.events(fingerprint)?.iter().all(|event| event.number <= known.number);
    store.put_event(&Recorded { event: amended.event.clone(), ..known })?;
    match store.get(fingerprint)? {
        Some(mut issue) if is_newest => {
            amended.facts.show_in(&mut issue);
            store.put(&issue)
        }
        _ => Ok(()),
    }
}

impl Delta {
    /// Returns the issue as it is after this; `release` is the running program's.
    pub(crate) fn applied_to(&self, known: Option<Issue>, release: &str) -> Issue {
        let Some(mut issue) = known else { return self.new_issue(release) };
        issue.count += self.count;
        issue.created_on = issue.created_on.min(self.first_seen);
        let was_open = issue.state != IssueState::Resolved;
        if !was_open && self.last_seen > issue.state_changed {
            issue.state = IssueState::Regressed;
        }
        if self.facts.at.is_some() && self.last_seen >= issue.last_seen {
            self.facts.show_in(&mut issue);
        }
        issue.last_seen = issue.last_seen.max(self.last_seen);
        release.clone_into(&mut issue.last_release);
        if issue.grouping.version == 0 {
            issue.grouping.clone_from(&self.facts.grouping);
        }
        issue
    }

    fn new_issue(&self, release: &str) -> Issue {
        let mut issue = Issue {
            fingerprint: self.fingerprint,
            kind: self.facts.kind,
            count: self.count,
            created_on: self.first_seen,
            last_seen: self.last_seen,
            state_changed: self.first_seen,
            first_release: release.to_owned(),
            last_release: release.to_owned(),
            grouping: self.facts.grouping.clone(),
            ..Issue::default()
        };
        self.facts.show_in(&mut issue);
        issue
    }
}

impl Facts {
    /// Makes the issue show this.
    fn show_in(&self, issue: &mut Issue) {
        issue.level = self.level;
        issue.host.clone_from(&self.host);
        issue.path.clone_from(&self.path);
        issue.requested_path.clone_from(&self.requested_path);
        issue.method.clone_from(&self.method);
        issue.exception_name.clone_from(&self.exception_name);
        issue.message.clone_from(&self.message);
        issue.culprit.clone_from(&self.culprit);
        issue.location.clone_from(&self.location);
        // What we wrote ourselves a moment ago is an object.
        issue.request_data =
            serde_json::from_slice(self.request_data.as_bytes()).unwrap_or_default();
        issue.traceback.clone_from(&self.traceback);
    }
}

impl Kept {
    fn recorded(&self, number: u64, origin: &Origin) -> Recorded {
        let stack = self.stack.as_ref().map(|stack| stack.frames.clone()).unwrap_or_default();
        let Origin { release, environment, server_name } = origin.clone();
        Recorded { event: self.event.clone(), stack, number, release, environment, server_name }
    }
}

impl Recorded {
    fn numbered(&self) -> Numbered {
        let shape = shape::of(&self.event, &self.release, &self.server_name);
        Numbered { number: self.number, shape }
    }
}
