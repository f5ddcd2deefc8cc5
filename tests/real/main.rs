//! The plugins against the real components they are made for, each started here on loopback: a format
//! is right when the program that reads it says so, not when it looks right to us.
//!
//! `tests/real/install.sh` installs what is needed (Debian). A test whose component is missing skips
//! itself by name; with `CI=true` that is a failure, so that nothing goes untested unseen.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::indexing_slicing,
    unreachable_pub,
    missing_docs
)]

mod board;
mod cron;
mod examples;
mod exporter_clock;
mod exporter_foreign;
mod exporter_prometheus;
mod exporter_stuck;
mod foreign;
mod full_disks;
mod harness;
mod hung_mount;
mod icinga;
mod json;
mod landscape;
mod logs;
mod logs_nagios;
mod logscan_command;
mod logscan_journal;
mod nagios;
mod nsca;
mod oracle_client;
mod oracle_sql;
mod packaging;
mod perl;
mod prometheus;
#[path = "../common/random.rs"]
mod random;
mod resolver;
#[path = "../oracle/stand_in/mod.rs"]
#[allow(dead_code, unused_imports, reason = "its own tests use the rest")]
mod stand_in;
mod xymon;
