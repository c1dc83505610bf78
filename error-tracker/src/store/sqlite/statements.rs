//! The SQL that writes.

use crate::store::sqlite::schema::with_prefix;

/// The issue that has a fingerprint, else the one that had it under earlier rules.
pub(super) const ID_OF: &str = "SELECT coalesce(
         (SELECT id FROM {p}issues WHERE fingerprint = ?1),
         (SELECT issue_id FROM {p}aliases WHERE fingerprint = ?1))";

/// The statements, with the tables' prefix.
pub(super) struct Sql {
    pub(super) find_issue: String,
    pub(super) id_of: String,
    pub(super) insert_issue: String,
    pub(super) count_issue: String,
    pub(super) first_seen: String,
    pub(super) reopen: String,
    pub(super) show_texts: String,
    pub(super) show_values: String,
    pub(super) count_and_show_issue: String,
    pub(super) put_report: String,
    pub(super) put_hour: String,
    pub(super) event_numbers: String,
    pub(super) insert_event: String,
    pub(super) fewer_kept: String,
    pub(super) drop_event: String,
    pub(super) drop_event_by_id: String,
    pub(super) put_event: String,
    pub(super) replace_issue: String,
    pub(super) amend_event: String,
    pub(super) find_stack: String,
    pub(super) insert_stack: String,
    pub(super) regroup_issue: String,
    pub(super) delete: [String; 6],
    pub(super) set_state: String,
    pub(super) joining: Joining,
}

