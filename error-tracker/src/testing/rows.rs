//! The values of a SQLite file: in the file's bytes a long one stands in pieces.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

/// Shows every text and blob of every table.
#[inline]
pub(super) fn rows(path: &Path, look: &mut dyn FnMut(&str, &[u8])) -> rusqlite::Result<()> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let tables =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'";
    let mut statement = connection.prepare(tables)?;
    let names = statement.query_map((), |row| row.get::<_, String>(0))?;
    for name in names.collect::<rusqlite::Result<Vec<_>>>()? {
        table(&connection, &name, look)?;
    }
    Ok(())
}

#[inline]
fn table(
    connection: &Connection,
    name: &str,
    look: &mut dyn FnMut(&str, &[u8]),
) -> rusqlite::Result<()> {
    let quoted = name.replace('"', "\"\"");
    let mut statement = connection.prepare(&format!("SELECT * FROM \"{quoted}\""))?;
    #[allow(clippy::useless_conversion, reason = "older rusqlite gives a Vec")]
    let columns: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        for (index, column) in columns.iter().enumerate() {
            let value = row.get_ref(index)?;
            if let Some(bytes) = value.as_bytes_or_null().ok().flatten() {
                look(&format!("table {name}, column {column}"), bytes);
            }
        }
    }
    Ok(())
}
