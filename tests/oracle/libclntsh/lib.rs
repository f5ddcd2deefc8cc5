//! A stand-in for Oracle's client library: so much of its C interface that the crate `oracle` connects, binds and
//! fetches, over the fixtures of the stand-in for the database. No network is involved.
//!
//! A program finds it where LD_LIBRARY_PATH names the folder of `libclntsh.so` (`cargo build --example clntsh` puts it
//! into `target/debug/examples`). The fixture is that of `(INSTANCE_NAME=…)` in the connect descriptor, else of
//! `VITALS_ORACLE_FIXTURE`, else `healthy`; users and services are those of the stand-in. NUMBER, VARCHAR2, DATE and RAW
//! are fetched. `VITALS_ORACLE_FAULT`: a number is the ORA number of every connect; `silent` is a call that never ends.
//! `VITALS_ORACLE_RELEASE`: another release than 19.
//!
//! What is passed over the interface are pointers of the caller, which are trusted as every C library trusts them.
#![allow(
    unsafe_code,
    non_snake_case,
    clippy::missing_safety_doc,
    clippy::too_many_arguments,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    unreachable_pub,
    missing_docs,
    reason = "a C interface, for tests alone"
)]

mod attributes;
mod handle;
mod session;
#[path = "../stand_in/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the server has no use here")]
mod stand_in;
mod statement;
mod thread;