impl Sql {
    pub(super) fn new(prefix: &str) -> Self {
        let sql = |text: &str| with_prefix(text, prefix);
        Self {
            find_issue: sql(
                "SELECT id, count, kept, last_seen, state, state_changed, grouping_version, created_on
                 FROM {p}issues WHERE fingerprint = ?1",
            ),
            id_of: sql(ID_OF),
            insert_issue: sql("INSERT INTO {p}issues
                 (fingerprint, count, kept, created_on, last_seen, state, state_changed,
                  kind, level, exception_name, message, host, path, method, culprit, location,
                  first_release, last_release, grouping_version, grouping, requested_path)
                 VALUES (?1, ?2, ?3, ?4, ?5, 'unresolved', ?4,
                  ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?15, ?16, ?17, ?18)"),
            // A statement that names an indexed column rewrites its index, whatever the value.
            count_issue: sql("UPDATE {p}issues SET count = count + ?2, kept = ?3,
                 last_seen = max(last_seen, ?4), last_release = ?5 WHERE id = ?1"),
            count_and_show_issue: sql("UPDATE {p}issues SET count = count + ?2, kept = ?3,
                 last_seen = max(last_seen, ?4), last_release = ?5, level = ?6, message = ?7,
                 culprit = ?8, location = ?9, requested_path = ?10 WHERE id = ?1"),
            first_seen: sql("UPDATE {p}issues SET created_on = ?2 WHERE id = ?1"),
            reopen: sql("UPDATE {p}issues SET state = ?2 WHERE id = ?1"),
            show_texts: sql("UPDATE {p}issues SET level = ?2, message = ?3, culprit = ?4,
                 location = ?5, requested_path = ?6 WHERE id = ?1"),
            show_values: sql(
                "UPDATE {p}issues SET exception_name = ?2, host = ?3, path = ?4, method = ?5
                 WHERE id = ?1 AND (exception_name, host, path, method) <> (?2, ?3, ?4, ?5)",
            ),
            put_report: sql(
                "INSERT INTO {p}reports (issue_id, request_data, traceback) VALUES (?1, ?2, ?3)
                 ON CONFLICT (issue_id) DO UPDATE
                 SET request_data = excluded.request_data, traceback = excluded.traceback",
            ),
            put_hour: sql("INSERT INTO {p}hours (issue_id, hour, count) VALUES (?1, ?2, ?3)
                 ON CONFLICT (issue_id, hour) DO UPDATE SET count = count + excluded.count"),
            event_numbers: sql("SELECT seq, shape FROM {p}events
                 WHERE issue_id = ?1 ORDER BY seq"),
            insert_event: sql("INSERT INTO {p}events
                 (id, issue_id, seq, at, level, outcome, release, environment, server_name,
                  stack_id, codec, payload, shape)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
                 ON CONFLICT (id) DO NOTHING"),
            fewer_kept: sql("UPDATE {p}issues SET kept = max(kept - ?2, 0) WHERE id = ?1"),
            drop_event: sql("DELETE FROM {p}events WHERE issue_id = ?1 AND seq = ?2"),
            drop_event_by_id: sql("DELETE FROM {p}events WHERE id = ?1"),
            put_event: sql("INSERT INTO {p}events
                 (id, issue_id, seq, at, level, outcome, stack_id,
                  codec, payload, release, environment, server_name, shape)
                 SELECT ?1, i.id, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13
                 FROM {p}issues AS i WHERE i.fingerprint = ?2"),
            replace_issue: sql("INSERT INTO {p}issues
                 (fingerprint, count, kept, created_on, last_seen, state, state_changed,
                  kind, level, exception_name, message, host, path, method, culprit, location,
                  notification_sent, ticket_raised, first_release, last_release,
                  grouping_version, grouping, requested_path)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                  ?17, ?18, ?19, ?20, ?21, ?22, ?23)
                 ON CONFLICT (fingerprint) DO UPDATE SET
                  (count, kept, created_on, last_seen, state, state_changed, kind, level,
                   exception_name, message, host, path, method, culprit, location,
                   notification_sent, ticket_raised, first_release, last_release,
                   grouping_version, grouping, requested_path) =
                  (excluded.count, excluded.kept, excluded.created_on, excluded.last_seen,
                   excluded.state, excluded.state_changed, excluded.kind, excluded.level,
                   excluded.exception_name, excluded.message, excluded.host, excluded.path,
                   excluded.method, excluded.culprit, excluded.location,
                   excluded.notification_sent, excluded.ticket_raised, excluded.first_release,
                   excluded.last_release, excluded.grouping_version, excluded.grouping,
                   excluded.requested_path)
                 RETURNING id"),
            amend_event: sql(
                "UPDATE {p}events SET level = ?2, outcome = ?3, codec = ?4, payload = ?5
                 WHERE id = ?1 RETURNING issue_id,
                 seq = (SELECT max(seq) FROM {p}events AS other
                        WHERE other.issue_id = {p}events.issue_id)",
            ),
            find_stack: sql("SELECT id FROM {p}stacks WHERE hash = ?1"),
            insert_stack: sql("INSERT INTO {p}stacks (hash, frames, codec) VALUES (?1, ?2, ?3)"),
            regroup_issue: sql(
                "UPDATE {p}issues SET grouping_version = ?2, grouping = ?3 WHERE id = ?1",
            ),
            delete: [
                "DELETE FROM {p}stacks WHERE id IN
                     (SELECT stack_id FROM {p}events WHERE issue_id = ?1)
                 AND NOT EXISTS (SELECT 1 FROM {p}events
                     WHERE stack_id = {p}stacks.id AND issue_id <> ?1)",
                "DELETE FROM {p}events WHERE issue_id = ?1",
                "DELETE FROM {p}hours WHERE issue_id = ?1",
                "DELETE FROM {p}reports WHERE issue_id = ?1",
                "DELETE FROM {p}aliases WHERE issue_id = ?1",
                "DELETE FROM {p}issues WHERE id = ?1",
            ]
            .map(sql),
            set_state: sql(&format!(
                "UPDATE {{p}}issues SET state = ?2, state_changed = ?3 WHERE id = ({ID_OF})"
            )),
            joining: Joining::new(prefix),
        }
    }
}

/// What joins issues of earlier rules with today's; `?1` stays, `?2` goes.
pub(super) struct Joining {
    pub(super) has_old: String,
    pub(super) find: String,
    pub(super) find_old: String,
    pub(super) rename: String,
    pub(super) put_alias: String,
    pub(super) events: String,
    pub(super) renumber: String,
    pub(super) add_issue: String,
    pub(super) show_issue: String,
    pub(super) drop_report: String,
    pub(super) show_report: String,
    pub(super) move_rest: [String; 5],
}

impl Joining {
    fn new(prefix: &str) -> Self {
        let sql = |text: &str| with_prefix(text, prefix);
        let find = "SELECT id, last_seen, state, state_changed FROM {p}issues
                 WHERE fingerprint = ?1";
        Self {
            has_old: sql("SELECT EXISTS (SELECT 1 FROM {p}issues WHERE grouping_version = 1)"),
            find: sql(find),
            find_old: sql(&format!("{find} AND grouping_version = 1")),
            rename: sql("UPDATE {p}issues SET fingerprint = ?2, grouping_version = ?3,
                 grouping = ?4 WHERE id = ?1"),
            put_alias: sql("INSERT OR REPLACE INTO {p}aliases (fingerprint, issue_id)
                 SELECT ?1, id FROM {p}issues WHERE fingerprint = ?2"),
            events: sql("SELECT number, issue_id, seq, at, shape FROM {p}events
                 WHERE issue_id IN (?1, ?2) ORDER BY seq, number"),
            renumber: sql("UPDATE {p}events SET issue_id = ?2, seq = ?3 WHERE number = ?1"),
            add_issue: sql("UPDATE {p}issues SET count = {p}issues.count + old.count,
                 kept = (SELECT count(*) FROM {p}events WHERE issue_id = ?1),
                 first_release = iif(old.created_on < {p}issues.created_on,
                     old.first_release, {p}issues.first_release),
                 last_release = iif(old.last_seen > {p}issues.last_seen,
                     old.last_release, {p}issues.last_release),
                 created_on = min({p}issues.created_on, old.created_on),
                 last_seen = max({p}issues.last_seen, old.last_seen),
                 notification_sent = max({p}issues.notification_sent, old.notification_sent),
                 ticket_raised = max({p}issues.ticket_raised, old.ticket_raised),
                 state = ?3, state_changed = ?4
                 FROM (SELECT * FROM {p}issues WHERE id = ?2) AS old WHERE {p}issues.id = ?1"),
            show_issue: sql("UPDATE {p}issues SET (level, exception_name, message, host, path,
                 method, culprit, location, requested_path) =
                 (SELECT level, exception_name, message, host, path,
                 method, culprit, location, requested_path FROM {p}issues WHERE id = ?2) WHERE id = ?1"),
            drop_report: sql("DELETE FROM {p}reports WHERE issue_id = ?1 AND ?2 IS NOT NULL"),
            show_report: sql("UPDATE {p}reports SET issue_id = ?1 WHERE issue_id = ?2"),
            move_rest: [
                "INSERT INTO {p}hours (issue_id, hour, count)
                 SELECT ?1, hour, count FROM {p}hours WHERE issue_id = ?2
                 ON CONFLICT (issue_id, hour) DO UPDATE SET count = count + excluded.count",
                "DELETE FROM {p}hours WHERE issue_id = ?2 AND ?1 IS NOT NULL",
                "DELETE FROM {p}reports WHERE issue_id = ?2 AND ?1 IS NOT NULL",
                "UPDATE {p}aliases SET issue_id = ?1 WHERE issue_id = ?2",
                "DELETE FROM {p}issues WHERE id = ?2 AND ?1 IS NOT NULL",
            ]
            .map(sql),
        }
    }
}
