//! How many children a second the exporter starts when it cannot keep up, beside a bare loop of `posix_spawn`.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde::Serialize;

use crate::client::Connection;
use crate::server::Server;
use crate::subjects::{Helpers, config, exporter};
use crate::usage::Cpu;

/// More checks than can be run in the second that each has.
const CHECKS: usize = 8000;
/// Until every check has been queued once.
const SETTLE: Duration = Duration::from_secs(5);
const SPAN: Duration = Duration::from_secs(10);

/// What starting children came to on one processor.
#[derive(Serialize)]
pub(crate) struct Started {
    pub(crate) child: String,
    pub(crate) threads: usize,
    pub(crate) ours: Rate,
    pub(crate) bare: Rate,
}

#[derive(Clone, Copy, Serialize)]
pub(crate) struct Rate {
    pub(crate) per_second: f64,
    /// Microseconds of CPU time for each child, of the parent alone.
    pub(crate) parent_us: f64,
    /// The same, of the child.
    pub(crate) child_us: f64,
}

impl Rate {
    /// Seconds of CPU time.
    fn of(children: f64, seconds: f64, cpu: Cpu) -> Result<Self> {
        if children < 1.0 {
            bail!("no child ended");
        }
        let each = |cpu: f64| cpu / children * 1e6;
        Ok(Self { per_second: children / seconds, parent_us: each(cpu.own), child_us: each(cpu.children) })
    }
}

pub(crate) fn measure(
    helpers: &Helpers,
    folder: &Path,
    cpu: usize,
    command: &[String],
    threads: usize,
) -> Result<Started> {
    let ours = by_exporter(folder, cpu, command, threads)?;
    let bare = by_loop(helpers, cpu, command, threads)?;
    let child = command.iter().map(|word| word.rsplit('/').next().unwrap_or(word)).collect::<Vec<_>>().join(" ");
    Ok(Started { child, threads, ours, bare })
}

fn by_exporter(folder: &Path, cpu: usize, command: &[String], threads: usize) -> Result<Rate> {
    let file = config(folder, "children", CHECKS, 1, threads, command)?;
    let server = Server::start(&exporter(Some(&file)), cpu, folder, "/-/healthy")?;
    std::thread::sleep(SETTLE);
    let before = runs(server.port)?;
    // The scrape's own work is done: what follows is the runs alone.
    let (start, cpu_before) = (Instant::now(), Cpu::of(server.pid())?);
    std::thread::sleep(SPAN);
    let (seconds, cpu_after) = (start.elapsed().as_secs_f64(), Cpu::of(server.pid())?);
    let after = runs(server.port)?;
    let cpu = cpu_after.rate_since(cpu_before, 1.0);
    // Counted at the snapshots of the two scrapes, which are as far apart as they ended.
    let apart = (after.1 - before.1).as_secs_f64();
    Rate::of((after.0 - before.0) / apart * seconds, seconds, cpu)
}

/// Finished runs of all checks, and when they were counted.
fn runs(port: u16) -> Result<(f64, Instant)> {
    let mut connection = Connection::open(port)?;
    let asked = Instant::now();
    let page = std::str::from_utf8(connection.get("/metrics")?).context("metrics")?;
    let runs = page.lines().filter(|line| line.starts_with("vitals_check_runs_total{"));
    let sum = runs.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum();
    Ok((sum, asked))
}

fn by_loop(helpers: &Helpers, cpu: usize, command: &[String], threads: usize) -> Result<Rate> {
    let output = Command::new("taskset")
        .args(["-c", &cpu.to_string()])
        .arg(helpers.path("spawn"))
        .args([threads.to_string(), SPAN.as_secs().to_string()])
        .args(command)
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let figures: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [children, wall, own, of_children] = figures[..] else { bail!("spawn: {}", output.status) };
    Rate::of(children, wall / 1e6, Cpu { own: own / 1e6, children: of_children / 1e6 })
}
