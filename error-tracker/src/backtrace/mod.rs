//! Stacks: raw addresses on the failing thread, names on the writer's.

mod stack;

pub(crate) use self::stack::Stack;
