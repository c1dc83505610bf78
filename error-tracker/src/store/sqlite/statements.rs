//! The SQL that writes.

use crate::store::sqlite::schema::with_prefix;

/// The statements, with the tables' prefix.
pub(super) struct Sql {
    pub(super) find_issue: String,
    pub(super) insert_issue: String,
    pub(super) count_issue: String,
    pub(super) update_issue: String,
    pub(super) put_report: String,
    pub(super) put_hour: String,
    pub(super) event_numbers: String,
    pub(super) insert_event: String,
    pub(super) drop_event: String,
    pub(super) amend_event: String,
    pub(super) find_stack: String,
    pub(super) insert_stack: String,
    pub(super) delete: [String; 5],
    pub(super) set_state: String,
}

impl Sql {
    pub(super) fn new(prefix: &str) -> Self {
        let sql = |text: &str| with_prefix(text, prefix);
        Self {
            find_issue: sql(
                "SELECT id, count, kept, last_seen, state, state_changed FROM {p}issues
                 WHERE fingerprint = ?1",
            ),
            insert_issue: sql("INSERT INTO {p}issues
                 (fingerprint, count, kept, created_on, last_seen, state, state_changed,
                  kind, level, exception_name, message, host, path, method, culprit, location,
                  first_release, last_release, grouping_version, grouping)
                 VALUES (?1, ?2, ?3, ?4, ?5, 'unresolved', ?4,
                  ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?15, ?16, ?17)"),
            count_issue: sql("UPDATE {p}issues SET count = count + ?2, kept = ?3,
                 created_on = min(created_on, ?4), last_seen = max(last_seen, ?5),
                 state = ?6, last_release = ?7 WHERE id = ?1"),
            update_issue: sql(
                "UPDATE {p}issues SET level = ?2, exception_name = ?3, message = ?4, host = ?5,
                 path = ?6, method = ?7, culprit = ?8, location = ?9 WHERE id = ?1",
            ),
            put_report: sql(
                "INSERT INTO {p}reports (issue_id, request_data, traceback) VALUES (?1, ?2, ?3)
                 ON CONFLICT (issue_id) DO UPDATE
                 SET request_data = excluded.request_data, traceback = excluded.traceback",
            ),
            put_hour: sql("INSERT INTO {p}hours (issue_id, hour, count) VALUES (?1, ?2, ?3)
                 ON CONFLICT (issue_id, hour) DO UPDATE SET count = count + excluded.count"),
            event_numbers: sql("SELECT seq FROM {p}events WHERE issue_id = ?1 ORDER BY seq"),
            insert_event: sql("INSERT INTO {p}events
                 (id, issue_id, seq, at, level, outcome, release, environment, server_name,
                  stack_id, codec, payload)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                 ON CONFLICT (id) DO NOTHING"),
            drop_event: sql("DELETE FROM {p}events WHERE issue_id = ?1 AND seq = ?2"),
            amend_event: sql(
                "UPDATE {p}events SET level = ?2, outcome = ?3, codec = ?4, payload = ?5
                 WHERE id = ?1 RETURNING issue_id,
                 seq = (SELECT max(seq) FROM {p}events AS other
                        WHERE other.issue_id = {p}events.issue_id)",
            ),
            find_stack: sql("SELECT id FROM {p}stacks WHERE hash = ?1"),
            insert_stack: sql("INSERT INTO {p}stacks (hash, frames) VALUES (?1, ?2)"),
            delete: [
                "DELETE FROM {p}stacks WHERE id IN
                     (SELECT stack_id FROM {p}events WHERE issue_id = ?1)
                 AND NOT EXISTS (SELECT 1 FROM {p}events
                     WHERE stack_id = {p}stacks.id AND issue_id <> ?1)",
                "DELETE FROM {p}events WHERE issue_id = ?1",
                "DELETE FROM {p}hours WHERE issue_id = ?1",
                "DELETE FROM {p}reports WHERE issue_id = ?1",
                "DELETE FROM {p}issues WHERE id = ?1",
            ]
            .map(sql),
            set_state: sql(
                "UPDATE {p}issues SET state = ?2, state_changed = ?3 WHERE fingerprint = ?1",
            ),
        }
    }
}
