//! The open records of a thread: failures whose way out is not over yet.
//!
//! A record is opened by the innermost failing frame, by a panic, or by a capture. Its depth is
//! that of the frame that last had to do with it; only the direct caller of that frame may
//! continue it. Records of a suspended future travel with the future.

mod record;
mod state;

pub(crate) use self::record::{Origin, Presented, Record};
pub(crate) use self::state::{is_ending, resume, suspend, with, Carried, Scratch};

#[cfg(panic = "abort")]
pub(crate) mod running;
