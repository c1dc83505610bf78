//! The thread's stack of scopes, and how a task takes its part away and brings it back.

use std::cell::RefCell;
use std::sync::Arc;

use crate::scope::data::{Crumb, Root, Scope};
use crate::scope::serving::Serving;
use crate::task::{self, POLLING, SCOPED};

#[derive(Default)]
struct Stack {
    scopes: Vec<Entry>,
    /// The thread's own root, then one of each task that is being polled within another.
    roots: Vec<Base>,
    next_id: u64,
}

struct Entry {
    id: u64,
    scope: Scope,
}

struct Base {
    /// How many scopes lay below when the task was entered.
    scopes: usize,
    root: Root,
}

thread_local! {
    static STACK: RefCell<Stack> = RefCell::default();
}

/// Runs `use_stack` unless the thread is ending or already inside.
fn with<R>(use_stack: impl FnOnce(&mut Stack) -> R) -> Option<R> {
    STACK
        .try_with(|stack| stack.try_borrow_mut().ok().map(|mut stack| use_stack(&mut stack)))
        .ok()?
}

impl Stack {
    fn root(&mut self) -> &mut Base {
        if self.roots.is_empty() {
            self.roots.push(Base { scopes: 0, root: Root::default() });
        }
        let last = self.roots.len() - 1;
        &mut self.roots[last]
    }

    fn note(&self) {
        let used = !self.scopes.is_empty() || !self.roots.is_empty();
        task::set(SCOPED, used);
    }
}

/// Pushes a scope; returns its number for [`pop`].
pub(super) fn push(scope: Scope) -> Option<u64> {
    with(|stack| {
        stack.next_id += 1;
        let id = stack.next_id;
        stack.scopes.push(Entry { id, scope });
        stack.note();
        id
    })
}

/// Removes a scope wherever it lies: guards may be dropped out of order.
pub(super) fn pop(id: u64) {
    let removed = with(|stack| {
        let at = stack.scopes.iter().rposition(|entry| entry.id == id)?;
        let entry = stack.scopes.remove(at);
        stack.note();
        Some(entry)
    });
    drop(removed);
}

/// Changes the scope with this number, if it is still entered here.
pub(super) fn change(id: u64, change: impl FnOnce(&mut Scope)) {
    with(|stack| {
        if let Some(entry) = stack.scopes.iter_mut().rev().find(|entry| entry.id == id) {
            change(&mut entry.scope);
        }
    });
}

/// Changes the innermost scope of the running task, else what belongs to the whole task.
pub(crate) fn in_task(change: impl FnOnce(&mut Scope)) {
    with(|stack| {
        let base = stack.root().scopes;
        match stack.scopes.get_mut(base..).and_then(<[Entry]>::last_mut) {
            Some(entry) => change(&mut entry.scope),
            None => change(&mut stack.root().root.scope),
        }
        stack.note();
    });
}

/// Changes what belongs to the whole task.
pub(crate) fn in_root(change: impl FnOnce(&mut Root)) {
    with(|stack| {
        change(&mut stack.root().root);
        stack.note();
    });
}

/// All that applies now.
#[derive(Default)]
pub(crate) struct Collected {
    /// Nearest first.
    pub(crate) scopes: Vec<Scope>,
    /// What happened before.
    pub(crate) crumbs: Vec<Crumb>,
}

/// Returns the web request that the running task serves, if a layer has told.
pub(crate) fn serving() -> Option<Arc<Serving>> {
    if !task::has(SCOPED) {
        return None;
    }
    let find = |stack: &mut Stack| {
        let entered = stack.scopes.iter().rev().map(|entry| &entry.scope);
        let roots = stack.roots.iter().rev().map(|base| &base.root.scope);
        entered.chain(roots).find_map(|scope| scope.serving.clone())
    };
    with(find).flatten()
}

/// Copies all that applies now.
///
/// A copy, so that masking rules of the user never run under the borrow.
pub(crate) fn collect() -> Collected {
    if !task::has(SCOPED) {
        return Collected::default();
    }
    let copy = |stack: &mut Stack| {
        let entered = stack.scopes.iter().rev().map(|entry| &entry.scope);
        let roots = || stack.roots.iter().rev().map(|base| &base.root);
        let scopes = entered.chain(roots().map(|root| &root.scope)).cloned().collect();
        let crumbs = roots().flat_map(|root| &root.crumbs).cloned().collect();
        Collected { scopes, crumbs }
    };
    with(copy).unwrap_or_default()
}

