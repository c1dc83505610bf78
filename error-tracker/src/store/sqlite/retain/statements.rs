//! The SQL that removes.

use crate::store::sqlite::schema::with_prefix;

/// The statements, with the tables' prefix.
pub(super) struct Sql {
    pub(super) oldest_issue: String,
    pub(super) events_of_issue: String,
    pub(super) hours_of_issue: String,
    pub(super) rest_of_issue: [String; 3],
    pub(super) oldest_events: String,
    pub(super) remove_event: String,
    pub(super) fewer_kept: String,
    pub(super) remove_stack: String,
    pub(super) old_hours: String,
    pub(super) stacks: String,
    pub(super) is_own_file: String,
    pub(super) note: String,
    pub(super) last: String,
}

impl Sql {
    pub(super) fn new(prefix: &str) -> Self {
        let sql = |text: &str| with_prefix(text, prefix);
        Self {
            oldest_issue: sql("SELECT id FROM {p}issues WHERE last_seen < ?1
                 ORDER BY last_seen, id LIMIT 1"),
            events_of_issue: sql("SELECT number FROM {p}events WHERE issue_id = ?1
                 ORDER BY seq LIMIT ?2"),
            hours_of_issue: sql("DELETE FROM {p}hours WHERE issue_id = ?1 AND hour IN
                 (SELECT hour FROM {p}hours WHERE issue_id = ?1 ORDER BY hour LIMIT ?2)"),
            rest_of_issue: [
                "DELETE FROM {p}reports WHERE issue_id = ?1",
                "DELETE FROM {p}aliases WHERE issue_id = ?1",
                "DELETE FROM {p}issues WHERE id = ?1",
            ]
            .map(sql),
            oldest_events: sql("SELECT e.number, e.at, e.issue_id, e.seq, e.seq >=
                 (SELECT max(o.seq) FROM {p}events AS o WHERE o.issue_id = e.issue_id)
                 FROM {p}events AS e
                 WHERE (e.at, e.issue_id, e.seq) > (?1, ?2, ?3) AND e.at < ?4
                 ORDER BY e.at, e.issue_id, e.seq LIMIT ?5"),
            remove_event: sql("DELETE FROM {p}events WHERE number = ?1 RETURNING stack_id"),
            fewer_kept: sql("UPDATE {p}issues SET kept = max(kept - ?2, 0) WHERE id = ?1"),
            remove_stack: sql("DELETE FROM {p}stacks WHERE id = ?1
                 AND NOT EXISTS (SELECT 1 FROM {p}events WHERE stack_id = ?1)"),
            old_hours: sql("DELETE FROM {p}hours WHERE (issue_id, hour) IN
                 (SELECT issue_id, hour FROM {p}hours WHERE hour < ?1 LIMIT ?2)"),
            stacks: sql("SELECT hash, id FROM {p}stacks WHERE hash > ?1 ORDER BY hash LIMIT ?2"),
            is_own_file: format!(
                "SELECT NOT EXISTS (SELECT 1 FROM sqlite_master
                 WHERE substr(name, 1, {}) <> '{prefix}' AND name NOT LIKE 'sqlite@_%' ESCAPE '@')",
                prefix.chars().count()
            ),
            note: sql("INSERT OR REPLACE INTO {p}retention (id, at, issues, events, bytes)
                 VALUES (1, ?1, ?2, ?3, ?4)"),
            last: sql("SELECT at, issues, events, bytes FROM {p}retention"),
        }
    }
}
