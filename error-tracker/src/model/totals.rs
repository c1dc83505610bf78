//! Numbers about issues: how many there are, and how often one happened in an hour.

use serde::{Deserialize, Serialize};

use crate::model::issue::IssueState;

/// Tells how often an issue happened within one hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hour {
    /// Which hour: how many have passed since 1970-01-01 00:00 UTC.
    pub hour: i64,
    /// How often it happened.
    pub count: u64,
}

impl Hour {
    pub(crate) const MICROS: i64 = 3_600_000_000;
}

/// Tells how many issues there are, by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Totals {
    /// Open and never closed.
    pub unresolved: u64,
    /// Closed.
    pub resolved: u64,
    /// Kept, but nobody is told.
    pub muted: u64,
    /// Closed, and seen again.
    pub regressed: u64,
}

impl Totals {
    /// Returns how many issues there are in all.
    pub const fn all(&self) -> u64 {
        self.unresolved + self.resolved + self.muted + self.regressed
    }

    /// Returns how many issues have a state.
    pub const fn of(&self, state: IssueState) -> u64 {
        match state {
            IssueState::Unresolved => self.unresolved,
            IssueState::Resolved => self.resolved,
            IssueState::Muted => self.muted,
            IssueState::Regressed => self.regressed,
        }
    }

    /// Adds one issue of a state.
    pub(crate) fn count(&mut self, state: IssueState) {
        *self.of_mut(state) += 1;
    }

    pub(crate) fn of_mut(&mut self, state: IssueState) -> &mut u64 {
        match state {
            IssueState::Unresolved => &mut self.unresolved,
            IssueState::Resolved => &mut self.resolved,
            IssueState::Muted => &mut self.muted,
            IssueState::Regressed => &mut self.regressed,
        }
    }
}
