//! Names for addresses, looked up on the writer's thread alone.

use std::sync::Arc;

use crate::backtrace::in_app::is_in_app;
use crate::backtrace::Stack;
use crate::model::Frame;

/// Looks up names.
#[derive(Default)]
pub(crate) struct Symbolizer;

impl Symbolizer {
    pub(crate) fn name(&mut self, addresses: &[u64], crates: &[&str]) -> Option<Arc<Stack>> {
        let mut frames = Vec::new();
        for address in addresses {
            ::backtrace::resolve(*address as *mut _, |symbol| {
                frames.push(Frame {
                    function: symbol.name().map(|name| format!("{name:#}")).unwrap_or_default(),
                    line: symbol.lineno().unwrap_or_default(),
                    ..Frame::default()
                });
            });
        }
        for frame in &mut frames {
            frame.in_app = is_in_app(frame, crates);
        }
        Stack::new(frames)
    }

    pub(crate) fn is_loaded(&self) -> bool {
        false
    }

    pub(crate) fn forget(&mut self) {}
}
