//! `vitals`: small, fast check plugins over one library.
//!
//! Modules import downward only (`tests/layers.rs` holds them to it):
//!
//! - [`model`] is the vocabulary, pure: states, ranges, metrics, reports, their renderings.
//! - [`runtime`] holds the impure primitives: deadlines, state files, secrets, child processes.
pub mod checks;
pub mod host;
pub mod model;
pub mod plugin;
pub mod runtime;
