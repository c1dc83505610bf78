//! Errors that left their thread or task, and may turn up where it is joined.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::Mutex;
use std::thread::{self, ThreadId};

use crate::model::EventId;

/// How many errors are remembered.
const REMEMBERED: usize = 32;

/// The errors that left the outermost annotated function of their thread or task last.
pub(crate) struct Departed {
    state: RandomState,
    last: Mutex<VecDeque<Departure>>,
}

struct Departure {
    id: EventId,
    thread: ThreadId,
    /// Of the error's type and text.
    hash: u64,
}

impl Departed {
    pub(crate) fn new() -> Self {
        Self { state: RandomState::new(), last: Mutex::default() }
    }

    /// Remembers an error; skipped if another thread is doing the same right now.
    pub(crate) fn remember(&self, id: EventId, type_name: &str, text: &str) {
        let departure =
            Departure { id, thread: thread::current().id(), hash: self.hash(type_name, text) };
        if let Ok(mut last) = self.last.try_lock() {
            if last.len() == REMEMBERED {
                last.pop_front();
            }
            last.push_back(departure);
        }
    }

    /// Finds the error that another thread let go, and forgets it: it is received once.
    pub(crate) fn received(&self, type_name: &str, text: &str) -> Option<EventId> {
        let (hash, here) = (self.hash(type_name, text), thread::current().id());
        let mut last = self.last.try_lock().ok()?;
        let at = last.iter().rposition(|old| old.hash == hash && old.thread != here)?;
        last.remove(at).map(|departure| departure.id)
    }

    fn hash(&self, type_name: &str, text: &str) -> u64 {
        self.state.hash_one((type_name, text))
    }
}

/// Tells whether an expression receives what another thread or task produced.
///
/// Without this look, equal errors of a pool's threads would be taken for one another's causes.
pub(crate) fn receives(expression: &str) -> bool {
    let crosses = expression.bytes().enumerate().any(|(at, byte)| {
        let word: &[u8] = match byte {
            b'j' => b"join",
            b'r' => b"recv",
            b's' => b"spawn",
            _ => return false,
        };
        expression.as_bytes()[at..].starts_with(word)
    });
    crosses || (expression.ends_with(".await") && !expression.contains('('))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_received_once_and_on_another_thread() {
        let departed = Departed::new();
        let id = EventId::from_bytes([1; 16]);
        departed.remember(id, "shop::Gone", "gone");
        assert_eq!(departed.received("shop::Gone", "gone"), None);
        let received = || {
            thread::scope(|scope| scope.spawn(|| departed.received("shop::Gone", "gone")).join())
        };
        assert_eq!(received().ok().flatten(), Some(id));
        assert_eq!(received().ok().flatten(), None);
    }

    #[test]
    fn joins_and_channels_receive_but_calls_do_not() {
        assert!(
            receives("handle.join().unwrap()") && receives("rx.recv()") && receives("task.await")
        );
        assert!(!receives("client.get(url).await") && !receives("parse(text)"));
    }
}
