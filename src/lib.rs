//! `vitals`: small, fast check plugins over one library, and an exporter that runs any plugin.
//!
//! A plugin is four lines in `src/bin`: [`plugin_main!`] with the check's type. What happens then:
//!
//! 1. [`plugin`] parses the command line (the check's options and those that all share), starts the clock, and finds
//!    the memory of the last run.
//! 2. The check's `probe` reads the machine through [`host`] into a plain sample. All I/O is there.
//! 3. Its `judge` says what the sample means, in a [`model::report::Report`]. A value becomes a status in
//!    [`model::thresholds`], and nowhere else.
//! 4. [`model::render`] writes the answer for whoever reads it; the exit code follows.
//!
//! Modules import downward only (`tests/layers.rs` holds them to it):
//!
//! - [`model`]: the vocabulary, pure: states, ranges, rules, metrics, reports, trends, and their renderings.
//! - [`runtime`]: impure primitives that know no command line: the deadline's backstop, state files, secrets, child
//!   processes, calls that may never return.
//! - [`host`]: typed readers of one machine: mounts, processes, CPU, memory, control groups, logs.
//! - [`net`]: clients of network services: TNS, TLS.
//! - [`oracle`]: what is asked of Oracle databases, and how.
//! - [`plugin`]: the contract that all plugins keep.
//! - [`exporter`]: `vitals_exporter`, which knows plugins as programs only: schedule, metrics, board.
//! - [`checks`]: one module a check, and their registry for tests and generators.
pub mod checks;
#[cfg(feature = "exporter")]
pub mod exporter;
pub mod host;
pub mod model;
pub mod net;
pub mod oracle;
pub mod plugin;
pub mod runtime;
