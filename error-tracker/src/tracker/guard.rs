//! The guard that ends a tracker.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::capture::Recorder;
use crate::pipeline::Writer;

/// Ends the tracker when it drops: nothing is recorded afterwards, and what was is stored.
///
/// Dropping waits for the store, at most for the setting `shutdown_timeout` (2 seconds).
#[must_use = "the tracker ends when its guard drops: bind it, as in `let _tracker = ..`"]
pub struct Guard {
    recorder: Arc<Recorder>,
    writer: Option<Writer>,
    timeout: Duration,
}

impl Guard {
    pub(crate) fn new(recorder: Arc<Recorder>, writer: Option<Writer>, timeout: Duration) -> Self {
        Self { recorder, writer, timeout }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.recorder.close();
        if let Some(writer) = &self.writer {
            writer.shutdown(self.timeout);
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}
