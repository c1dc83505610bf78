//! What the layers around web frameworks decide alike.

use crate::model::{reason_of, Reference};
use crate::scope;
use crate::web::Response;

/// The header that carries the reference of what failed.
pub(crate) const REFERENCE: &str = "x-error-reference";

/// Says which pattern of a router's the path of the running task's request matched, such as
/// `/pay/{id}`: where the layer can't know it, as around a service of tower's or hyper's.
///
/// Requests are shown and grouped by it. The first pattern said of a request stays.
pub fn set_route(pattern: &str) {
    if let Some(serving) = scope::serving() {
        serving.set_route(pattern);
    }
}

/// Tells whether a client asks for a problem description (RFC 9457).
pub(crate) fn accepts_problem(accept: &str) -> bool {
    accept.split(',').any(|range| {
        let media_type = range.split(';').next().unwrap_or_default().trim();
        media_type.eq_ignore_ascii_case("application/problem+json")
    })
}

/// Makes the answer to a client whose handler gave none, or one without a body.
///
/// It tells nothing of what failed but its reference.
pub(crate) fn answer(status: u16, reference: Option<Reference>, as_problem: bool) -> Response {
    let title = reason_of(status);
    let mut response = match as_problem {
        true => {
            let mut problem = serde_json::Map::new();
            problem.insert("type".into(), "about:blank".into());
            problem.insert("title".into(), title.into());
            problem.insert("status".into(), status.into());
            if let Some(reference) = reference {
                problem.insert("reference".into(), reference.to_string().into());
            }
            let body = serde_json::Value::Object(problem).to_string();
            let mut response = Response::text(status, &body);
            response.headers = vec![("content-type", "application/problem+json".to_owned())];
            response
        }
        false => Response::text(status, &format!("{title}\n")),
    };
    if let Some(reference) = reference {
        response.headers.push((REFERENCE, reference.to_string()));
    }
    response
}

/// Returns the HTTP status that a status of gRPC stands for, as
/// [google.rpc.Code](https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto) maps them.
#[cfg(feature = "tower")]
pub(crate) const fn status_of_grpc(code: u16) -> u16 {
    match code {
        0 => 200,
        1 => 499,
        3 | 9 | 11 => 400,
        4 => 504,
        5 => 404,
        6 | 10 => 409,
        7 => 403,
        8 => 429,
        12 => 501,
        14 => 503,
        16 => 401,
        _ => 500,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_for_those_who_ask_for_it() {
        assert!(accepts_problem("text/html, Application/Problem+JSON;q=0.9"));
        assert!(!accepts_problem("application/json, */*"));
        let reference = "E-7K2Q9-M4XT1".parse().ok();
        let problem = answer(500, reference, true);
        assert_eq!(
            String::from_utf8(problem.body).unwrap(),
            r#"{"reference":"E-7K2Q9-M4XT1","status":500,"title":"Internal Server Error","type":"about:blank"}"#
        );
        let plain = answer(503, None, false);
        assert_eq!(plain.body, b"Service Unavailable\n");
        assert!(plain.headers.iter().all(|(name, _)| *name != REFERENCE));
    }
}