/// Merges all scopes that apply now into one; of equal keys the nearest wins.
pub(super) fn current() -> Scope {
    if !task::has(SCOPED) {
        return Scope::new();
    }
    let merge = |stack: &mut Stack| {
        let entered = stack.scopes.iter().map(|entry| &entry.scope);
        let roots = stack.roots.iter().map(|base| &base.root.scope);
        roots.chain(entered).fold(Scope::new(), Scope::within)
    };
    with(merge).unwrap_or_default()
}

/// A task's part of the stack while the task is suspended.
#[derive(Default)]
pub(crate) struct Carried {
    scopes: Vec<Entry>,
    root: Option<Root>,
}

impl Carried {
    /// Makes what a task begins with that serves a request.
    #[cfg(feature = "watch")]
    pub(crate) fn of_request(serving: Arc<Serving>) -> Self {
        Self::of_task(Scope { serving: Some(serving), ..Scope::new() })
    }

    /// Makes what a task begins with that has a scope of its own.
    pub(crate) fn of_task(scope: Scope) -> Self {
        Self { scopes: Vec::new(), root: Some(Root { scope, ..Root::default() }) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.scopes.is_empty() && self.root.is_none()
    }
}

/// Where a task's part of the stack begins while it is polled: one word, as each poll stores it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Mark(u32);

/// No other tracked future is being polled.
const OUTERMOST: u32 = 1;
/// A root was pushed for the task.
const PUSHED: u32 = 2;
/// Nothing lay on the thread when the task was entered: all that lies there now is its own.
const CLEAN: u32 = 4;
/// How far the number of scopes below is shifted.
const SCOPES: u32 = 3;

impl Mark {
    /// Marks the bottom of an empty stack.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn clean(outermost: bool) -> Self {
        Self(CLEAN | u32::from(outermost))
    }

    fn above(scopes: usize, outermost: bool) -> Self {
        Self((scopes as u32) << SCOPES | if outermost { OUTERMOST | PUSHED } else { 0 })
    }

    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn is_outermost(self) -> bool {
        self.0 & OUTERMOST != 0
    }

    fn scopes(self) -> usize {
        (self.0 >> SCOPES) as usize
    }

    fn has_root(self) -> bool {
        self.is_outermost() && self.0 & (PUSHED | CLEAN) != 0
    }
}

/// Puts a task's part back on the stack; `before` is the thread's word before the poll.
pub(crate) fn enter(before: u32, carried: Carried) -> Mark {
    let outermost = before & POLLING == 0;
    if before & SCOPED == 0 && carried.is_empty() {
        return Mark::clean(outermost);
    }
    let Carried { scopes, root } = carried;
    with(|stack| {
        let below = stack.scopes.len();
        if outermost {
            stack.roots.push(Base { scopes: below, root: root.unwrap_or_default() });
        }
        stack.scopes.extend(scopes);
        stack.note();
        Mark::above(below, outermost)
    })
    .unwrap_or_default()
}

/// Puts the part of a task on the stack that has a root of its own, also within another tracked
/// future.
pub(crate) fn enter_task(carried: Carried) -> Mark {
    with(|stack| {
        let below = stack.scopes.len();
        stack.roots.push(Base { scopes: below, root: carried.root.unwrap_or_default() });
        stack.scopes.extend(carried.scopes);
        stack.note();
        Mark::above(below, true)
    })
    .unwrap_or_default()
}

/// Takes a task's part off the stack, to be carried by the future.
pub(crate) fn suspend(mark: Mark) -> Carried {
    if !task::has(SCOPED) {
        return Carried::default();
    }
    with(|stack| {
        let from = mark.scopes().min(stack.scopes.len());
        let scopes = stack.scopes.split_off(from);
        let root = if mark.has_root() { stack.roots.pop().map(|base| base.root) } else { None };
        stack.note();
        Carried { scopes, root }
    })
    .unwrap_or_default()
}

/// Drops a finished task's part.
pub(crate) fn leave(mark: Mark) {
    drop(suspend(mark));
}
