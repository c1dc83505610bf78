//! The end of a web request: what its answer tells of what failed meanwhile.

use crate::capture::draft::Draft;
use crate::capture::exits::Names;
use crate::capture::open::Opening;
use crate::capture::{Recorder, Snapshot};
use crate::frames::{with, Origin, Record};
use crate::grouping::{crate_relative, Facts};
use crate::mask::Found;
use crate::model::{reason_of, EventId, Kind, Level, Outcome};
use crate::queue::{Parts, Tag};
use crate::scope::{Noted, Serving};
use crate::task::{self, Busy};

/// How a web request ended.
pub(crate) struct Answer<'a> {
    /// The status of the answer, or 500 where there is none.
    pub(crate) status: u16,
    /// What the answer says beside a status that says nothing: `grpc-status 13`.
    pub(crate) trouble: Option<&'a str>,
    /// The handler panicked, and so the program has no answer.
    pub(crate) panicked: bool,
    /// The error that the framework or the handler gives beside the answer.
    pub(crate) error: Option<&'a Snapshot>,
}

impl Answer<'_> {
    /// Names it where no error does.
    fn name(&self) -> String {
        match self.trouble {
            Some(trouble) => trouble.to_owned(),
            None => format!("{} {}", self.status, reason_of(self.status)).trim_end().to_owned(),
        }
    }
}

impl Recorder {
    /// Ends the request that the running task serves: one event tells of its failure, if it failed.
    ///
    /// What an annotated function, a capture or a panic has recorded is that event; else it is made
    /// of the error, or of the status. Returns it.
    pub(crate) fn answered(&self, serving: &Serving, answer: &Answer<'_>) -> Option<Noted> {
        let records = self.records_of_request();
        let is_failure = answer.panicked || self.tracks(answer.status);
        if serving.is_own() || !is_failure {
            self.handled(records, answer.status);
            return None;
        }
        let told = records.iter().rposition(|record| record.origin != Origin::Message);
        let mut records = records;
        let told = told.map(|at| records.remove(at));
        self.close_records(records, Outcome::Handled);
        match told.as_ref().map(|record| record.id).and_then(|id| serving.noted(id)) {
            Some(noted) => Some(self.tell_answer(noted, answer)),
            // Another task of the request may have failed.
            None => match serving.newest() {
                Some(noted) => Some(self.tell_answer(noted, answer)),
                None => self.open_answer(serving, answer),
            },
        }
    }

    /// Tells whether an answer of this status is recorded.
    pub(crate) fn tracks(&self, status: u16) -> bool {
        self.parts.statuses.contains(status)
    }

    fn records_of_request(&self) -> Vec<Record> {
        with(|state| state.take_below(task::depth(), |_| true)).unwrap_or_default()
    }

    /// Closes what the handler has dealt with, and tells how it answered.
    fn handled(&self, records: Vec<Record>, status: u16) {
        for record in records.iter().filter(|record| record.kept) {
            let mut parts = Parts::default();
            parts.put(Tag::Status, &[&status.to_string()]);
            self.amend(record.id, parts, None);
        }
        self.close_records(records, Outcome::Handled);
    }

    /// Adds the status to the event that tells of the failure.
    fn tell_answer(&self, noted: Noted, answer: &Answer<'_>) -> Noted {
        if noted.kept {
            let mut parts = Parts::default();
            parts.put(Tag::Status, &[&answer.status.to_string()]);
            self.amend(noted.id, parts, Some(Outcome::Propagated));
        }
        noted
    }

    fn open_answer(&self, serving: &Serving, answer: &Answer<'_>) -> Option<Noted> {
        let _busy = Busy::enter()?;
        let place = serving.place().unwrap_or_default();
        let id = match answer.error {
            Some(error) => self.open_error(error, &place, answer),
            None => self.open_status(&place, answer),
        };
        self.forget(id);
        serving.noted(id)
    }

    fn open_error(&self, error: &Snapshot, place: &str, answer: &Answer<'_>) -> EventId {
        let (failure, masker) = (error.failure(), &self.parts.masker);
        let mut names = Names::of(&failure);
        match error.location {
            _ if !place.is_empty() => names.site.push_str(place),
            Some(location) => names.site.push_str(&crate_relative(location.file())),
            None => {}
        }
        let (said, mut found) = (error.to_string(), Found::default());
        let masked = masker.text(&said, &mut found);
        names.mask(masker, &mut found);
        names.text(&failure, &masked);
        let status = answer.name();
        let exception_name = match names.exception(&failure) {
            // A framework's error may have neither type nor name.
            nameless if nameless == failure.container() => &status,
            name => name,
        };
        let opening = Opening {
            type_name: failure.type_name(),
            exception_name,
            location: error.location,
            ..self.opening(names.facts(Kind::Error), (&said, &masked), &found, answer)
        };
        let (id, _) = self.open(&opening, |draft| {
            draft.causes(&failure);
            status_of(draft, answer);
        });
        names.give_back();
        id
    }

    fn open_status(&self, place: &str, answer: &Answer<'_>) -> EventId {
        let name = answer.name();
        let message = match place {
            "" => format!("answered with {name}; no route matched"),
            place => format!("{place} answered with {name}"),
        };
        let facts = Facts { kind: Kind::Error, exception: &name, site: place, ..Facts::default() };
        let found = Found::default();
        let opening = Opening {
            exception_name: &name,
            ..self.opening(facts, (&message, &message), &found, answer)
        };
        self.open(&opening, |draft| status_of(draft, answer)).0
    }

    fn opening<'o>(
        &self,
        facts: Facts<'o>,
        (said, message): (&'o str, &'o str),
        found: &'o Found,
        answer: &Answer<'_>,
    ) -> Opening<'o> {
        Opening {
            facts,
            level: if answer.status >= 500 { Level::Error } else { Level::Warning },
            type_name: "",
            exception_name: "",
            said,
            message,
            found,
            location: None,
            outcome: Outcome::Propagated,
            depth: task::depth() + 1,
            origin: Origin::Error,
            by_hand: false,
            address: 0,
            has_stack: false,
        }
    }
}

fn status_of(draft: &mut Draft, answer: &Answer<'_>) {
    draft.parts.put(Tag::Status, &[&answer.status.to_string()]);
}
