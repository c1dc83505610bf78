//! Nothing is packed, and what another program packed can't be read.

use rusqlite::types::Value;
use rusqlite::Connection;

use super::Unreadable;
use crate::store::payload;

/// Nothing is packed.
pub(in crate::store::sqlite) struct Packing;

impl Packing {
    pub(in crate::store::sqlite) fn new(_prefix: &str) -> Self {
        Self
    }

    pub(in crate::store::sqlite) fn prepare(&mut self, _: &Connection) -> rusqlite::Result<()> {
        Ok(())
    }

    pub(in crate::store::sqlite) fn forget(&mut self) {}

    pub(in crate::store::sqlite) fn pack(&mut self, json: String) -> (i64, Value) {
        (payload::JSON, json.into())
    }

    pub(super) fn unpack(
        &self,
        _: &Connection,
        _codec: i64,
        _bytes: &[u8],
    ) -> Result<Vec<u8>, Unreadable> {
        Err("it is packed, which needs the feature `compress`".into())
    }
}
