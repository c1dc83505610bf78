//! Holds the promises for futures: on whichever thread they are polled, and when they are dropped.

use std::cell::Cell;
use std::collections::HashSet;
use std::future::{pending, poll_fn, ready, Future};
use std::panic::AssertUnwindSafe;
use std::pin::{pin, Pin};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use error_tracker::testing::{record, record_async};
use error_tracker::{track_exception, Event, Kind, Outcome};
use error_tracker_tests::errors::Disk;
use error_tracker_tests::{expressions, functions, lines, local, only, poll_once, told};
use tokio::task::yield_now;

const READS: u32 = line!() + 4;
#[track_exception]
async fn read(sector: u32) -> Result<u32, Disk> {
    yield_now().await;
    Err(Disk(sector))
}

const LOADS: u32 = line!() + 3;
#[track_exception]
async fn load(sector: u32) -> Result<u32, Disk> {
    let found = read(sector).await?;
    Ok(found)
}

#[track_exception]
async fn start(first: u32) -> Result<u32, Disk> {
    yield_now().await;
    load(first + 1).await
}

#[tokio::test]
async fn an_error_through_three_futures_is_one_event_with_the_failing_line_in_each() {
    let event = only(record_async(start(1)).await);
    assert_eq!(functions(&event), ["read", "load", "start"]);
    assert_eq!(lines(&event), [READS, LOADS, LOADS + 7]);
    assert_eq!(expressions(&event)[1], "read(sector).await");
    assert_eq!(local(&event.frames[0], "sector"), "2");
    assert_eq!(local(&event.frames[2], "first"), "1");
    assert_eq!(event.outcome, Outcome::Propagated);
}

mod joined {
    use super::*;

    #[track_exception]
    async fn both() -> Result<u32, Disk> {
        let (first, second) = tokio::join!(read(1), read(2));
        assert!(first.is_err());
        second
    }

    #[tokio::test]
    async fn of_two_that_fail_side_by_side_the_right_one_goes_on() {
        let mut events = record_async(both()).await;
        events.sort_by(|one, other| one.message.cmp(&other.message));
        let [first, second] = &events[..] else { panic!("{:#?}", told(&events)) };
        assert_eq!((functions(first), first.outcome), (vec!["read"], Outcome::Handled));
        assert_eq!(
            (functions(second), second.outcome),
            (vec!["read", "both"], Outcome::Propagated)
        );
        assert_eq!(local(&second.frames[0], "sector"), "2");
    }

    #[track_exception]
    async fn in_a_task() -> Result<u32, Disk> {
        match tokio::spawn(record_async(start(1))).await {
            Ok(events) if events.len() == 1 => Err(Disk(2)),
            _ => Ok(0),
        }
    }

    #[tokio::test]
    async fn a_task_does_not_see_the_frames_of_the_one_that_spawned_it() {
        let event = only(record_async(in_a_task()).await);
        assert_eq!((functions(&event), event.message.as_str()), (vec!["in_a_task"], "disk 2"));
    }
}

mod moved_between_threads {
    use super::*;

    #[track_exception]
    async fn holds(task: u32, threads: Arc<AtomicU32>) -> Result<u32, Disk> {
        let failed = fails(task).await;
        let first = thread::current().id();
        let mut moved = false;
        for _ in 0..20 {
            yield_now().await;
            moved |= thread::current().id() != first;
        }
        threads.fetch_add(moved.into(), Ordering::Relaxed);
        failed
    }

    #[track_exception]
    async fn fails(task: u32) -> Result<u32, Disk> {
        yield_now().await;
        Err(Disk(task))
    }

    #[track_exception]
    async fn runs(task: u32, threads: Arc<AtomicU32>) -> Result<u32, Disk> {
        holds(task, threads).await
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn an_error_that_is_held_across_awaits_keeps_its_frames_whatever_thread_runs_it() {
        let moved = Arc::new(AtomicU32::new(0));
        let start = |task| tokio::spawn(record_async(runs(task, Arc::clone(&moved))));
        let tasks: Vec<_> = (0..200).map(start).collect();
        let mut ids = HashSet::new();
        for (number, task) in tasks.into_iter().enumerate() {
            let event = only(task.await.expect("the task ends"));
            assert_eq!(functions(&event), ["fails", "holds", "runs"]);
            assert_eq!(event.message, format!("disk {number}"));
            for frame in &event.frames {
                assert_eq!(local(frame, "task"), number.to_string());
            }
            assert_eq!(event.outcome, Outcome::Propagated);
            ids.insert(event.id);
        }
        assert_eq!(ids.len(), 200);
    }

    #[test]
    fn a_future_that_is_polled_by_another_thread_each_time_keeps_its_record() {
        let mut future: Pin<Box<dyn Future<Output = Vec<Event>> + Send>> =
            Box::pin(record_async(runs(7, Arc::default())));
        let events = loop {
            let polled = thread::spawn(move || {
                let polled = poll_once(&mut future);
                (future, polled)
            });
            match polled.join().expect("a poll does not panic") {
                (_, Poll::Ready(events)) => break events,
                (pending, Poll::Pending) => future = pending,
            }
        };
        assert_eq!(functions(&only(events)), ["fails", "holds", "runs"]);
    }
}

mod cancelled {
    use super::*;

