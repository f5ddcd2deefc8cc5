//! `cargo bench --bench plugins`: what each plugin costs, beside the one people would use instead, in one run.
//! See `benches/README.md`.

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
mod compile;
mod instructions;
mod listener;
mod machine;
mod measure;
mod sleepers;
mod stats;
mod table;
mod targets;
mod tools;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Parser;
use serde::Serialize;

use cases::{Group, Load};
use instructions::Counter;
use machine::Machine;
use measure::{Bench, Outcome, Row, Unmeasured};
use sleepers::Sleepers;
use targets::Judged;
use tools::Tools;

/// Measures the plugins in `VITALS_BIN_DIR` (default: dist) beside monitoring-plugins.
#[derive(Parser)]
struct Options {
    /// Only cases whose title or commands contain this
    filter: Option<String>,
    /// Write the results to a file, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// How often each command of a case has its turn
    #[arg(long, default_value_t = 21, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// How many processes are many
    #[arg(long, default_value_t = 3000)]
    sleepers: usize,
    /// Do not count instructions: valgrind takes longer than all the rest
    #[arg(long)]
    no_instructions: bool,
    /// Do not keep the runs on one processor
    #[arg(long)]
    any_cpu: bool,
    /// Where the plugins keep their memory [default: /dev/shm, if it is there]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// As `cargo bench` passes it, and `cargo test` does not
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Serialize)]
struct Results {
    machine: Machine,
    rounds: usize,
    any_cpu: bool,
    groups: Vec<GroupResult>,
}

#[derive(Serialize)]
struct GroupResult {
    title: &'static str,
    processes: usize,
    cases: Vec<CaseResult>,
}

#[derive(Serialize)]
struct CaseResult {
    what: &'static str,
    rows: Vec<Row>,
    targets: Vec<Judged>,
}

/// Fails when a command cannot be run; never because of a figure.
fn main() -> Result<ExitCode> {
    let options = Options::parse();
    if !options.bench {
        println!("nothing to test: this is for cargo bench");
        return Ok(ExitCode::SUCCESS);
    }
    let counter = if options.no_instructions { Counter::Off } else { Counter::detect() };
    // Not on a disk: a file system that sees a thousand new files a second does work that one a minute spares it.
    let shared_memory = Some(PathBuf::from("/dev/shm")).filter(|folder| folder.is_dir());
    let state = options.state.clone().or(shared_memory).unwrap_or_else(std::env::temp_dir);
    let bench =
        Bench { tools: Tools::prepare()?, counter, rounds: options.rounds.into(), any_cpu: options.any_cpu, state };
    let short = vec![bench.tools.helper("read_proc").into_os_string()];
    let machine = Machine::describe(&bench.cpu_times(short, 20)?, counter.describe());
    table::header(&machine, &bench);

    let mut results = Results { machine, rounds: bench.rounds, any_cpu: bench.any_cpu, groups: vec![] };
    for group in cases::groups() {
        results.groups.extend(measure(&bench, group, &options)?);
    }
    let rows: Vec<&Row> = results.groups.iter().flat_map(|group| &group.cases).flat_map(|case| &case.rows).collect();
    table::commands(&rows);
    if let Some(path) = &options.json {
        let text = serde_json::to_string_pretty(&results)?;
        std::fs::write(path, text + "\n").with_context(|| format!("write {}", path.display()))?;
    }
    let failed = rows.iter().filter(|row| matches!(row.outcome, Outcome::Unmeasured(Unmeasured::Failed(_)))).count();
    if failed > 0 {
        println!("\n{failed} commands could not be measured");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn measure(bench: &Bench, mut group: Group, options: &Options) -> Result<Option<GroupResult>> {
    if let Some(filter) = &options.filter {
        group.cases.retain(|case| {
            [group.title, case.what]
                .into_iter()
                .chain(case.commands.iter().map(|command| command.argv[0]))
                .any(|text| text.contains(filter))
        });
    }
    if group.cases.is_empty() {
        return Ok(None);
    }
    let wanted = match group.load {
        Load::Present => 10,
        Load::Many => options.sleepers,
    };
    let sleepers = Sleepers::start(&bench.tools, wanted)?;
    let processes = machine::processes();
    table::group(group.title, processes);
    if sleepers.started < wanted {
        println!("  only {} of {wanted} sleepers: a limit of this machine", sleepers.started);
    }
    let mut cases = vec![];
    for case in &group.cases {
        let rows = bench.measure(case)?;
        let targets = targets::judge(case, &rows);
        table::case(case.what, &rows, &targets);
        cases.push(CaseResult { what: case.what, rows, targets });
    }
    Ok(Some(GroupResult { title: group.title, processes, cases }))
}
