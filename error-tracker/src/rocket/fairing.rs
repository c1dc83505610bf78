//! Requests that are watched.

use std::future::{poll_fn, Future as _};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use ::rocket::fairing::{self, Info, Kind};
use ::rocket::http::Status;
use ::rocket::route::{Handler, Outcome};
use ::rocket::{async_trait, Data, Request, Response, Route};

use super::pages::convert;
use crate::scope::{Field, Head, Serving};
use crate::web::layer::{accepts_problem, answer, REFERENCE};
use crate::web::watch::{Told, Watch};

/// How much of a body is looked for before it is read, in bytes: of more Rocket shows nothing.
const PEEKED: [usize; 6] = [512, 256, 128, 64, 32, 14];

/// Makes the fairing that records requests which fail.
pub fn fairing() -> Fairing {
    Fairing
}

/// Records the requests that fail: by a panic, or by a status that
/// [`track_all_exceptions`](crate::TrackedStatuses) names.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fairing;

#[async_trait]
impl fairing::Fairing for Fairing {
    fn info(&self) -> Info {
        Info { name: "error-tracker", kind: Kind::Request | Kind::Response | Kind::Singleton }
    }

    async fn on_request(&self, request: &mut Request<'_>, data: &mut Data<'_>) {
        let begin = || match Watch::begin(|head| fill(head, request)) {
            Some(watch) => Watching::new(watch),
            None => Watching::default(),
        };
        if let Some(serving) = &request.local_cache(begin).serving {
            peek(data, serving).await;
        }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let watching = Watching::of(request);
        let Some(mut watch) = watching.take() else { return };
        if let Some(route) = request.route() {
            watch.serving().set_route(&route_of(route));
        }
        let status = response.status().code;
        let has_panicked = watching.has_panicked.load(Ordering::Relaxed);
        let Some(reference) = watch.finish(Told::status(status), has_panicked) else { return };
        let accepts = request.headers().get("accept").any(accepts_problem);
        if accepts
            && (response.body().is_none() || watching.is_described_by_default(request, status))
        {
            response.merge(convert(answer(status, Some(reference), true)));
        }
        response.set_raw_header(REFERENCE, reference.to_string());
    }
}

fn fill(head: &mut Head, request: &Request<'_>) {
    let uri = request.uri();
    head.put(Field::Method, request.method().as_str().as_bytes());
    head.put(Field::Path, uri.path().as_str().as_bytes());
    head.put(Field::Query, uri.query().map_or("", |query| query.as_str()).as_bytes());
    let host = request.headers().get_one("host").map(str::to_owned);
    let host = host.or_else(|| request.host().map(ToString::to_string));
    head.put(Field::Host, host.unwrap_or_default().as_bytes());
    request.remote().into_iter().for_each(|client| head.client(client.ip()));
    for header in request.headers().iter() {
        head.header(header.name().as_str().as_bytes(), header.value().as_bytes());
    }
}

/// Takes what has arrived of the body, waiting for nothing.
async fn peek(data: &mut Data<'_>, serving: &Serving) {
    for size in PEEKED {
        // A look that would have to wait is given up; Rocket keeps what it has found.
        let has_read = poll_fn(|context| match pin!(data.peek(size)).poll(context) {
            Poll::Ready(beginning) => {
                serving.read(beginning);
                Poll::Ready(true)
            }
            Poll::Pending => Poll::Ready(false),
        });
        if has_read.await {
            break;
        }
    }
    if data.peek_complete() {
        serving.end_body();
    }
}

fn route_of(route: &Route) -> String {
    let uri = &route.uri;
    uri.as_str().split('?').next().unwrap_or_default().to_owned()
}

/// What the fairing and the handler know of a request.
#[derive(Default)]
pub(super) struct Watching {
    pub(super) serving: Option<Arc<Serving>>,
    watch: Mutex<Option<Watch>>,
    has_panicked: AtomicBool,
    /// The handler gave a status and no answer.
    is_undescribed: AtomicBool,
}

impl Watching {
    fn new(watch: Watch) -> Self {
        let serving = Some(Arc::clone(watch.serving()));
        Self { serving, watch: Mutex::new(Some(watch)), ..Self::default() }
    }

    /// Returns what the fairing has begun; without one, it is empty.
    pub(super) fn of<'r>(request: &'r Request<'_>) -> &'r Self {
        request.local_cache(Self::default)
    }

    fn take(&self) -> Option<Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn give_back(&self, watch: Watch) {
        *self.watch.lock().unwrap_or_else(PoisonError::into_inner) = Some(watch);
    }

    /// Tells whether the answer is one that Rocket makes of a status where the program has no catcher.
    fn is_described_by_default(&self, request: &Request<'_>, status: u16) -> bool {
        let mut catchers = request.rocket().catchers();
        self.is_undescribed.load(Ordering::Relaxed)
            && !catchers.any(|catcher| catcher.code.is_none_or(|code| code == status))
    }
}

/// Makes the handlers of routes run in the scope of the request that they serve.
pub fn track(routes: impl Into<Vec<Route>>) -> Vec<Route> {
    let track = |mut route: Route| {
        route.handler = Box::new(Within(route.handler.clone()));
        route
    };
    routes.into().into_iter().map(track).collect()
}

/// Runs a handler in the scope of the request that it serves.
#[derive(Clone)]
struct Within(Box<dyn Handler>);

#[async_trait]
impl Handler for Within {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        let watching = Watching::of(request);
        let Some(mut watch) = watching.take() else {
            return self.0.handle(request, data).await;
        };
        if let Some(route) = request.route() {
            watch.serving().set_route(&route_of(route));
        }
        let mut handling = self.0.handle(request, data);
        let outcome = poll_fn(|context| {
            let mut poll = || handling.as_mut().poll(context);
            match watch.enter(|| catch_unwind(AssertUnwindSafe(&mut poll))) {
                Some(Poll::Pending) => Poll::Pending,
                Some(Poll::Ready(outcome)) => Poll::Ready(Some(outcome)),
                None => Poll::Ready(None),
            }
        })
        .await;
        watching.give_back(watch);
        watching.has_panicked.store(outcome.is_none(), Ordering::Relaxed);
        let outcome = outcome.unwrap_or(Outcome::Error(Status::InternalServerError));
        watching.is_undescribed.store(outcome.is_error(), Ordering::Relaxed);
        outcome
    }
}
