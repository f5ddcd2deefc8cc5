//! The exporter against everything that plugins, clients, files and parents do to it. Each case starts one of its own,
//! and sees that it leaves nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    unreachable_pub,
    missing_docs
)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../contract/harness.rs"]
#[allow(dead_code, reason = "nothing is skipped here")]
mod harness;

mod daemon;
mod http;
mod process;
mod scrape;

mod answers;
mod bounded;
mod clients;
mod endings;
mod environment;
mod hard;
mod life;
mod once;
mod reload;
mod requests;

use std::process::ExitCode;

/// The cases of a module, named after it.
macro_rules! trials {
    ($($case:ident),+ $(,)?) => {
        pub fn trials() -> Vec<crate::harness::Trial> {
            let module = module_path!().rsplit("::").next().unwrap_or_default();
            vec![$(crate::harness::Trial::new(format!("{module}::{}", stringify!($case)), || {
                $case();
                crate::harness::Outcome::Passed
            })),+]
        }
    };
}
pub(crate) use trials;

/// Cases wait for the clock, not for the processor.
const AT_A_TIME: usize = 6;

fn main() -> ExitCode {
    let mut trials = Vec::new();
    trials.extend(bounded::trials());
    trials.extend(clients::trials());
    trials.extend(endings::trials());
    trials.extend(answers::trials());
    trials.extend(hard::trials());
    trials.extend(reload::trials());
    trials.extend(requests::trials());
    trials.extend(life::trials());
    trials.extend(once::trials());
    trials.extend(environment::trials());
    harness::run(trials, AT_A_TIME)
}
