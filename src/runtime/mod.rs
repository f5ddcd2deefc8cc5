//! Impure primitives that every part stands on; none knows the command line.

pub mod apart;
pub mod arena;
pub mod backstop;
pub mod child;
pub mod deadline;
pub mod failure;
pub mod mark;
pub mod root;
pub mod secret;
pub mod state;
