//! Writes single documents, as the store's own methods ask for it.

use rusqlite::{params, Connection, Transaction};

use crate::backtrace::Stack;
use crate::model::{EventId, Fingerprint, Hour, Issue, IssueState, Recorded, Timestamp};
use crate::store::sqlite::packing::Packing;
use crate::store::sqlite::statements::Sql;
use crate::store::sqlite::write::{json, stack_id, to_sql_error};
use crate::store::{payload, shape};

pub(super) fn delete(
    transaction: &Transaction<'_>,
    sql: &Sql,
    fingerprint: &Fingerprint,
) -> rusqlite::Result<bool> {
    let mut statement = transaction.prepare_cached(&sql.id_of)?;
    let id: Option<i64> = statement.query_row([fingerprint.to_string()], |row| row.get(0))?;
    let Some(id) = id else { return Ok(false) };
    for delete in &sql.delete {
        transaction.prepare_cached(delete)?.execute([id])?;
    }
    Ok(true)
}

pub(super) fn set_state(
    connection: &Connection,
    sql: &Sql,
    fingerprint: &Fingerprint,
    (state, at): (IssueState, Timestamp),
) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare_cached(&sql.set_state)?;
    let values = params![fingerprint.to_string(), state.as_str(), at.as_micros()];
    Ok(statement.execute(values)? > 0)
}

/// Keeps an issue in place of the one that has its fingerprint.
pub(super) fn put(connection: &Connection, sql: &Sql, issue: &Issue) -> rusqlite::Result<()> {
    let request_data = json(&issue.request_data)?;
    let id: i64 = connection.prepare_cached(&sql.replace_issue)?.query_row(
        params![
            issue.fingerprint.to_string(),
            issue.count as i64,
            issue.kept as i64,
            issue.created_on.as_micros(),
            issue.last_seen.as_micros(),
            issue.state.as_str(),
            issue.state_changed.as_micros(),
            issue.kind.as_str(),
            issue.level.as_str(),
            issue.exception_name,
            issue.message,
            issue.host,
            issue.path,
            issue.method,
            issue.culprit,
            issue.location,
            issue.notification_sent,
            issue.ticket_raised,
            issue.first_release,
            issue.last_release,
            i64::from(issue.grouping.version),
            json(&issue.grouping.parts)?,
            issue.requested_path,
        ],
        |row| row.get(0),
    )?;
    let values = params![id, request_data, issue.traceback];
    connection.prepare_cached(&sql.put_report)?.execute(values).map(drop)
}

/// Keeps an event of an issue that is there, in place of the one that has its id.
pub(super) fn put_event(
    connection: &Connection,
    sql: &Sql,
    packing: &mut Packing,
    recorded: &Recorded,
) -> rusqlite::Result<()> {
    let event = &recorded.event;
    drop_event(connection, sql, event.id)?;
    let (codec, payload) = packing.pack(payload::encode(event).map_err(to_sql_error)?);
    let stack = match Stack::new(recorded.stack.clone()) {
        Some(stack) => Some(stack_id(connection, sql, packing, &stack)?),
        None => None,
    };
    let mut statement = connection.prepare_cached(&sql.put_event)?;
    let values = params![
        event.id.to_string(),
        event.fingerprint.to_string(),
        recorded.number as i64,
        event.at.as_micros(),
        event.level.as_str(),
        event.outcome.as_str(),
        stack,
        codec,
        payload,
        recorded.release,
        recorded.environment,
        recorded.server_name,
        shape::of(event, &recorded.release, &recorded.server_name),
    ];
    statement.execute(values).map(drop)
}

pub(super) fn drop_event(connection: &Connection, sql: &Sql, id: EventId) -> rusqlite::Result<()> {
    connection.prepare_cached(&sql.drop_event_by_id)?.execute([id.to_string()]).map(drop)
}

pub(super) fn put_hour(
    connection: &Connection,
    sql: &Sql,
    fingerprint: &Fingerprint,
    hour: Hour,
) -> rusqlite::Result<()> {
    let id = connection.prepare_cached(&sql.id_of)?;
    let id: Option<i64> = { id }.query_row([fingerprint.to_string()], |row| row.get(0))?;
    let Some(id) = id else { return Ok(()) };
    let values = [id, hour.hour, hour.count as i64];
    connection.prepare_cached(&sql.put_hour)?.execute(values).map(drop)
}
