//! Holds the promises of the layers around web frameworks: one table, a small app in each framework,
//! over real connections.

#[path = "frameworks/alone.rs"]
mod alone;
#[path = "frameworks/bodies.rs"]
mod bodies;
#[path = "frameworks/client.rs"]
mod client;
#[path = "frameworks/pages.rs"]
mod pages;
#[path = "frameworks/recorded.rs"]
mod recorded;
#[path = "frameworks/serve.rs"]
mod serve;
#[path = "frameworks/settings.rs"]
mod settings;
#[path = "frameworks/shop.rs"]
mod shop;
#[path = "frameworks/with_actix.rs"]
mod with_actix;
#[path = "frameworks/with_axum.rs"]
mod with_axum;
#[path = "frameworks/with_hyper.rs"]
mod with_hyper;
#[path = "frameworks/with_rocket.rs"]
mod with_rocket;
#[path = "frameworks/with_tonic.rs"]
mod with_tonic;

use std::future::pending;
use std::thread;

use error_tracker::testing::record;
use error_tracker::{Event, Kind, Level, Outcome, Reference};
use error_tracker_tests::{causes, functions, local, only, poll_once};
use serde_json::json;
use tower_layer::Layer as _;
use tower_service::Service as _;

use crate::client::{get, post, Answer};
use crate::recorded::App;

/// Makes a test of each promise in each framework.
macro_rules! each {
    ($($promise:ident in $($framework:ident)+;)+) => { $(
        mod $promise { $(
            #[test]
            fn $framework() {
                super::$promise(&crate::$framework::APP);
            }
        )+ }
    )+ };
}
pub(crate) use each;

each! {
    a_success_records_nothing in with_axum with_actix with_rocket with_hyper;
    a_panic_is_one_event_and_the_connection_lives in with_axum with_actix with_rocket with_hyper;
    a_status_alone_is_grouped_by_method_and_route in with_axum with_actix with_rocket with_hyper;
    a_path_of_no_route_is_not_recorded in with_axum with_actix with_rocket with_hyper;
    an_error_of_the_handler_s_is_recorded_as_what_it_is in with_axum with_actix with_rocket;
    a_failure_and_the_answer_that_it_causes_are_one_event
        in with_axum with_actix with_rocket with_hyper;
    a_failure_that_the_handler_recovers_from_is_handled
        in with_axum with_actix with_rocket with_hyper;
    two_requests_on_one_thread_are_kept_apart in with_axum with_actix with_rocket with_hyper;
    what_works_for_a_request_elsewhere_belongs_to_it in with_axum with_actix with_rocket with_hyper;
    a_client_that_asks_for_a_problem_gets_one in with_axum with_actix with_rocket;
    a_handler_s_own_description_is_left_alone in with_axum with_actix with_rocket;
    a_layer_that_stands_twice_records_once in with_axum with_actix with_rocket with_hyper;
    secrets_of_the_head_are_masked in with_axum with_actix with_rocket with_hyper;
}

/// Checks that the answer names the event.
#[track_caller]
fn assert_named(answer: &Answer, event: &Event) {
    let reference = Reference::new(event.fingerprint, event.id).to_string();
    assert_eq!(answer.header("x-error-reference"), Some(reference.as_str()), "{answer:?}");
}

#[track_caller]
fn request(event: &Event) -> &error_tracker::Request {
    event.request.as_ref().expect("the event knows its request")
}

fn a_success_records_nothing(app: &App) {
    let case = app.case();
    let answer = case.send(&get("/fine"));
    assert_eq!((answer.status, answer.body.as_str()), (200, "fine"));
    assert_eq!(answer.header("x-error-reference"), None);
    assert!(case.found().is_empty());
}

fn a_panic_is_one_event_and_the_connection_lives(app: &App) {
    let case = app.case();
    let mut connection = case.connect();
    let failed = connection.send(&get("/panic/9?coupon=X").header("X-Plan", "gold"));
    let after = connection.send(&get("/fine"));
    assert_eq!((failed.status, after.status), (500, 200));
    let event = case.only();
    assert_eq!((event.kind, event.level, event.status), (Kind::Panic, Level::Fatal, Some(500)));
    assert!(event.message.starts_with("index out of bounds"), "{}", event.message);
    assert_eq!((functions(&event), event.outcome), (vec!["shelf"], Outcome::Propagated));
    assert_eq!(local(&event.frames[0], "at"), "9");
    assert_eq!(local(&event.frames[0], "api_token"), "*****");
    let request = request(&event);
    assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/panic/9"));
    assert_eq!(
        (request.route.clone(), request.query.as_str()),
        (app.pattern("/panic/{at}"), "coupon=X")
    );
    assert_eq!(request.headers["x-plan"], "gold");
    assert_eq!(request.client, if app.knows_client { "127.0.0.1" } else { "" });
    assert_named(&failed, &event);
}

