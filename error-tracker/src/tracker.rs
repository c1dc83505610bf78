//! stub
#![allow(missing_docs)]
#[derive(Clone)]
pub struct Tracker;
impl Tracker {
    pub fn flush(&self, _: std::time::Duration) -> bool {
        true
    }
}
