//! A stand-in for an Oracle database: SQLite tables shaped like Oracle's views ([`Database`]), and a server that
//! speaks Oracle's protocol in front of them ([`Simulator`]). What it answers comes from running the statement, never
//! from knowing its text.
//!
//! Another test target takes it in with
//!
//! ```text
//! #[path = "../oracle/stand_in/mod.rs"]
//! #[allow(dead_code, reason = "other targets use the rest")]
//! mod stand_in;
//! ```
//!
//! and `cargo run --example oracle_stand_in -- --help` is the same as a program. What it knows of the protocol comes
//! from reading Oracle's own open drivers; the judge is python-oracledb (`tests/real/oracle.rs`). It was never compared
//! with a real server.
//!
//! From the bottom up: `wire`, `packet`, `types`, `crypto` know bytes; `request` and `reply` messages; `connect`,
//! `logon`, `session` what follows on what; `fault` what goes wrong on purpose; `server` accepts and keeps the journal.

mod database;
mod dialect;
mod types;
mod views;

pub use database::{Answer, Database, Oracle, Value};
