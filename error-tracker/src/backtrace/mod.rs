//! Stacks: raw addresses on the failing thread, names on the writer's.

mod in_app;
mod stack;
mod symbols;
mod walk;

pub(crate) use self::in_app::InApp;
pub(crate) use self::stack::Stack;
pub(crate) use self::symbols::Symbolizer;
pub(crate) use self::walk::Walk;
