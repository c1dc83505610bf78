//! Stores that are slow, broken, or can do little: the page says so, and the service goes on.

use std::sync::mpsc::{channel, Sender};
use std::sync::Mutex;

use super::*;
use crate::error::Error;
use crate::store::{Memory, Page, Query};

/// A store that does something else before it reads.
struct Hindered {
    inner: Memory,
    first: Box<dyn Fn() -> Result<(), Error> + Send>,
}

impl Store for Hindered {
    fn put(&mut self, issue: &Issue) -> Result<(), Error> {
        self.inner.put(issue)
    }

    fn list(&mut self, query: &Query) -> Result<Page<Issue>, Error> {
        (self.first)()?;
        self.inner.list(query)
    }

    fn get(&mut self, fingerprint: Fingerprint) -> Result<Option<Issue>, Error> {
        (self.first)()?;
        self.inner.get(fingerprint)
    }

    fn delete(&mut self, fingerprint: Fingerprint) -> Result<bool, Error> {
        self.inner.delete(fingerprint)
    }
}

fn setup(first: impl Fn() -> Result<(), Error> + Send + 'static) -> Setup {
    let mut inner = Memory::new();
    inner.put(&issue(1)).unwrap();
    Setup::with(|builder| builder.store(Hindered { inner, first: Box::new(first) }))
}

/// A store that hangs until the sender drops.
fn hanging() -> (Sender<()>, Setup) {
    let (open, opened) = channel();
    let opened = Mutex::new(opened);
    let wait = move || {
        let _ = opened.lock().unwrap().recv();
        Ok(())
    };
    (open, setup(wait))
}

#[test]
fn a_store_that_hangs_is_told_within_the_limit_and_read_again_when_it_answers() {
    let (open, setup) = hanging();
    let response = setup.job(manager("GET", "")).limit(Duration::ZERO).run();
    assert_eq!(response.status, 503);
    assert_eq!(header(&response, "retry-after"), Some("5"));
    assert!(text(&response).contains("The store does not answer. Errors are still recorded."));
    let response = setup.job(manager("GET", "api/issues")).limit(Duration::ZERO).run();
    assert!(
        text(&response).starts_with("{\"error\":\"The store does not answer"),
        "{}",
        text(&response)
    );
    assert_eq!(setup.get("api/health").status, 200);
    drop(open);
    assert!(setup.text("").contains("declined, number 1"));
}

#[test]
fn a_change_that_takes_too_long_says_that_it_may_still_happen() {
    let (open, setup) = hanging();
    let visit = manager("POST", &format!("{}/mute", fingerprint(1)));
    let job = setup.job(visit.header("authorization", "Bearer t"));
    let response = job.limit(Duration::ZERO).run();
    assert_eq!(response.status, 503);
    assert!(text(&response).contains("The change may still be made"), "{}", text(&response));
    drop(open);
}

#[test]
fn a_store_that_fails_is_told_with_its_reason() {
    let setup = setup(|| Err(Error::store("list <issues>", std::io::Error::other("disk on fire"))));
    let response = setup.get("");
    assert_eq!(response.status, 503);
    let page = text(&response);
    assert!(page.contains("list &lt;issues&gt;: disk on fire"), "{page}");
}

#[test]
fn a_store_that_panics_is_a_page_and_no_event() {
    let setup = setup(|| std::panic::resume_unwind(Box::new("oh")));
    let response = setup.get("");
    assert_eq!(response.status, 500);
    assert!(text(&response).contains("a mistake of the tracker"));
    assert_eq!(setup.tracker().health().committed, 0);
}

#[test]
fn a_store_that_can_do_little_is_offered_little() {
    let setup = setup(|| Ok(()));
    let page = setup.text("");
    assert!(page.contains("declined, number 1") && !page.contains("name=\"search\""), "{page}");
    assert!(!page.contains("class=\"spark\"") && page.contains(">Unresolved</a>"), "{page}");
    let response = setup.get("?search=declined");
    assert_eq!(response.status, 400);
    assert!(text(&response).contains("the store can&#39;t look for text"));
    assert!(setup.text("?host=host-1").contains("declined, number 1"));
}

#[test]
fn a_store_that_was_never_there_is_said_to_wait() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing/errors.db");
    let setup = Setup::with(|builder| builder.require_store(false).store(missing.as_path()));
    let response = setup.get("");
    assert_eq!(response.status, 503);
    assert!(text(&response).contains("missing/errors.db"), "{}", text(&response));
}

#[test]
fn a_hundred_visitors_at_once_are_all_answered() {
    let setup = Setup::new();
    setup.fill([1]);
    let jobs: Vec<Job> = (0..100).map(|_| setup.job(manager("GET", "")).limit(LONG)).collect();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let all: Vec<_> =
            jobs.into_iter().map(|job| scope.spawn(move || job.run().status)).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
}
