//! The SQL of the Oracle checks: its meaning, on tables that look like Oracle's views, and the stand-in for a database
//! that the checks' own tests use.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    unreachable_pub,
    missing_docs
)]

mod locks;
mod oci;
mod simulator;
#[allow(dead_code, unused_imports, reason = "other targets use the rest")]
mod stand_in;
mod tablespaces;
