//! The guard that ends a tracker.

use std::fmt;
use std::sync::{Arc, Once};
use std::time::Duration;

use crate::capture::Recorder;
use crate::pipeline::Writer;

/// Ends the tracker when it drops: nothing is recorded afterwards, and what was is stored.
///
/// Dropping waits for the store, at most for the setting `shutdown_timeout` (2 seconds). On Unix
/// the same happens when the process exits while the guard lives.
#[must_use = "the tracker ends when its guard drops: bind it, as in `let _tracker = ..`"]
pub struct Guard(Arc<Ending>);

/// The end of a tracker, which comes once.
pub(crate) struct Ending {
    recorder: Arc<Recorder>,
    writer: Option<Writer>,
    timeout: Duration,
    once: Once,
}

impl Guard {
    pub(crate) fn new(recorder: Arc<Recorder>, writer: Option<Writer>, timeout: Duration) -> Self {
        Self(Arc::new(Ending { recorder, writer, timeout, once: Once::new() }))
    }

    /// Returns what ends the tracker without the guard.
    pub(crate) fn ending(&self) -> Arc<Ending> {
        Arc::clone(&self.0)
    }
}

impl Ending {
    /// Takes no more failures and waits for the store, unless that was done before.
    ///
    /// While another thread does it, waits with it.
    pub(crate) fn come(&self) {
        self.recorder.close();
        let Some(writer) = &self.writer else { return };
        // A forked child, and the writer itself, would wait for what never comes.
        if writer.can_be_waited_for() {
            self.once.call_once(|| {
                writer.shutdown(self.timeout);
            });
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.come();
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("timeout", &self.0.timeout).finish_non_exhaustive()
    }
}
