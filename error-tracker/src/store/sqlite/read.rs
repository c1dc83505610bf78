//! Reads issues and events.

use rusqlite::types::{Type, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::de::IntoDeserializer;
use serde::Deserialize;

use crate::model::{
    Event, EventId, Fingerprint, Frame, Grouping, Hour, Issue, KeptEvent, Level, Recorded,
    Timestamp,
};
use crate::store::payload;
use crate::store::sqlite::packing::Unpacker;
use crate::store::sqlite::schema::with_prefix;
use crate::store::sqlite::statements::ID_OF;

/// What [`to_issue`] reads.
pub(super) const ISSUES: &str = "SELECT i.fingerprint, i.count, i.kept, i.created_on, i.last_seen,
     i.state, i.kind, i.level, i.exception_name, i.message, i.host, i.path, i.method,
     i.culprit, i.location, i.notification_sent, i.ticket_raised,
     r.request_data, r.traceback, i.grouping_version, i.grouping,
     i.state_changed, i.first_release, i.last_release, i.requested_path
     FROM {p}issues AS i LEFT JOIN {p}reports AS r ON r.issue_id = i.id";

/// The statements, with the tables' prefix.
pub(super) struct Sql {
    issue: String,
    events: String,
    event: String,
    kept: String,
    hours: String,
}

impl Sql {
    pub(super) fn new(prefix: &str) -> Self {
        let events = "SELECT i.fingerprint, i.kind, i.grouping_version, i.grouping,
                 e.id, e.at, e.level, e.outcome, e.codec, e.payload, s.frames, e.seq,
                 s.codec, e.release, e.environment, e.server_name
                 FROM {p}events AS e JOIN {p}issues AS i ON i.id = e.issue_id
                 LEFT JOIN {p}stacks AS s ON s.id = e.stack_id";
        let sql = |select: &str, rest: &str| with_prefix(&format!("{select} {rest}"), prefix);
        Self {
            issue: sql(ISSUES, &format!("WHERE i.id = ({ID_OF})")),
            events: sql(events, &format!("WHERE e.issue_id = ({ID_OF}) ORDER BY e.seq DESC")),
            event: sql(events, "WHERE e.id = ?1"),
            kept: sql(
                "SELECT id, seq, at FROM {p}events",
                &format!("WHERE issue_id = ({ID_OF}) ORDER BY seq DESC"),
            ),
            hours: sql(
                "SELECT hour, count FROM {p}hours",
                &format!("WHERE issue_id = ({ID_OF}) AND hour >= ?2 ORDER BY hour"),
            ),
        }
    }
}

pub(super) fn issue(
    connection: &Connection,
    sql: &Sql,
    fingerprint: &Fingerprint,
) -> rusqlite::Result<Option<Issue>> {
    let mut statement = connection.prepare_cached(&sql.issue)?;
    statement.query_row([fingerprint.to_string()], to_issue).optional()
}

pub(super) fn events(
    connection: &Connection,
    sql: &Sql,
    unpacker: &Unpacker<'_>,
    fingerprint: &Fingerprint,
) -> rusqlite::Result<Vec<Recorded>> {
    let mut statement = connection.prepare_cached(&sql.events)?;
    let recorded = |row: &Row<'_>| to_recorded(row, unpacker);
    let rows = statement.query_map([fingerprint.to_string()], recorded)?;
    rows.collect()
}

pub(super) fn kept_events(
    connection: &Connection,
    sql: &Sql,
    fingerprint: &Fingerprint,
) -> rusqlite::Result<Vec<KeptEvent>> {
    let mut statement = connection.prepare_cached(&sql.kept)?;
    let kept = |row: &Row<'_>| {
        let number = row.get::<_, i64>(1)? as u64;
        Ok(KeptEvent::new(id(row, 0)?, number, Timestamp::from_micros(row.get(2)?)))
    };
    let rows = statement.query_map([fingerprint.to_string()], kept)?;
    rows.collect()
}

pub(super) fn event(
    connection: &Connection,
    sql: &Sql,
    unpacker: &Unpacker<'_>,
    id: EventId,
) -> rusqlite::Result<Option<Recorded>> {
    let mut statement = connection.prepare_cached(&sql.event)?;
    statement.query_row([id.to_string()], |row| to_recorded(row, unpacker)).optional()
}

