//! What version 3 adds for lists: an index for each order, and kept numbers of issues.

use rusqlite::Connection;

use crate::store::sqlite::schema::with_prefix;

/// The columns that issues are filtered by: each has an index with the time, and kept numbers.
pub(super) const VALUES: [&str; 7] =
    ["state", "host", "method", "path", "exception_name", "notification_sent", "ticket_raised"];

const TABLES: &str = "
-- An index ends with the row's id by itself; where it is named, no page begins at it.
DROP INDEX IF EXISTS {p}issues_by_last_seen;
CREATE INDEX {p}issues_by_last_seen ON {p}issues (last_seen);
CREATE INDEX {p}issues_by_created_on ON {p}issues (created_on);
CREATE INDEX {p}issues_by_count ON {p}issues (count);

-- How many issues have a value: kept by triggers, so that nobody has to count.
CREATE TABLE {p}facets (
    facet  TEXT NOT NULL,                   -- a column of {p}issues
    value  TEXT NOT NULL,
    issues INTEGER NOT NULL,
    PRIMARY KEY (facet, value)
) WITHOUT ROWID;
";

/// For each of the columns, `{c}`.
const FOR_EACH: &str = "
CREATE INDEX {p}issues_by_{c} ON {p}issues ({c}, last_seen);
INSERT INTO {p}facets SELECT '{c}', {c}, count(*) FROM {p}issues GROUP BY {c};

CREATE TRIGGER {p}facets_of_{c} AFTER UPDATE OF {c} ON {p}issues WHEN new.{c} <> old.{c} BEGIN
    INSERT INTO {p}facets VALUES ('{c}', new.{c}, 1)
        ON CONFLICT (facet, value) DO UPDATE SET issues = issues + 1;
    UPDATE {p}facets SET issues = issues - 1 WHERE facet = '{c}' AND value = old.{c};
    DELETE FROM {p}facets WHERE facet = '{c}' AND value = old.{c} AND issues <= 0;
END;
";

const OF_NEW: &str = "
CREATE TRIGGER {p}facets_of_new AFTER INSERT ON {p}issues BEGIN
    INSERT INTO {p}facets VALUES {new}
        ON CONFLICT (facet, value) DO UPDATE SET issues = issues + 1;
END;

CREATE TRIGGER {p}facets_of_deleted AFTER DELETE ON {p}issues BEGIN
    UPDATE {p}facets SET issues = issues - 1 WHERE (facet, value) IN (VALUES {old});
    DELETE FROM {p}facets WHERE (facet, value) IN (VALUES {old}) AND issues <= 0;
END;
";

/// Adds all of it to a file that has the tables, and counts what they hold.
pub(super) fn add(connection: &Connection, prefix: &str) -> rusqlite::Result<()> {
    connection.execute_batch(&with_prefix(TABLES, prefix))?;
    for column in VALUES {
        connection.execute_batch(&with_prefix(&FOR_EACH.replace("{c}", column), prefix))?;
    }
    let list = |text: &str| VALUES.map(|column| text.replace("{c}", column)).join(", ");
    let triggers = OF_NEW
        .replace("{new}", &list("('{c}', new.{c}, 1)"))
        .replace("{old}", &list("('{c}', old.{c})"));
    connection.execute_batch(&with_prefix(&triggers, prefix))
}
