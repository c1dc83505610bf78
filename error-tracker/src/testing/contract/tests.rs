//! The contract, held by our own stores and broken on purpose.

use std::collections::HashMap;
use std::panic::catch_unwind;

use crate::error::Error;
use crate::model::{Fingerprint, Issue};
use crate::store::{Capabilities, Memory, Page, Query, Store};
use crate::testing::store_contract;

/// The four methods and nothing else, with a fault.
#[derive(Default)]
struct Map {
    issues: HashMap<Fingerprint, Issue>,
    fault: Fault,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Fault {
    #[default]
    None,
    DropsAnIssue,
    ForgetsTheCursor,
    ForgetsTheWayBack,
    IgnoresFilters,
    ClaimsSearch,
    KeepsDeleted,
    CutsText,
}

impl Store for Map {
    fn put(&mut self, issue: &Issue) -> Result<(), Error> {
        let mut issue = issue.clone();
        if self.fault == Fault::CutsText {
            issue.traceback.truncate(10);
        }
        self.issues.insert(issue.fingerprint, issue);
        Ok(())
    }

    fn list(&mut self, query: &Query) -> Result<Page<Issue>, Error> {
        let all = self.issues.values().cloned();
        let mut asked = query.clone();
        match self.fault {
            Fault::ForgetsTheCursor => asked.after = None,
            Fault::ForgetsTheWayBack => asked.before = None,
            Fault::IgnoresFilters => asked.method = None,
            Fault::ClaimsSearch => asked.search = None,
            _ => {}
        }
        let mut page = asked.page_of(all);
        if self.fault == Fault::DropsAnIssue && page.items.len() > 4 {
            page.items.remove(1);
        }
        Ok(page)
    }

    fn get(&mut self, fingerprint: Fingerprint) -> Result<Option<Issue>, Error> {
        Ok(self.issues.get(&fingerprint).cloned())
    }

    fn delete(&mut self, fingerprint: Fingerprint) -> Result<bool, Error> {
        match self.fault {
            Fault::KeepsDeleted => Ok(self.issues.contains_key(&fingerprint)),
            _ => Ok(self.issues.remove(&fingerprint).is_some()),
        }
    }

    fn capabilities(&self) -> Capabilities {
        let mut can = Capabilities::none();
        can.search = self.fault == Fault::ClaimsSearch;
        can
    }
}

#[test]
fn four_methods_hold_the_contract() {
    store_contract(Map::default);
}

#[test]
fn the_store_in_memory_holds_the_contract() {
    store_contract(Memory::new);
}

#[test]
fn each_broken_rule_is_told() {
    let faults = [
        (Fault::DropsAnIssue, "behind it is full"),
        (Fault::ForgetsTheCursor, "have no end"),
        (Fault::ForgetsTheWayBack, "leads back to the page before"),
        (Fault::IgnoresFilters, "names the right issues"),
        (Fault::ClaimsSearch, "finds what has it"),
        (Fault::KeepsDeleted, "it is deleted once"),
        (Fault::CutsText, "an issue reads back whole"),
    ];
    for (fault, rule) in faults {
        let broken = catch_unwind(|| store_contract(|| Map { fault, ..Map::default() }));
        let payload = broken.expect_err(rule);
        let text = payload.downcast_ref::<String>().unwrap();
        assert!(text.contains("store contract: ") && text.contains(rule), "{text}");
    }
}

#[cfg(feature = "sqlite")]
#[test]
fn the_store_in_a_file_holds_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let mut number = 0;
    store_contract(|| {
        number += 1;
        crate::store::Sqlite::new(folder.path().join(format!("{number}.db"))).unwrap()
    });
}
