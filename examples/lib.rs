//! The README, so that its code is compiled with the tests; the programs are this package's examples.
#![doc = include_str!("../README.md")]
