//! check_logscan while somebody writes to its log and rotates it in every way, and while it is killed: each marked line
//! is told at least once, and only a kill makes it be told twice. Where a line is lost, the answer says that.
//!
//! Each round has a log and a state folder of its own. The writer is this very binary, started as another process. What
//! both do follows from the number of the round; how they meet is left to the machine. A round that fails says so with
//! its story. `VITALS_ROUND=N cargo test --test logscan_campaign` runs that one alone, many times.
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
#[path = "../common/random.rs"]
mod random;

mod account;
mod memory;
mod plan;
mod round;
mod run;
mod writer;

use harness::{Outcome, Trial};
use std::process::ExitCode;

/// The rounds are divided into so many cases, which run at the same time.
const CASES: u64 = 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, folder, number] = &arguments[..]
        && word == writer::WORD
    {
        writer::write(folder.as_ref(), number.parse().expect("the number of a round"));
        return ExitCode::SUCCESS;
    }
    let mut trials = Vec::new();
    if let Some(number) = std::env::var("VITALS_ROUND").ok().and_then(|text| text.parse().ok()) {
        trials.push(trial(format!("campaign::round_{number}"), move || round::again(number)));
    } else {
        trials.extend(memory::trials());
        for case in 0..CASES {
            trials.push(trial(format!("campaign::part_{case}"), move || round::part(case, CASES)));
        }
    }
    harness::run(trials, std::thread::available_parallelism().map_or(2, usize::from))
}

fn trial(name: String, run: impl FnOnce() + Send + 'static) -> Trial {
    Trial::new(name, move || {
        run();
        Outcome::Passed
    })
}
