//! From the visit to the response.

use std::fmt;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;
use std::time::Duration;

use super::assets::assets;
use super::context::Context;
use super::fence::{Fence, Late};
use super::params::Params;
use super::refusal::Refusal;
use super::response::Response;
use super::route::{self, Route};
use super::{actions, api, csrf, detail, layout, list};
use crate::error::Error;
use crate::global;
use crate::model::{EventId, Fingerprint, Timestamp};
use crate::task::Busy;
use crate::tracker::Tracker;
use crate::visit::{Nobody, Permission, ViewPermission, Visit};

/// How long a page waits for the store.
const LIMIT: Duration = Duration::from_secs(2);
/// How many bytes the body of a change may have.
const BODY: usize = 64 * 1024;

/// What becomes of a visit.
#[derive(Debug)]
pub enum Reception {
    /// It is answered already: a stranger, an unknown path, a wrong method.
    Answered(Response),
    /// There is something to do that may block.
    Admitted(Job),
}

/// An admitted visit, which may be taken to another thread.
pub struct Job {
    tracker: Tracker,
    fence: Arc<Fence>,
    limit: Duration,
    permission: Permission,
    route: Route,
    base: String,
    params: Params,
    is_head: bool,
    /// The token that a form has to carry; what is sent along in a header may be in its place.
    csrf: String,
    sent_token: Option<String>,
    needs_token: bool,
    is_json: bool,
    now: Timestamp,
    body: Vec<u8>,
}

/// Decides what becomes of a visit, without blocking.
///
/// A stranger gets one and the same answer, whatever they ask for. So does everybody before
/// [`init!`](crate::init!).
pub fn receive(visit: Visit) -> Reception {
    // A layer around it must not record what the pages answer.
    #[cfg(feature = "watch")]
    if let Some(serving) = crate::scope::serving() {
        serving.set_own();
    }
    admit(global::tracker(), Fence::of_process(), &visit)
}

/// The same for any tracker.
pub(super) fn admit(tracker: Tracker, fence: Arc<Fence>, visit: &Visit) -> Reception {
    // What fails here is none of the program's failures.
    let _busy = Busy::enter();
    let is_head = visit.method() == "HEAD";
    let permission =
        tracker.view_permission().map_or(Permission::Nothing, |asked| may(asked, visit));
    if permission == Permission::Nothing {
        let challenge = tracker.view_permission().unwrap_or(&Nobody).challenge();
        let response = layout::stranger().with("www-authenticate", challenge);
        return Reception::Answered(finished(response, is_head));
    }
    let mut job = Job::new(tracker, fence, visit, permission);
    match job.check(visit) {
        Ok(()) => Reception::Admitted(job),
        Err(refusal) => {
            let response = refusal.respond(&job.context(), job.route.is_api());
            Reception::Answered(finished(response, is_head))
        }
    }
}

fn may(asked: &dyn ViewPermission, visit: &Visit) -> Permission {
    // It is the program's own code.
    catch_unwind(AssertUnwindSafe(|| asked.permission(visit))).unwrap_or_default()
}

fn visitor(tracker: &Tracker, visit: &Visit) -> String {
    let name = || tracker.view_permission().map(|asked| asked.visitor(visit));
    catch_unwind(AssertUnwindSafe(name)).ok().flatten().unwrap_or_default()
}

fn finished(response: Response, is_head: bool) -> Response {
    response.finished(&assets().policy, is_head)
}

impl Job {
    fn new(tracker: Tracker, fence: Arc<Fence>, visit: &Visit, permission: Permission) -> Self {
        Self {
            permission,
            limit: LIMIT,
            route: Route::of(&visit.below),
            base: route::base(visit.path(), &visit.below),
            params: Params::default(),
            is_head: visit.method() == "HEAD",
            csrf: csrf::token(&visitor(&tracker, visit)),
            sent_token: visit.get_header("x-csrf-token").map(str::to_owned),
            needs_token: !csrf::is_of_a_program(visit),
            is_json: false,
            now: tracker.now(),
            body: Vec::new(),
            tracker,
            fence,
        }
    }

    /// Looks at all that can be told without the body and the store.
    fn check(&mut self, visit: &Visit) -> Result<(), Refusal> {
        if !self.route.is_known() {
            return Err(Refusal::new(404, "There is no such page."));
        }
        let is_asked = match visit.method() {
            "GET" | "HEAD" => !self.route.is_change(),
            method => method == "POST" && self.route.is_change(),
        };
        if !is_asked {
            return Err(Refusal::method(self.route.methods()));
        }
        self.params = Params::of_query(visit.get_query()).map_err(|why| Refusal::new(400, why))?;
        if self.route.is_change() {
            self.check_change(visit)?;
        }
        Ok(())
    }