fn a_status_alone_is_grouped_by_method_and_route(app: &App) {
    let case = app.case();
    let answers = [get("/fail?a=1"), get("/fail?a=2"), post("/unread", "text/plain", "a")];
    let answers = answers.map(|request| case.send(&request));
    assert_eq!(answers.map(|answer| answer.status), [500; 3]);
    let mut found = case.found();
    found.sort_by_key(|found| found.issue.count);
    let told: Vec<_> =
        found.iter().map(|found| (found.issue.count, &*found.event.message)).collect();
    let [get, post] = ["GET /fail", "POST /unread"]
        .map(|place| format!("{place} answered with 500 Internal Server Error"));
    assert_eq!(told, [(1, &*post), (2, &*get), (2, &*get)]);
    assert_eq!(found[1].event.exception_name, "500 Internal Server Error");
    assert_eq!((found[1].event.level, found[1].event.status), (Level::Error, Some(500)));
}

fn a_path_of_no_route_is_not_recorded(app: &App) {
    let case = app.case();
    assert_eq!(case.send(&get("/nowhere")).status, 404);
    assert!(case.found().is_empty());
}

fn an_error_of_the_handler_s_is_recorded_as_what_it_is(app: &App) {
    let case = app.case();
    let answer = case.send(&get("/refused/8"));
    assert_eq!((answer.status, answer.body.as_str()), (503, "come back later"));
    let event = case.only();
    assert_eq!(event.exception_name, "frameworks::shop::Refused");
    assert_eq!((event.message.as_str(), event.status), ("refused for now", Some(503)));
    assert_eq!(causes(&event), ["loading failed", "disk 8"]);
    assert!(event.location.contains("frameworks/with_"), "{}", event.location);
    assert_eq!((event.kind, event.outcome), (Kind::Error, Outcome::Propagated));
    assert_eq!(request(&event).route, app.pattern(&request(&event).route));
    assert_named(&answer, &event);
}

fn a_failure_and_the_answer_that_it_causes_are_one_event(app: &App) {
    let case = app.case();
    let answer = case.send(&get("/tracked/7"));
    assert_eq!(answer.status, 500);
    let event = case.only();
    assert_eq!(functions(&event), ["charge", "checkout"]);
    assert_eq!(event.message, "disk 7");
    assert_eq!(local(&event.frames[0], "card_secret"), "*****");
    assert_eq!((event.status, event.outcome), (Some(500), Outcome::Propagated));
    assert_eq!(request(&event).route, app.pattern("/tracked/{user}"));
    assert_named(&answer, &event);
}

fn a_failure_that_the_handler_recovers_from_is_handled(app: &App) {
    let case = app.case();
    let answer = case.send(&get("/recovered"));
    assert_eq!((answer.status, answer.body.as_str()), (200, "went on after disk 3"));
    assert_eq!(answer.header("x-error-reference"), None);
    let event = case.only();
    assert_eq!((functions(&event), event.outcome), (vec!["charge"], Outcome::Handled));
    assert_eq!((request(&event).path.as_str(), event.status), ("/recovered", Some(200)));
}

fn two_requests_on_one_thread_are_kept_apart(app: &App) {
    let case = app.case();
    let send = |who: &str| {
        let answer = case.send(&get(&format!("/turn/{who}")));
        (who.to_owned(), answer)
    };
    let answers = thread::scope(|scope| {
        let [one, other] = ["ann", "robin"].map(|who| scope.spawn(move || send(who)));
        [one, other].map(|sent| sent.join().expect("an answer comes back"))
    });
    let found = case.found();
    assert_eq!(found.len(), 2);
    for (who, answer) in answers {
        assert_eq!(answer.status, 500);
        let path = format!("/turn/{who}");
        let is_it = |event: &&Event| request(event).path == path;
        let event = found.iter().map(|found| &found.event).find(is_it).expect("each is recorded");
        assert_eq!(json!(event.context), json!({"who": who, "later": who}));
        assert_eq!(json!(event.tags), json!({"who": who}));
        assert_eq!(event.user.as_deref(), Some(&*who));
        let crumbs: Vec<_> = event.breadcrumbs.iter().map(|crumb| &crumb.data["who"]).collect();
        assert_eq!(crumbs, [&json!(who)]);
        assert_eq!(event.message, format!("disk {}", who.len()));
        assert_named(&answer, event);
    }
}

fn what_works_for_a_request_elsewhere_belongs_to_it(app: &App) {
    let case = app.case();
    let answer = case.send(&get("/spawned/40"));
    assert_eq!((answer.status, answer.body.as_str()), (200, "2 failed"));
    let mut found = case.found();
    found.sort_by(|one, other| one.event.message.cmp(&other.event.message));
    let told = found.iter().map(|found| (&*found.event.message, functions(&found.event)));
    let of_task = ("disk 40", vec!["charge", "checkout"]);
    assert_eq!(told.collect::<Vec<_>>(), [of_task, ("disk 41", vec!["charge"])]);
    for found in &found {
        assert_eq!(found.event.context["who"], "spawner");
        assert_eq!(request(&found.event).path, "/spawned/40");
        assert_eq!(request(&found.event).route, app.pattern("/spawned/{user}"));
    }
}

