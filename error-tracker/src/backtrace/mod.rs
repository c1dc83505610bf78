//! Stacks: raw addresses on the failing thread, names on the writer's.

mod bare;
mod in_app;
#[cfg(target_os = "linux")]
mod linux;
mod machinery;
#[cfg(not(target_os = "linux"))]
mod portable;
#[cfg_attr(not(feature = "sqlite"), expect(dead_code, reason = "only stores read it"))]
mod stack;
mod symbols;
mod walk;

pub(crate) use self::in_app::InApp;
#[cfg(target_os = "linux")]
use self::linux::Objects;
#[cfg(not(target_os = "linux"))]
use self::portable::Objects;
pub(crate) use self::stack::Stack;
pub(crate) use self::symbols::Symbolizer;
pub(crate) use self::walk::Walk;