    #[track_exception]
    async fn fails_then_waits() -> Result<u32, Disk> {
        let failed = read(1).await;
        pending::<()>().await;
        failed
    }

    fn assert_cancelled(events: Vec<Event>) {
        let event = only(events);
        assert_eq!((functions(&event), event.outcome), (vec!["read"], Outcome::Cancelled));
    }

    #[tokio::test]
    async fn an_error_that_a_future_holds_when_its_time_is_over_is_cancelled() {
        let limited = async {
            let waiting = async {
                let mut waiting = pin!(fails_then_waits());
                assert!(poll_fn(|context| Poll::Ready(waiting.as_mut().poll(context)))
                    .await
                    .is_pending());
                waiting.await
            };
            tokio::time::timeout(Duration::from_millis(1), waiting).await
        };
        assert_cancelled(record_async(limited).await);
    }

    #[tokio::test]
    async fn an_error_that_a_future_holds_when_select_drops_it_is_cancelled() {
        let selected = async {
            tokio::select! {
                biased;
                result = fails_then_waits() => result.is_ok(),
                () = async { yield_now().await; yield_now().await } => true,
            }
        };
        assert_cancelled(record_async(selected).await);
    }

    #[test]
    fn an_error_that_a_future_holds_when_it_is_dropped_is_cancelled() {
        assert_cancelled(record(|| {
            let mut future = Box::pin(holds_without_a_runtime());
            assert!(poll_once(&mut future).is_pending());
        }));
    }

    #[track_exception]
    async fn holds_without_a_runtime() -> Result<u32, Disk> {
        let failed = reads_at_once(1);
        pending::<()>().await;
        failed
    }

    #[track_exception(name = "m::read")]
    fn reads_at_once(sector: u32) -> Result<u32, Disk> {
        Err(Disk(sector))
    }

    #[test]
    fn a_future_that_was_cancelled_does_not_disturb_what_follows() {
        let events = record(|| {
            let mut future = Box::pin(holds_without_a_runtime());
            assert!(poll_once(&mut future).is_pending());
            drop(future);
            reads_at_once(2)
        });
        assert_eq!(events.len(), 2, "{:#?}", told(&events));
        assert_eq!((events[1].outcome, events[1].during), (Outcome::Propagated, None));
    }

    #[test]
    fn a_future_that_never_failed_is_dropped_without_a_trace() {
        assert!(record(|| drop(Box::pin(holds_without_a_runtime()))).is_empty());
    }
}

mod interleaved {
    use super::*;

    #[track_exception]
    async fn holds(number: u32) -> Result<u32, Disk> {
        let failed = fails(number);
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
        failed
    }

    #[track_exception]
    fn fails(number: u32) -> Result<u32, Disk> {
        Err(Disk(number))
    }

    #[test]
    fn futures_that_are_polled_in_turn_do_not_mix_their_failures() {
        let events = record(|| {
            let (mut first, mut second) = (Box::pin(holds(1)), Box::pin(holds(2)));
            assert!(poll_once(&mut first).is_pending());
            assert!(poll_once(&mut second).is_pending());
            assert!(poll_once(&mut first).is_ready());
            assert!(poll_once(&mut second).is_ready());
        });
        assert_eq!(events.len(), 2, "{:#?}", told(&events));
        for event in &events {
            assert_eq!(functions(event), ["fails", "holds"]);
            assert_eq!(local(&event.frames[0], "number"), local(&event.frames[1], "number"));
            assert_eq!((event.outcome, event.during), (Outcome::Propagated, None));
        }
    }

    #[track_exception]
    fn polls_within() -> Result<u32, Disk> {
        let mut inner = Box::pin(holds(3));
        assert!(poll_once(&mut inner).is_pending());
        assert!(poll_once(&mut inner).is_ready());
        Ok(1)
    }

    #[test]
    fn a_future_that_is_driven_by_an_annotated_function_is_handled_there() {
        let event = only(record(polls_within));
        assert_eq!((functions(&event), event.outcome), (vec!["fails", "holds"], Outcome::Handled));
    }
}

mod panics {
    use super::*;

    #[track_exception]
    fn leaf(number: u32) -> u32 {
        panic!("number {number}")
    }

