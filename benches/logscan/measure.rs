//! Runs the commands of a case in turn and says what each cost.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::cases::{Case, Command};
use crate::compile::{BARE, compile, folder};
use crate::instructions::Counter;
use crate::log::Logs;
use crate::stats::Spread;
use crate::tools;

/// Runs that make a batch where one takes a millisecond.
const SHORT: usize = 25;

pub(crate) struct Bench {
    logs: Logs,
    helpers: PathBuf,
    rounds: usize,
    counter: Counter,
}

/// A command of a case and what became of it; `Err` says why it is not measured.
pub(crate) struct Row {
    pub(crate) command: Command,
    pub(crate) outcome: Result<Measured, String>,
}

pub(crate) struct Measured {
    /// User and system time of one run, in ms, scaled to the whole log: pairs are made of the rounds.
    pub(crate) rounds: Vec<f64>,
    /// Bytes that it went through.
    pub(crate) bytes: u64,
    pub(crate) peak_kib: Option<u64>,
    pub(crate) instructions: Option<u64>,
    /// Lines that matched.
    pub(crate) lines: u64,
}

impl Measured {
    pub(crate) fn cpu_ms(&self) -> Spread {
        Spread::of(self.rounds.iter().copied())
    }
}

/// A command that answers.
struct Ready {
    argv: Vec<OsString>,
    own: tempfile::TempDir,
    /// What its last run remembered, and where that belongs.
    memory: Option<[PathBuf; 2]>,
    lines: u64,
    rounds: Vec<f64>,
}

impl Bench {
    pub(crate) fn prepare(logs: Logs, rounds: usize, counter: Counter) -> Result<Self> {
        let helpers = folder("logscan-bench")?;
        for program in ["launch", "peak"] {
            if !compile(program, &helpers.join(program), BARE) {
                bail!("cannot compile benches/{program}.c: is there a C compiler?");
            }
        }
        Ok(Self { logs, helpers, rounds, counter })
    }

    pub(crate) fn measure(&self, case: &Case) -> Result<Vec<Row>> {
        let [whole, slice, new] = self.logs.of(case.log)?;
        let size = self.logs.size(case.log);
        let log = |command: Command| if command.is_sliced() { &slice } else { &whole };
        let mut slots = Vec::new();
        for command in &case.commands {
            slots.push((*command, self.ready(*command, case, log(*command))?));
        }
        if case.commands.iter().any(|command| command.follows()) {
            self.logs.append(&whole, &new)?;
        }
        for (command, slot) in &mut slots {
            let answered = slot.as_mut().map_err(|why| why.clone()).and_then(|ready| {
                ready.lines = ready.answer(*command).map_err(|why| format!("{why:#}"))?;
                Ok(())
            });
            if let Err(why) = answered {
                *slot = Err(why);
            }
        }
        for round in 0..self.rounds {
            let mut turn: Vec<_> = slots.iter_mut().collect();
            // Who goes first changes, so that neither always inherits the other's caches.
            if round % 2 == 1 {
                turn.reverse();
            }
            for (command, slot) in turn {
                let Ok(ready) = slot else { continue };
                // The slow ones are far from any limit: three rounds are enough to say so.
                if command.is_sliced() && round >= 3 {
                    continue;
                }
                match self.batch(ready, *command) {
                    Ok(ms) => ready.rounds.push(if command.is_sliced() { ms * scale(size, &slice) } else { ms }),
                    Err(why) => *slot = Err(format!("{why:#}")),
                }
            }
        }
        let row = |(command, slot): (Command, Result<Ready, String>)| {
            let outcome = slot.map(|ready| Measured {
                peak_kib: self.peak(&ready, command),
                instructions: self.instructions(&ready, command),
                bytes: if command.follows() || command == Command::Tail { 0 } else { size },
                lines: ready.lines,
                rounds: ready.rounds,
            });
            Row { command, outcome }
        };
        Ok(slots.into_iter().map(row).collect())
    }

