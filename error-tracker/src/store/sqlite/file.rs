//! The file itself: whether it is still the one that was opened, and what becomes of a damaged one.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::error::{Error, ErrorKind};
use crate::model::Timestamp;
use crate::store::sqlite::Options;

/// What a SQLite file begins with.
const HEADER: &[u8; 16] = b"SQLite format 3\0";

/// Tells files apart; `None`: there is none, or the system does not tell.
type FileId = Option<(u64, u64)>;

/// Which files were opened under a name.
pub(super) struct Identity {
    file: FileId,
    log: FileId,
    index: FileId,
}

impl Identity {
    pub(super) fn of(file: &Path) -> Self {
        let id_with = |end| id(&with_end(file, end));
        Self { file: id(file), log: id_with("-wal"), index: id_with("-shm") }
    }

    /// Tells whether the name stands for the same file still.
    pub(super) fn is_current(&self, file: &Path) -> bool {
        self.file.is_none() || self.file == id(file)
    }

    /// Removes log and index of the file that was there: SQLite would take them for those of
    /// the file that is there now, and cut the index that others have mapped into their memory.
    pub(super) fn leave(&self, file: &Path) {
        for (end, left) in [("-wal", self.log), ("-shm", self.index)] {
            let path = with_end(file, end);
            if left.is_some() && left == id(&path) {
                let _ = fs::remove_file(path);
            }
        }
    }
}

#[cfg(unix)]
fn id(file: &Path) -> FileId {
    use std::os::unix::fs::MetadataExt;
    let found = fs::metadata(file).ok()?;
    Some((found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn id(_: &Path) -> FileId {
    None
}

/// Tells whether an error means that a database is damaged. A file of something else is not.
pub(super) fn is_damage(file: &Path, error: &rusqlite::Error) -> bool {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt) => true,
        Some(ErrorCode::NotADatabase) => begins_as_database(file),
        _ => false,
    }
}

fn begins_as_database(file: &Path) -> bool {
    let mut header = [0; HEADER.len()];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut header));
    read.is_ok() && header == *HEADER
}

/// Gives a damaged file another name, its log with it; returns nothing if it is not damaged.
pub(crate) fn set_aside(options: &Options) -> Result<Option<PathBuf>, Error> {
    let file = &options.file;
    // Another process may have been faster, and a file of its own stands here.
    if !is_damaged(file) {
        return Ok(None);
    }
    let seconds = Timestamp::now().as_micros() / 1_000_000;
    let free = (seconds..).map(|time| with_end(file, &format!(".corrupt-{time}")));
    let aside = free.into_iter().find(|name| !name.exists()).unwrap_or_default();
    let renamed = fs::rename(file, &aside).and_then(|()| {
        rename_if_there(&with_end(file, "-wal"), &with_end(&aside, "-wal"))?;
        rename_if_there(&with_end(file, "-shm"), &with_end(&aside, "-shm"))
    });
    renamed.map(|()| Some(aside)).map_err(|error| {
        let text = format!("set aside the damaged store {}", file.display());
        Error::new(ErrorKind::Store, text).with_source(error)
    })
}

/// Looks at the file itself. One that can't be looked at, as another process has it, is not damaged.
fn is_damaged(file: &Path) -> bool {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let checked = Connection::open_with_flags(file, flags).and_then(|connection| {
        connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))
    });
    match checked {
        Ok(found) => found != "ok",
        Err(error) => is_damage(file, &error),
    }
}

fn rename_if_there(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        renamed => renamed,
    }
}

fn with_end(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    name.into()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::FileExt;

    use super::*;
    use crate::model::Issue;
    use crate::store::sqlite::Sqlite;
    use crate::store::Store;

    /// Damages all but the header.
    fn damage(file: &Path) {
        let length = fs::metadata(file).unwrap().len() as usize;
        let open = fs::OpenOptions::new().write(true).open(file).unwrap();
        open.write_all_at(&vec![0x55; length - 100], 100).unwrap();
    }

    #[test]
    fn damage_under_way_is_known_and_the_file_set_aside_with_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::new(&crate::config::Config {
            store: folder.path().join("errors.db").into(),
            ..Default::default()
        });
        let options = options.unwrap();
        let mut store = Sqlite::open(&options).unwrap();
        store.put(&Issue::default()).unwrap();
        let empty = "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA shrink_memory";
        store.connection.execute_batch(empty).unwrap();
        assert_eq!(set_aside(&options).unwrap(), None);
        damage(&options.file);
        store.connection.execute_batch("PRAGMA shrink_memory").unwrap();
        assert!(store.put(&Issue::default()).unwrap_err().is_corrupt_store());
        drop(store);
        let aside = set_aside(&options).unwrap().unwrap();
        assert!(aside.exists() && !options.file.exists());
        assert!(Sqlite::open(&options).unwrap().put(&Issue::default()).is_ok());
    }

    #[test]
    fn a_file_that_another_process_has_for_itself_stays() {
        let folder = tempfile::tempdir().unwrap();
        let config = crate::config::Config {
            store: folder.path().join("errors.db").into(),
            ..Default::default()
        };
        let options = Options::new(&config).unwrap();
        let other = Connection::open(&options.file).unwrap();
        other.execute_batch("CREATE TABLE t (c); BEGIN EXCLUSIVE").unwrap();
        assert_eq!(set_aside(&options).unwrap(), None);
    }
}
