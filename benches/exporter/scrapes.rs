//! How long a scrape takes, what a server takes meanwhile and at rest.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;

use crate::client::Connection;
use crate::server::Server;
use crate::stats::quantile;
use crate::subjects::Subject;
use crate::usage::{Cpu, Memory};

/// Scrapes before the first that counts: buffers grow, caches fill.
const WARM_UP: usize = 20;
/// Between two runs of each check: after that long from the start, the runs are spread evenly.
const INTERVAL: Duration = Duration::from_secs(60);
/// As Prometheus scrapes: so far apart, a quarter of the results are new each time.
const USUAL: Duration = Duration::from_secs(15);
const USUAL_SCRAPES: usize = 5;
/// Scrapes a second while the load of being scraped is measured.
const RATE: u32 = 10;

/// Milliseconds.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Latency {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

impl Latency {
    fn of(mut all: Vec<f64>) -> Self {
        all.sort_by(f64::total_cmp);
        Self { p50: quantile(&all, 0.5), p99: quantile(&all, 0.99) }
    }
}

#[derive(Serialize)]
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    pub(crate) bytes: usize,
    pub(crate) series: usize,
    /// The first of all, before which nobody had asked for any of it; ms.
    pub(crate) first: f64,
    /// The median of scrapes 15 s apart, where there are many checks; ms.
    pub(crate) usual: Option<f64>,
    /// Over one connection that stays open.
    pub(crate) kept: Latency,
    /// A connection for each.
    pub(crate) new: Latency,
    /// Seconds of CPU time a second, nobody asking.
    pub(crate) at_rest: Cpu,
    /// The same, scraped ten times a second.
    pub(crate) scraped: Cpu,
    /// At the end of all that.
    pub(crate) memory: Memory,
}

/// Starts a server, measures it and ends it.
pub(crate) fn measure(
    subject: &Subject,
    cpu: usize,
    folder: &Path,
    scrapes: usize,
    rest: Duration,
) -> Result<Measured> {
    let begun = Instant::now();
    let server = Server::start(&subject.command, cpu, folder, subject.ready)?;
    if subject.many {
        std::thread::sleep((begun + INTERVAL).saturating_duration_since(Instant::now()));
    }
    let (pid, path) = (server.pid(), &*subject.path);
    let at_rest = rate(pid, rest, || Ok(()))?;
    let mut connection = Connection::open(server.port)?;
    let start = Instant::now();
    connection.get(path)?;
    let first = start.elapsed().as_secs_f64() * 1e3;
    let mut usual = Vec::new();
    for _ in 0..if subject.many { USUAL_SCRAPES } else { 0 } {
        std::thread::sleep(USUAL);
        usual.push(one(server.port, path)?);
    }
    // Meanwhile the idle connection may have been closed.
    connection = Connection::open(server.port)?;
    let usual = subject.many.then(|| Latency::of(usual).p50);
    for _ in 0..WARM_UP {
        connection.get(path)?;
    }
    let page = connection.get(path)?;
    let bytes = page.len();
    let series = page.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && line[0] != b'#').count();
    let mut kept = Vec::with_capacity(scrapes);
    let mut new = Vec::with_capacity(scrapes);
    for _ in 0..scrapes {
        let start = Instant::now();
        connection.get(path)?;
        kept.push(start.elapsed().as_secs_f64() * 1e3);
        new.push(one(server.port, path)?);
    }
    let scraped = rate(pid, rest, || connection.get(path).map(drop))?;
    let memory = Memory::of(pid)?;
    let (kept, new) = (Latency::of(kept), Latency::of(new));
    Ok(Measured { name: subject.name, bytes, series, first, usual, kept, new, at_rest, scraped, memory })
}

/// The time that a scrape over a connection of its own takes; ms.
fn one(port: u16, path: &str) -> Result<f64> {
    let start = Instant::now();
    Connection::open(port)?.get(path)?;
    Ok(start.elapsed().as_secs_f64() * 1e3)
}

/// The CPU time that a server takes in a second while `act` is done [`RATE`] times a second.
fn rate(pid: u32, span: Duration, mut act: impl FnMut() -> Result<()>) -> Result<Cpu> {
    let (start, before) = (Instant::now(), Cpu::of(pid)?);
    let mut next = start;
    while start.elapsed() < span {
        act()?;
        next += Duration::from_secs(1) / RATE;
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    Ok(Cpu::of(pid)?.rate_since(before, start.elapsed().as_secs_f64()))
}
