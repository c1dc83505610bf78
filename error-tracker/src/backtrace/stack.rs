//! A stack with names, as stores keep it.

use std::fmt::Write;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::model::Frame;

/// A stack with names, innermost first; equal stacks have one hash in every run.
pub(crate) struct Stack {
    pub(crate) frames: Vec<Frame>,
    /// The frames as JSON.
    pub(crate) json: String,
    /// 32 hexadecimal digits.
    pub(crate) hash: String,
}

impl Stack {
    /// Returns `None` for a stack without a single frame.
    pub(crate) fn new(frames: Vec<Frame>) -> Option<Arc<Self>> {
        if frames.is_empty() {
            return None;
        }
        let json = serde_json::to_string(&frames).ok()?;
        let mut hash = String::with_capacity(32);
        for byte in &Sha256::digest(json.as_bytes())[..16] {
            write!(hash, "{byte:02x}").ok()?;
        }
        Some(Arc::new(Self { frames, json, hash }))
    }
}
