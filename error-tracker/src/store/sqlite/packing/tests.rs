//! Packed rows in real files.

use rusqlite::types::Value;
use tempfile::TempDir;

use crate::backtrace::Stack;
use crate::model::{Event, EventId, Fingerprint, Frame, Timestamp};
use crate::store::sqlite::{Options, Sqlite};
use crate::store::{Batch, Delta, Kept, Store};

/// Events of this word hold what no dictionary knows.
const NOISE: &str = "noise";

struct Setup {
    folder: TempDir,
    store: Sqlite,
}

impl Setup {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(&options(&folder)).unwrap();
        Self { folder, store }
    }

    /// Writes events, a hundred at a time.
    fn write(&mut self, numbers: std::ops::Range<u32>, word: &str) {
        let numbers: Vec<u32> = numbers.collect();
        for numbers in numbers.chunks(100) {
            let events: Vec<Kept> = numbers.iter().map(|number| kept(*number, word)).collect();
            let delta = Delta {
                fingerprint: Fingerprint::from_bytes([1; 32]),
                count: events.len() as u64,
                first_seen: Timestamp::from_micros(1),
                last_seen: Timestamp::from_micros(1),
                hours: vec![(0, events.len() as u64)],
                facts: crate::store::Facts { request_data: "{}".into(), ..Default::default() }
                    .into(),
                events,
            };
            let batch = Batch { deltas: vec![delta], max_events: 100_000, ..Batch::default() };
            self.store.write(&batch).unwrap();
        }
    }

    fn number(&self, sql: &str) -> i64 {
        self.store.connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    fn change(&self, sql: &str, values: impl rusqlite::Params) {
        assert!(self.store.connection.execute(sql, values).unwrap() > 0);
    }

    /// Opens the file anew: nothing is remembered of its dictionaries.
    fn reopen(&mut self) {
        self.store = Sqlite::open(&options(&self.folder)).unwrap();
    }
}

fn options(folder: &TempDir) -> Options {
    Options::of(folder.path().join("events.db"), "error_tracker_")
}

fn id(number: u32) -> EventId {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    EventId::from_bytes(id)
}

fn kept(number: u32, word: &str) -> Kept {
    let shuffled = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let frame = |depth: u32| Frame {
        function: format!("shop::{word}::function_{depth}"),
        file: format!("src/{word}.rs"),
        line: depth * 7 + number % 3,
        ..Frame::default()
    };
    let noise = |at: u64| format!("{:x}", (shuffled ^ at).wrapping_mul(0xbf58_476d_1ce4_e5b9));
    let noise: String = (0..if word == NOISE { 40 } else { 0 }).map(noise).collect();
    let event = Event {
        id: id(number),
        fingerprint: Fingerprint::from_bytes([1; 32]),
        exception_name: format!("shop::{word}::Error"),
        message: format!("{word} {shuffled:x} was declined for the {number}th time{noise}"),
        frames: (0..4).map(frame).collect(),
        thread: format!("worker-{}", shuffled % 8),
        ..Event::default()
    };
    Kept { event, stack: Stack::new((0..20).map(frame).collect()) }
}

#[test]
fn events_are_plain_at_first_and_packed_once_a_dictionary_is_made() {
    let mut setup = Setup::new();
    setup.write(0..300, "payment");
    assert_eq!(setup.number("SELECT count(*) FROM error_tracker_events WHERE codec <> 0"), 0);
    assert_eq!(setup.number("SELECT count(*) FROM error_tracker_dictionaries"), 0);
    setup.write(300..500, "payment");
    assert_eq!(setup.number("SELECT count(*) FROM error_tracker_dictionaries"), 1);
    assert_eq!(setup.number("SELECT count(*) FROM error_tracker_events WHERE codec = 1"), 200);
    let average = |codec: i64| {
        setup.number(&format!(
            "SELECT sum(length(payload)) / count(*) FROM error_tracker_events WHERE codec = {codec}"
        ))
    };
    assert!(average(1) * 4 < average(0), "{} {}", average(1), average(0));
}

