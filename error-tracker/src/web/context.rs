//! What a page is made from, beside what the store holds.

use super::params::Params;
use crate::model::Timestamp;
use crate::tracker::Tracker;
use crate::visit::Permission;

/// What a page is made from, beside what the store holds.
pub(super) struct Context<'a> {
    pub tracker: &'a Tracker,
    pub permission: Permission,
    /// What leads from the page's address to the mount, which is the list: `./`, `../` and so on.
    pub base: &'a str,
    /// The token that every form carries in its field `csrf`.
    pub csrf: &'a str,
    pub now: Timestamp,
    /// Whether issues can be selected and changed together.
    pub admin: bool,
    /// What the query of the page says.
    pub params: &'a Params,
}

impl Context<'_> {
    /// Whether the page shows what changes something.
    pub(super) fn may_change(&self) -> bool {
        self.permission == Permission::Manage
    }
}
