//! How a masked argument is kept: nothing of it is, and it shows as the masking text at once.

use crate::keep::probe::HasHead;
use crate::keep::{Limited, Sketch};
use crate::mask::Masked;

impl<T> Limited for Masked<T> {
    fn limited(&self, sketch: &mut Sketch<'_, '_>) {
        sketch.debug(self);
    }
}

/// Its head is empty, so that an owned one shows without its call site having failed before.
impl<T> HasHead for Masked<T> {
    fn bytes(&self) -> &[u8] {
        &[]
    }

    fn write(_: &[u8], _: usize, sketch: &mut Sketch<'_, '_>) {
        sketch.debug(&Masked::new(()));
    }
}
