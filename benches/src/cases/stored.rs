//! Events into a store, beside rows of the same size into a plain table.

use std::path::Path;
use std::time::{Duration, Instant};

use error_tracker::__private::measured;
use error_tracker::store::{Sqlite, Store};
use error_tracker::Recorded;
use rusqlite::{params, Connection};

use crate::cases::{say, Case};

pub(crate) const CASES: &[Case] =
    &[("stored-ours", |batches| said(ours(batches))), ("stored-raw", |batches| said(raw(batches)))];

const ISSUES: u64 = 1_000;
const BATCH: u64 = 1_000;
/// When the first event happened, in microseconds since 1970.
const BEGUN: u64 = 1_795_000_000_000_000;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn said(outcome: Outcome<()>) {
    if let Err(error) = outcome {
        eprintln!("{error}");
    }
}

/// What the batches took so far.
#[derive(Default)]
struct Taken {
    wall: Duration,
    cpu: Duration,
}

impl Taken {
    fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let (begun, used) = (Instant::now(), thread_time());
        let value = work();
        self.wall += begun.elapsed();
        self.cpu += thread_time() - used;
        value
    }

    fn say(&self, batches: u64, file: &Path) -> Outcome<()> {
        let rows = (batches * BATCH) as f64;
        say("wall", self.wall.as_secs_f64() * 1e6 / rows);
        say("cpu", self.cpu.as_secs_f64() * 1e6 / rows);
        say("bytes", std::fs::metadata(file)?.len() as f64 / rows);
        Ok(())
    }
}

fn thread_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists on every system that this package is built for, and `time` is ours.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

fn ours(batches: u64) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("errors.db");
    let mut store = Sqlite::new(&file)?;
    let (mut events, mut taken) = (Events::default(), Taken::default());
    for number in 1..=batches {
        let batch = measured::batch(number, events.recorded());
        taken.time(|| store.write(&batch))?;
    }
    store.settle();
    taken.say(batches, &file)
}

/// The same as a program would do it by hand: a counter for each issue, and a row with JSON.
fn raw(batches: u64) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("raw.db");
    let mut database = Connection::open(&file)?;
    database.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
         CREATE TABLE issues (id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE,
             count INTEGER NOT NULL, last_seen INTEGER NOT NULL, message TEXT NOT NULL);
         CREATE INDEX issues_by_last_seen ON issues (last_seen, id);
         CREATE TABLE events (id INTEGER PRIMARY KEY, issue_id INTEGER NOT NULL,
             at INTEGER NOT NULL, body TEXT NOT NULL);
         CREATE INDEX events_by_issue ON events (issue_id, at);",
    )?;
    let (mut events, mut taken, mut json) = (Events::default(), Taken::default(), 0);
    for _ in 0..batches {
        let rows: Vec<(String, i64, String, String)> = events
            .recorded()
            .iter()
            .map(|recorded| {
                let event = &recorded.event;
                let body = serde_json::to_string(recorded).unwrap_or_default();
                let fingerprint = event.fingerprint.to_string();
                (fingerprint, event.at.as_micros(), event.message.clone(), body)
            })
            .collect();
        json += rows.iter().map(|(_, _, _, body)| body.len()).sum::<usize>();
        taken.time(|| write(&mut database, &rows))?;
    }
    say("json", json as f64 / (batches * BATCH) as f64);
    database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    taken.say(batches, &file)
}

fn write(
    database: &mut Connection,
    rows: &[(String, i64, String, String)],
) -> rusqlite::Result<()> {
    let transaction = database.transaction()?;
    {
        let mut upsert = transaction.prepare_cached(
            "INSERT INTO issues (fingerprint, count, last_seen, message) VALUES (?1, 1, ?2, ?3)
             ON CONFLICT (fingerprint) DO UPDATE
             SET count = count + 1, last_seen = excluded.last_seen, message = excluded.message
             RETURNING id",
        )?;
        let mut insert = transaction
            .prepare_cached("INSERT INTO events (issue_id, at, body) VALUES (?1, ?2, ?3)")?;
        for (fingerprint, at, message, body) in rows {
            let id: i64 = upsert.query_row(params![fingerprint, at, message], |row| row.get(0))?;
            insert.execute(params![id, at, body])?;
        }
    }
    transaction.commit()
}