pub(super) fn hours(
    connection: &Connection,
    sql: &Sql,
    (fingerprint, from): (&Fingerprint, i64),
) -> rusqlite::Result<Vec<Hour>> {
    let mut statement = connection.prepare_cached(&sql.hours)?;
    let hour =
        |row: &Row<'_>| Ok(Hour { hour: row.get(0)?, count: row.get::<_, i64>(1)?.unsigned_abs() });
    let rows = statement.query_map((fingerprint.to_string(), from), hour)?;
    rows.collect()
}

pub(super) fn to_issue(row: &Row<'_>) -> rusqlite::Result<Issue> {
    let request_data: Option<String> = row.get(17)?;
    Ok(Issue {
        fingerprint: id(row, 0)?,
        count: row.get::<_, i64>(1)? as u64,
        kept: row.get::<_, i64>(2)? as u64,
        created_on: Timestamp::from_micros(row.get(3)?),
        last_seen: Timestamp::from_micros(row.get(4)?),
        state: named(row, 5)?,
        kind: named(row, 6)?,
        level: level(row, 7)?,
        exception_name: row.get(8)?,
        message: row.get(9)?,
        host: row.get(10)?,
        path: row.get(11)?,
        method: row.get(12)?,
        culprit: row.get(13)?,
        location: row.get(14)?,
        notification_sent: row.get(15)?,
        ticket_raised: row.get(16)?,
        request_data: json(17, request_data.as_deref().unwrap_or("{}"))?,
        traceback: row.get::<_, Option<String>>(18)?.unwrap_or_default(),
        grouping: Grouping { version: row.get(19)?, parts: json(20, &row.get::<_, String>(20)?)? },
        state_changed: Timestamp::from_micros(row.get(21)?),
        first_release: row.get(22)?,
        last_release: row.get(23)?,
        requested_path: row.get(24)?,
    })
}

fn to_recorded(row: &Row<'_>, unpacker: &Unpacker<'_>) -> rusqlite::Result<Recorded> {
    let event = Event {
        fingerprint: id(row, 0)?,
        kind: named(row, 1)?,
        grouping: Grouping { version: row.get(2)?, parts: json(3, &row.get::<_, String>(3)?)? },
        id: id(row, 4)?,
        at: Timestamp::from_micros(row.get(5)?),
        level: level(row, 6)?,
        outcome: named(row, 7)?,
        ..unpacked(row, unpacker, (8, 9), |payload| {
            payload::decode(payload).map_err(|error| unreadable(9, error))
        })?
    };
    let stack: Vec<Frame> = match row.get_ref(10)? {
        ValueRef::Null => Vec::new(),
        _ => unpacked(row, unpacker, (12, 10), |frames| json(10, frames))?,
    };
    Ok(Recorded {
        event,
        stack,
        number: row.get::<_, i64>(11)? as u64,
        release: row.get(13)?,
        environment: row.get(14)?,
        server_name: row.get(15)?,
    })
}

/// Reads JSON that may be packed: as the first column says, from the second.
fn unpacked<T>(
    row: &Row<'_>,
    unpacker: &Unpacker<'_>,
    (codec, packed): (usize, usize),
    read: impl FnOnce(&str) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let bytes = row.get_ref(packed)?.as_bytes()?;
    let text = unpacker.unpack(row.get(codec)?, bytes).map_err(|error| unreadable(codec, error))?;
    let text = std::str::from_utf8(&text).map_err(|error| unreadable(packed, error))?;
    read(text)
}

fn id<T: std::str::FromStr>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    row.get::<_, String>(column)?.parse().map_err(|error: T::Err| unreadable(column, error))
}

fn level(row: &Row<'_>, column: usize) -> rusqlite::Result<Level> {
    Ok(row.get::<_, String>(column)?.parse().unwrap_or_default())
}

/// Reads a variant by its name; one that this version does not know is the default.
fn named<T: for<'de> Deserialize<'de> + Default>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    let name: StrDeserializer<'_, ValueError> = text.as_str().into_deserializer();
    Ok(T::deserialize(name).unwrap_or_default())
}

fn json<T: for<'de> Deserialize<'de>>(column: usize, text: &str) -> rusqlite::Result<T> {
    serde_json::from_slice(text.as_bytes()).map_err(|error| unreadable(column, error))
}

fn unreadable(
    column: usize,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into())
}
