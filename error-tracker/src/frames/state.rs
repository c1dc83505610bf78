//! The open records of the thread, and what a suspended future takes with it.

use std::cell::RefCell;
use std::collections::VecDeque;

use crate::frames::record::{Presented, Record};
use crate::grouping::{Cache, FileName};
use crate::task::{self, OPEN};
use crate::text::Raw;

/// How many records of a thread stay open; the oldest is closed first.
const OPEN_RECORDS: usize = 16;
/// Larger texts of closed records are given back to the allocator, in bytes.
const KEPT_TEXT: usize = 1_024;

/// What the failing path needs of its thread.
pub(crate) struct State {
    records: VecDeque<Record>,
    pub(crate) fingerprints: Cache,
    /// Buffers of the failing path, kept so that a failure need not allocate them.
    pub(crate) scratch: Scratch,
}

/// Buffers of the failing path.
#[derive(Default)]
pub(crate) struct Scratch {
    /// A value as it formats itself.
    pub(crate) raw: Raw,
    /// A function's path.
    pub(crate) path: String,
    /// What an error says.
    pub(crate) message: Raw,
    /// What a fingerprint is made of.
    pub(crate) names: [String; 4],
    /// Where the last panic was.
    pub(crate) file: FileName,
    /// The parts of an event as they are put together.
    pub(crate) parts: Vec<u8>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::new(State::new());
}

/// Runs `use_state` unless the thread is ending or already inside.
///
/// No code of the user is run within.
pub(crate) fn with<R>(use_state: impl FnOnce(&mut State) -> R) -> Option<R> {
    STATE
        .try_with(|state| state.try_borrow_mut().ok().map(|mut state| use_state(&mut state)))
        .ok()?
}

/// Tells whether the thread's state is gone: the thread is ending.
pub(crate) fn is_ending() -> bool {
    STATE.try_with(|_| ()).is_err()
}

impl State {
    fn new() -> Self {
        Self {
            records: VecDeque::with_capacity(OPEN_RECORDS),
            fingerprints: Cache::new(),
            scratch: Scratch::default(),
        }
    }

    /// Finds the record that this error continues at `depth`, newest first.
    pub(crate) fn same_error(&mut self, depth: u32, new: &Presented<'_>) -> Option<&mut Record> {
        self.records
            .iter_mut()
            .rev()
            .find(|record| record.depth == depth + 1 && record.is_same(new))
    }

    /// Finds the panic whose unwinding has reached the frame at `depth`.
    pub(crate) fn unwinding(&mut self, depth: u32) -> Option<&mut Record> {
        use crate::frames::record::Origin::Panic;
        self.records.iter_mut().rev().find(|record| {
            record.depth > depth && matches!(record.origin, Panic { floor } if floor <= depth)
        })
    }

    /// Returns the floor of a new panic: frames that were entered while an older one unwinds.
    pub(crate) fn floor(&self) -> u32 {
        use crate::frames::record::Origin::Panic;
        let last = self.records.iter().rev().find(|record| matches!(record.origin, Panic { .. }));
        last.map_or(0, |record| record.entered_meanwhile)
    }

    /// Notes that a frame is entered: during the unwinding of a panic, or after one was caught.
    pub(crate) fn entered(&mut self, depth: u32, panicking: bool) {
        use crate::frames::record::Origin::{Caught, Panic};
        for record in &mut self.records {
            match record.origin {
                Panic { .. } if !panicking => record.origin = Caught,
                Panic { .. } if record.entered_meanwhile == 0 => record.entered_meanwhile = depth,
                _ => {}
            }
        }
    }

    /// Finds what a new failure of the frame at `depth` happened during: the newest failure of
    /// a callee, or a panic that is unwinding.
    pub(crate) fn newest_below(&self, depth: u32) -> Option<&Record> {
        let unwinding = |record: &Record| {
            matches!(record.origin, crate::frames::record::Origin::Panic { .. })
                && record.entered_meanwhile != 0
        };
        self.records.iter().rev().find(|record| record.depth > depth || unwinding(record))
    }

    /// Finds an open record by its event.
    pub(crate) fn find(&mut self, id: crate::model::EventId) -> Option<&mut Record> {
        self.records.iter_mut().rev().find(|record| record.id == id)
    }