#[test]
fn packed_and_plain_rows_read_back_alike_also_after_a_restart() {
    let mut setup = Setup::new();
    setup.write(0..500, "payment");
    for _ in 0..2 {
        for number in [0, 299, 300, 499] {
            let recorded = setup.store.event(id(number)).unwrap().unwrap();
            let expected = kept(number, "payment");
            assert_eq!(recorded.event, expected.event);
            assert_eq!(recorded.stack, expected.stack.unwrap().frames);
        }
        setup.reopen();
    }
    assert_eq!(setup.store.events(Fingerprint::from_bytes([1; 32])).unwrap().len(), 500);
    setup.write(500..600, "payment");
    assert_eq!(setup.number("SELECT count(*) FROM error_tracker_dictionaries"), 1);
}

#[test]
fn a_dictionary_that_has_become_bad_gets_a_successor_and_stays_for_its_rows() {
    let mut setup = Setup::new();
    setup.write(0..1_000, "payment");
    setup.write(1_000..8_000, NOISE);
    assert_eq!(setup.number("SELECT count(*) FROM error_tracker_dictionaries"), 2);
    let codecs = "SELECT count(DISTINCT codec) FROM error_tracker_events";
    assert_eq!(setup.number(codecs), 3);
    setup.reopen();
    for number in [0, 500, 7_999] {
        let expected = kept(number, if number < 1_000 { "payment" } else { NOISE }).event;
        assert_eq!(setup.store.event(id(number)).unwrap().unwrap().event, expected);
    }
}

#[test]
fn what_is_cut_or_changed_is_an_error_and_never_a_panic() {
    let mut setup = Setup::new();
    setup.write(0..500, "payment");
    let sql = "SELECT payload FROM error_tracker_events WHERE id = ?1";
    let read = |store: &Sqlite| {
        store.connection.query_row(sql, [id(450).to_string()], |row| row.get::<_, Vec<u8>>(0))
    };
    let whole = read(&setup.store).unwrap();
    let update = "UPDATE error_tracker_events SET payload = ?2, codec = ?3 WHERE id = ?1";
    let mut broken: Vec<(Value, i64)> =
        (0..whole.len()).map(|end| (whole[..end].to_vec().into(), 1)).collect();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        broken.push((changed.into(), 1));
    }
    broken.extend([(whole.clone().into(), 7), (whole.into(), 0), ("{".to_owned().into(), 0)]);
    let count = broken.len();
    let mut refused = 0;
    for (payload, codec) in broken {
        setup.change(update, rusqlite::params![id(450).to_string(), payload, codec]);
        refused += usize::from(setup.store.event(id(450)).is_err_and(|error| error.is_store()));
    }
    // A changed literal may still be JSON: there is no checksum.
    assert!(refused * 2 > count, "{refused} of {count}");
    assert!(setup.store.event(id(451)).unwrap().is_some());
}

#[test]
fn a_batch_that_is_undone_undoes_its_dictionary() {
    let mut setup = Setup::new();
    setup.write(0..300, "payment");
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON error_tracker_events
         BEGIN SELECT raise(ABORT, 'no'); END";
    setup.store.connection.execute_batch(refuse).unwrap();
    let delta = Delta {
        fingerprint: Fingerprint::from_bytes([1; 32]),
        count: 1,
        first_seen: Timestamp::from_micros(1),
        last_seen: Timestamp::from_micros(1),
        hours: Vec::new(),
        facts: crate::store::Facts { request_data: "{}".into(), ..Default::default() }.into(),
        events: vec![kept(900, "payment")],
    };
    let batch = Batch { deltas: vec![delta], max_events: 1_000, ..Batch::default() };
    assert!(setup.store.write(&batch).is_err());
    setup.store.connection.execute_batch("DROP TRIGGER refuse").unwrap();
    setup.write(300..400, "payment");
    setup.reopen();
    assert_eq!(setup.store.event(id(399)).unwrap().unwrap().event, kept(399, "payment").event);
}
