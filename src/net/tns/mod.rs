//! Transparent Network Substrate, the protocol of Oracle's listeners: enough of it to ask one how it is.
//!
//! - [`nv`] is the grammar of names and values that everything is written in; [`descriptor`] gives it meaning, [`easy`]
//!   reads the short form, [`names`] finds the descriptor of an alias in tnsnames.ora.
//! - [`packet`] frames bytes, [`dialogue`] is the conversation as a state machine without I/O, [`errand`] leads it over a
//!   socket, with TLS where the address wants it, and [`ask`] leads many at a time.
//! - [`refusal`], [`code`] and [`version`] read what the listener says.

pub mod ask;
pub mod code;
pub mod descriptor;
pub mod dialogue;
pub mod easy;
mod errand;
mod fault;
mod link;
pub mod names;
pub mod nv;
pub mod packet;
pub mod question;
pub mod refusal;
pub mod version;

pub use fault::Fault;

/// The port of a listener that names none.
pub const PORT: u16 = 1521;
