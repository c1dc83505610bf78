//! Texts packed by zstd with a dictionary that is made from the file's own events.

use std::cell::RefCell;
use std::collections::HashMap;

use rusqlite::types::Value;
use rusqlite::{params, Connection, OptionalExtension, Row};
use zstd::bulk::{Compressor, Decompressor};

use super::window::Window;
use super::Unreadable;
use crate::model::Timestamp;
use crate::store::payload;
use crate::store::sqlite::schema::with_prefix;

/// So many events are written as they are before the first dictionary is made from them.
const EVENTS: u32 = 300;
/// The most that a dictionary is made from: this bounds the time that it takes.
const SAMPLE: usize = 192 * 1_024;
/// The share of it that stacks have.
const STACKS: usize = SAMPLE / 4;
const DICTIONARY: usize = 16 * 1_024;
const LEVEL: i32 = 3;
/// No event is as long as this.
const MAX_LENGTH: u64 = 64 << 20;

/// Packs with the newest dictionary, and unpacks with any.
pub(in crate::store::sqlite) struct Packing {
    sql: Sql,
    newest: Newest,
    /// Each is made when something that needs it is read.
    readers: RefCell<HashMap<i64, Decompressor<'static>>>,
}

struct Sql {
    newest: String,
    dictionary: String,
    insert: String,
    plain_events: String,
    events: String,
    stacks: String,
}

/// What is packed with.
enum Newest {
    /// Nobody has looked yet.
    Unknown,
    /// There is none; so many events are written as they are.
    None {
        events: u32,
    },
    Dictionary {
        id: i64,
        packer: Box<Compressor<'static>>,
        percent: u64,
        window: Window,
    },
}

impl Newest {
    fn new(id: i64, bytes: &[u8], percent: u64) -> rusqlite::Result<Self> {
        let packer = Compressor::with_dictionary(LEVEL, bytes).and_then(|mut packer| {
            // The column names the dictionary.
            packer.include_dictid(false)?;
            Ok(Box::new(packer))
        });
        let packer = packer.map_err(failed)?;
        Ok(Self::Dictionary { id, packer, percent, window: Window::default() })
    }
}

impl Packing {
    pub(in crate::store::sqlite) fn new(prefix: &str) -> Self {
        let sql = |text: &str| with_prefix(text, prefix);
        let sql = Sql {
            newest: sql("SELECT id, bytes, percent FROM {p}dictionaries ORDER BY id DESC LIMIT 1"),
            dictionary: sql("SELECT bytes FROM {p}dictionaries WHERE id = ?1"),
            insert: sql("INSERT INTO {p}dictionaries (at, percent, bytes) VALUES (?1, ?2, ?3)"),
            plain_events: sql("SELECT count(*) FROM (SELECT 1 FROM {p}events LIMIT ?1)"),
            events: sql("SELECT codec, payload FROM {p}events ORDER BY number DESC LIMIT 1000"),
            stacks: sql("SELECT codec, frames FROM {p}stacks ORDER BY id DESC LIMIT 100"),
        };
        Self { sql, newest: Newest::Unknown, readers: RefCell::default() }
    }

    /// Makes ready for a batch: finds the dictionary, or makes one if it is time.
    pub(in crate::store::sqlite) fn prepare(
        &mut self,
        transaction: &Connection,
    ) -> rusqlite::Result<()> {
        if matches!(self.newest, Newest::Unknown) {
            self.newest = self.find(transaction)?;
        }
        let is_due = match &mut self.newest {
            Newest::Unknown => false,
            Newest::None { events } => *events >= EVENTS,
            Newest::Dictionary { window, percent, .. } => window.is_bad(*percent),
        };
        if is_due {
            self.train(transaction)?;
        }
        Ok(())
    }

    /// Looks for the dictionary anew: the transaction that may have made it was undone.
    pub(in crate::store::sqlite) fn forget(&mut self) {
        self.newest = Newest::Unknown;
        self.readers.get_mut().clear();
    }

    /// Packs a text if that makes it shorter; returns its codec, too.
    pub(in crate::store::sqlite) fn pack(&mut self, json: String) -> (i64, Value) {
        match &mut self.newest {
            Newest::Dictionary { id, packer, window, .. } => match packer.compress(json.as_bytes())
            {
                Ok(packed) if packed.len() < json.len() => {
                    window.add(json.len(), packed.len());
                    (*id, packed.into())
                }
                _ => (payload::JSON, json.into()),
            },
            Newest::None { events } => {
                *events += 1;
                (payload::JSON, json.into())
            }
            Newest::Unknown => (payload::JSON, json.into()),
        }
    }

