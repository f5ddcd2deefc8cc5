//! `cargo bench --bench exporter`: what a scrape, a thousand checks and their children cost, beside the exporters that
//! people know, in one run. See `benches/README.md`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    missing_docs
)]

mod children;
mod client;
#[path = "../plugins/compile.rs"]
mod compile;
#[allow(dead_code, reason = "the plugins' benchmark says more of the machine")]
#[path = "../plugins/machine.rs"]
mod machine;
mod scrapes;
mod server;
#[allow(dead_code, reason = "the plugins' benchmark has ratios with a spread")]
#[path = "../plugins/stats.rs"]
mod stats;
mod subjects;
mod table;
mod targets;
mod usage;

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Parser;
use serde::Serialize;

use children::Started;
use machine::Machine;
use scrapes::Measured;
use subjects::Helpers;

/// Measures vitals_exporter in `VITALS_BIN_DIR` (default: dist) beside node_exporter and blackbox_exporter.
#[derive(Parser)]
struct Options {
    /// Only servers whose names contain this, and children where it is "children"
    filter: Option<String>,
    /// Write the results to a file, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Scrapes over one connection, and as many over new ones
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u16).range(1..))]
    scrapes: u16,
    /// Seconds over which CPU time is taken at rest, and as many while scraped
    #[arg(long, default_value_t = 20)]
    rest: u64,
    /// How many checks are many; the targets are for 1000
    #[arg(long, default_value_t = 1000)]
    checks: usize,
    /// As `cargo bench` passes it, and `cargo test` does not
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Serialize)]
struct Results {
    machine: Machine,
    checks: usize,
    servers: Vec<Measured>,
    children: Vec<Started>,
}

/// Fails when our exporter cannot be measured; never because of a figure.
fn main() -> Result<ExitCode> {
    let options = Options::parse();
    if !options.bench {
        println!("nothing to test: this is for cargo bench");
        return Ok(ExitCode::SUCCESS);
    }
    let helpers = Helpers::prepare()?;
    let last = std::thread::available_parallelism().map_or(1, usize::from) - 1;
    let machine = Machine::describe(&[], "not counted");
    keep_off(last);
    table::header(&machine, &options);
    let wanted = |name: &str| options.filter.as_deref().is_none_or(|filter| name.contains(filter));

    let folder = tempfile::Builder::new().prefix("vitals-bench-").tempdir()?;
    let target = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = target.local_addr()?.port();
    // Somebody takes the connections of the probe, until the benchmark ends.
    std::thread::spawn(move || target.incoming().for_each(drop));
    let mut failed = 0;
    let mut servers = vec![];
    let subjects = subjects::subjects(&helpers, folder.path(), options.checks, port)?;
    for subject in subjects.iter().filter(|subject| wanted(subject.name)) {
        let rest = Duration::from_secs(options.rest);
        // Each has plugins' memories of its own.
        let own = tempfile::tempdir_in(&folder)?;
        match scrapes::measure(subject, last, own.path(), options.scrapes.into(), rest) {
            Ok(measured) => {
                let targets = if subject.many { targets::of_many(&measured) } else { vec![] };
                table::server(&measured, &targets);
                servers.push(measured);
            }
            Err(why) => {
                failed += usize::from(subject.is_ours);
                table::unmeasured(subject.name, subject.is_ours, &why);
            }
        }
    }
    let mut children = vec![];
    if wanted("children") {
        table::children_header();
        let version = compile::ours().join("check_cpu").display().to_string();
        let commands = [vec![helpers.path("hello").display().to_string()], vec![version, "--version".to_owned()]];
        for (command, threads) in commands.iter().flat_map(|command| [(command, 1), (command, 4)]) {
            let started = children::measure(&helpers, folder.path(), last, command, threads)?;
            table::children(&started, &targets::of_children(&started));
            children.push(started);
        }
    }
    if let Some(path) = &options.json {
        let results = Results { machine, checks: options.checks, servers, children };
        let text = serde_json::to_string_pretty(&results)?;
        std::fs::write(path, text + "\n").with_context(|| format!("write {}", path.display()))?;
    }
    Ok(if failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Leaves the last processor to the servers: this process, which asks, stays on the others.
fn keep_off(last: usize) {
    let others = if last == 0 { "0".to_owned() } else { format!("0-{}", last - 1) };
    let this = std::process::id().to_string();
    let _ = Command::new("taskset").args(["-a", "-p", "-c", &others, &this]).stdout(Stdio::null()).status();
}
