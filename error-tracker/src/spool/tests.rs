//! The spool in real folders.
