//! Holds the promises that concern the whole process: its threads, its tasks, its beginning and end.

use std::path::PathBuf;
use std::process::Command;
use std::sync::{mpsc, LazyLock};
use std::thread;

use error_tracker::{track_exception, Event, Guard, Issue, Kind, Outcome, Query};
use error_tracker_tests::database::Stored;
use error_tracker_tests::errors::Disk;
use error_tracker_tests::{functions, local, only, LIMIT};

/// The tracker of this process, for what no test of a single thread can see.
static TRACKER: LazyLock<Guard> = LazyLock::new(|| {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("threads.db");
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
    error_tracker::init! { store: path }.expect("the settings are usable")
});

/// Runs a closure under the process's tracker, and returns the event that says this.
#[track_caller]
fn stored<R>(message: &str, run: impl FnOnce() -> R) -> Event {
    LazyLock::force(&TRACKER);
    run();
    assert!(error_tracker::flush(LIMIT));
    let tracker = error_tracker::tracker();
    let issues = tracker.issues(Query::new().size(100)).expect("the store is readable").items;
    let of = |issue: &Issue| tracker.events(issue.fingerprint).expect("the store is readable");
    let mut events: Vec<_> = issues.iter().flat_map(of).map(|recorded| recorded.event).collect();
    events.retain(|event| event.message == message);
    only(events)
}

#[track_exception]
fn panics(text: &str, number: u32) -> u32 {
    panic!("{text} {number}")
}

#[track_exception]
fn fails(number: u32) -> Result<u32, Disk> {
    Err(Disk(number))
}

#[test]
fn a_thread_that_ends_in_a_panic_is_one_event() {
    let event =
        stored("plain 1", || thread::spawn(|| -> u32 { panic!("plain 1") }).join().is_err());
    assert_eq!((event.kind, event.outcome), (Kind::Panic, Outcome::Propagated));
    assert!(event.frames.is_empty());
}

#[test]
fn an_annotated_function_on_a_thread_adds_its_arguments_to_the_panic() {
    let event = stored("thread 2", || thread::spawn(|| panics("thread", 2)).join().is_err());
    assert_eq!(functions(&event), ["panics"]);
    assert_eq!(local(&event.frames[0], "number"), "2");
    assert_eq!(event.outcome, Outcome::Propagated);
}

#[track_exception]
async fn panics_later(number: u32) -> u32 {
    tokio::task::yield_now().await;
    panics("task", number)
}

#[test]
fn a_task_that_ends_in_a_panic_is_one_event_with_the_frames_of_its_futures() {
    let event = stored("task 3", || {
        runtime().block_on(async {
            tokio::spawn(panics_later(3)).await.is_err_and(|end| end.is_panic())
        })
    });
    assert_eq!(functions(&event), ["panics", "panics_later"]);
    assert_eq!(event.outcome, Outcome::Propagated);
}

#[test]
fn a_blocking_task_that_ends_in_a_panic_is_one_event() {
    let event = stored("blocking 4", || {
        runtime().block_on(async {
            tokio::task::spawn_blocking(|| panics("blocking", 4)).await.is_err()
        })
    });
    assert_eq!(functions(&event), ["panics"]);
}

fn runtime() -> tokio::runtime::Runtime {
    let builder = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build();
    builder.expect("threads can be started")
}

#[track_exception]
async fn holds_for_ever(number: u32, reached: mpsc::Sender<()>) -> Result<u32, Disk> {
    let failed = fails(number);
    reached.send(()).map_err(|_| Disk(0))?;
    std::future::pending::<()>().await;
    failed
}

#[test]
fn an_error_that_an_aborted_task_holds_is_cancelled() {
    let event = stored("disk 5", || {
        let (sender, receiver) = mpsc::channel();
        let runtime = runtime();
        let task = runtime.spawn(holds_for_ever(5, sender));
        receiver.recv_timeout(LIMIT).expect("the task runs");
        task.abort();
        assert!(runtime.block_on(task).is_err_and(|end| end.is_cancelled()));
    });
    assert_eq!((functions(&event), event.outcome), (vec!["fails"], Outcome::Cancelled));
}

#[test]
fn an_error_on_a_thread_is_stored_before_the_annotated_function_around_it_ends() {
    let (failed, go_on) = (mpsc::channel(), mpsc::channel::<()>());
    let thread = thread::spawn(move || holds(6, &failed.0, &go_on.1));
    let event = stored("disk 6", || failed.1.recv_timeout(LIMIT).expect("the thread runs"));
    assert_eq!((functions(&event), event.outcome), (vec!["fails"], Outcome::Open));
    go_on.0.send(()).expect("the thread waits");
    assert!(thread.join().expect("it does not panic").is_err());
    let event = stored("disk 6", || ());
    assert_eq!((functions(&event), event.outcome), (vec!["fails", "holds"], Outcome::Propagated));
}

#[track_exception]
fn holds(number: u32, failed: &mpsc::Sender<()>, go_on: &mpsc::Receiver<()>) -> Result<u32, Disk> {
    let result = fails(number);
    failed.send(()).map_err(|_| Disk(0))?;
    go_on.recv_timeout(LIMIT).map_err(|_| Disk(0))?;
    result
}

#[track_exception]
fn joins() -> Result<u32, Disk> {
    let joined = thread::spawn(|| fails(7)).join();
    joined.map_err(|_| Disk(0))?.map_err(|error| Disk(error.0 + 100))
}

#[test]
fn an_error_that_came_from_a_joined_thread_is_a_second_event() {
    let second = stored("disk 107", joins);
    let first = stored("disk 7", || ());
    assert_eq!((functions(&first), functions(&second)), (vec!["fails"], vec!["joins"]));
}

#[test]
fn before_and_after_a_tracker_nothing_is_recorded_and_nothing_changes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("errors.db");
    let output = Command::new(env!("CARGO_BIN_EXE_lifetime")).arg(&path).output();
    let output = output.expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let stored = Stored::open(&path);
    let mut seen: Vec<_> =
        stored.events().iter().map(|event| event["message"].to_string()).collect();
    seen.sort();
    assert_eq!(seen, ["\"disk 3\"", "\"disk 5\"", "\"panic 4\""]);
    assert_eq!(stored.count(), 3);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
}
