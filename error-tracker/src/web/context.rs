//! What a page knows of its visitor, and of the place at which the pages are mounted.

use crate::model::Timestamp;
use crate::tracker::Tracker;
use crate::visit::Permission;

/// What a page knows of its visitor, and of the place at which the pages are mounted.
pub(super) struct Context<'a> {
    pub(super) tracker: &'a Tracker,
    pub(super) permission: Permission,
    /// What leads from this page to the list.
    pub(super) base: &'a str,
    pub(super) csrf: &'a str,
    pub(super) now: Timestamp,
    pub(super) admin: bool,
}
