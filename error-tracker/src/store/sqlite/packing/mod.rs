//! How long texts are packed: as they are, or with the feature `compress` by zstd.
//!
//! The column `codec` beside a text is 0 where it is JSON as it stands; else it is the number of
//! the row in `dictionaries` that it was packed with.

#[cfg(not(feature = "compress"))]
mod plain;
#[cfg(feature = "compress")]
mod trained;
#[cfg(feature = "compress")]
mod window;

#[cfg(all(test, feature = "compress"))]
mod tests;

use std::borrow::Cow;

use rusqlite::Connection;

#[cfg(not(feature = "compress"))]
pub(super) use self::plain::Packing;
#[cfg(feature = "compress")]
pub(super) use self::trained::Packing;
use crate::store::payload;

/// Says why a packed text can't be read.
type Unreadable = Box<dyn std::error::Error + Send + Sync>;

/// Reads what is packed, with the dictionaries of one file.
pub(super) struct Unpacker<'a> {
    packing: &'a Packing,
    connection: &'a Connection,
}

impl<'a> Unpacker<'a> {
    pub(super) fn new(packing: &'a Packing, connection: &'a Connection) -> Self {
        Self { packing, connection }
    }

    /// Returns the text as it was before it was packed.
    pub(super) fn unpack<'b>(
        &self,
        codec: i64,
        bytes: &'b [u8],
    ) -> Result<Cow<'b, [u8]>, Unreadable> {
        match codec {
            payload::JSON => Ok(Cow::Borrowed(bytes)),
            _ => self.packing.unpack(self.connection, codec, bytes).map(Cow::Owned),
        }
    }
}
