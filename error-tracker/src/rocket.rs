//! Pages and a fairing for [Rocket](https://docs.rs/rocket).
//!
//! ```
//! use error_tracker::rocket::{fairing, pages, track};
//! use rocket::{get, routes};
//!
//! #[get("/")]
//! fn hello() -> &'static str {
//!     "hello"
//! }
//!
//! let app = rocket::build()
//!     .mount("/", track(routes![hello]))
//!     .mount("/dev/error", pages())
//!     .attach(fairing());
//! ```
//!
//! # What Rocket lets a fairing see
//!
//! A fairing sees a request before and after its handler, but not around it: so [`track`] wraps the
//! handlers. Those of other routes run outside of the request's scope: of them the fairing records
//! statuses alone, and what annotated functions record there knows no request. Catchers run outside
//! of it, too. Attached last, the fairing sees what the others make of an answer.
//!
//! A body can't be read along. Of it is kept what has arrived when the handler begins, at most
//! 512 bytes, whether the handler reads it or not; nothing is waited for.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;
use std::future::{poll_fn, Future as _};
use std::io::Cursor;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use ::rocket::data::ToByteUnit as _;
use ::rocket::fairing::{self, Info, Kind};
use ::rocket::http::uri::{fmt::Path, Segments};
use ::rocket::http::{Method, Status};
use ::rocket::response::{self, Responder};
use ::rocket::route::{Handler, Outcome};
use ::rocket::tokio::task::spawn_blocking;
use ::rocket::{async_trait, Data, Request, Response, Route};

use crate::scope::{self, Field, Head, Serving};
use crate::web::layer::{accepts_problem, answer, REFERENCE};
use crate::web::watch::{Told, Watch};
use crate::web::{receive, AnyError, Reception, Tracked, Visit};

/// How much of a body is looked for before it is read, in bytes: of more Rocket shows nothing.
const PEEKED: [usize; 6] = [512, 256, 128, 64, 32, 14];

/// Makes the pages, to be mounted wherever they shall stand.
pub fn pages() -> Pages {
    Pages { visitor: Arc::new(|_| None) }
}

/// Makes the routes of the pages, to be mounted wherever they shall stand.
pub fn routes() -> Vec<Route> {
    pages().into()
}

/// The pages, which `mount` takes as it does routes.
#[derive(Clone)]
pub struct Pages {
    visitor: Arc<Visitor>,
}

type Visitor = dyn Fn(&Request<'_>) -> Option<Box<dyn Any>> + Send + Sync;

impl Pages {
    /// Tells the permission who comes: what this returns is the visit's [`framework`](Visit::framework).
    ///
    /// # Examples
    ///
    /// ```
    /// use error_tracker::web::Visit;
    ///
    /// struct Name(String);
    ///
    /// let name = |request: &rocket::Request<'_>| {
    ///     Name(request.cookies().get("name").map_or("", |cookie| cookie.value()).to_owned())
    /// };
    /// let app = rocket::build().mount("/dev/error", error_tracker::rocket::pages().visitor(name));
    /// let permission = |visit: &Visit| visit.framework::<Name>().is_some_and(|name| name.0 == "ann");
    /// ```
    #[must_use]
    pub fn visitor<T: Any>(
        self,
        visitor: impl Fn(&Request<'_>) -> T + Send + Sync + 'static,
    ) -> Self {
        Self { visitor: Arc::new(move |request| Some(Box::new(visitor(request)))) }
    }

    fn receive(&self, request: &Request<'_>) -> Reception {
        let (path, query) = (request.uri().path().as_str(), request.uri().query());
        let below = request.segments::<Segments<'_, Path>>(0..).map(|segments| {
            let segments: Vec<&str> = segments.collect();
            let end = if path.ends_with('/') && !segments.is_empty() { "/" } else { "" };
            segments.join("/") + end
        });
        let visit = Visit::new(request.method().as_str(), path, below.unwrap_or_default())
            .query(query.map_or("", |query| query.as_str()))
            .client(request.remote().map(|address| address.ip()));
        let visit = request
            .headers()
            .iter()
            .fold(visit, |visit, header| visit.header(header.name(), header.value()));
        receive(match (self.visitor)(request) {
            Some(visitor) => visit.with_boxed(visitor),
            None => visit,
        })
    }
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").finish_non_exhaustive()
    }
}

impl From<Pages> for Vec<Route> {
    fn from(pages: Pages) -> Self {
        use Method::{Connect, Delete, Get, Head, Options, Patch, Post, Put, Trace};
        let methods = [Get, Head, Post, Put, Delete, Options, Patch, Trace, Connect];
        methods.map(|method| Route::new(method, "/<below..>", pages.clone())).into()
    }
}

#[async_trait]
impl Handler for Pages {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        if let Some(serving) = &Watching::of(request).serving {
            // It is not in scope here, where the pages would say so themselves.
            serving.set_own();
        }
        let job = match self.receive(request) {
            Reception::Answered(answer) => return Outcome::Success(convert(answer)),
            Reception::Admitted(job) => job,
        };
        let answered = match data.open(job.body_limit().bytes()).into_bytes().await {
            Ok(body) if body.is_complete() => {
                spawn_blocking(move || job.body(body.into_inner()).run()).await
            }
            Ok(_) => Ok(job.too_large()),
            Err(_) => Ok(answer(400, None, false)),
        };
        Outcome::Success(convert(answered.unwrap_or_else(|_| answer(500, None, false))))
    }
}

fn convert<'r>(answer: crate::web::Response) -> Response<'r> {
    let mut response = Response::new();
    response.set_status(Status::new(answer.status));
    for (name, value) in answer.headers {
        response.adjoin_raw_header(name, value);
    }
    response.set_sized_body(answer.body.len(), Cursor::new(answer.body));
    response
}

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
struct Watching {
    serving: Option<Arc<Serving>>,
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
    fn of<'r>(request: &'r Request<'_>) -> &'r Self {
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

impl<'r, 'o: 'r> Responder<'r, 'o> for Tracked<AnyError> {
    /// Answers with status 500, which a catcher describes.
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'o> {
        self.hand_over(serving(request));
        Err(Status::InternalServerError)
    }
}

impl<'r, 'o: 'r, E: StdError + Responder<'r, 'o>> Responder<'r, 'o> for Tracked<E> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'o> {
        self.hand_over(serving(request));
        self.into_inner().respond_to(request)
    }
}

fn serving(request: &Request<'_>) -> Option<Arc<Serving>> {
    Watching::of(request).serving.clone().or_else(scope::serving)
}
