//! Oracle databases: how one is asked.
//!
//! - [`options`] is the part of a command line that says which database, as whom and by which [`driver`].
//! - [`login`] is what comes of it; [`refused`] remembers credentials that were refused, so that no account gets locked.
//! - [`sql`] holds the statements; [`database`] is a session that knows where it is, and asks the right one of them.
//! - [`session`] asks, each call under a deadline; [`rows`] and [`value`] are the answers.
//! - [`fault`] says what went wrong, in words that say what to do.

pub mod database;
pub mod driver;
pub mod fault;
pub mod login;
pub mod options;
mod ora;
pub mod query;
pub mod refused;
pub mod rows;
pub mod session;
pub mod sql;
mod target;
pub mod value;
mod worker;
