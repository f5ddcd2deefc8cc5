//! `vitals_exporter`: runs any plugin on a schedule, and serves what they said to Prometheus and to people.
//!
//! A run's way through the modules:
//!
//! 1. [`config`] reads the file into [`config::Check`]s, or refuses it with file and line.
//! 2. [`schedule`] says which check is due when: pure arithmetic over monotonic instants.
//! 3. [`engine`] owns the schedule and hands due checks to worker threads; [`run`] starts one plugin in a process
//!    group of its own and waits for it, and [`reading`] makes an [`outcome::Outcome`] of what it left.
//! 4. [`standing`] is what is known of a check over its runs: soft and hard states, counts, since when.
//! 5. [`metrics`] and [`board`] are two views of a [`standing::Snapshot`]; [`server`] serves them over HTTP.
//!
//! Nothing is executed because of a request: a scrape and a page show what the schedule has found. A later history
//! hangs on the one place where outcomes pass, `engine`; it becomes a third view.
pub mod board;
pub mod cli;
pub mod config;
mod console;
pub mod engine;
pub mod find;
pub mod metrics;
mod once;
pub mod outcome;
mod reading;
pub mod reload;
mod run;
#[cfg(test)]
mod samples;
mod schedule;
mod server;
pub mod standing;
