//! Names for addresses, looked up and cached on the writer's thread alone.

use std::collections::HashMap;
use std::sync::Arc;

use crate::backtrace::bare::qualify;
use crate::backtrace::in_app::is_in_app;
use crate::backtrace::machinery;
use crate::backtrace::Objects;
use crate::backtrace::Stack;
use crate::model::Frame;

/// How many addresses' names are kept.
const ADDRESSES: usize = 4_096;
/// How many whole stacks are kept.
const STACKS: usize = 64;

/// Looks up names, and keeps those of late.
///
/// Debug information is mapped at the first stack and let go by [`Symbolizer::forget`].
#[derive(Default)]
pub(crate) struct Symbolizer {
    objects: Option<Objects>,
    /// The function at an address, after the functions inlined into it.
    frames: HashMap<u64, Vec<Frame>>,
    stacks: HashMap<StackKey, Option<Arc<Stack>>>,
}

/// Which frames are the application's own depends on its crates.
#[derive(PartialEq, Eq, Hash)]
struct StackKey {
    addresses: Vec<u64>,
    crates: Vec<String>,
}

impl Symbolizer {
    /// Names the return addresses of a stack; `None` if none has a name.
    pub(crate) fn name(&mut self, addresses: &[u64], crates: &[&str]) -> Option<Arc<Stack>> {
        let key = StackKey {
            addresses: addresses.to_vec(),
            crates: crates.iter().map(|name| (*name).to_owned()).collect(),
        };
        if let Some(known) = self.stacks.get(&key) {
            return known.clone();
        }
        let stack = Stack::new(self.frames(addresses, crates));
        if self.stacks.len() >= STACKS {
            self.stacks.clear();
        }
        self.stacks.insert(key, stack.clone());
        stack
    }

    fn frames(&mut self, addresses: &[u64], crates: &[&str]) -> Vec<Frame> {
        let mut frames = Vec::new();
        for address in addresses {
            // The call stands before the address to which it returns.
            frames.extend_from_slice(self.at(address.saturating_sub(1)));
        }
        let start = machinery::length(&frames);
        frames.drain(..start);
        for frame in &mut frames {
            frame.in_app = is_in_app(frame, crates);
        }
        frames
    }

    fn at(&mut self, address: u64) -> &[Frame] {
        if self.frames.len() >= ADDRESSES {
            self.frames.clear();
        }
        let objects = &mut self.objects;
        self.frames.entry(address).or_insert_with(|| {
            let objects = objects.get_or_insert_with(Objects::load);
            let mut frames = objects.frames(address);
            frames.iter_mut().for_each(qualify);
            frames
        })
    }

    pub(crate) fn is_loaded(&self) -> bool {
        self.objects.is_some()
    }

    /// Lets go of the debug information but not of the names; a new address loads it again.
    pub(crate) fn forget(&mut self) {
        self.objects = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backtrace::Walk;

    #[inline(never)]
    fn here() -> Vec<u64> {
        Walk::new().addresses().iter().map(|address| *address as u64).collect()
    }

    fn function_names(stack: &Stack) -> Vec<&str> {
        stack.frames.iter().map(|frame| frame.function.as_str()).collect()
    }

    #[test]
    fn an_address_of_this_program_has_function_file_and_line() {
        let mut symbolizer = Symbolizer::default();
        let line = line!() + 1;
        let frames: Vec<Frame> = here()
            .iter()
            .flat_map(|address| symbolizer.at(address.saturating_sub(1)).to_vec())
            .collect();
        let is_this = |frame: &&Frame| frame.function.ends_with("has_function_file_and_line");
        let frame = frames.iter().find(is_this).unwrap_or_else(|| panic!("{frames:?}"));
        assert!(frame.file.ends_with("src/backtrace/symbols.rs"), "{frame:?}");
        assert_eq!(frame.line, line);
    }

    #[test]
    fn names_carry_no_hash_and_no_frame_is_without_a_name() {
        let stack = Symbolizer::default().name(&here(), &[]).unwrap();
        for name in function_names(&stack) {
            assert!(!name.is_empty());
            let last = name.rsplit("::").next().unwrap_or_default();
            let digits = last.strip_prefix('h').unwrap_or_default();
            assert!(digits.len() != 16 || digits.parse::<u64>().is_err(), "{name}");
        }
    }

    #[test]
    fn equal_stacks_are_looked_up_once_and_have_one_hash() {
        let mut symbolizer = Symbolizer::default();
        let addresses = here();
        let first = symbolizer.name(&addresses, &[]).unwrap();
        assert!(Arc::ptr_eq(&first, &symbolizer.name(&addresses, &[]).unwrap()));
        assert_eq!(first.hash, Symbolizer::default().name(&addresses, &[]).unwrap().hash);
    }

    #[test]
    fn names_outlive_the_debug_information() {
        let mut symbolizer = Symbolizer::default();
        let addresses = here();
        let before = symbolizer.name(&addresses, &[]).unwrap();
        symbolizer.forget();
        let after = symbolizer.name(&addresses, &["other"]).unwrap();
        assert_eq!(before.frames.len(), after.frames.len());
        assert!(!symbolizer.is_loaded());
    }

    #[test]
    fn addresses_that_belong_to_nothing_have_no_names() {
        assert!(Symbolizer::default().name(&[0, 1, 42, u64::MAX], &[]).is_none());
    }
}
