//! The pages as a scope.

use ::actix_web::body::BoxBody;
use ::actix_web::http::header::{HeaderName, HeaderValue};
use ::actix_web::http::StatusCode;
use ::actix_web::{web, HttpRequest, HttpResponse, Scope};

use crate::global;
use crate::web::layer::answer;
use crate::web::{receive, Reception, Visit};

/// Makes the pages, at the setting `url_prefix`.
///
/// Build it after `init!`: before, the setting is not known, and the pages stand at its default, `/dev/error`.
pub fn pages() -> Scope {
    let tracker = global::tracker();
    pages_at(tracker.config().map_or("/dev/error", |config| &config.url_prefix))
}

/// Makes the pages at a place of its own.
///
/// They answer every path below it: at `/`, add them after all other services.
///
/// # Examples
///
/// ```
/// let admin = actix_web::web::scope("/admin").service(error_tracker::actix_web::pages_at("/errors"));
/// let app = actix_web::App::new().service(admin); // at /admin/errors
/// ```
pub fn pages_at(prefix: &str) -> Scope {
    web::scope(prefix.trim_end_matches('/')).default_service(web::route().to(page))
}

async fn page(request: HttpRequest, body: web::Payload) -> HttpResponse {
    let below = request.match_info().unprocessed().trim_start_matches('/');
    let visit = Visit::new(request.method().as_str(), request.uri().path(), below)
        .query(request.query_string())
        .client(request.peer_addr().map(|address| address.ip()));
    let visit = request.headers().iter().fold(visit, |visit, (name, value)| {
        visit.header(name, String::from_utf8_lossy(value.as_bytes()))
    });
    let job = match receive(visit.with_framework(request)) {
        Reception::Answered(answer) => return convert(answer),
        Reception::Admitted(job) => job,
    };
    let answered = match body.to_bytes_limited(job.body_limit()).await {
        Ok(Ok(body)) => web::block(move || job.body(body).run()).await,
        Ok(Err(_)) => Ok(answer(400, None, false)),
        Err(_) => Ok(job.too_large()),
    };
    convert(answered.unwrap_or_else(|_| answer(500, None, false)))
}

pub(super) fn convert(answer: crate::web::Response) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::with_body(status, BoxBody::new(answer.body));
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().append(HeaderName::from_static(name), value);
        }
    }
    response
}
