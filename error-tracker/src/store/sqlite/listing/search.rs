//! Looks for texts: the newest issues first, the index of texts where that runs dry.

use super::{Found, Listing};

/// The statements, with the tables' prefix.
pub(super) struct Sql {}

impl Sql {
    pub(super) fn new(_prefix: &str) -> Self {
        Self {}
    }
}

impl Listing<'_> {
    pub(super) fn search(&self) -> rusqlite::Result<Found> {
        let plan = self.plan()?;
        self.by(&plan, self.limits.texts)
    }
}
