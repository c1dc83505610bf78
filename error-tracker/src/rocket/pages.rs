//! The pages as routes.

use std::any::Any;
use std::fmt;
use std::io::Cursor;
use std::sync::Arc;

use ::rocket::data::ToByteUnit as _;
use ::rocket::http::uri::{fmt::Path, Segments};
use ::rocket::http::{Method, Status};
use ::rocket::route::{Handler, Outcome};
use ::rocket::tokio::task::spawn_blocking;
use ::rocket::{async_trait, Data, Request, Response, Route};

use super::fairing::Watching;
use crate::web::layer::answer;
use crate::web::{receive, Reception, Visit};

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

pub(super) fn convert<'r>(answer: crate::web::Response) -> Response<'r> {
    let mut response = Response::new();
    response.set_status(Status::new(answer.status));
    for (name, value) in answer.headers {
        response.adjoin_raw_header(name, value);
    }
    response.set_sized_body(answer.body.len(), Cursor::new(answer.body));
    response
}
