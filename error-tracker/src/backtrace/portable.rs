//! Asks the backtrace crate for names, on systems where we do not read debug information.

use crate::model::Frame;

/// Stands for all that is loaded.
pub(crate) struct Objects;

impl Objects {
    pub(crate) fn load() -> Self {
        Self
    }

    /// Returns the function at an address, after the functions inlined into it.
    pub(crate) fn frames(&self, address: u64) -> Vec<Frame> {
        let mut frames = Vec::new();
        backtrace::resolve(address as usize as *mut _, |symbol| {
            let Some(name) = symbol.name() else { return };
            let file = symbol.filename().map(|file| file.display().to_string());
            frames.push(Frame {
                function: format!("{name:#}"),
                file: file.unwrap_or_default(),
                line: symbol.lineno().unwrap_or_default(),
                ..Frame::default()
            });
        });
        frames
    }
}
