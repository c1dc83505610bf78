//! Stacks: raw addresses on the failing thread, names on the writer's.

mod walk;

pub(crate) use self::walk::Walk;