    /// Gets a command to where it can be measured: one that follows has seen the log as it is now.
    fn ready(&self, command: Command, case: &Case, log: &Path) -> Result<Result<Ready, String>> {
        let own = tempfile::tempdir_in(memory_folder()).context("create a folder for what a tool keeps")?;
        let argv = match tools::argv(command, case, log, own.path())? {
            Ok(argv) => argv,
            Err(why) => return Ok(Err(why)),
        };
        let mut ready = Ready { argv, own, memory: None, lines: 0, rounds: Vec::new() };
        if command.follows() {
            if let Err(why) = ready.answer(command) {
                return Ok(Err(format!("{why:#}")));
            }
            let Some(place) = tools::memory(command, ready.own.path()) else {
                return Ok(Err("it remembers nothing".into()));
            };
            let kept = ready.own.path().join("kept");
            fs::copy(&place, &kept)?;
            ready.memory = Some([kept, place]);
        }
        Ok(Ok(ready))
    }

    /// The mean of some runs, in ms.
    fn batch(&self, ready: &Ready, command: Command) -> Result<f64> {
        ready.restore(command)?;
        let runs = if command.follows() || command == Command::Tail { SHORT } else { 1 };
        let times = self.launch(&ready.argv, runs, ready.memory.as_ref())?;
        Ok(times.iter().sum::<u64>() as f64 / times.len() as f64 / 1e3)
    }

    /// The CPU times of a short process, in µs.
    pub(crate) fn cpu_times(&self, runs: usize) -> Result<Vec<u64>> {
        self.launch(&["/bin/true".into()], runs, None)
    }

    fn launch(&self, argv: &[OsString], runs: usize, memory: Option<&[PathBuf; 2]>) -> Result<Vec<u64>> {
        let nothing = ["-".into(), "-".into()];
        let output = process(&self.helpers.join("launch"))
            .arg(runs.to_string())
            .arg("one")
            .args(memory.unwrap_or(&nothing))
            .args(argv)
            .output()?;
        let mut times = Vec::new();
        for line in String::from_utf8(output.stdout)?.lines() {
            let mut fields = line.split(' ');
            let (status, time) = (fields.next().and_then(|f| f.parse::<i32>().ok()), fields.next());
            // 1: grep and rg have found nothing. 2: CRITICAL.
            if !status.is_some_and(|status| status & 0x7f == 0 && status >> 8 <= 2) {
                bail!("wait status {status:?} in a batch");
            }
            times.push(time.and_then(|time| time.parse().ok()).context("no time")?);
        }
        if times.len() != runs {
            bail!("{} of {runs} runs", times.len());
        }
        Ok(times)
    }

    fn peak(&self, ready: &Ready, command: Command) -> Option<u64> {
        ready.restore(command).ok()?;
        let output = process(&self.helpers.join("peak")).args(&ready.argv).output().ok()?;
        let line = String::from_utf8(output.stdout).ok()?;
        line.trim().split_once(' ')?.1.parse().ok().filter(|peak| *peak > 0)
    }

    /// Only where a run is short: under callgrind a gigabyte takes minutes.
    fn instructions(&self, ready: &Ready, command: Command) -> Option<u64> {
        if !(command.is_ours() && command != Command::Whole) {
            return None;
        }
        ready.restore(command).ok()?;
        self.counter.count(&ready.argv)
    }
}

impl Ready {
    /// The memory as it was; without one, none at all.
    fn restore(&self, command: Command) -> Result<()> {
        match &self.memory {
            Some([kept, place]) => drop(fs::copy(kept, place)?),
            None => {
                if let Some(place) = tools::memory(command, self.own.path()) {
                    fs::remove_file(place)?;
                }
            }
        }
        Ok(())
    }

    /// The number of lines that it counts.
    fn answer(&self, command: Command) -> Result<u64> {
        self.restore(command)?;
        let (program, arguments) = self.argv.split_first().context("no command")?;
        let output = process(Path::new(program)).args(arguments).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let first = text.lines().next().unwrap_or_default();
        tools::count(command, &text, self.own.path()).with_context(|| format!("{}: {first}", output.status))
    }
}

fn scale(size: u64, slice: &Path) -> f64 {
    size as f64 / fs::metadata(slice).map_or(1, |slice| slice.len()) as f64
}

/// Not on a disk: see "State" in the README.
fn memory_folder() -> PathBuf {
    Some(PathBuf::from("/dev/shm")).filter(|folder| folder.is_dir()).unwrap_or_else(std::env::temp_dir)
}

/// As a scheduler starts it.
fn process(program: &Path) -> Process {
    let mut process = Process::new(program);
    process.env_clear().env("LC_ALL", "C").env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").stdin(Stdio::null());
    process
}