/// Makes events that differ as real ones do: about 1 KiB each beside a stack of 3 KiB.
struct Events {
    made: u64,
    random: u64,
}

impl Default for Events {
    fn default() -> Self {
        Self { made: 0, random: 0x9e37_79b9_7f4a_7c15 }
    }
}

impl Events {
    /// A pseudo-random number below a limit (xorshift).
    fn below(&mut self, limit: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % limit
    }

    fn recorded(&mut self) -> Vec<Recorded> {
        let json = (0..BATCH).map(|_| self.event());
        json.filter_map(|json| serde_json::from_value(json).ok()).collect()
    }

    fn event(&mut self) -> serde_json::Value {
        self.made += 1;
        let issue = self.below(ISSUES);
        let at = BEGUN + self.made * 50;
        let (order, amount) = (self.below(10_000_000), self.below(100_000));
        let (user, trace) = (self.below(1_000_000), self.random);
        let plan = if user % 2 == 0 { "free" } else { "paid" };
        let site = format!("shop::module_{}", issue % 40);
        let local = |name: &str, value: String| serde_json::json!({"name": name, "value": value});
        let frame = |function: &str, line: u64, locals: Vec<serde_json::Value>| {
            serde_json::json!({
                "function": format!("{site}::{function}"), "file": format!("src/{function}.rs"),
                "line": line, "in_app": true, "failed": true,
                "expression": format!("{function}_inner(order, amount)?"), "locals": locals,
            })
        };
        serde_json::json!({
            "id": format!("{:012x}{:020x}", at / 1_000, u128::from(self.made) << 64 | u128::from(trace)),
            "fingerprint": format!("{:064x}", u128::from(issue + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)),
            "grouping": {"version": 2, "parts": [["kind", "error"], ["type", "shop::PayError"], ["site", site]]},
            "kind": "error",
            "level": "error",
            "at": at,
            "exception_name": "shop::payments::PayError",
            "message": format!("order {order} was declined: {amount} cents are not there"),
            "chain": [{"message": format!("gateway answered 402 after {} ms", amount % 900)}],
            "frames": [
                frame("charge", 40 + issue % 50, vec![
                    local("order", order.to_string()), local("amount", amount.to_string()),
                    local("card", "*****".into()),
                ]),
                frame("checkout", 112, vec![
                    local("cart", format!("Cart {{ user: {user}, items: {}, total: {amount} }}", order % 9)),
                ]),
            ],
            "outcome": "propagated",
            "context": {"user_id": user, "email": format!("user{user}@example.com")},
            "tags": {"plan": plan},
            "user": user.to_string(),
            "breadcrumbs": [{"at": at - 900, "level": "info", "message": format!("cart {order} loaded")}],
            "request": {
                "host": "shop.example:8443", "method": "POST", "path": "/checkout/pay",
                "query": format!("cart={order}"),
                "headers": {"x-request-id": format!("{trace:016x}")},
            },
            "thread": format!("tokio-runtime-worker-{}", trace % 8),
            "stack": stack(issue, trace % 2),
        })
    }
}

/// Each issue is reached in two ways.
fn stack(issue: u64, way: u64) -> Vec<serde_json::Value> {
    (0..40)
        .map(|depth| {
            let own = depth < 12;
            let name = match own {
                true => format!("shop::module_{}::function_{depth}_{issue}_{way}", issue % 40),
                false => format!("tokio::runtime::task::harness::poll_inner_{depth}"),
            };
            serde_json::json!({
                "function": name, "file": format!("src/module_{}.rs", depth % 7),
                "line": 10 + depth * 7, "in_app": own, "failed": false,
            })
        })
        .collect()
}