fn a_client_that_asks_for_a_problem_gets_one(app: &App) {
    let case = app.case();
    for path in ["/panic/9", "/fail", "/tracked/7"] {
        let accept = "text/html, application/problem+json;q=0.5";
        let answer = case.send(&get(path).header("Accept", accept));
        let event = case.only();
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
        let problem: serde_json::Value = serde_json::from_str(&answer.body).expect("it is JSON");
        let reference = Reference::new(event.fingerprint, event.id).to_string();
        let wanted = json!({
            "type": "about:blank",
            "title": "Internal Server Error",
            "status": 500,
            "reference": reference,
        });
        assert_eq!(problem, wanted, "{path}");
        assert_named(&answer, &event);
    }
}

fn a_handler_s_own_description_is_left_alone(app: &App) {
    let case = app.case();
    let answer = case.send(&get("/refused/8").header("Accept", "application/problem+json"));
    assert_eq!((answer.status, answer.body.as_str()), (503, "come back later"));
    assert_named(&answer, &case.only());
}

fn a_layer_that_stands_twice_records_once(app: &App) {
    let case = app.case();
    let answer = case.send(&get("/twice/fail"));
    let event = case.only();
    assert_eq!((answer.status, event.status), (500, Some(500)));
    assert_eq!(request(&event).route, "/twice/fail");
    assert_named(&answer, &event);
}

#[test]
fn a_layer_around_the_router_and_one_inside_record_once_and_know_the_route() {
    let case = with_axum::AROUND.case();
    let answer = case.send(&get("/panic/9"));
    let event = case.only();
    assert_eq!((answer.status, request(&event).route.as_str()), (500, "/panic/{at}"));
    assert_named(&answer, &event);
}

#[test]
fn an_error_of_actix_s_own_is_recorded_with_what_it_says() {
    let case = with_actix::APP.case();
    let answer = case.send(&get("/own"));
    let event = case.only();
    assert_eq!((answer.status, event.exception_name.as_str()), (500, "Refused"));
    assert_eq!((event.message.as_str(), event.status), ("refused for now", Some(500)));
    assert_named(&answer, &event);
}

#[test]
fn an_error_that_a_middleware_of_actix_s_returns_is_one_event() {
    let case = with_actix::APP.case();
    let answer = case.send(&get("/guarded/"));
    let event = case.only();
    assert_eq!((answer.status, answer.body.as_str()), (503, "come back later"));
    assert_eq!((event.message.as_str(), event.status), ("refused for now", Some(503)));
    assert_named(&answer, &event);
}

#[test]
fn routes_of_rocket_s_that_are_not_tracked_are_known_by_their_statuses() {
    let case = with_rocket::APP.case();
    let answer = case.send(&get("/untracked/fail"));
    let event = case.only();
    assert_eq!(event.message, "GET /untracked/fail answered with 500 Internal Server Error");
    assert_named(&answer, &event);
}

#[test]
fn a_service_of_tower_s_that_gives_no_answer_is_recorded() {
    let case = with_hyper::APP.case();
    let mut connection = case.connect();
    connection.begin(&get("/broken"));
    assert!(connection.answer(false).is_none(), "hyper closes the connection");
    assert_eq!(case.only().status, Some(500));
}

#[test]
fn a_request_that_is_given_up_closes_what_was_on_its_way() {
    let handler = async || {
        let failed = shop::charge(3, "4929 1234");
        pending::<()>().await;
        format!("{failed:?}")
    };
    let app = axum::Router::new().route("/", axum::routing::get(handler));
    let mut service = error_tracker::axum::layer().layer(app);
    let event = only(record(|| {
        let mut answering = Box::pin(service.call(http::Request::default()));
        assert!(poll_once(&mut answering).is_pending());
    }));
    assert_eq!((event.message.as_str(), event.outcome), ("disk 3", Outcome::Cancelled));
}

fn secrets_of_the_head_are_masked(app: &App) {
    let case = app.case();
    let target = "/fail?api_key=k-1&card=4111111111111111&page=2";
    let sent = get(target)
        .header("Authorization", "Bearer t-1")
        .header("Cookie", "sid=s-1")
        .header("X-Card", "4111 1111 1111 1111")
        .header("X-Plain", "p-1");
    assert_eq!(case.send(&sent).status, 500);
    let event = case.only();
    let request = request(&event);
    assert_eq!(request.query, "api_key=*****&card=*****&page=2");
    let told = ["authorization", "cookie", "x-card", "x-plain"].map(|name| &*request.headers[name]);
    assert_eq!(told, ["*****", "*****", "*****", "p-1"]);
}
