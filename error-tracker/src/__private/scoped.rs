//! Futures that run in a scope, on whichever thread they are polled.

use std::future::{poll_fn, Future};
use std::pin::pin;

use crate::scope::{self, Scope, ScopeGuard};
use crate::task::{self, POLLING};

/// Runs a future in a scope: the scope is entered at each poll, and taken off at each `Pending`.
pub async fn scoped<F: Future>(scope: Scope, future: F) -> F::Output {
    let mut future = pin!(future);
    let mut entry = Entry::New(scope);
    poll_fn(move |context| {
        let entered = entry.enter();
        let result = future.as_mut().poll(context);
        if result.is_pending() {
            entry = entered.suspend();
        }
        result
    })
    .await
}

enum Entry {
    New(Scope),
    Carried(scope::Carried),
}

impl Entry {
    fn enter(&mut self) -> Entered {
        let before = task::word();
        let taken = std::mem::replace(self, Entry::Carried(scope::Carried::default()));
        let mark = match taken {
            Entry::Carried(carried) => scope::enter(before, carried),
            Entry::New(scope) => {
                let mark = scope::enter(before, scope::Carried::default());
                // Its place on the stack ends with the poll, not with the guard.
                std::mem::forget(ScopeGuard::enter(scope));
                mark
            }
        };
        task::set(POLLING, true);
        Entered { mark }
    }
}

/// Leaves the scope when the poll ends, by returning or by unwinding.
struct Entered {
    mark: scope::Mark,
}

impl Entered {
    fn suspend(self) -> Entry {
        Entry::Carried(scope::suspend(self.mark))
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        scope::leave(self.mark);
        if self.mark.is_outermost() {
            task::set(POLLING, false);
        }
    }
}
