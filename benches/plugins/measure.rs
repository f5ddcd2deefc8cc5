//! Runs the commands of a case in turn and says what each cost.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde::Serialize;

use crate::cases::{Case, Role};
use crate::instructions::Counter;
use crate::stats::Spread;
use crate::tools::Tools;

/// A batch lasts about this long: longer than what disturbs a machine for a moment, short enough that its
/// neighbour in the pair sees the same machine.
const BATCH_US: f64 = 25_000.0;
const MOST_RUNS: usize = 200;

pub(crate) struct Bench {
    pub(crate) tools: Tools,
    pub(crate) counter: Counter,
    pub(crate) rounds: usize,
    /// Let the kernel move the runs between processors, as it does in life.
    pub(crate) any_cpu: bool,
    /// In this folder each case has one for the plugins' memory.
    pub(crate) state: PathBuf,
}

/// A command of a case and what became of it.
#[derive(Serialize)]
pub(crate) struct Row {
    pub(crate) role: Role,
    pub(crate) command: Vec<String>,
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Outcome {
    Measured(Measured),
    Unmeasured(Unmeasured),
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Unmeasured {
    /// It is not there, and may be.
    Skipped(String),
    Failed(String),
}

#[derive(Serialize)]
pub(crate) struct Measured {
    /// User and system time of one run, over the rounds.
    pub(crate) cpu_ms: Spread,
    pub(crate) wall_ms: Spread,
    pub(crate) peak_kib: Option<u64>,
    pub(crate) instructions: Option<u64>,
    /// The first line of what it said.
    pub(crate) answer: String,
    runs: usize,
    /// The mean of each round: pairs are made of them.
    #[serde(skip)]
    pub(crate) rounds: Vec<Batch>,
}

impl Row {
    pub(crate) fn measured(&self) -> Option<&Measured> {
        match &self.outcome {
            Outcome::Measured(measured) => Some(measured),
            Outcome::Unmeasured(_) => None,
        }
    }
}

/// The mean of some runs, one after the other.
#[derive(Clone, Copy)]
pub(crate) struct Batch {
    pub(crate) cpu_ms: f64,
    pub(crate) wall_ms: f64,
}

/// How old a memory must be so that rates are taken from it, with some reserve.
const OLD_ENOUGH: Duration = Duration::from_millis(1200);

/// A command that answers, and how many runs of it make a batch.
struct Ready {
    asked: Asked,
    answer: String,
    runs: usize,
    rounds: Vec<Batch>,
}

impl Bench {
    pub(crate) fn measure(&self, case: &Case) -> Result<Vec<Row>> {
        let state = tempfile::tempdir_in(&self.state).context("create a folder for the plugins' memory")?;
        let mut prepared: Vec<Result<Ready, Unmeasured>> = case
            .commands
            .iter()
            .map(|command| {
                let (program, arguments) = command.argv.split_first().expect("a case names a program");
                let path = self.tools.find(command.role, program).map_err(|why| match command.role {
                    Role::Ours => Unmeasured::Failed(why),
                    Role::Peer | Role::Limit | Role::Script => Unmeasured::Skipped(why),
                })?;
                let arguments = arguments.iter().map(|argument| resolve(argument, state.path()));
                let argv = std::iter::once(path.into_os_string()).chain(arguments).collect();
                self.prepare(argv, state.path()).map_err(|why| Unmeasured::Failed(format!("{why:#}")))
            })
            .collect();

        for round in 0..self.rounds {
            let mut turn: Vec<_> = prepared.iter_mut().collect();
            // Who goes first changes, so that neither always inherits the other's caches.
            if round % 2 == 1 {
                turn.reverse();
            }
            for slot in turn {
                let Ok(ready) = slot else { continue };
                match self.batch(&ready.asked, ready.runs) {
                    Ok(batch) => ready.rounds.push(batch),
                    Err(why) => *slot = Err(Unmeasured::Failed(format!("{why:#}"))),
                }
            }
        }

        let rows = case.commands.iter().zip(prepared);
        Ok(rows
            .map(|(command, prepared)| Row {
                role: command.role,
                command: command.argv.iter().map(ToString::to_string).collect(),
                outcome: match prepared {
                    Ok(ready) => Outcome::Measured(self.finish(ready)),
                    Err(why) => Outcome::Unmeasured(why),
                },
            })
            .collect())
    }

    /// What a first run leaves behind is what every measured run finds, old enough to be compared with.
    fn prepare(&self, argv: Vec<OsString>, state: &Path) -> Result<Ready> {
        let mut asked = Asked { argv, memory: None };
        let first = asked.answer()?;
        let memory = Memory::keep(state)?;
        let answer = match memory {
            Some(_) => {
                std::thread::sleep(OLD_ENOUGH);
                asked.memory = memory;
                asked.answer()?
            }
            None => first,
        };
        let once = self.batch(&asked, 3)?.cpu_ms * 1000.0;
        let runs = (BATCH_US / once.max(1.0)).ceil().clamp(1.0, MOST_RUNS as f64) as usize;
        Ok(Ready { asked, answer, runs, rounds: Vec::with_capacity(self.rounds) })
    }

    fn finish(&self, ready: Ready) -> Measured {
        let Ready { asked, answer, runs, rounds } = ready;
        Measured {
            cpu_ms: Spread::of(rounds.iter().map(|batch| batch.cpu_ms)),
            wall_ms: Spread::of(rounds.iter().map(|batch| batch.wall_ms)),
            peak_kib: self.peak(&asked),
            instructions: asked.restore().ok().and_then(|()| self.counter.count(&asked.argv)),
            answer,
            runs: runs * rounds.len(),
            rounds,
        }
    }

    fn batch(&self, asked: &Asked, runs: usize) -> Result<Batch> {
        let runs = self.launch(asked, runs)?;
        let mean = |total: u64| total as f64 / runs.len() as f64;
        Ok(Batch {
            cpu_ms: mean(runs.iter().map(|run| run.cpu_us).sum()) / 1e3,
            wall_ms: mean(runs.iter().map(|run| run.wall_ns).sum()) / 1e6,
        })
    }

    /// The CPU times of single runs, in µs.
    pub(crate) fn cpu_times(&self, argv: Vec<OsString>, runs: usize) -> Result<Vec<u64>> {
        Ok(self.launch(&Asked { argv, memory: None }, runs)?.iter().map(|run| run.cpu_us).collect())
    }

    fn launch(&self, asked: &Asked, runs: usize) -> Result<Vec<Run>> {
        let processors = if self.any_cpu { "any" } else { "one" };
        let nothing = Path::new("-");
        let memory = asked.memory.as_ref().map_or([nothing; 2], |memory| [&memory.kept, &memory.place]);
        let mut launch = command(&self.tools.helper("launch"));
        let output = launch.arg(runs.to_string()).arg(processors).args(memory).args(&asked.argv).output()?;
        let lines = String::from_utf8(output.stdout)?;
        let lines: Vec<Run> = lines.lines().filter_map(Run::parse).collect();
        if let Some(run) = lines.iter().find(|run| !run.answered()) {
            bail!("wait status {:#x} in a batch", run.status);
        }
        if lines.len() != runs {
            bail!("{} of {runs} runs", lines.len());
        }
        Ok(lines)
    }

    /// The most of three runs; none where ptrace is not allowed.
    fn peak(&self, asked: &Asked) -> Option<u64> {
        let once = || {
            asked.restore().ok()?;
            let output = command(&self.tools.helper("peak")).args(&asked.argv).output().ok()?;
            let line = String::from_utf8(output.stdout).ok()?;
            line.trim().split_once(' ')?.1.parse().ok().filter(|peak| *peak > 0)
        };
        (0..3).filter_map(|_| once()).max()
    }
}

/// A line of `launch`.
struct Run {
    status: i32,
    cpu_us: u64,
    wall_ns: u64,
}

impl Run {
    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split(' ');
        Some(Self {
            status: fields.next()?.parse().ok()?,
            cpu_us: fields.next()?.parse().ok()?,
            wall_ns: fields.next()?.parse().ok()?,
        })
    }

    /// It exited with OK, WARNING or CRITICAL: UNKNOWN is what a plugin says that could not do its job.
    fn answered(&self) -> bool {
        self.status & 0x7f == 0 && (self.status >> 8) < 3
    }
}

/// A command line, and the memory that each of its runs finds.
struct Asked {
    argv: Vec<OsString>,
    memory: Option<Memory>,
}

/// What a plugin remembers: its file, and a copy of it.
struct Memory {
    kept: PathBuf,
    place: PathBuf,
}

impl Memory {
    /// Copies the memory that a run has left in the state folder, if it left one.
    fn keep(state: &Path) -> Result<Option<Self>> {
        let mut files = fs::read_dir(state)?.flatten().map(|entry| entry.path());
        let Some(place) = files.find(|path| path.extension().is_some_and(|kind| kind == "json")) else {
            return Ok(None);
        };
        let kept = place.with_extension("kept");
        fs::copy(&place, &kept).context("keep a plugin's memory")?;
        Ok(Some(Self { kept, place }))
    }
}

impl Asked {
    fn restore(&self) -> Result<()> {
        if let Some(memory) = &self.memory {
            fs::copy(&memory.kept, &memory.place).context("restore a plugin's memory")?;
        }
        Ok(())
    }

    /// The command's first line; an error if it has no answer.
    fn answer(&self) -> Result<String> {
        self.restore()?;
        let (program, arguments) = self.argv.split_first().context("no command")?;
        let output = command(Path::new(program)).args(arguments).output()?;
        let text = String::from_utf8_lossy(if output.stdout.is_empty() { &output.stderr } else { &output.stdout });
        let first = text.lines().next().unwrap_or_default().to_owned();
        if !matches!(output.status.code(), Some(0..=2)) {
            bail!("{}: {first}", output.status);
        }
        Ok(first)
    }
}

/// As a scheduler starts it: nothing of our surroundings, such as RUST_BACKTRACE, changes what it does.
fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("LC_ALL", "C").env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").stdin(Stdio::null());
    command
}

fn resolve(argument: &str, state: &Path) -> OsString {
    if argument == "{state}" {
        return state.into();
    }
    if !argument.contains('{') {
        return OsStr::new(argument).into();
    }
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/plugins");
    argument.replace("{here}", here).replace("{port}", &crate::listener::port().to_string()).into()
}
