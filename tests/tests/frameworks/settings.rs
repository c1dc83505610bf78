//! What is recorded of requests under other settings, and before there are any.

use error_tracker::{ContextBuilder, DefaultContextBuilder, Level, Request};
use error_tracker_tests::functions;
use serde_json::{json, Map, Value};

use crate::alone::alone;
use crate::client::{get, post};
use crate::recorded::{begin_with, App};
use crate::{request, with_actix, with_axum, with_hyper, with_rocket};

const ALL: [&App; 4] = [&with_axum::APP, &with_actix::APP, &with_rocket::APP, &with_hyper::APP];

const STATUSES: &str = "ERROR_TRACKER_TRACK_ALL_EXCEPTIONS";

#[test]
fn requests_before_the_start_pass_untouched() {
    alone("settings::requests_before_the_start_pass_untouched", &[], || {
        for app in ALL {
            let case = app.before_the_start();
            let failed = case.send(&post("/body", "text/plain", "a").header("X-Plan", "gold"));
            assert_eq!((failed.status, failed.header("x-error-reference")), (500, None));
            let tracked =
                case.send(&get("/tracked/7").header("Accept", "application/problem+json"));
            assert_eq!((tracked.status, tracked.header("x-error-reference")), (500, None));
            assert_eq!(case.send(&get("/fine")).body, "fine");
        }
        for app in ALL {
            let case = app.case();
            assert_eq!(case.send(&get("/tracked/7")).status, 500);
            assert_eq!(functions(&case.only()), ["charge", "checkout"]);
        }
    });
}

#[test]
fn statuses_of_the_client_s_are_recorded_on_request() {
    alone(
        "settings::statuses_of_the_client_s_are_recorded_on_request",
        &[(STATUSES, "true")],
        || {
            for app in ALL {
                let case = app.case();
                let answer = case.send(&get("/nowhere"));
                assert_eq!(answer.status, 404, "{}", app.name);
                let event = case.only();
                assert_eq!(event.exception_name, "404 Not Found");
                assert_eq!((event.level, event.status), (Level::Warning, Some(404)));
                assert_eq!((&*request(&event).path, &*request(&event).route), ("/nowhere", ""));
                crate::assert_named(&answer, &event);
            }
        },
    );
}

#[test]
fn of_listed_statuses_those_alone_are_recorded() {
    alone(
        "settings::of_listed_statuses_those_alone_are_recorded",
        &[(STATUSES, "404,418")],
        || {
            for app in ALL {
                let case = app.case();
                assert_eq!(case.send(&get("/fail")).status, 500);
                assert!(case.found().is_empty(), "{}", app.name);
                assert_eq!(case.send(&get("/nowhere")).status, 404);
                assert_eq!(case.only().status, Some(404));
                // Annotations always record.
                assert_eq!(case.send(&get("/tracked/7")).status, 500);
                assert_eq!(functions(&case.only()), ["charge", "checkout"]);
            }
        },
    );
}

/// Keeps the plan that a client has.
fn plan(request: Option<&Request>) -> Map<String, Value> {
    let plan = request.and_then(|request| request.headers.get("x-plan")).cloned();
    let data = json!({"plan": plan, "card_secret": "s-1"});
    data.as_object().cloned().unwrap_or_default()
}

/// Keeps what is kept by default, without the headers.
struct WithoutHeaders;

impl ContextBuilder for WithoutHeaders {
    fn build(&self, request: Option<&Request>) -> Map<String, Value> {
        let mut data = DefaultContextBuilder.build(request);
        data.remove("headers");
        data
    }
}

#[test]
fn a_context_builder_decides_what_is_kept_of_a_request() {
    alone("settings::a_context_builder_decides_what_is_kept_of_a_request", &[], || {
        begin_with(|store| error_tracker::init! { store: store, context_builder: plan });
        for app in ALL {
            let case = app.case();
            case.send(&get("/fail?a=1").header("X-Plan", "gold"));
            let event = case.only();
            assert_eq!(json!(event.request_data), json!({"plan": "gold", "card_secret": "*****"}));
            let request = request(&event);
            assert_eq!((&*request.path, &*request.query), ("/fail", ""), "{}", app.name);
            assert!(request.headers.is_empty());
        }
    });
}

#[test]
fn the_default_context_builder_can_be_wrapped() {
    alone("settings::the_default_context_builder_can_be_wrapped", &[], || {
        begin_with(|store| error_tracker::init! { store: store, context_builder: WithoutHeaders });
        for app in ALL {
            let case = app.case();
            let sent = r#"{"amount": 12, "card_secret": "s-1"}"#;
            case.send(&post("/body?token=t-1&a=1", "application/json", sent));
            let mut data = case.only().request_data;
            assert_eq!(data.remove("body"), Some(json!({"amount": 12, "card_secret": "*****"})));
            assert_eq!(data.remove("query"), Some(json!("token=*****&a=1")), "{}", app.name);
            assert_eq!(data.remove("url"), Some(json!(format!("{}/body", case.host))));
            assert!(!data.contains_key("headers"), "{data:?}");
        }
    });
}