    fn check_change(&mut self, visit: &Visit) -> Result<(), Refusal> {
        if self.permission < Permission::Manage {
            return Err(Refusal::new(403, "You may view issues, but not change them."));
        }
        if let Some(why) = csrf::is_foreign(visit) {
            return Err(Refusal::new(403, why));
        }
        let given = visit.get_header("content-type").unwrap_or_default();
        let given = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        self.is_json = self.route.is_api() && given == "application/json";
        if !(self.is_json || given.is_empty() || given == "application/x-www-form-urlencoded") {
            let allowed = if self.route.is_api() { " or application/json" } else { "" };
            let why = format!("The body has to be application/x-www-form-urlencoded{allowed}.");
            return Err(Refusal::new(415, why));
        }
        Ok(())
    }

    #[cfg(all(test, feature = "sqlite"))]
    pub(super) fn limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// Returns how many bytes the body may have; 0 if none is read.
    pub fn body_limit(&self) -> usize {
        if self.route.is_change() {
            BODY
        } else {
            0
        }
    }

    /// Takes the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Ends with the response to a body that is larger than allowed.
    pub fn too_large(self) -> Response {
        let why = format!("The body has more than {} bytes.", self.body_limit());
        let response = Refusal::new(413, why).respond(&self.context(), self.route.is_api());
        finished(response, self.is_head)
    }

    /// Reads the store, or changes it; returns within 2 seconds, whatever the store does.
    pub fn run(mut self) -> Response {
        if self.route.is_change() && self.body.len() > BODY {
            return self.too_large();
        }
        if let Err(refusal) = self.take_form() {
            let response = refusal.respond(&self.context(), self.route.is_api());
            return finished(response, self.is_head);
        }
        let job = Arc::new(self);
        let working = Arc::clone(&job);
        let answer = job.fence.run(job.limit, move || working.respond());
        let response = answer.unwrap_or_else(|late| job.late(late));
        finished(response, job.is_head)
    }

    /// Reads the form, and whether it is one of ours.
    fn take_form(&mut self) -> Result<(), Refusal> {
        if !self.route.is_change() {
            return Ok(());
        }
        let body = std::mem::take(&mut self.body);
        let form = match self.is_json {
            true => Params::of_json(&body),
            false => Params::of_form(&String::from_utf8_lossy(&body)),
        };
        self.params = form.map_err(|why| Refusal::new(400, why))?;
        let token = self.sent_token.as_deref().or(self.params.get("csrf")).unwrap_or_default();
        if self.needs_token && !csrf::is_token(token, &self.csrf) {
            let why =
                "The form is too old or not of this page: its token is missing or not yours. \
                       Load the page again.";
            return Err(Refusal::new(403, why));
        }
        Ok(())
    }

    fn respond(&self) -> Response {
        let context = self.context();
        let answer = match self.route {
            Route::List => list::respond(&context),
            Route::Detail(issue) => about(&context, issue, detail::respond),
            Route::Markdown(issue) => about(&context, issue, detail::markdown),
            Route::Curl(issue) => about(&context, issue, detail::curl),
            Route::Act(issue, action) => actions::one(&context, issue, action),
            Route::Bulk => actions::many(&context),
            Route::Api(asked) => api::respond(&context, asked),
            Route::Unknown => Err(Refusal::new(404, "There is no such page.")),
        };
        answer.unwrap_or_else(|refusal| refusal.respond(&context, self.route.is_api()))
    }

    fn late(&self, late: Late) -> Response {
        let refusal = match late {
            Late::Panicked => {
                Refusal::new(500, "This page failed. That is a mistake of the tracker's.")
            }
            Late::NoThread => Refusal::new(503, "There is no thread for this page."),
            Late::Waited | Late::Full if self.route.is_change() => Refusal::slow(
                "The store does not answer. The change may still be made: look again later.",
            ),
            Late::Waited | Late::Full => {
                Refusal::slow("The store does not answer. Errors are still recorded.")
            }
        };
        refusal.respond(&self.context(), self.route.is_api())
    }

    fn context(&self) -> Context<'_> {
        Context {
            tracker: &self.tracker,
            permission: self.permission,
            base: &self.base,
            csrf: &self.csrf,
            now: self.now,
            admin: self.tracker.config().is_none_or(|config| config.admin),
            params: &self.params,
        }
    }
}

/// Makes a page about an issue, with the event that the query may name.
fn about(
    context: &Context<'_>,
    issue: Fingerprint,
    page: fn(&Context<'_>, Fingerprint, Option<EventId>) -> Result<Response, Error>,
) -> Result<Response, Refusal> {
    let event = context.params.get("event").map(|text| {
        let why = || format!("event is {text:?}; allowed are 32 hexadecimal digits.");
        text.parse().map_err(|_| Refusal::new(400, why()))
    });
    Ok(page(context, issue, event.transpose()?)?)
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").field("route", &self.route).finish_non_exhaustive()
    }
}
