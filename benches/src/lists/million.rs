//! A file with a million issues: rows of version 1 of the tables, then opened as a program would.

use std::path::PathBuf;
use std::time::Instant;

use error_tracker::store::{Cursor, Sqlite};
use rusqlite::{params, Connection};
use tempfile::TempDir;

/// Its tables, with eight issues.
const TABLES: &str = include_str!("../../../tests/fixtures/stores/version1.sql");
/// Says how many issues there are, for trying out.
const ISSUES: &str = "ERROR_TRACKER_BENCHES_ISSUES";

/// In one issue, in the middle.
pub(crate) const RARE: &str = "zebrafish";
/// In 2 % of the issues.
pub(crate) const COMMON: &str = "deadline";
/// In 0.2 % of them.
pub(crate) const BETWEEN: &str = "certificate";

pub(crate) fn issues() -> u64 {
    let said = std::env::var(ISSUES).ok().and_then(|issues| issues.parse().ok());
    said.unwrap_or(1_000_000).max(1_000)
}

pub(crate) fn host(number: u64) -> String {
    format!("web-{number}.shop.example")
}

pub(crate) fn path(number: u64) -> String {
    format!("/api/v1/customers/{number}/orders")
}

pub(crate) fn exception(number: u64) -> String {
    format!("shop::module_{}::Error{number}", number % 40)
}

/// The file, in a folder of its own.
pub(crate) struct Million {
    folder: TempDir,
    migrated: f64,
}

impl Million {
    pub(crate) fn new() -> Result<Self, Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let mut million = Self { folder, migrated: 0.0 };
        million.fill()?;
        let begun = Instant::now();
        drop(Sqlite::new(million.file())?);
        million.migrated = begun.elapsed().as_secs_f64();
        Ok(million)
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("events.db")
    }

    pub(crate) fn note(&self) -> String {
        let bytes = std::fs::metadata(self.file()).map_or(0, |file| file.len());
        format!(
            "lists: {} issues, {} MiB; from version 1 of the tables to today's in {:.1} s",
            issues(),
            bytes >> 20,
            self.migrated
        )
    }

    pub(crate) fn store(&self) -> Sqlite {
        Sqlite::new(self.file()).expect("it was opened before")
    }

    /// A connection as the store has it.
    pub(crate) fn raw(&self) -> Connection {
        let connection = Connection::open(self.file()).expect("it was opened before");
        connection.pragma_update(None, "cache_size", -1_024).expect("a pragma");
        connection
    }

    /// The beginning of a page after half of the issues.
    pub(crate) fn middle(&self) -> Cursor {
        let sql = "SELECT id || '.' || last_seen FROM error_tracker_issues
             ORDER BY last_seen DESC, id DESC LIMIT 1 OFFSET ?1";
        let half = (issues() / 2) as i64;
        let text: String =
            self.raw().query_row(sql, [half], |row| row.get(0)).expect("half of the issues");
        text.parse().expect("it is what the store makes")
    }

    /// The beginning of a page in the middle of those that happened once, by count.
    pub(crate) fn middle_of_equals(&self) -> Cursor {
        format!("{}.1", issues() / 2).parse().expect("it is what the store makes")
    }

    fn fill(&self) -> Result<(), Box<dyn std::error::Error>> {
        let mut connection = Connection::open(self.file())?;
        connection.execute_batch(
            "PRAGMA page_size = 4096; PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY;
             PRAGMA cache_size = -100000;",
        )?;
        connection.execute_batch(TABLES)?;
        connection.execute_batch(
            "DELETE FROM error_tracker_issues; DELETE FROM error_tracker_reports;
             DELETE FROM error_tracker_events; DELETE FROM error_tracker_hours;
             DELETE FROM error_tracker_stacks; DROP INDEX error_tracker_issues_by_last_seen;",
        )?;
        let transaction = connection.transaction()?;
        rows(&transaction)?;
        transaction.commit()?;
        connection.execute_batch(
            "CREATE INDEX error_tracker_issues_by_last_seen
             ON error_tracker_issues (last_seen DESC, id DESC);",
        )?;
        Ok(())
    }
}

fn rows(connection: &Connection) -> rusqlite::Result<()> {
    let mut issue = connection.prepare(
        "INSERT INTO error_tracker_issues VALUES (?1, ?2, ?3, 3, ?4, ?5, ?6, ?4, 'error', 'error',
         ?7, ?8, ?9, ?10, ?11, 'shop::orders::charge', 'src/orders.rs:117', ?12, ?13,
         'shop@1.0.0', 'shop@1.4.2', 2, '[[\"kind\",\"error\"],[\"site\",\"shop::orders\"]]')",
    )?;
    let mut report = connection.prepare("INSERT INTO error_tracker_reports VALUES (?1, ?2, ?3)")?;
    let traceback = "  in shop::orders::charge (src/orders.rs:117)\n".repeat(12);
    let request = "{\"tags\":{\"tenant\":\"north\",\"shard\":\"7\"},\"user\":{\"id\":\"4711\"}}";
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let all = issues();
    for id in 1..=all {
        let created_on = 1_790_000_000_000_000 + id as i64 * 2_000_000;
        let later = random.below(30 * 86_400) as i64 * 1_000_000;
        issue.execute(params![
            id as i64,
            format!("{:016x}{:048x}", id.wrapping_mul(0x9E37_79B9_7F4A_7C15), id),
            (1_000_000 / (1 + random.below(1_000_000))) as i64,
            created_on,
            created_on + later + random.below(1_000_000) as i64,
            ["unresolved", "resolved", "muted", "regressed"][random.one_of([80, 15, 4, 1])],
            exception(random.skewed(500)),
            message(id, all, &mut random),
            host(random.skewed(20)),
            path(random.skewed(5_000)),
            ["GET", "POST", "PUT", "DELETE"][random.one_of([55, 30, 10, 5])],
            random.one_of([70, 30]) as i64,
            random.one_of([98, 2]) as i64,
        ])?;
        report.execute(params![id as i64, request, traceback])?;
    }
    Ok(())
}

fn message(id: u64, all: u64, random: &mut Random) -> String {
    let order = random.below(10_000_000);
    if id == all / 2 {
        return format!("order {order} holds a {RARE}");
    }
    match random.below(1_000) {
        0..=19 => format!("payment of order {order} went past its deadline of 30 s"),
        20..=21 => format!("certificate of bank {order} is not valid any more"),
        22..=400 => format!("connection to db-{order} refused after 3 attempts: timed out"),
        401..=700 => format!("order {order}: quantity {} is more than is left", random.below(90)),
        _ => format!("customer {order} has no address in country {}", random.below(200)),
    }
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }

    /// Small numbers are more frequent, as a few places make most failures.
    fn skewed(&mut self, end: u64) -> u64 {
        let part = self.below(1 << 20) as f64 / (1 << 20) as f64;
        ((end as f64 + 1.0).powf(part) - 1.0) as u64
    }

    /// Picks by parts of a hundred.
    fn one_of<const N: usize>(&mut self, parts: [u64; N]) -> usize {
        let mut left = self.below(100);
        for (at, part) in parts.iter().enumerate() {
            if left < *part {
                return at;
            }
            left -= part;
        }
        N - 1
    }
}
