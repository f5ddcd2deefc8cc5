//! The plugin contract, held by every plugin: one table of cases, run on each binary of `src/bin`.
//!
//! What no real plugin does on demand (panic, hang, lose its memory) is done by stand-ins: checks that exist only
//! here, run by this very binary under another name. So `main` is ours and not the test harness'.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::exit,
    clippy::print_stdout,
    clippy::print_stderr,
    unreachable_pub,
    missing_docs
)]

#[path = "../common/mod.rs"]
mod common;

mod every;
mod form;
mod hang;
mod harness;
mod inherit;
mod kills;
mod launch;
mod life;
mod memory;
mod needs;
mod run;
mod stand_in;

use std::process::ExitCode;

fn main() -> ExitCode {
    let name = std::env::args_os().next().unwrap_or_default();
    // Like busybox: the name decides what this binary is.
    if let Some(code) = launch::acts_as(&name).or_else(|| stand_in::acts_as(&name)) {
        return code;
    }
    let mut trials = Vec::new();
    trials.extend(every::trials());
    trials.extend(hang::trials());
    trials.extend(inherit::trials());
    trials.extend(kills::trials());
    trials.extend(life::trials());
    trials.extend(memory::trials());
    harness::run(trials, std::thread::available_parallelism().map_or(2, usize::from))
}
