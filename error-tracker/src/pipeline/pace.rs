//! When the writer commits, and when it tries again.

use std::time::{Duration, Instant};

/// Between two commits, so that a storm is written in batches.
const BETWEEN: Duration = Duration::from_millis(50);
/// How long a commit waits for what is still on its way out of annotated functions.
const LINGER: Duration = Duration::from_millis(20);
const FIRST_RETRY: Duration = Duration::from_secs(1);
const LAST_RETRY: Duration = Duration::from_secs(30);

/// Between two segments while the store is away: what waits in memory goes with the process.
const BETWEEN_SEGMENTS: Duration = Duration::from_secs(1);

/// When the writer committed last, or when it may try again.
pub(super) struct Pace {
    between: Duration,
    committed: Option<Instant>,
    retry: Option<(Instant, Duration)>,
}

impl Pace {
    /// The pace of writes to the store.
    pub(super) fn of_commits() -> Self {
        Self { between: BETWEEN, committed: None, retry: None }
    }

    /// The pace of what goes to disk while the store is away.
    pub(super) fn of_segments() -> Self {
        Self { between: BETWEEN_SEGMENTS, ..Self::of_commits() }
    }

    pub(super) fn succeeded(&mut self, now: Instant) {
        (self.committed, self.retry) = (Some(now), None);
    }

    pub(super) fn failed(&mut self, now: Instant) {
        let wait = match self.retry {
            Some((_, wait)) => (wait * 2).min(LAST_RETRY),
            None => FIRST_RETRY,
        };
        self.retry = Some((now + wait, wait));
    }

    /// Returns when the store may be tried again after a failure.
    pub(super) fn retry_at(&self) -> Option<Instant> {
        self.retry.map(|(at, _)| at)
    }

    /// Returns when to commit what has waited since a time.
    pub(super) fn due(&self, since: Instant, is_open: bool) -> Instant {
        let ready = if is_open { since + LINGER } else { since };
        let spaced = self.committed.map_or(since, |last| last + self.between);
        self.retry_at().unwrap_or_else(|| ready.max(spaced))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_event_after_a_rest_is_due_at_once() {
        let now = Instant::now();
        let mut pace = Pace::of_commits();
        assert_eq!(pace.due(now, false), now);
        pace.succeeded(now);
        assert_eq!(pace.due(now, false), now + BETWEEN);
        assert_eq!(pace.due(now + BETWEEN * 2, false), now + BETWEEN * 2);
    }

    #[test]
    fn an_open_failure_gets_a_moment_to_close() {
        let now = Instant::now();
        assert_eq!(Pace::of_commits().due(now, true), now + LINGER);
    }

    #[test]
    fn retries_come_ever_later_but_at_least_every_half_minute() {
        let now = Instant::now();
        let mut pace = Pace::of_commits();
        for seconds in [1, 2, 4, 8, 16, 30, 30] {
            pace.failed(now);
            assert_eq!(pace.due(now, false), now + Duration::from_secs(seconds));
        }
        pace.succeeded(now);
        assert_eq!(pace.retry_at(), None);
    }
}
