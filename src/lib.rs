//! `vitals`: small, fast check plugins over one library.
//!
//! Modules import downward only (`tests/layers.rs` holds them to it):
//!
//! - [`model`] is the vocabulary, pure: states, ranges, metrics, reports, their renderings.
pub mod model;
