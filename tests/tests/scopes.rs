//! Holds the promises of scopes, tags, users and breadcrumbs: whose they are, and for how long.

use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::task::Poll;
use std::thread;

use error_tracker::testing::{record, record_async};
use error_tracker::{
    breadcrumb, capture_message, scope, set_extra, set_tag, set_user, track_exception, Event,
    InScope as _, Kind, Outcome, Scope,
};
use error_tracker_tests::errors::Disk;
use error_tracker_tests::{functions, only, poll_once, told};
use serde_json::{json, Value};

fn context(event: &Event) -> Value {
    Value::Object(event.context.clone())
}

#[track_exception]
fn fails(sector: u32) -> Result<u32, Disk> {
    Err(Disk(sector))
}

/// Waits for one more poll.
async fn wait() {
    let mut waited = false;
    poll_fn(|context| {
        context.waker().wake_by_ref();
        if std::mem::replace(&mut waited, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

mod forms {
    use super::*;

    #[test]
    fn a_guard_gives_context_until_it_drops() {
        let events = record(|| {
            {
                let scope = scope!(user_id = 7, email = %"a@example.com", whole = ?Disk(1));
                scope.set_extra("added", [1, 2]);
                let _ = fails(1);
            }
            let _ = fails(2);
        });
        let expected = json!({
            "user_id": 7, "email": "a@example.com", "whole": "Disk(1)", "added": [1, 2]
        });
        assert_eq!(context(&events[0]), expected);
        assert_eq!(context(&events[1]), json!({}));
    }

    #[test]
    fn a_block_is_tracked_and_its_error_goes_on() {
        let event = only(record(|| {
            let result = scope!(order = 9, {
                let number: u32 = "seven".parse()?;
                Ok::<u32, std::num::ParseIntError>(number)
            });
            assert!(result.is_err());
        }));
        assert_eq!(context(&event), json!({"order": 9}));
        assert_eq!(event.outcome, Outcome::Propagated);
        assert!(event.exception_name.ends_with("ParseIntError"));
    }

    #[test]
    fn a_block_whose_type_is_named_needs_no_inference() {
        let event = only(record(|| {
            let result = scope!(order = 9, -> Result<u32, Disk> { fails(3)?; Ok(1) });
            assert_eq!(result, Err(Disk(3)));
        }));
        assert_eq!(event.frames.len(), 2, "{:?}", functions(&event));
        assert_eq!(context(&event), json!({"order": 9}));
    }

    #[test]
    fn a_panic_in_a_block_is_recorded_with_its_context() {
        let event = only(record(|| {
            std::panic::catch_unwind(|| scope!(order = 9, -> u32 { panic!("in a block") }))
        }));
        assert_eq!((event.kind, context(&event)), (Kind::Panic, json!({"order": 9})));
    }

    #[test]
    fn a_closure_has_the_scope_in_hand() {
        let event = only(record(|| {
            scope!(|scope| {
                scope.set_extra("user_id", 7);
                let result = fails(1);
                scope.set_extra("too_late", true);
                result
            })
        }));
        assert_eq!(context(&event)["user_id"], json!(7));
    }

    #[tokio::test]
    async fn a_future_has_its_scope_at_each_poll() {
        let event = only(
            record_async(async {
                scope!(user_id = 7, async {
                    wait().await;
                    fails(1)
                })
                .await
            })
            .await,
        );
        assert_eq!(context(&event), json!({"user_id": 7}));
    }

    #[tokio::test]
    async fn in_scope_does_the_same_for_any_future() {
        let scope = Scope::new().with("user_id", 7).with("tags", ["a", "b"]);
        let future = async {
            wait().await;
            fails(1)
        };
        let event = only(record_async(future.in_scope(scope)).await);
        assert_eq!(context(&event), json!({"user_id": 7, "tags": ["a", "b"]}));
    }
}

mod values {
    use super::*;

    #[derive(Debug)]
    struct Plain;

    #[test]
    fn values_keep_their_json_types() {
        let event = only(record(|| {
            let nothing: Option<u32> = None;
            let (text, owned) = ("text", String::from("owned"));
            let _scope = scope!(
                number = -7i64,
                float = 1.5,
                yes = true,
                text = text,
                owned = owned,
                nothing = nothing,
                list = vec![1u8, 2],
                shown = Plain,
            );
            fails(1)
        }));
        let expected = json!({
            "number": -7, "float": 1.5, "yes": true, "text": "text", "owned": "owned",
            "nothing": null, "list": [1, 2], "shown": "Plain",
        });
        assert_eq!(context(&event), expected);
    }

    #[test]
    fn of_equal_keys_the_nearest_wins() {
        let event = only(record(|| {
            let _outer = scope!(place = "outer", outer = 1);
            let _inner = scope!(place = "inner", inner = 2);
            scope!(place = "block", { fails(1) })
        }));
        assert_eq!(context(&event), json!({"place": "block", "outer": 1, "inner": 2}));
    }

    #[test]
    fn what_is_captured_by_hand_is_nearer_than_any_scope() {
        let event = only(record(|| {
            let _scope = scope!(place = "scope", only = 1);
            capture_message!(place = "capture"; "text")
        }));
        assert_eq!(context(&event), json!({"place": "capture", "only": 1}));
    }

    #[test]
    fn set_extra_adds_to_the_innermost_scope() {
        let events = record(|| {
            let _outer = scope!(place = "outer");
            {
                let _inner = scope!(place = "inner");
                set_extra("added", 1);
                let _ = fails(1);
            }
            let _ = fails(2);
        });
        assert_eq!(context(&events[0]), json!({"place": "inner", "added": 1}));
        assert_eq!(context(&events[1]), json!({"place": "outer"}));
    }

    #[test]
    fn names_are_masked_in_context_tags_and_breadcrumbs() {
        let event = only(record(|| {
            let _scope =
                scope!(api_token = "t-hidden", nested = json!({"password": "p-hidden", "id": 1}));
            set_tag("session_id", "s-hidden");
            breadcrumb!("signed in", card_secret = "c-hidden");
            fails(1)
        }));
        assert_eq!(context(&event)["nested"], json!({"password": "*****", "id": 1}));
        let whole = serde_json::to_string(&event).expect("an event is JSON");
        assert!(!whole.contains("-hidden"), "{whole}");
    }

    #[test]
    fn tags_and_the_user_belong_to_the_task() {
        let event = only(in_a_thread(|| {
            record(|| {
                set_tag("plan", "free");
                set_user(42);
                fails(1)
            })
        }));
        assert_eq!(event.tags["plan"], json!("free"));
        assert_eq!(event.user.as_deref(), Some("42"));
    }

    #[test]
    fn breadcrumbs_are_kept_in_order_with_their_values() {
        let event = only(in_a_thread(|| {
            record(|| {
                breadcrumb!("cart loaded", items = 3);
                let left = 2;
                breadcrumb!("only {left} left");
                fails(1)
            })
        }));
        let texts: Vec<_> = event.breadcrumbs.iter().map(|crumb| crumb.message.as_str()).collect();
        assert_eq!(texts, ["cart loaded", "only 2 left"]);
        assert_eq!(event.breadcrumbs[0].data["items"], json!(3));
    }

    #[test]
    fn of_many_breadcrumbs_the_newest_hundred_are_kept() {
        let event = only(in_a_thread(|| {
            record(|| {
                (0..150).for_each(|step| breadcrumb!("step {step}"));
                fails(1)
            })
        }));
        assert_eq!(event.breadcrumbs.len(), 100);
        assert_eq!(event.breadcrumbs[0].message, "step 50");
        assert_eq!(event.breadcrumbs[99].message, "step 149");
    }
}

fn in_a_thread<R: Send + 'static>(run: impl FnOnce() -> R + Send + 'static) -> R {
    thread::spawn(run).join().expect("the thread ends")
}

mod lifetimes {
    use super::*;

    #[test]
    fn guards_may_be_dropped_out_of_order() {
        let events = record(|| {
            let first = scope!(first = 1);
            let second = scope!(second = 2);
            let third = scope!(third = 3);
            drop(first);
            let _ = fails(1);
            drop(third);
            let _ = fails(2);
            drop(second);
            let _ = fails(3);
        });
        assert_eq!(context(&events[0]), json!({"second": 2, "third": 3}));
        assert_eq!(context(&events[1]), json!({"second": 2}));
        assert_eq!(context(&events[2]), json!({}));
    }

    #[test]
    fn a_guard_that_a_panic_drops_gives_no_context_afterwards() {
        let events = record(|| {
            let _ = std::panic::catch_unwind(|| {
                let _scope = scope!(place = "inside");
                panic!("inside")
            });
            let _ = fails(1);
        });
        assert_eq!(context(&events[0]), json!({"place": "inside"}));
        assert_eq!(context(&events[1]), json!({}));
    }

    #[test]
    fn without_a_tracker_a_scope_changes_nothing() {
        assert_eq!(scope!(order = 9, { fails(1) }), Err(Disk(1)));
        let _scope = scope!(order = 9);
        set_extra("key", 1);
        assert_eq!(fails(2), Err(Disk(2)));
    }

    #[test]
    fn another_thread_starts_without_context() {
        let event = only(record(|| {
            let _scope = scope!(place = "here");
            let events = in_a_thread(|| record(|| fails(1)));
            assert_eq!(context(&only(events)), json!({}));
            fails(2)
        }));
        assert_eq!(context(&event), json!({"place": "here"}));
    }
}

mod between_tasks {
    use super::*;

    #[track_exception]
    async fn annotated(number: u32) -> Result<u32, Disk> {
        let _scope = scope!(number = number);
        set_tag("tag", number);
        breadcrumb!("crumb {number}");
        wait().await;
        set_extra("late", number);
        wait().await;
        fails(number)
    }

    fn assert_own(event: &Event) {
        let number: u32 = event.message.trim_start_matches("disk ").parse().expect("its number");
        assert_eq!(context(event), json!({"number": number, "late": number}));
        assert_eq!(event.tags["tag"], json!(number));
        let crumbs: Vec<_> = event.breadcrumbs.iter().map(|crumb| &*crumb.message).collect();
        assert_eq!(crumbs, [format!("crumb {number}")]);
    }

    #[test]
    fn futures_that_are_polled_in_turn_by_hand_keep_their_context_apart() {
        let events = record(|| {
            let mut futures: Vec<_> = (0..3).map(|number| Box::pin(annotated(number))).collect();
            while !futures.is_empty() {
                futures.retain_mut(|future| poll_once(future).is_pending());
                let _ = fails(100);
            }
        });
        let (between, own): (Vec<_>, Vec<_>) =
            events.into_iter().partition(|event| event.message == "disk 100");
        assert_eq!(own.len(), 3, "{:#?}", told(&own));
        own.iter().for_each(assert_own);
        for event in between {
            assert_eq!(context(&event), json!({}));
            assert!(event.tags.is_empty() && event.breadcrumbs.is_empty());
        }
    }

    #[tokio::test]
    async fn tasks_of_a_local_set_keep_their_context_apart() {
        let set = tokio::task::LocalSet::new();
        let tasks: Vec<_> =
            (0..10).map(|number| set.spawn_local(record_async(annotated(number)))).collect();
        set.await;
        for task in tasks {
            assert_own(&only(task.await.expect("the task ends")));
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn a_task_keeps_its_context_on_whichever_thread_it_runs() {
        let task = |number: u32| {
            tokio::spawn(record_async(scope!(request_number = number, async move {
                for _ in 0..20 {
                    tokio::task::yield_now().await;
                }
                annotated_quietly(number).await
            })))
        };
        let tasks: Vec<_> = (0..100).map(task).collect();
        for (number, task) in tasks.into_iter().enumerate() {
            let event = only(task.await.expect("the task ends"));
            assert_eq!(event.message, format!("disk {number}"));
            assert_eq!(context(&event), json!({"request_number": number}));
        }
    }

    #[track_exception]
    async fn annotated_quietly(number: u32) -> Result<u32, Disk> {
        tokio::task::yield_now().await;
        Err(Disk(number))
    }

    #[test]
    fn a_scope_of_a_future_follows_it_from_thread_to_thread() {
        let scoped = scope!(user_id = 7, async {
            wait().await;
            fails(1)
        });
        let mut future: Pin<Box<dyn Future<Output = Vec<Event>> + Send>> =
            Box::pin(record_async(scoped));
        assert!(poll_once(&mut future).is_pending());
        let events = in_a_thread(move || match poll_once(&mut future) {
            Poll::Ready(events) => events,
            Poll::Pending => Vec::new(),
        });
        assert_eq!(context(&only(events)), json!({"user_id": 7}));
        assert_eq!(context(&only(record(|| fails(2)))), json!({}));
    }

    #[test]
    fn a_nested_future_sees_the_scopes_around_it_and_takes_only_its_own_away() {
        let events = record(|| {
            let _around = scope!(around = 1);
            let mut inner = Box::pin(scope!(inner = 2, async {
                let _ = fails(1);
                wait().await;
                fails(2)
            }));
            assert!(poll_once(&mut inner).is_pending());
            let _ = fails(3);
            assert!(poll_once(&mut inner).is_ready());
        });
        assert_eq!(context(&events[0]), json!({"around": 1, "inner": 2}));
        assert_eq!(context(&events[1]), json!({"around": 1}));
        assert_eq!(context(&events[2]), json!({"around": 1, "inner": 2}));
    }
}

mod taken_along {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_task_that_is_spawned_keeps_the_context_of_where_it_was_made() {
        set_extra("order", 9);
        set_tag("plan", "free");
        set_user("ann");
        let work = async {
            set_extra("step", 1);
            wait().await;
            fails(1)
        };
        let task = tokio::spawn(record_async(work.in_current_scope()));
        set_extra("order", 10);
        let event = only(task.await.unwrap());
        assert_eq!(context(&event), json!({"order": 9, "step": 1}));
        assert_eq!((&event.tags["plan"], event.user.as_deref()), (&json!("free"), Some("ann")));
        let after = only(record(|| fails(2)));
        assert_eq!(context(&after), json!({"order": 10}));
    }

    #[test]
    fn of_equal_keys_the_nearest_goes_along() {
        set_extra("a", "of the thread");
        set_extra("b", "of the thread");
        let _outer = scope!(b = "outer", c = "outer");
        let _inner = scope!(c = "inner");
        let current = Scope::current();
        let event = only(thread::spawn(|| record(|| current.run(|| fails(1)))).join().unwrap());
        assert_eq!(context(&event), json!({"a": "of the thread", "b": "outer", "c": "inner"}));
    }

    #[test]
    fn what_a_closure_adds_ends_with_it_even_if_it_panics() {
        let events = record(|| {
            Scope::new().with("a", 1).run(|| {
                set_extra("b", 2);
                breadcrumb!("inside");
                fails(1).unwrap_err()
            });
            let panicked = std::panic::catch_unwind(|| {
                Scope::new().with("c", 3).run(|| std::panic::panic_any("over"))
            });
            assert!(panicked.is_err());
            fails(2)
        });
        let [inside, panic, after] = &events[..] else { panic!("{:#?}", told(&events)) };
        assert_eq!(context(inside), json!({"a": 1, "b": 2}));
        assert_eq!(inside.breadcrumbs.len(), 1);
        assert_eq!((panic.kind, context(panic)), (Kind::Panic, json!({"c": 3})));
        assert_eq!((context(after), after.breadcrumbs.len()), (json!({}), 0));
    }

    #[test]
    fn where_nothing_applies_nothing_goes_along() {
        let event = only(record(|| Scope::current().run(|| fails(1))));
        assert_eq!(context(&event), json!({}));
    }
}