    pub(super) fn unpack(
        &self,
        connection: &Connection,
        codec: i64,
        bytes: &[u8],
    ) -> Result<Vec<u8>, Unreadable> {
        let length = zstd::zstd_safe::get_frame_content_size(bytes);
        let length = length.ok().flatten().filter(|length| *length <= MAX_LENGTH);
        let length = length.ok_or("it is no packed text")?;
        let mut readers = self.readers.borrow_mut();
        let reader = match readers.entry(codec) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => {
                let dictionary = self.dictionary(connection, codec)?;
                place.insert(Decompressor::with_dictionary(&dictionary)?)
            }
        };
        Ok(reader.decompress(bytes, length as usize)?)
    }

    fn dictionary(&self, connection: &Connection, id: i64) -> Result<Vec<u8>, Unreadable> {
        let mut statement = connection.prepare_cached(&self.sql.dictionary)?;
        let found = statement.query_row([id], |row| row.get(0)).optional()?;
        found.ok_or_else(|| format!("there is no dictionary {id}").into())
    }

    fn find(&self, connection: &Connection) -> rusqlite::Result<Newest> {
        let mut statement = connection.prepare_cached(&self.sql.newest)?;
        let row = |row: &Row<'_>| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, i64>(2)?))
        };
        if let Some((id, bytes, percent)) = statement.query_row([], row).optional()? {
            return Newest::new(id, &bytes, percent.unsigned_abs());
        }
        let mut statement = connection.prepare_cached(&self.sql.plain_events)?;
        Ok(Newest::None { events: statement.query_row([EVENTS], |row| row.get(0))? })
    }

    /// Makes a dictionary from the newest events and stacks.
    fn train(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut samples = Vec::with_capacity(SAMPLE);
        let mut sizes = self.sample(connection, &self.sql.stacks, STACKS, &mut samples)?;
        sizes.extend(self.sample(connection, &self.sql.events, SAMPLE, &mut samples)?);
        let Ok(bytes) = zstd::dict::from_continuous(&samples, &sizes, DICTIONARY) else {
            // Too few or too equal: they may differ more when as many again are there.
            self.newest = Newest::None { events: 0 };
            return Ok(());
        };
        let percent = percent_of(&samples, &sizes, &bytes).map_err(failed)?;
        let values = params![Timestamp::now().as_micros(), percent as i64, bytes];
        connection.prepare_cached(&self.sql.insert)?.execute(values)?;
        self.newest = Newest::new(connection.last_insert_rowid(), &bytes, percent)?;
        Ok(())
    }

    /// Appends texts until so many bytes are there; returns the length of each.
    fn sample(
        &self,
        connection: &Connection,
        sql: &str,
        until: usize,
        samples: &mut Vec<u8>,
    ) -> rusqlite::Result<Vec<usize>> {
        let mut statement = connection.prepare_cached(sql)?;
        let (mut rows, mut sizes) = (statement.query([])?, Vec::new());
        while let Some(row) = rows.next()? {
            let (codec, bytes): (i64, &[u8]) = (row.get(0)?, row.get_ref(1)?.as_bytes()?);
            let unpacked = match codec {
                payload::JSON => Ok(bytes.to_vec()),
                _ => self.unpack(connection, codec, bytes),
            };
            // One that can't be read is no sample.
            let Ok(text) = unpacked else { continue };
            if samples.len() + text.len() > until {
                break;
            }
            sizes.push(text.len());
            samples.extend(text);
        }
        Ok(sizes)
    }
}

/// Returns to how many percent a dictionary packs texts.
fn percent_of(samples: &[u8], sizes: &[usize], dictionary: &[u8]) -> std::io::Result<u64> {
    let mut packer = Compressor::with_dictionary(LEVEL, dictionary)?;
    let (mut rest, mut packed) = (samples, 0);
    for size in sizes {
        let (text, after) = rest.split_at(*size);
        packed += packer.compress(text)?.len();
        rest = after;
    }
    Ok((packed * 100 / samples.len().max(1)) as u64)
}

fn failed(error: std::io::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(error.into())
}