    /// Finds the record that a capture at `depth` may continue.
    pub(crate) fn candidates(&mut self, depth: u32) -> impl Iterator<Item = &mut Record> {
        self.records.iter_mut().rev().filter(move |record| record.depth == depth + 1)
    }

    /// Tells whether a record lies below the frame at `depth`.
    pub(crate) fn any_below(&self, depth: u32) -> bool {
        // The flag spares the look at records that are over, which is most of the time all.
        task::has(OPEN) && self.records.iter().any(|record| record.depth > depth)
    }

    /// Opens a record of what `said`; returns the oldest if there are too many and it is still
    /// on its way: at depth 1 it has left the outermost frame and was closed then.
    pub(crate) fn open(&mut self, mut record: Record, said: &str) -> Option<Record> {
        let is_full = self.records.len() >= OPEN_RECORDS;
        let mut oldest = if is_full { self.records.pop_front() } else { None };
        if let Some(oldest) = oldest.as_mut().filter(|old| old.text.capacity() <= KEPT_TEXT) {
            record.text = std::mem::take(&mut oldest.text);
            record.text.clear();
        }
        record.text.push_str(said);
        oldest = oldest.filter(|oldest| oldest.depth > 1);
        let counts = record.depth > 1 || oldest.is_some();
        self.records.push_back(record);
        if counts {
            self.note();
        }
        oldest
    }

    /// Takes all records below `depth` that `which` names.
    pub(crate) fn take_below(
        &mut self,
        depth: u32,
        mut which: impl FnMut(&Record) -> bool,
    ) -> Vec<Record> {
        let mut taken = Vec::new();
        let mut at = 0;
        while at < self.records.len() {
            if self.records[at].depth > depth && which(&self.records[at]) {
                taken.extend(self.records.remove(at));
            } else {
                at += 1;
            }
        }
        self.note();
        taken
    }

    /// Makes exits look here only if there is something to find: a record at depth 1 concerns
    /// no frame any more, only a later capture of the same error.
    pub(crate) fn note(&self) {
        task::set(OPEN, self.records.iter().any(|record| record.depth > 1));
    }
}

/// The records of a suspended future, their depths counted from the future's own frame.
pub(crate) type Carried = Vec<Record>;

/// Takes the records below `depth` along with a future.
#[cold]
pub(crate) fn suspend(depth: u32) -> Carried {
    let mut taken = with(|state| state.take_below(depth, |_| true)).unwrap_or_default();
    taken.iter_mut().for_each(|record| record.depth -= depth);
    taken
}

/// Brings the records of a future back.
#[cold]
pub(crate) fn resume(depth: u32, carried: Carried) {
    with(|state| {
        state.records.extend(
            carried.into_iter().map(|record| Record { depth: record.depth + depth, ..record }),
        );
        state.note();
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frames::Origin;
    use crate::model::EventId;

    fn record(number: u8, depth: u32) -> Record {
        Record {
            id: EventId::from_bytes([number; 16]),
            depth,
            origin: Origin::Error,
            kept: true,
            room: 0,
            frames: 1,
            left_out: 0,
            by_hand: false,
            text: String::new(),
            address: 0,
            entered_meanwhile: 0,
            captured_at: Vec::new(),
        }
    }

    #[test]
    fn a_record_says_its_own_text_in_the_buffer_of_a_closed_one() {
        let mut state = State::new();
        for number in 0..40 {
            let said = "x".repeat(40 - usize::from(number));
            assert!(state.open(record(number, 1), &said).is_none());
            assert_eq!(state.find(EventId::from_bytes([number; 16])).unwrap().text, said);
        }
        assert_eq!(state.records.len(), OPEN_RECORDS);
        assert!(!state.any_below(1));
    }

    #[test]
    fn the_oldest_record_is_given_out_only_if_it_is_still_on_its_way() {
        let mut state = State::new();
        state.open(record(1, 2), "deep");
        assert!(state.any_below(1));
        let given: Vec<_> =
            (2..40).filter_map(|number| state.open(record(number, 1), "over")).collect();
        assert_eq!(given.iter().map(|old| old.id.as_bytes()[0]).collect::<Vec<_>>(), [1]);
        assert!(!state.any_below(1));
    }
}
