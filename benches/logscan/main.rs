//! `cargo bench --bench logscan`: what it costs to look through a log, beside the tools that people would use instead,
//! in one run. See `benches/README.md`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    missing_docs
)]

mod cases;
#[allow(dead_code, reason = "the plugins' benchmark links a C library statically, too")]
#[path = "../plugins/compile.rs"]
mod compile;
#[allow(dead_code, reason = "in the plugins' benchmark counting is an option")]
#[path = "../plugins/instructions.rs"]
mod instructions;
mod log;
#[allow(dead_code, reason = "the plugins' benchmark says more of the machine")]
#[path = "../plugins/machine.rs"]
mod machine;
mod measure;
#[allow(dead_code, reason = "the exporter's benchmark needs more")]
#[path = "../plugins/stats.rs"]
mod stats;
mod table;
mod tools;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use cases::Case;
use instructions::Counter;
use log::Logs;
use machine::Machine;
use measure::Bench;

/// Measures check_logscan in `VITALS_BIN_DIR` (default: dist) beside rg, grep, check_logfiles and mtail.
#[derive(Parser)]
struct Options {
    /// Only cases whose titles contain this
    filter: Option<String>,
    /// How often each command of a case has its turn
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Size of the log, in MiB
    #[arg(long, default_value_t = 1024)]
    size: u64,
    /// Where the log is written; there must be room for it in memory, too
    #[arg(long, value_name = "DIR")]
    logs: Option<PathBuf>,
    /// As `cargo bench` passes it, and `cargo test` does not
    #[arg(long, hide = true)]
    bench: bool,
}

/// Fails when a command cannot be run or counts other lines than the rest; never because of a figure.
fn main() -> Result<ExitCode> {
    let options = Options::parse();
    if !options.bench {
        println!("nothing to test: this is for cargo bench");
        return Ok(ExitCode::SUCCESS);
    }
    let counter = Counter::detect();
    let folder = options.logs.map_or_else(|| compile::folder("logscan-logs"), Ok)?;
    let logs = Logs::prepare(&folder, options.size)?;
    let bench = Bench::prepare(logs, options.rounds.into(), counter)?;
    let machine = Machine::describe(&bench.cpu_times(20)?, counter.describe());
    table::header(&machine, options.size, options.rounds);

    let (mut title, mut failed) = ("", 0);
    for case in cases::all() {
        let Case { group, what, .. } = &case;
        if options.filter.as_ref().is_some_and(|wanted| !what.contains(wanted) && !group.contains(wanted)) {
            continue;
        }
        if *group != title {
            title = *group;
            println!("\n{title}");
        }
        let rows = bench.measure(&case)?;
        failed += table::case(&case, &rows);
    }
    if failed > 0 {
        println!("\n{failed} commands could not be measured, or do not agree");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
