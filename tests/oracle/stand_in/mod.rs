//! A stand-in for an Oracle database: SQLite tables shaped like Oracle's views ([`Database`]), and a server that
//! speaks Oracle's protocol in front of them ([`Simulator`]). What it answers comes from running the statement, never
//! from knowing its text.
//!
//! Another test target takes it in with
//!
//! ```text
//! #[path = "../oracle/stand_in/mod.rs"]
//! #[allow(dead_code, unused_imports, reason = "other targets use the rest")]
//! mod stand_in;
//! ```
//!
//! and says `Simulator::start(Setup::new("forgotten_transaction", "19"))`. A plugin that shall take Oracle's client
//! library instead is started with `library_folder()` as LD_LIBRARY_PATH, one that shall take SQL*Plus with it as `--oracle-home`;
//! `tests/oracle/libclntsh/lib.rs` tells what else the environment says. `cargo run --example oracle_stand_in -- --help` is the same as a program. What it knows of the protocol comes
//! from reading Oracle's own open drivers; the judge is python-oracledb (`tests/real/oracle_client.rs`). It was never compared
//! with a real server.
//!
//! From the bottom up: `wire`, `packet`, `types`, `crypto` know bytes; `request` and `reply` messages; `connect`,
//! `logon`, `session` what follows on what; `fault` what goes wrong on purpose; `server` accepts and keeps the journal. `library` finds the
//! stand-ins for the client library and for SQL*Plus, `local` is their log-in.

mod accounts;
mod connect;
mod crypto;
mod database;
mod dialect;
mod fault;
mod journal;
mod library;
pub mod local;
mod logon;
mod packet;
mod release;
mod reply;
mod request;
mod server;
mod session;
mod types;
mod views;
mod wire;

pub use accounts::{Account, PASSWORD, Verifier, all as accounts};
pub use database::{Answer, Database, Kind, Oracle, Value, services};
pub use fault::{Fault, Stage};
pub use journal::{Login, Ran};
pub use library::folder as library_folder;
pub use release::Release;
pub use reply::words;
pub use server::{Setup, Simulator};
pub use types::{decode, encode, written};