    #[track_exception]
    async fn inner(number: u32) -> u32 {
        yield_now().await;
        leaf(number + 1)
    }

    #[track_exception]
    async fn outer(number: u32) -> Result<u32, Disk> {
        yield_now().await;
        Ok(inner(number + 1).await)
    }

    /// Catches a panic of a poll, as a runtime does.
    struct Caught<F>(Pin<Box<F>>);

    impl<F: Future> Future for Caught<F> {
        type Output = Option<F::Output>;

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            let polled = AssertUnwindSafe(|| self.0.as_mut().poll(context));
            match std::panic::catch_unwind(polled) {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(output)) => Poll::Ready(Some(output)),
                Err(_) => Poll::Ready(None),
            }
        }
    }

    fn caught<F: Future>(future: F) -> Caught<F> {
        Caught(Box::pin(future))
    }

    fn assert_whole(events: Vec<Event>) {
        let event = only(events);
        assert_eq!(functions(&event), ["leaf", "inner", "outer"]);
        assert_eq!(local(&event.frames[0], "number"), "3");
        assert_eq!(local(&event.frames[2], "number"), "1");
        assert_eq!((event.kind, event.outcome), (Kind::Panic, Outcome::Propagated));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_panic_in_a_spawned_task_is_one_event_with_the_frames_of_its_futures() {
        let task = tokio::spawn(record_async(caught(outer(1))));
        assert_whole(task.await.expect("the panic was caught"));
    }

    #[tokio::test]
    async fn a_panic_under_select_is_one_event() {
        let selected = async {
            tokio::select! {
                result = caught(outer(1)) => result.is_some(),
                () = pending() => false,
            }
        };
        assert_whole(record_async(selected).await);
    }

    #[tokio::test]
    async fn a_panic_in_a_blocking_task_is_one_event() {
        let blocking = tokio::task::spawn_blocking(|| {
            record(|| std::panic::catch_unwind(|| leaf(1)).unwrap_or_default())
        });
        let event = only(blocking.await.expect("the panic was caught"));
        assert_eq!((functions(&event), event.message.as_str()), (vec!["leaf"], "number 1"));
    }

    #[tokio::test]
    async fn a_task_after_one_that_panicked_starts_afresh() {
        let event = record_async(caught(outer(1))).await;
        assert_whole(event);
        let event = only(record_async(start(1)).await);
        assert_eq!(functions(&event), ["read", "load", "start"]);
        assert_eq!(event.during, None);
    }

    struct FailsWhenDropped;

    impl Drop for FailsWhenDropped {
        fn drop(&mut self) {
            let _ = std::panic::catch_unwind(|| leaf(8));
        }
    }

    #[track_exception]
    async fn holds_what_fails_when_dropped() -> u32 {
        let _held = FailsWhenDropped;
        pending::<u32>().await
    }

    #[test]
    fn a_panic_while_a_cancelled_future_is_dropped_is_recorded() {
        let event = only(record(|| {
            let mut future = Box::pin(holds_what_fails_when_dropped());
            assert!(poll_once(&mut future).is_pending());
        }));
        assert_eq!((functions(&event), event.message.as_str()), (vec!["leaf"], "number 8"));
    }
}

mod shapes {
    use super::*;

    #[async_trait]
    trait Reads {
        async fn read(&self, sector: u32) -> Result<u32, Disk>;
    }

    #[derive(Debug)]
    struct Shelf;

    #[async_trait]
    impl Reads for Shelf {
        #[track_exception]
        async fn read(&self, sector: u32) -> Result<u32, Disk> {
            read(sector).await
        }
    }

    #[track_exception]
    #[expect(clippy::manual_async_fn, reason = "this shape is what is tested")]
    fn returns_a_future(sector: u32) -> impl Future<Output = Result<u32, Disk>> {
        async move { read(sector).await }
    }

    #[tokio::test]
    async fn methods_under_async_trait_and_functions_that_return_futures_are_frames() {
        let event = only(record_async(Shelf.read(4)).await);
        assert_eq!(functions(&event), ["read", "read"]);
        assert_eq!(local(&event.frames[1], "sector"), "4");
        let event = only(record_async(returns_a_future(4)).await);
        assert_eq!(functions(&event), ["read", "returns_a_future"]);
    }

    fn is_send<F: Future + Send>(future: F) -> F {
        future
    }

    #[test]
    fn a_future_that_was_send_stays_send() {
        drop(is_send(start(1)));
        drop(is_send(Shelf.read(1)));
        drop(is_send(returns_a_future(1)));
        drop(is_send(holds_a_cell(Cell::new(1))));
    }

    #[track_exception]
    async fn holds_a_cell(cell: Cell<u32>) -> Result<u32, Disk> {
        ready(()).await;
        Ok(cell.get())
    }
}
